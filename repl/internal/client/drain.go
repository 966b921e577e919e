package client

import (
	"cmp"
	"context"
	"fmt"
)

// Undelivered is Drain's error.
type Undelivered struct {
	Texts []Text // neither acknowledged nor refused, in the order of sending
	Err   error  // why Drain did not wait longer: ctx's error, or why the connection ended for good
}

// Error says how many texts are not acknowledged, and which one is the first.
func (u *Undelivered) Error() string {
	const shown = 80 // characters of the text
	switch n := len(u.Texts); n {
	case 0:
		return fmt.Sprintf("the server has not shown that it read everything: %v", u.Err)
	case 1:
		return fmt.Sprintf("1 text was not delivered, %.*q: %v", shown, u.Texts[0].Text, u.Err)
	default:
		return fmt.Sprintf("%d texts were not delivered, the first is %.*q: %v", n, shown, u.Texts[0].Text, u.Err)
	}
}

// Unwrap returns Err.
func (u *Undelivered) Unwrap() error { return u.Err }

// Drain waits until everything that was sent is acknowledged or refused; every event up to that is in Events then,
// which must be read on meanwhile. It gives up when ctx is done or the connection has ended for good, so it waits while
// the client reconnects: where anything is unsettled then, the error is an [*Undelivered].
//
// An old server acknowledges nothing. There Drain waits until everything is written, lets nothing more be sent, tells
// the server that this is the end, and waits for the server's own end, which shows that it has read everything; that it
// passed it on can't be known. The connection is over then.
func (c *Client) Drain(ctx context.Context) error {
	for {
		select {
		case <-c.outbox.drained():
		case <-c.over:
			return c.undelivered(cmp.Or(c.err, ErrClosed))
		case <-ctx.Done():
			return c.undelivered(ctx.Err())
		}
		l, connected, changed := c.current()
		if !l.old.Load() {
			return nil
		}
		if connected && c.outbox.closeIdle() {
			return c.awaitEnd(ctx, l)
		}
		if connected {
			continue // something else has been sent
		}
		select {
		case <-changed:
		case <-c.over:
			return c.undelivered(cmp.Or(c.err, ErrClosed))
		case <-ctx.Done():
			return c.undelivered(ctx.Err())
		}
	}
}

// awaitEnd ends this side of a connection to an old server and waits for the other.
func (c *Client) awaitEnd(ctx context.Context, l *link) error {
	if err := l.halfClose(); err != nil {
		return c.undelivered(err)
	}
	select {
	case <-l.over:
		return c.undelivered(cmp.Or(l.err, ErrClosed))
	case <-ctx.Done():
		return c.undelivered(ctx.Err())
	}
}

// undelivered returns what is not delivered as an error, or nil where that is nothing.
func (c *Client) undelivered(why error) error {
	texts := c.outbox.unsettled()
	l, _, _ := c.current()
	if len(texts) == 0 && (!l.old.Load() || l.endedClean()) {
		return nil
	}
	return &Undelivered{Texts: texts, Err: why}
}

// endedClean reports whether the server ended the connection after it had read everything.
func (l *link) endedClean() bool {
	select {
	case <-l.over:
		return l.clean
	default:
		return false
	}
}
