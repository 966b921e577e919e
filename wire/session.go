package wire

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
)

// SessionID is a client's own random id for one run, 32 hexadecimal digits in lower case. Who knows it can take over
// the client's name, so it is a secret: it is never shown to other clients, and it hides itself in logs.
type SessionID string

const sessionBytes = 16

// NewSessionID draws a session id from the system's source of randomness.
func NewSessionID() SessionID {
	var raw [sessionBytes]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the program where the system has no randomness
	return SessionID(hex.EncodeToString(raw[:]))
}

// Valid reports whether s has the form of a session id.
func (s SessionID) Valid() bool {
	if len(s) != 2*sessionBytes {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// LogValue implements [slog.LogValuer].
func (SessionID) LogValue() slog.Value { return slog.StringValue("[session]") }
