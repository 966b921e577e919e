package hub

import (
	"slices"
	"sync"

	"hubbub/wire"
)

// fanout is the goroutine that writes to everybody who is live. It never waits for a connection: a member that does not
// take all at once gets a goroutine of its own (catchup.go) and comes back when it has caught up.
type fanout struct {
	// Set when it is made, then only read.
	tail   *tail
	behind func(*Member) // starts the goroutine of a member that does not keep up
	slot   chan struct{} // of capacity 1: taken while a block is among requests or being written
	wake   chan struct{} // requests has something; of capacity 1
	quit   chan struct{}

	// Owned by run.
	live      []*Member
	bySession map[wire.SessionID]*Member // the live ones
	awaiting  map[*Member]struct{}       // have a goroutine that waits for the next block
	end       position
	scratch   view
	pieces    [][]byte // flush's
	raw       *rawWriter

	mu       sync.Mutex // guards the following
	requests []fanoutRequest
}

// fanoutRequest is one thing to do. All are done in the order in which they were asked for: who is asked to end between
// two blocks gets the first one and not the second.
type fanoutRequest struct {
	block *block // to be written to everybody who is live; else:

	member   *Member  // has something to be written beside the room's frames
	caughtUp bool     // and also is, or would be, live from now on
	position position // of one that has caught up, whose own may change when its goroutine is woken
}

func newFanout(t *tail, behind func(*Member)) *fanout {
	return &fanout{
		tail:      t,
		behind:    behind,
		slot:      make(chan struct{}, 1),
		wake:      make(chan struct{}, 1),
		quit:      make(chan struct{}),
		raw:       newRawWriter(),
		bySession: make(map[wire.SessionID]*Member),
		awaiting:  make(map[*Member]struct{}),
	}
}

// publish hands over the next block, which is in the tail already. Until the one before has been written it blocks.
func (f *fanout) publish(b *block) {
	f.slot <- struct{}{}
	f.request(fanoutRequest{block: b})
}

// awaitSlot returns when no block waits or is being written. It is for who calls publish.
func (f *fanout) awaitSlot() {
	f.slot <- struct{}{}
	<-f.slot
}

// attach is what m's writer calls when m has caught up. It makes m live, and the caller is its writer no more; or it
// has the next block wake the caller, where m can't be written to without waiting.
func (f *fanout) attach(m *Member) {
	f.request(fanoutRequest{member: m, caughtUp: true, position: m.position})
}

// call has m's writer look after what waits for m.
func (f *fanout) call(m *Member) { f.request(fanoutRequest{member: m}) }

func (f *fanout) request(r fanoutRequest) {
	f.mu.Lock()
	f.requests = append(f.requests, r)
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// stop ends run. No member may be live any more.
func (f *fanout) stop() { close(f.quit) }

func (f *fanout) run() {
	var requests []fanoutRequest // its memory takes turns with that of f.requests
	for {
		select {
		case <-f.wake:
		case <-f.quit:
			return
		}
		f.mu.Lock()
		requests, f.requests = f.requests, requests[:0]
		f.mu.Unlock()
		for _, r := range requests {
			if r.block != nil {
				f.fanOut(r.block)
				<-f.slot
			} else {
				f.serve(r)
			}
		}
		clear(requests)
	}
}

// fanOut writes b to every live member.
func (f *fanout) fanOut(b *block) {
	f.end = b.end()
	for _, session := range b.senders {
		if m := f.bySession[session]; m != nil {
			m.ownIn = b
		}
	}
	// From the last to the first, since one that is released changes places with the last.
	for i := len(f.live) - 1; i >= 0; i-- {
		m := f.live[i]
		if m.position == b.first && m.ownIn != b {
			whole := b.whole()
			f.write(m, &whole)
		} else {
			f.catchUp(m)
		}
	}
	for m := range f.awaiting {
		m.nudge()
	}
	clear(f.awaiting)
}

// serve does what has been asked for a member.
func (f *fanout) serve(r fanoutRequest) {
	m := r.member
	switch {
	case r.caughtUp && m.raw == nil:
		if r.position < f.end {
			m.nudge()
		} else {
			f.awaiting[m] = struct{}{}
		}
	case r.caughtUp:
		f.enliven(m)
	case m.isLive():
		f.flush(m)
	default:
		m.nudge()
	}
}

// enliven makes m live, unless it does not take what has come up since it looked, or is to end.
func (f *fanout) enliven(m *Member) {
	m.live = len(f.live)
	f.live = append(f.live, m)
	if !f.flush(m) {
		return
	}
	if m.position < f.end {
		f.catchUp(m)
		if !m.isLive() || !f.flush(m) {
			return
		}
	}
	f.bySession[m.session] = m
}

// catchUp writes to m, which is live, what it has not got up to the block at hand. The tail may have the next one
// already; who got that too would be ahead of all blocks to come, and need a copy of each.
func (f *fanout) catchUp(m *Member) {
	f.scratch.reset(m.position)
	if !f.tail.read(&f.scratch, m, tailBytes, f.end) {
		f.release(m)
		f.behind(m)
		return
	}
	m.clip(&f.scratch)
	f.write(m, &f.scratch)
}

// write writes v to m, which is live, or as much as m takes.
func (f *fanout) write(m *Member, v *view) {
	n, err := 0, error(nil)
	if len(v.data) > 0 {
		n, err = f.raw.write(m.raw, v.data)
	}
	switch {
	case err != nil:
		f.release(m)
		m.end()
	case n < len(v.data):
		m.took(v, n)
		f.release(m)
		f.behind(m)
	default:
		m.tookAll(v)
	}
}

// flush writes the frames that wait for m, which is live, beside the room's. It reports whether m is still live.
func (f *fanout) flush(m *Member) bool {
	frames, last := m.next(f.pieces[:0])
	f.pieces = frames
	defer clear(frames)
	for i, b := range frames {
		n, err := f.raw.write(m.raw, b)
		if err != nil {
			f.release(m)
			m.end()
			return false
		}
		if n < len(b) {
			m.rest = slices.Clone(frames[i:])
			m.rest[0] = b[n:]
			f.release(m)
			f.behind(m)
			return false
		}
	}
	if last {
		f.release(m)
		m.end()
	}
	return !last
}

// release takes m out of the live ones.
func (f *fanout) release(m *Member) {
	last := len(f.live) - 1
	f.live[m.live] = f.live[last]
	f.live[m.live].live = m.live
	f.live[last] = nil
	f.live = f.live[:last]
	m.live = notLive
	if f.bySession[m.session] == m {
		delete(f.bySession, m.session)
	}
}
