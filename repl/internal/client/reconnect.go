package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"hubbub/wire"
)

// The way of a lost connection: serve returns why it ended, live finds that this is not final, reconnect pauses and
// tries until a server has let the client in again, enter makes that link the current one, and its write begins with
// all that is unacknowledged.

// run serves connections until there will be no further one, and then says so. Close waits for it.
func (c *Client) run(ctx context.Context) {
	defer close(c.done)
	c.err = c.live(ctx)
	c.mu.Lock()
	c.ended = true
	c.retryAt, c.hurry = time.Time{}, nil
	c.mu.Unlock()
	close(c.over)
	c.events.put(ctx, Disconnected{Err: c.err, Unacknowledged: c.outbox.close()})
	c.events.close(c.cfg.Run)
}

// live serves one connection after the other, and returns why there is no further one.
func (c *Client) live(ctx context.Context) error {
	pauses := backoff{first: c.cfg.Intervals.First, longest: c.cfg.Intervals.Longest}
	l, _, _ := c.current()
	for {
		since, seen := time.Now(), c.lastSeen()
		err := c.serve(ctx, l)
		final := c.isFinal(ctx, l, err)
		c.leave(l, err, final)
		if final {
			return err
		}
		if time.Since(since) >= c.cfg.Intervals.First || c.lastSeen() > seen {
			pauses.reset()
		}
		if l, err = c.reconnect(ctx, &pauses, err); err != nil || l == nil {
			return err
		}
	}
}

// lastSeen is the number of the last message seen. A connection that moves it on was of use, however short it was.
func (c *Client) lastSeen() wire.Seq {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seq
}

// isFinal reports whether the end of l, for which err is the reason, is the client's end too.
func (c *Client) isFinal(ctx context.Context, l *link, err error) bool {
	taken := errors.Is(err, &wire.Error{Code: wire.CodeNameTaken}) // by another connection of this session
	return !c.cfg.Reconnect || ctx.Err() != nil || l.halfClosed.Load() || taken
}

// passing are the codes of refusals that another attempt may not meet.
var passing = map[wire.Code]bool{
	wire.CodeFull:         true,
	wire.CodeTimeout:      true,
	wire.CodeShuttingDown: true,
	wire.CodeInternal:     true,
}

// reconnect tries until it has a link that has joined, and makes it the current one. It returns neither a link nor an
// error when ctx is done, and an error where a server refuses for good.
func (c *Client) reconnect(ctx context.Context, pauses *backoff, why error) (*link, error) {
	for {
		hurried := c.pause(ctx, pauses.next(), why)
		if ctx.Err() != nil {
			return nil, nil
		}
		if hurried {
			pauses.again()
		}
		l, err := c.connect(ctx)
		var refused *wire.Error
		switch {
		case err == nil:
			c.enter(ctx, l)
			return l, nil
		case ctx.Err() != nil:
			return nil, nil
		case !errors.Is(err, ErrNoServer) && errors.As(err, &refused):
			return nil, refused
		}
		why = err
	}
}

// pause says what is lost and waits. It reports whether RetryNow has cut it short.
func (c *Client) pause(ctx context.Context, d time.Duration, why error) (hurried bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	hurry := make(chan struct{})
	c.mu.Lock()
	c.retryAt, c.hurry = time.Now().Add(d), hurry
	c.mu.Unlock()
	c.events.put(ctx, Lost{Err: why, Retry: d})
	select {
	case <-timer.C:
	case <-hurry:
		hurried = true
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retryAt, c.hurry = time.Time{}, nil
	return hurried
}

// RetryNow ends the pause between two attempts to reconnect, if there is one: the next attempt starts at once, and if
// that fails too, the pause behind it is no longer than this one was to be. It never waits.
func (c *Client) RetryNow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hurry != nil {
		close(c.hurry)
		c.hurry = nil
	}
}

// enter makes l, which has joined, the current link, and takes in what came with its joining. The next one to touch l
// is serve.
func (c *Client) enter(ctx context.Context, l *link) {
	old := l.old.Load()
	l.resent = c.outbox.rewind()
	if old {
		c.roster.begin([]string{c.cfg.Name}, false)
	}
	c.mu.Lock()
	c.link, c.connected = l, true
	c.changedLocked()
	c.mu.Unlock()
	if l.again && old {
		c.events.put(ctx, Resumed{Addr: l.addr, Gap: true})
	}
	for _, frame := range l.early {
		c.receive(ctx, l, frame)
	}
	l.early = nil
}

// leave takes note that l is lost, and why.
func (c *Client) leave(l *link, err error, final bool) {
	c.mu.Lock()
	c.connected, c.ended = false, final
	c.changedLocked()
	c.mu.Unlock()
	l.err = err
	close(l.over)
}

// resumed takes a welcome to a connection that is not the first one.
func (c *Client) resumed(l *link, f wire.Welcome) Event {
	back := Resumed{Addr: l.addr, Gap: f.Gap, Through: f.Seq}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case l.since == nil: // the one before was an old server
		c.seq, c.first = f.Seq, f.Seq+1
		c.others++
		back.Gap, back.Through = true, 0
	case l.isOther(f): // and all of it is shown
		c.seq, c.first = 0, 1
		c.others++
		back.Gap = true
	}
	return back
}

// isOther reports whether the server has another log than that which the link has asked to go on in. Where it does not
// tell which it has, or the one before did not, only its being too short shows that.
func (l *link) isOther(f wire.Welcome) bool {
	known := l.log != "" && f.Log != ""
	return known && f.Log != l.log || f.Seq < *l.since
}

// repeats reports whether a frame is one that the client has had before: a resumed connection starts somewhat earlier
// than the last one has ended, and it brings the acks of texts that were sent again twice, as an answer and in the
// room's order.
func (c *Client) repeats(l *link, frame wire.Frame) bool {
	if !l.again {
		return false
	}
	switch f := frame.(type) {
	case wire.Message:
		c.mu.Lock()
		defer c.mu.Unlock()
		return f.Seq != 0 && f.Seq <= c.seq
	case wire.Ack:
		if c.outbox.has(f.ID) {
			return false
		}
		c.seenAck(l, f)
		return true
	}
	return false
}

// backoff is the sequence of pauses between attempts.
type backoff struct {
	first, longest time.Duration
	last           time.Duration // without jitter; 0: there was none
	keep           bool          // the next one is like the last
}

// next returns the next pause: the first one, or twice the last, but not over longest; and a random part, of up to a
// half, off that.
func (b *backoff) next() time.Duration {
	switch {
	case b.last == 0:
		b.last = b.first
	case b.keep:
	case b.last > b.longest/2:
		b.last = b.longest
	default:
		b.last *= 2
	}
	b.keep = false
	return b.last - rand.N(b.last/2+1)
}

// again has the next pause be like the last one.
func (b *backoff) again() { b.keep = true }

// reset has the next pause be the first one.
func (b *backoff) reset() { b.last, b.keep = 0, false }
