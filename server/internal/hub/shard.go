package hub

import (
	"slices"
	"sync"

	"hubbub/wire"
)

// shard is the goroutine that writes to some of those who are live. It never waits for a connection: a member that does
// not take all at once gets a goroutine of its own (catchup.go) and comes back when it has caught up.
type shard struct {
	// Set when it is made, then only read.
	tail    *tail
	behind  func(*Member)   // starts the goroutine of a member that does not keep up
	writing *sync.WaitGroup // of a block: done when this shard has written it
	turn    chan struct{}   // fanout.turn
	wake    chan struct{}   // requests has something; of capacity 1
	quit    chan struct{}

	// Owned by the appender.
	members int // whose shard this is, live or not

	// Owned by run.
	live      []*Member
	bySession map[wire.SessionID]*Member // the live ones
	awaiting  map[*Member]struct{}       // have a goroutine that waits for the next block
	end       position                   // of the last block that was written
	scratch   view
	pieces    [][]byte // flush's
	raw       *rawWriter

	mu       sync.Mutex // guards the following
	requests []shardRequest
}

// shardRequest is one thing to do. All are done in the order in which they were asked for: who is asked to end between
// two blocks gets the first one and not the second.
type shardRequest struct {
	block *block // to be written to everybody who is live; else:

	member   *Member  // has something to be written beside the room's frames
	caughtUp bool     // and also is, or would be, live from now on
	position position // of one that has caught up, whose own may change when its goroutine is woken
}

func newShard(t *tail, behind func(*Member), writing *sync.WaitGroup, turn chan struct{}) *shard {
	return &shard{
		tail:      t,
		behind:    behind,
		writing:   writing,
		turn:      turn,
		wake:      make(chan struct{}, 1),
		quit:      make(chan struct{}),
		raw:       newRawWriter(),
		bySession: make(map[wire.SessionID]*Member),
		awaiting:  make(map[*Member]struct{}),
	}
}

// attach is what m's writer calls when m has caught up. It makes m live, and the caller is its writer no more; or it
// has the next block wake the caller, where m can't be written to without waiting.
func (s *shard) attach(m *Member) {
	s.request(shardRequest{member: m, caughtUp: true, position: m.position})
}

// call has m's writer look after what waits for m.
func (s *shard) call(m *Member) { s.request(shardRequest{member: m}) }

func (s *shard) request(r shardRequest) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// stop ends run. No member may be live any more.
func (s *shard) stop() { close(s.quit) }

func (s *shard) run() {
	var requests []shardRequest // its memory takes turns with that of s.requests
	for {
		select {
		case <-s.wake:
		case <-s.quit:
			return
		}
		s.mu.Lock()
		requests, s.requests = s.requests, requests[:0]
		s.mu.Unlock()
		for _, r := range requests {
			if r.block != nil {
				s.fanOutInTurn(r.block)
			} else {
				s.serve(r)
			}
		}
		clear(requests)
	}
}

// fanOutInTurn writes b to every live member, beside the other shards where b is large, and otherwise when none of them
// does.
func (s *shard) fanOutInTurn(b *block) {
	if len(b.data) < largeBlock {
		s.turn <- struct{}{}
		defer func() { <-s.turn }()
	}
	s.fanOut(b)
	s.writing.Done()
}

// fanOut writes b to every live member.
func (s *shard) fanOut(b *block) {
	s.end = b.end()
	for _, session := range b.senders {
		if m := s.bySession[session]; m != nil {
			m.ownIn = b
		}
	}
	whole := b.whole()
	// From the last to the first, since one that is released changes places with the last.
	for i := len(s.live) - 1; i >= 0; i-- {
		m := s.live[i]
		if m.position == b.first && m.ownIn != b {
			s.write(m, &whole)
		} else {
			s.catchUp(m)
		}
	}
	for m := range s.awaiting {
		m.nudge()
	}
	clear(s.awaiting)
}

// serve does what has been asked for a member.
func (s *shard) serve(r shardRequest) {
	m := r.member
	switch {
	case r.caughtUp && m.raw == nil:
		if r.position < s.end {
			m.nudge()
		} else {
			s.awaiting[m] = struct{}{}
		}
	case r.caughtUp:
		s.enliven(m)
	case m.isLive():
		s.flush(m)
	default:
		m.nudge()
	}
}

// enliven makes m live, unless it does not take what has come up since it looked, or is to end.
func (s *shard) enliven(m *Member) {
	m.live = len(s.live)
	s.live = append(s.live, m)
	if !s.flush(m) {
		return
	}
	if m.position < s.end {
		s.catchUp(m)
		if !m.isLive() || !s.flush(m) {
			return
		}
	}
	s.bySession[m.session] = m
}

// catchUp writes to m, which is live, what it has not got up to the block at hand. The tail may have the next one
// already; who got that too would be ahead of all blocks to come, and need a copy of each.
func (s *shard) catchUp(m *Member) {
	s.scratch.reset(m.position)
	if !s.tail.read(&s.scratch, m, tailBytes, s.end) {
		s.release(m)
		s.behind(m)
		return
	}
	m.clip(&s.scratch)
	s.write(m, &s.scratch)
}

// write writes v to m, which is live, or as much as m takes.
func (s *shard) write(m *Member, v *view) {
	n, err := 0, error(nil)
	if len(v.data) > 0 {
		n, err = s.raw.write(m.raw, v.data)
	}
	switch {
	case err != nil:
		s.release(m)
		m.end()
	case n < len(v.data):
		m.took(v, n)
		s.release(m)
		s.behind(m)
	default:
		m.tookAll(v)
	}
}

// flush writes the frames that wait for m, which is live, beside the room's. It reports whether m is still live.
func (s *shard) flush(m *Member) bool {
	frames, last := m.next(s.pieces[:0])
	s.pieces = frames
	defer clear(frames)
	for i, b := range frames {
		n, err := s.raw.write(m.raw, b)
		if err != nil {
			s.release(m)
			m.end()
			return false
		}
		if n < len(b) {
			m.rest = slices.Clone(frames[i:])
			m.rest[0] = b[n:]
			s.release(m)
			s.behind(m)
			return false
		}
	}
	if last {
		s.release(m)
		m.end()
	}
	return !last
}

// release takes m out of the live ones.
func (s *shard) release(m *Member) {
	last := len(s.live) - 1
	s.live[m.live] = s.live[last]
	s.live[m.live].live = m.live
	s.live[last] = nil
	s.live = s.live[:last]
	m.live = notLive
	if s.bySession[m.session] == m {
		delete(s.bySession, m.session)
	}
}
