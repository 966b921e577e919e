package memlog

import (
	"slices"
	"unsafe"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// A room's first segment has this much memory, each further one twice that of the one before, up to the largest.
const (
	smallestSegment = 512
	largestSegment  = 64 << 10
)

// segment holds consecutive entries in few allocations, since a log may have a million of them. Memory for its texts
// and records is reserved when it is made and never grows, since growing leaves much of it unused: it is full when one
// of the two is.
type segment struct {
	first   wire.Seq
	texts   []byte // one after another
	records []record
	authors []*author // of the records
}

// record is an entry without its text. It has no pointer, so that the garbage collector need not look at them all.
type record struct {
	id     wire.ID
	time   wire.Time
	author uint32 // in the segment's authors
	end    uint32 // of the text, in the segment's texts
}

// author is a session under one name: what the messages of one client have in common.
type author struct {
	sender *sender
	from   string
	index  uint32 // in the authors of the newest segment that has it
}

const (
	recordBytes = int(unsafe.Sizeof(record{}))
	numberBytes = int(unsafe.Sizeof(sent{})) // what an entry takes outside of its segment
	authorBytes = int(unsafe.Sizeof((*author)(nil)))
)

// newSegment reserves about size bytes, divided as entries with texts bytes of text have needed it, but so that a text
// of least bytes fits.
func newSegment(first wire.Seq, size, entries, texts, least int) *segment {
	texts++ // all of them may be empty
	s := &segment{first: first}
	forTexts := int(int64(size) * int64(texts) / int64(texts+recordBytes*entries))
	s.texts = slices.Grow(s.texts, max(forTexts, least))
	// Grow gives all of what the allocator takes for it, so there are records for all of that.
	s.records = slices.Grow(s.records, max(min(cap(s.texts)*entries/texts, size/recordBytes), 1))
	return s
}

// fits reports whether there is room for one more entry with that much text.
func (s *segment) fits(text int) bool {
	return len(s.records) < cap(s.records) && text <= cap(s.texts)-len(s.texts)
}

// reserved returns the bytes of memory that entries have in s.
func (s *segment) reserved() int { return cap(s.texts) + recordBytes*cap(s.records) }

// size returns the bytes of memory that s takes, and the numbers of its entries in their sessions.
func (s *segment) size() int {
	return s.reserved() + authorBytes*cap(s.authors) + numberBytes*len(s.records)
}

// append adds e, which fits, and returns by how many bytes that makes s larger.
func (s *segment) append(e *msglog.Entry, a *author) int {
	before := s.size()
	if int(a.index) >= len(s.authors) || s.authors[a.index] != a {
		a.index = uint32(len(s.authors))
		s.authors = append(s.authors, a)
	}
	s.texts = append(s.texts, e.Text...)
	s.records = append(s.records, record{id: e.ID, time: e.Time, author: a.index, end: uint32(len(s.texts))})
	return s.size() - before
}

// entry returns the entry i of s, which belongs to the room.
func (s *segment) entry(room string, i int) msglog.Entry {
	start := uint32(0)
	if i > 0 {
		start = s.records[i-1].end
	}
	rec := s.records[i]
	a := s.authors[rec.author]
	return msglog.Entry{
		Room: room, Session: a.sender.session.id, ID: rec.id, From: a.from,
		Text: string(s.texts[start:rec.end]), Time: rec.time, Seq: s.first + wire.Seq(i),
	}
}
