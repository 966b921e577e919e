package memlog

import (
	"sort"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// room is one room's log: segments, the oldest first, of which the last is written to. Once it exists it has one.
type room struct {
	name     string
	last     wire.Seq
	segments []*segment
}

// append adds e, which m sent, and returns by how many bytes that makes the segments larger.
func (r *room) append(e *msglog.Entry, m *sender) int {
	bytes := 0
	if n := len(r.segments); n == 0 || !r.segments[n-1].fits(len(e.Text)) {
		seg := r.nextSegment(len(e.Text))
		r.segments = append(r.segments, seg)
		bytes = seg.size()
	}
	r.last = e.Seq
	return bytes + r.segments[len(r.segments)-1].append(e, m.as(e.From))
}

// nextSegment returns a segment for entries like those of the newest one, the first of them with a text of so many
// bytes.
func (r *room) nextSegment(text int) *segment {
	n := len(r.segments)
	if n == 0 {
		return newSegment(r.last+1, smallestSegment, 1, text, text)
	}
	newest := r.segments[n-1]
	size := min(2*newest.reserved(), largestSegment)
	return newSegment(r.last+1, size, len(newest.records), len(newest.texts), text)
}

// at returns the record of an entry that the room still has.
func (r *room) at(seq wire.Seq) record {
	seg := r.segments[r.holder(seq)]
	return seg.records[seq-seg.first]
}

// holder returns which segment holds the entry, whose number is not below the first one's.
func (r *room) holder(seq wire.Seq) int {
	return sort.Search(len(r.segments), func(i int) bool { return r.segments[i].first > seq }) - 1
}

// read returns up to limit entries from the number from on, which is not below the first one's.
func (r *room) read(from wire.Seq, limit int) []msglog.Entry {
	if from > r.last || limit <= 0 {
		return nil
	}
	entries := make([]msglog.Entry, 0, min(limit, int(r.last-from)+1))
	for _, seg := range r.segments[r.holder(from):] {
		for i := int(max(from, seg.first) - seg.first); i < len(seg.records); i++ {
			if len(entries) == limit {
				return entries
			}
			entries = append(entries, seg.entry(r.name, i))
		}
	}
	return entries
}
