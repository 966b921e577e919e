package wire

import "log/slog"

// SessionID is a client's own random id for one run, 32 hexadecimal digits in lower case. Who knows it can take over
// the client's name, so it is a secret: it is never shown to other clients, and it hides itself in logs.
type SessionID string

// NewSessionID draws a session id from the system's source of randomness.
func NewSessionID() SessionID { return SessionID(randomID()) }

// Valid reports whether s has the form of a session id.
func (s SessionID) Valid() bool { return isID(string(s)) }

// LogValue implements [slog.LogValuer].
func (SessionID) LogValue() slog.Value { return slog.StringValue("[session]") }
