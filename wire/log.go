package wire

// LogID tells one log from every other one: 32 hexadecimal digits in lower case, drawn at random when the log is made.
// Sequence numbers mean something only within the log that they come from. It is no secret.
type LogID string

// NewLogID draws a log's identity from the system's source of randomness.
func NewLogID() LogID { return LogID(randomID()) }

// Valid reports whether l has the form of a log's identity.
func (l LogID) Valid() bool { return isID(string(l)) }
