package hub

import (
	"sort"
	"sync"

	"hubbub/wire"
)

// The tail keeps so much: what a member that is a little behind needs. Whoever is further behind reads the log.
const tailBytes = 4 << 20

// tail is the newest blocks of the room, in memory. The appender adds to it; everybody reads.
type tail struct {
	mu     sync.RWMutex // guards the following
	blocks []*block     // the oldest first
	bytes  int          // of their data
	end    position     // of the frame that comes next
	seq    wire.Seq     // of the last message
}

// add puts a block at the end, which it continues, and drops what is too old.
func (t *tail) add(b *block) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocks = append(t.blocks, b)
	t.bytes += len(b.data)
	t.end, t.seq = b.end(), b.seq
	for t.bytes > tailBytes && len(t.blocks) > 1 {
		t.bytes -= len(t.blocks[0].data)
		t.blocks[0] = nil
		t.blocks = t.blocks[1:]
	}
}

// read fills v, from its first position on, with what m is to see, limit bytes or a frame more, and nothing of blocks
// that start at until or behind it. It leaves v empty at the room's end, and reports false where the tail no longer
// reaches back to v's position.
func (t *tail) read(v *view, m *Member, limit int, until position) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if v.first >= t.end {
		return true
	}
	at := t.search(v.first)
	if at < 0 {
		return false
	}
	for _, b := range t.blocks[at:] {
		if len(v.data) >= limit || b.first >= until {
			break
		}
		v.add(b, m, limit)
	}
	return true
}

// at returns the block that position p is in, nil at the room's end. It reports false where the tail no longer reaches
// back to p.
func (t *tail) at(p position) (*block, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if p >= t.end {
		return nil, true
	}
	at := t.search(p)
	if at < 0 {
		return nil, false
	}
	return t.blocks[at], true
}

// search returns the index of the block that p is in, below 0 where that is gone. It is called with mu held.
func (t *tail) search(p position) int {
	return sort.Search(len(t.blocks), func(i int) bool { return t.blocks[i].first > p }) - 1
}

// here is the room's end.
func (t *tail) here() resync {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return resync{position: t.end, seq: t.seq}
}
