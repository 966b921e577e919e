package session

import "hubbub/wire"

// space is what an answer's frame still has room for.
type space struct {
	left    int // in bytes
	scratch []byte
}

// take reports whether a message fits in beside those before it.
func (s *space) take(m wire.Message) bool {
	s.scratch = wire.Append(s.scratch[:0], m) // its newline stands for the comma
	s.left -= len(s.scratch)
	return s.left >= 0
}

// newest takes the last of the messages, as many as fit in.
func (s *space) newest(messages []wire.Message) []wire.Message {
	for i := len(messages) - 1; i >= 0; i-- {
		if !s.take(messages[i]) {
			return messages[i+1:]
		}
	}
	return messages
}
