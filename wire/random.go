package wire

import (
	"crypto/rand"
	"encoding/hex"
)

// idBytes is how much randomness an id has. Two that are drawn at random are never the same.
const idBytes = 16

func randomID() string {
	var raw [idBytes]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the program where the system has no randomness
	return hex.EncodeToString(raw[:])
}

// isID reports whether s could come from randomID.
func isID(s string) bool {
	if len(s) != 2*idBytes {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
