// Package wire is the protocol that a Hubbub server and its clients speak: frames, their codec, limits, the rules for
// names and texts, and error codes.
//
// A frame is one JSON object (RFC 8259) in UTF-8 of at most [MaxFrame] bytes. The package has few types:
//
//   - a [Frame] is one of [Join], [Chat], [HistoryRequest], [Search], [Ping] from a client, or one of [Welcome],
//     [Roster], [Message], [Ack], [ServerMessage], [History], [Found], [Error], [Pong] from a server;
//   - [Append] encodes a frame into the caller's buffer;
//   - a [Reader] cuts a stream of bytes into frames, whatever stands between them and however they arrive;
//   - [DecodeClient] and [DecodeServer] parse one such frame;
//   - [CheckName], [CheckText], [CheckSearch] and [SplitText] hold the rules for what people choose and write.
//
// It imports the standard library only, so that any program can use it.
package wire

// Version is the protocol version that a client names in its join. A join without a version is an old client's.
const Version = 1

// Limits of the protocol, the same for every server and client.
const (
	MaxFrame  = 16 << 10  // bytes of one frame, without what stands between frames
	MaxText   = 4096      // bytes of UTF-8 in one text
	MaxPing   = 1024      // bytes of data in a ping
	MaxSearch = 256       // bytes of UTF-8 in the words of a search
	MaxName   = 32        // characters (Unicode code points) in a name
	MaxCount  = 1<<53 - 1 // the largest sequence number or id: what every JSON reader holds exactly (RFC 8259, section 6)

	// OldRead is the most that a PyNet program takes from its socket at once, in bytes. It parses what it got as one
	// frame, so a frame to it must not be longer.
	OldRead = 1024
)

// Type names a frame's kind: the value of its "type" field.
type Type string

// The types of frames. TypeHistory is used in both directions.
const (
	TypeJoin          Type = "join"
	TypeChat          Type = "chat"
	TypeHistory       Type = "history"
	TypeSearch        Type = "search"
	TypePing          Type = "ping"
	TypeWelcome       Type = "welcome"
	TypeRoster        Type = "roster"
	TypeMessage       Type = "message"
	TypeAck           Type = "ack"
	TypeServerMessage Type = "server_message"
	TypeFound         Type = "found"
	TypeError         Type = "error"
	TypePong          Type = "pong"
)
