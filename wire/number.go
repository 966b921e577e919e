package wire

import (
	"errors"
	"strconv"
)

// Seq is a message's place in its room's log. The first one is 1; 0 stands for "before the first".
type Seq uint64

// ID is a client's own number for one of its texts, from 1 and growing within a session; 0 stands for "none".
type ID uint64

// UnmarshalJSON takes a whole number from 0 to [MaxCount].
func (s *Seq) UnmarshalJSON(value []byte) error {
	if string(value) == "null" {
		return nil
	}
	n, err := strconv.ParseUint(string(value), 10, 64)
	if err != nil || n > MaxCount {
		return errors.New("a sequence number must be a whole number from 0 to 9007199254740991")
	}
	*s = Seq(n)
	return nil
}

// UnmarshalJSON takes a whole number from 1 to [MaxCount].
func (id *ID) UnmarshalJSON(value []byte) error {
	if string(value) == "null" {
		return nil
	}
	n, err := strconv.ParseUint(string(value), 10, 64)
	if err != nil || n == 0 || n > MaxCount {
		return errors.New("an id must be a whole number from 1 to 9007199254740991")
	}
	*id = ID(n)
	return nil
}
