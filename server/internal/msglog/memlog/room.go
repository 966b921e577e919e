package memlog

import (
	"sort"
	"unsafe"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// A segment is closed when it has this many entries or bytes of text.
const (
	segmentEntries = 512
	segmentBytes   = 64 << 10
)

// room is one room's log: segments, the oldest first, of which the last is written to. Once it exists it has one.
type room struct {
	name     string
	last     wire.Seq
	segments []*segment
}

// segment holds consecutive entries in few allocations, since a log may have a million of them.
type segment struct {
	first   wire.Seq
	texts   []byte // one after another
	records []record
}

// record is an entry without its text, which ends at texts[end].
type record struct {
	author *author
	id     wire.ID
	time   wire.Time
	end    int
}

// author is a session under one name: what the messages of one client have in common.
type author struct {
	session *session
	from    string
}

// recordBytes is the memory that an entry takes beside its text: its record, and its number in its session.
const recordBytes = int(unsafe.Sizeof(record{}) + unsafe.Sizeof(sent{}))

// append adds e, which s sent, and returns the bytes of memory that takes.
func (r *room) append(e *msglog.Entry, s *session) int {
	if s.author == nil || s.author.from != e.From {
		s.author = &author{session: s, from: e.From}
	}
	seg := r.writable(len(e.Text))
	seg.texts = append(seg.texts, e.Text...)
	seg.records = append(seg.records, record{author: s.author, id: e.ID, time: e.Time, end: len(seg.texts)})
	r.last = e.Seq
	return recordBytes + len(e.Text)
}

// writable returns the segment for the next entry.
func (r *room) writable(text int) *segment {
	if n := len(r.segments); n > 0 {
		last := r.segments[n-1]
		if len(last.records) < segmentEntries && len(last.texts)+text <= segmentBytes {
			return last
		}
	}
	seg := &segment{first: r.last + 1}
	r.segments = append(r.segments, seg)
	return seg
}

func (s *segment) size() int { return len(s.texts) + recordBytes*len(s.records) }

// read returns up to limit entries from the number from on, which is not below the first one's.
func (r *room) read(from wire.Seq, limit int) []msglog.Entry {
	if from > r.last || limit <= 0 {
		return nil
	}
	entries := make([]msglog.Entry, 0, min(limit, int(r.last-from)+1))
	at := sort.Search(len(r.segments), func(i int) bool { return r.segments[i].first > from }) - 1
	for _, seg := range r.segments[at:] {
		for i := int(max(from, seg.first) - seg.first); i < len(seg.records); i++ {
			if len(entries) == limit {
				return entries
			}
			entries = append(entries, seg.entry(r.name, i))
		}
	}
	return entries
}

func (s *segment) entry(room string, i int) msglog.Entry {
	start := 0
	if i > 0 {
		start = s.records[i-1].end
	}
	rec := s.records[i]
	return msglog.Entry{
		Room: room, Session: rec.author.session.id, ID: rec.id, From: rec.author.from,
		Text: string(s.texts[start:rec.end]), Time: rec.time, Seq: s.first + wire.Seq(i),
	}
}
