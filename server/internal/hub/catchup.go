package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"hubbub/wire"
)

// chunkBytes is about how much is read at once for a member that is behind and does not see what others see. That much
// memory is what being behind costs the hub at the most; who sees what others see is written from what is shared.
const chunkBytes = 16 << 10

// backlog is a stretch of the log that a member is to get before it goes on at its position in the room. There is
// always something left in it.
type backlog struct {
	after, until wire.Seq
	then         []byte // frames that come behind it, which are shared
}

// catchUp is the goroutine that writes to a member that is behind. When the member is at the room's end it hands it
// over to the fan-out, or waits for more where the connection can't be written to without waiting.
func (m *Member) catchUp() {
	var scratch view
	raw := newRawWriter()
	for {
		frames, last := m.next(nil)
		if err := m.writeAll(frames); err != nil {
			if m.stalled(err) {
				return
			}
			continue
		}
		if last {
			m.end()
			return
		}
		v, err := m.fill(&scratch)
		if err != nil {
			if n, due := m.hub.unreadable.count(m.hub.cfg.Now()); due {
				m.hub.cfg.Logger.Error("the log can't be read; a client that is behind is cut off",
					"user", m.name, "times", n, "error", err)
			}
			m.Fail(wire.Errorf(wire.CodeInternal, "the server can't read what you have missed; join again later"))
			continue
		}
		if len(v.ends) == 0 {
			m.conn.SetWriteDeadline(time.Time{})
			m.shard.attach(m)
			if m.raw != nil {
				return
			}
			<-m.wake
			continue
		}
		if m.raw == nil {
			err = m.writeView(&v)
		} else {
			err = m.writeReady(raw, &v)
		}
		if err != nil && m.stalled(err) {
			return
		}
	}
}

// stalled handles a write that failed and reports whether that is the member's end. A member that just takes nothing
// is told so first: who wakes up in time reads why it was cut off.
func (m *Member) stalled(err error) bool {
	if m.isFinishing() || !errors.Is(err, os.ErrDeadlineExceeded) {
		m.end()
		return true
	}
	m.Fail(wire.Errorf(wire.CodeTimeout, "you have taken nothing for %v", m.hub.cfg.Stall))
	return false
}

// fill returns what m is to be written next, in scratch or in memory that is shared and that nobody writes to. It is
// empty when m is at the room's end.
func (m *Member) fill(scratch *view) (view, error) {
	for {
		if m.backlog != nil {
			return m.readBacklog(scratch)
		}
		switch b, ok := m.hub.tail.at(m.position); {
		case ok && b == nil:
			return view{}, nil
		case ok:
			v := m.seen(b, m.position, scratch)
			m.clip(&v)
			return v, nil
		}
		m.resync()
	}
}

// resync finds a new point to go on from for a member that the tail has left behind: the log up to there, and who is
// here then.
func (m *Member) resync() {
	answer := make(chan resync, 1)
	at := m.hub.tail.here() // where nobody answers any more, the room does not go on either
	if m.hub.post(request{kind: requestResync, member: m, resync: answer}) == nil {
		select {
		case at = <-answer:
		case <-m.hub.closed:
		}
	}
	m.backlog = newBacklog(m.seq, at.seq, at.roster)
	m.position = at.position
}

// newBacklog returns nil where there is nothing to get.
func newBacklog(after, until wire.Seq, then []byte) *backlog {
	if after >= until && then == nil {
		return nil
	}
	return &backlog{after: after, until: until, then: then}
}

// readBacklog returns stored messages, or what comes behind them, in scratch or in memory that is shared. The messages
// stay in the backlog until they are taken.
func (m *Member) readBacklog(scratch *view) (view, error) {
	b := m.backlog
	if b.after >= b.until {
		m.backlog = nil
		return view{stored: true, data: b.then, ends: []uint32{uint32(len(b.then))}, seqs: []wire.Seq{0}}, nil
	}
	from := b.after + 1
	page, err := m.hub.pages.get(from, b.until)
	if err != nil {
		return view{}, err
	}
	var v view
	if first := wire.Seq(page.first); first > from {
		if v, err = m.passOver(first); err != nil {
			return view{}, err
		}
	} else {
		v = m.seen(page, position(from), scratch)
		if end := position(b.until + 1); v.end() > end {
			v.truncate(end)
		}
		if len(v.ends) == 0 {
			return view{}, fmt.Errorf("message %d is not in the log", from)
		}
	}
	v.stored = true
	return v, nil
}

// goOn takes out of the backlog what is not behind message seq.
func (m *Member) goOn(seq wire.Seq) {
	b := m.backlog
	b.after = max(b.after, seq)
	if b.after >= b.until && b.then == nil {
		m.backlog = nil
	}
}

