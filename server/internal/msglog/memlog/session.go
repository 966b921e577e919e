package memlog

import (
	"container/list"

	"hubbub/wire"
)

// session is what the log knows of one client's session.
type session struct {
	id          wire.SessionID
	kept        int       // messages that the log still has
	senders     []*sender // one for each room that it has sent to; none while kept is 0
	dropped     sent      // the one with the highest id of those that are gone
	droppedTime wire.Time
	unkept      *list.Element // in the log's list; nil while kept is not 0
}

// sender is a session in one room.
type sender struct {
	session *session
	room    *room
	author  *author // of its newest message
	numbers numbers // of its messages that have one and are kept
}

// sessionBytes is the memory that a session takes beside its messages, while it has any, as measured: itself, its
// sender and author, what they point to, and its place in the log's map.
const sessionBytes = 300

// in returns the session in r.
func (s *session) in(r *room) *sender {
	for _, m := range s.senders {
		if m.room == r {
			return m
		}
	}
	m := &sender{session: s, room: r}
	s.senders = append(s.senders, m)
	return m
}

// find returns the sequence number and the time of the message that the session has sent under this number before.
func (s *session) find(id wire.ID) (wire.Seq, wire.Time, bool) {
	if id == 0 {
		return 0, 0, false
	}
	for _, m := range s.senders {
		if seq, ok := m.numbers.find(id); ok {
			return seq, m.room.at(seq).time, true
		}
	}
	return s.dropped.seq, s.droppedTime, id <= s.dropped.id
}

// as returns the session under this name.
func (m *sender) as(name string) *author {
	if m.author == nil || m.author.from != name {
		m.author = &author{sender: m, from: name}
	}
	return m.author
}

// add remembers a message that the room has got.
func (m *sender) add(id wire.ID, seq wire.Seq) {
	m.session.kept++
	if id != 0 {
		m.numbers.add(sent{id: id, seq: seq})
	}
}

// drop forgets a message that the room no longer has.
func (m *sender) drop(rec record, seq wire.Seq) {
	s := m.session
	s.kept--
	if rec.id == 0 {
		return
	}
	m.numbers.drop(rec.id)
	if rec.id > s.dropped.id {
		s.dropped, s.droppedTime = sent{id: rec.id, seq: seq}, rec.time
	}
}
