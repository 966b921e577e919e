//go:build linux

package main

import (
	"bytes"
	"fmt"

	"hubbub/wire"
)

// checker follows everything that one client is sent, and finds out whether it was every message once and in order: the
// server's numbers must follow on each other, and so must those of each sender. It looks only for the fields that it
// needs, as parsing everything would make the load generator what is measured.
type checker struct {
	self int    // the sender whose connection this is, or receiver
	rest []byte // of a frame that has not ended
	seq  wire.Seq
	said []int64 // the number of the last message of each sender
	err  error   // the first thing that was wrong
}

// receiver is the self of a client that says nothing.
const receiver = -1

func newChecker(self, senders int) *checker {
	return &checker{self: self, said: make([]int64, senders)}
}

// take looks at the next bytes of the stream.
func (c *checker) take(data []byte) {
	for c.err == nil {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			break
		}
		line := data[:end]
		if len(c.rest) > 0 {
			line = append(c.rest, line...)
			c.rest = c.rest[:0]
		}
		c.err = c.frame(line)
		data = data[end+1:]
	}
	if c.err == nil {
		c.rest = append(c.rest, data...)
		if len(c.rest) > wire.MaxFrame {
			c.err = fmt.Errorf("a frame of more than %d bytes", wire.MaxFrame)
		}
	}
}

// frame looks at one frame.
func (c *checker) frame(line []byte) error {
	switch wire.Type(textField(line, "type")) {
	case wire.TypeMessage:
		if err := c.follow(line); err != nil {
			return err
		}
		return c.message(line)
	case wire.TypeAck:
		if err := c.follow(line); err != nil {
			return err
		}
		return c.ownMessage(line)
	case wire.TypeWelcome:
		seq, ok := numberField(line, "seq")
		if !ok {
			return fmt.Errorf("a welcome without seq: %.200s", line)
		}
		c.seq = wire.Seq(seq)
	case wire.TypeError:
		return fmt.Errorf("the server says %.200s", line)
	}
	return nil
}

// follow checks that a message's seq is the next one.
func (c *checker) follow(line []byte) error {
	number, ok := numberField(line, "seq")
	seq := wire.Seq(number)
	switch {
	case !ok:
		return fmt.Errorf("a message without seq: %.200s", line)
	case seq <= c.seq:
		return fmt.Errorf("message %d came behind message %d: doubled, or out of order", seq, c.seq)
	case seq > c.seq+1:
		return fmt.Errorf("message %d came behind message %d: some are missing, or out of order", seq, c.seq)
	}
	c.seq = seq
	return nil
}

// message checks that a message is its sender's next one.
func (c *checker) message(line []byte) error {
	sender, number, ok := parseHead(textField(line, "data"))
	if !ok || sender >= len(c.said) {
		return nil // somebody else is in the room
	}
	return c.next(sender, number)
}

// ownMessage checks that an ack is for one's own next message.
func (c *checker) ownMessage(line []byte) error {
	id, ok := numberField(line, "id")
	if !ok || c.self == receiver {
		return fmt.Errorf("an ack for what was not said: %.200s", line)
	}
	return c.next(c.self, id)
}

func (c *checker) next(sender int, number int64) error {
	if last := c.said[sender]; number != last+1 {
		return fmt.Errorf("message %d of sender %d came behind its message %d", number, sender, last)
	}
	c.said[sender] = number
	return nil
}

// complete reports what was wrong, or which message has not come of those that each sender has said.
func (c *checker) complete(said []int64) error {
	if c.err != nil {
		return c.err
	}
	for sender, want := range said {
		if c.said[sender] != want {
			return fmt.Errorf("message %d of sender %d was the last one of %d", c.said[sender], sender, want)
		}
	}
	return nil
}

// textField returns the value of a string field of a frame, which must not hold an escaped quotation mark, or nil.
// Inside a string every quotation mark is escaped, so what looks like a field is one, or one of a nested object.
func textField(line []byte, name string) []byte {
	value, ok := field(line, name)
	if !ok || len(value) == 0 || value[0] != '"' {
		return nil
	}
	end := bytes.IndexByte(value[1:], '"')
	return value[1:max(1, 1+end)]
}

func numberField(line []byte, name string) (v int64, ok bool) {
	value, ok := field(line, name)
	if !ok {
		return 0, false
	}
	end := 0
	for end < len(value) && value[end] >= '0' && value[end] <= '9' {
		end++
	}
	return parseDigits(value[:end])
}

// field returns what stands behind a field's name and colon. It looks for the name without the quotation mark in front,
// of which a frame has so many that they would make the search slow.
func field(line []byte, name string) ([]byte, bool) {
	var key [16]byte
	k := append(append(key[:0], name...), '"', ':')
	i := bytes.Index(line, k)
	if i < 1 || line[i-1] != '"' {
		return nil, false
	}
	return line[i+len(k):], true
}