// seen returns the frames of b from p on as m is to see them: b's own memory where that is the same for everybody, and
// otherwise about a chunk of them in scratch. Who may wait while it writes gets a chunk too, since what is shared would
// stay in memory for it.
func (m *Member) seen(b *block, p position, scratch *view) view {
	if m.raw != nil && !b.has(m.session) {
		return b.from(p)
	}
	scratch.reset(p)
	scratch.add(b, m, chunkBytes)
	return *scratch
}

// passOver goes on behind what the log no longer has, which is at least what is before first, and says so.
func (m *Member) passOver(first wire.Seq) (view, error) {
	bounds, err := m.hub.cfg.Log.Bounds(context.Background(), Room)
	if err != nil {
		return view{}, err
	}
	b := m.backlog
	last := min(max(first, bounds.First)-1, b.until)
	var v view
	v.append(wire.Append(nil, wire.ServerMessage{Data: lost(last - b.after), Event: wire.EventGap}), 0)
	m.seq = max(m.seq, last) // or a resync would count them again
	m.goOn(last)
	return v, nil
}

func lost(n wire.Seq) string {
	if n == 1 {
		return "1 message that you have missed is no longer kept."
	}
	return fmt.Sprintf("%d messages that you have missed are no longer kept.", n)
}

// took notes that m has taken n bytes of v, which is not all.
func (m *Member) took(v *view, n int) {
	position, seq, rest := v.taken(n)
	m.cameTo(v, position, seq)
	if len(rest) > 0 {
		m.rest = [][]byte{bytes.Clone(rest)}
	}
}

// tookAll notes that m has taken all of v.
func (m *Member) tookAll(v *view) {
	m.cameTo(v, v.end(), v.last())
}

// cameTo notes that p and behind message seq, 0 for none, is where m goes on.
func (m *Member) cameTo(v *view, p position, seq wire.Seq) {
	m.seq = max(m.seq, seq)
	switch {
	case !v.stored:
		m.position = p
	case seq != 0:
		m.goOn(seq)
	}
}

// writeView writes v to m and notes what was taken.
func (m *Member) writeView(v *view) error {
	n, err := m.writeFrames(v.data)
	if err != nil {
		m.took(v, n)
		return err
	}
	m.tookAll(v)
	return nil
}

// writeAll writes one after the other, and notes what was not taken.
func (m *Member) writeAll(frames [][]byte) error {
	for i, b := range frames {
		if n, err := m.writeFrames(b); err != nil {
			frames[i] = b[n:]
			m.rest = frames[i:]
			return err
		}
	}
	return nil
}

// writeReady writes as much of v as the connection takes without waiting. Where that is not all, the frame to go on
// with becomes the member's rest, which is written next: the member waits with a copy of one frame, and nothing else
// stays in memory for it.
func (m *Member) writeReady(w *rawWriter, v *view) error {
	m.conn.SetWriteDeadline(time.Time{}) // one that has passed would have this fail
	n, err := w.write(m.raw, v.data)
	switch {
	case err != nil:
		return err
	case n == len(v.data):
		m.tookAll(v)
	default:
		end := v.frameEnd(n)
		m.took(v, end)
		m.rest = [][]byte{bytes.Clone(v.data[n:end])}
	}
	return nil
}

// writeFrames is write for whole frames: to an old client they go one at a time, none longer than it can take, with a
// pause behind each. Where such a client stops taking in the middle of a frame, the rest of that is not counted right:
// it is about to be cut off.
func (m *Member) writeFrames(frames []byte) (int, error) {
	if !m.old {
		return m.write(frames)
	}
	written := 0
	for written < len(frames) {
		frame := nextFrame(frames[written:])
		for short := appendOld(nil, frame); len(short) > 0; {
			part := nextFrame(short)
			short = short[len(part):]
			if n, err := m.write(part); err != nil {
				return written + min(n, len(frame)), err
			}
			m.pause()
		}
		written += len(frame)
	}
	return written, nil
}

// pause lets an old client read a frame before the next one comes.
func (m *Member) pause() {
	timer := time.NewTimer(m.hub.cfg.OldGap)
	defer timer.Stop()
	<-timer.C
}

// write writes b, waiting for the connection, and returns how much was taken. It fails with os.ErrDeadlineExceeded when
// nothing was taken for Config.Stall, or for Config.Linger where the member's end has been decided.
func (m *Member) write(b []byte) (int, error) {
	written := 0
	for written < len(b) {
		m.conn.SetWriteDeadline(time.Now().Add(m.hub.cfg.Stall))
		if m.isFinishing() {
			m.conn.SetWriteDeadline(time.Now().Add(m.hub.cfg.Linger))
		}
		n, err := m.conn.Write(b[written:])
		written += n
		if err != nil && (n == 0 || !errors.Is(err, os.ErrDeadlineExceeded)) {
			return written, err
		}
	}
	return written, nil
}
