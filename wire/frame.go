package wire

// A Frame is one unit of the protocol. Its concrete types are the structs of this file and [*Error].
type Frame interface {
	// Type is the value of the frame's "type" field.
	Type() Type
	// appendFields appends the fields behind "type", each with a comma in front.
	appendFields(dst []byte) []byte
}

// Join is a client's first frame.
type Join struct {
	Name    string    `json:"data"`
	V       int       `json:"v"`       // Version, or 0 for an old client
	Session SessionID `json:"session"` // empty for an old client
	Since   *Seq      `json:"since"`   // last sequence number seen; nil when this is no resumption
	Log     LogID     `json:"log"`     // that Since counts in, as the welcome named it; empty where none did
	History int       `json:"history"` // messages to show where there is no Since
}

// Chat is a text that a client says to its room.
type Chat struct {
	Text string `json:"data"`
	// ID is the client's own number for this text, from 1, growing within a session. A chat without one (0) is neither
	// acknowledged nor protected against doubling.
	ID ID `json:"id"`
}

// HistoryRequest asks for stored messages; the answer is one [History].
type HistoryRequest struct {
	Before Seq `json:"before"` // only messages below this number; 0: from the log's end
	Limit  int `json:"limit"`  // how many at the most; the server may answer with fewer and say that there are more
}

// Search asks for stored messages that have all of the words; the answer is one [Found].
type Search struct {
	Words  string `json:"data"`   // see CheckSearch
	Before Seq    `json:"before"` // only messages below this number; 0: from the log's end
	Limit  int    `json:"limit"`  // how many at the most; the server may answer with fewer and say that there are more
}

// Ping asks for a [Pong] with the same data.
type Ping struct {
	Data string `json:"data"`
}

// Welcome answers a join that named its version.
type Welcome struct {
	Greeting string   `json:"data"`
	V        int      `json:"v"`
	Name     string   `json:"name"` // the client's own, as normalised
	Room     string   `json:"room"`
	Users    []string `json:"users"` // who is here, oneself included
	More     bool     `json:"more"`  // the users go on in the Roster frames that follow
	Seq      Seq      `json:"seq"`   // the log's end at the time of joining
	Log      LogID    `json:"log"`   // that the numbers are of; empty from a server that does not tell
	Limits   Limits   `json:"limits"`
	Gap      bool     `json:"gap"` // the join's since is older than what is kept, or of another log
}

// Limits is what a server tells its clients to keep to.
type Limits struct {
	Frame int     `json:"frame"` // bytes
	Text  int     `json:"text"`  // bytes
	Name  int     `json:"name"`  // characters
	Rate  float64 `json:"rate"`  // messages a second; 0: no limit
	Burst int     `json:"burst"` // messages
}

// Roster tells who is in the room, in as many parts as it needs. It goes on where a Welcome or a Roster with More
// left off, and else replaces what the client knew.
type Roster struct {
	Data  string   `json:"data"`
	Users []string `json:"users"`
	More  bool     `json:"more"`
}

// Message is a stored message of somebody else.
type Message struct {
	From string `json:"from"`
	Text string `json:"data"`
	Seq  Seq    `json:"seq"`  // 0 from an old server
	Time Time   `json:"time"` // 0 from an old server
}

// Ack takes the place of a client's own message, in the same order.
type Ack struct {
	ID   ID   `json:"id"`
	Seq  Seq  `json:"seq"`
	Time Time `json:"time"`
}

// Event says what a ServerMessage is about.
type Event string

// The events. A client treats an event that it does not know as a text to show.
const (
	EventJoin  Event = "join"
	EventLeave Event = "leave"
	EventGap   Event = "gap" // messages that are no longer kept were skipped
)

// ServerMessage announces who came and went.
type ServerMessage struct {
	Data  string   `json:"data"`
	Event Event    `json:"event"` // empty from an old server
	Users []string `json:"users"` // whom it is about
}

// History answers a HistoryRequest with messages in the order of their numbers.
type History struct {
	Messages []Message `json:"messages"`
	More     bool      `json:"more"` // there are older ones
}

// Found answers a [Search] with messages, the newest first.
type Found struct {
	Data     string    `json:"data"`
	Messages []Message `json:"messages"`
	More     bool      `json:"more"` // there are older ones: those before the last one's number
}

// Pong answers a [Ping].
type Pong struct {
	Data string `json:"data"`
}

// Type implements [Frame].
func (Join) Type() Type { return TypeJoin }

// Type implements [Frame].
func (Chat) Type() Type { return TypeChat }

// Type implements [Frame].
func (HistoryRequest) Type() Type { return TypeHistory }

// Type implements [Frame].
func (Search) Type() Type { return TypeSearch }

// Type implements [Frame].
func (Ping) Type() Type { return TypePing }

// Type implements [Frame].
func (Welcome) Type() Type { return TypeWelcome }

// Type implements [Frame].
func (Roster) Type() Type { return TypeRoster }

// Type implements [Frame].
func (Message) Type() Type { return TypeMessage }

// Type implements [Frame].
func (Ack) Type() Type { return TypeAck }

// Type implements [Frame].
func (ServerMessage) Type() Type { return TypeServerMessage }

// Type implements [Frame].
func (History) Type() Type { return TypeHistory }

// Type implements [Frame].
func (Found) Type() Type { return TypeFound }

// Type implements [Frame].
func (Pong) Type() Type { return TypePong }
