package memlog

import (
	"sort"

	"hubbub/wire"
)

// session is what the log knows of one client's session.
type session struct {
	id      wire.SessionID
	author  *author // of its newest message
	kept    int     // messages that the log still has
	numbers []sent  // of those that have an id, ascending by id
	dropped sent    // the one with the highest id of those that are gone
}

// sent is a message that a client gave a number.
type sent struct {
	id   wire.ID
	seq  wire.Seq
	time wire.Time
}

// at returns where the number id is in numbers, or would be.
func (s *session) at(id wire.ID) int {
	return sort.Search(len(s.numbers), func(i int) bool { return s.numbers[i].id >= id })
}

// find returns the message that the session has sent under this number before.
func (s *session) find(id wire.ID) (sent, bool) {
	if id == 0 {
		return sent{}, false
	}
	if i := s.at(id); i < len(s.numbers) && s.numbers[i].id == id {
		return s.numbers[i], true
	}
	return s.dropped, id <= s.dropped.id
}

func (s *session) add(m sent) {
	s.kept++
	if m.id == 0 {
		return
	}
	i := s.at(m.id)
	s.numbers = append(s.numbers, sent{})
	copy(s.numbers[i+1:], s.numbers[i:])
	s.numbers[i] = m
}

func (s *session) drop(m sent) {
	s.kept--
	if m.id == 0 {
		return
	}
	i := s.at(m.id)
	if i == 0 {
		s.numbers = s.numbers[1:]
	} else {
		s.numbers = append(s.numbers[:i], s.numbers[i+1:]...)
	}
	if m.id > s.dropped.id {
		s.dropped = m
	}
}
