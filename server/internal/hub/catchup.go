package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// chunkBytes is about how much is read for a member that is behind and written at once. That much memory is what being
// behind costs the hub.
const chunkBytes = 16 << 10

// pageEntries is the most entries that are read from the log at once.
const pageEntries = 128

// backlog is a stretch of the log that a member is to get before it goes on at its position in the room. There is
// always something left in it.
type backlog struct {
	after, until wire.Seq
	then         []byte // frames that come behind it
	page         int    // how many entries make about a chunk; 0: not known yet
}

// catchUp is the goroutine that writes to a member that is behind. When the member is at the room's end it hands it
// over to the fan-out, or waits for more where the connection can't be written to without waiting.
func (m *Member) catchUp() {
	var v view
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
		if err := m.fill(&v); err != nil {
			m.hub.cfg.Logger.Error("the log can't be read; a client that is behind is cut off", "user", m.name, "error", err)
			m.Fail(wire.Errorf(wire.CodeInternal, "the server can't read what you have missed; join again later"))
			continue
		}
		if len(v.ends) == 0 {
			m.conn.SetWriteDeadline(time.Time{})
			m.hub.fanout.attach(m)
			if m.raw != nil {
				return
			}
			<-m.wake
			continue
		}
		if err := m.writeView(&v); err != nil && m.stalled(err) {
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

// fill reads the next chunk for m. It is empty when m is at the room's end.
func (m *Member) fill(v *view) error {
	for {
		v.reset(m.position)
		v.stored = m.backlog != nil
		if v.stored {
			return m.readBacklog(v)
		}
		if m.hub.tail.read(v, m, chunkBytes, roomEnd) {
			m.clip(v)
			return nil
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

// readBacklog fills v with stored messages, or with what comes behind them.
func (m *Member) readBacklog(v *view) error {
	b := m.backlog
	if b.after >= b.until {
		v.append(b.then, 0)
		m.backlog = nil
		return nil
	}
	page := b.page
	if page == 0 {
		page = 16
	}
	page = min(page, int(b.until-b.after))
	entries, err := m.hub.cfg.Log.Read(context.Background(), Room, b.after, page)
	if err != nil {
		return err
	}
	// The log may have dropped what was to be read, and the first that it still has may be behind the backlog's end.
	entries = upTo(b.until, entries)
	first := b.until + 1
	if len(entries) > 0 {
		first = entries[0].Seq
	}
	if missing := first - b.after - 1; missing > 0 {
		v.append(wire.Append(nil, wire.ServerMessage{Data: lost(missing), Event: wire.EventGap}), 0)
	}
	for i := range entries {
		m.show(v, &entries[i])
	}
	b.after = first - 1 + wire.Seq(len(entries))
	b.page = max(1, min(pageEntries, len(entries)*chunkBytes/max(1, len(v.data))))
	if b.after >= b.until && b.then == nil {
		m.backlog = nil
	}
	return nil
}

// upTo returns the entries whose numbers are not over last.
func upTo(last wire.Seq, entries []msglog.Entry) []msglog.Entry {
	for len(entries) > 0 && entries[len(entries)-1].Seq > last {
		entries = entries[:len(entries)-1]
	}
	return entries
}

func lost(n wire.Seq) string {
	if n == 1 {
		return "1 message that you have missed is no longer kept."
	}
	return fmt.Sprintf("%d messages that you have missed are no longer kept.", n)
}

// show appends a stored message to v as m is to see it.
func (m *Member) show(v *view, e *msglog.Entry) {
	var frame []byte
	if e.Session == m.session {
		frame = appendAck(nil, m, e)
	} else {
		frame = wire.Append(nil, wire.Message{From: e.From, Text: e.Text, Seq: e.Seq, Time: e.Time})
	}
	v.append(frame, e.Seq)
}

// took notes that m has taken n bytes of v, which is not all.
func (m *Member) took(v *view, n int) {
	position, seq, rest := v.taken(n)
	if !v.stored {
		m.position = position
	}
	m.seq = max(m.seq, seq)
	if len(rest) > 0 {
		m.rest = [][]byte{bytes.Clone(rest)}
	}
}

// tookAll notes that m has taken all of v.
func (m *Member) tookAll(v *view) {
	if !v.stored {
		m.position = v.end()
	}
	m.seq = max(m.seq, v.last())
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
