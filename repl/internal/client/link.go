package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/wire"
)

// The errors of a connection that has been given up.
var (
	errSilent = errors.New("nothing came from the server")
	errDeaf   = errors.New("the server took nothing")
)

// lastWords is how long the server has to say why it no longer takes what we write.
const lastWords = 2 * time.Second

// link is one connection to a server. Two goroutines serve it, one that reads and one that writes; serve owns both.
type link struct {
	// Set when the link is made, then only read.
	conn      net.Conn
	addr      string
	intervals Intervals
	closing   chan struct{} // closed when serve ends the link
	over      chan struct{} // closed when serve has ended it, and the client knows whether another one follows
	again     bool          // it is not the client's first one
	index     int           // of addr in Config.Addrs
	since     *wire.Seq     // the last message seen when it joined; nil: nothing is resumed
	log       wire.LogID    // that since counts in; empty: that is not known
	resent    wire.ID       // up to here, the texts were written to earlier links too

	old        atomic.Bool // the server is an old one
	halfClosed atomic.Bool // nothing more is written; the server's end is awaited

	// Owned by Dial, and then by the goroutine that reads.
	frames   *wire.Reader
	early    []Frame // came in up to the welcome, or before it was known that the server is an old one
	joined   bool
	farewell *wire.Error // what the server may have ended the connection for

	// Owned by the goroutine that writes.
	written time.Time // to an old server, last

	// Set before over is closed, then only read.
	clean bool  // the server ended the connection after it had read everything
	err   error // what serve has returned

	asked chan struct{} // holds a signal when there are requests to write

	mu       sync.Mutex // guards the following
	requests []request  // not written yet
	pending  []request  // written, and not answered yet
	pings    uint64     // sent for Ping, to number them
}

func newLink(conn net.Conn, addr string, intervals Intervals) *link {
	l := &link{
		conn:      conn,
		addr:      addr,
		intervals: intervals,
		closing:   make(chan struct{}),
		over:      make(chan struct{}),
		asked:     make(chan struct{}, 1),
	}
	l.frames = wire.NewReader((*incoming)(l))
	return l
}

// serve reads and writes until the connection ends or ctx is done, and returns why it ended: nil where that was this
// end's wish. Both goroutines have ended and the connection is closed when it returns.
func (c *Client) serve(ctx context.Context, l *link) error {
	var goroutines sync.WaitGroup
	reading, writing := make(chan error, 1), make(chan error, 1)
	start := func(work func()) { goroutines.Go(func() { c.cfg.Run(work) }) }
	start(func() { reading <- c.read(ctx, l) })
	start(func() { writing <- c.write(l) })

	var ended, failed error // the reading and the writing
	select {
	case <-ctx.Done():
	case ended = <-reading:
	case failed = <-writing:
		select {
		case <-ctx.Done():
		case ended = <-reading:
		case <-time.After(lastWords):
		}
	}
	l.clean = l.halfClosed.Load() && ended == io.EOF
	close(l.closing)
	l.conn.Close()
	goroutines.Wait()

	switch {
	case ctx.Err() != nil, l.clean:
		return nil
	case l.farewell != nil:
		return l.farewell
	}
	return broken(cmp.Or(ended, failed))
}

// incoming is the link's stream from the server as a [wire.Reader] reads it: it asks whether the server is still there
// when nothing has come for a while, and gives up when nothing comes for long. An old server may be silent. Only time
// spent in Read counts, so that a slow reader of Events is not taken for a silent server.
type incoming link

func (in *incoming) Read(p []byte) (int, error) {
	l := (*link)(in)
	if !l.joined {
		return l.conn.Read(p) // join has set a deadline
	}
	if l.old.Load() {
		l.conn.SetReadDeadline(time.Time{})
		return l.conn.Read(p)
	}
	n, err := l.readWithin(p, l.intervals.Ping)
	if !errors.Is(err, os.ErrDeadlineExceeded) || n > 0 {
		return n, err
	}
	l.ask(request{frame: wire.Ping{}}) // where there is no room for it, other requests are on their way
	n, err = l.readWithin(p, l.intervals.Gone-l.intervals.Ping)
	if !errors.Is(err, os.ErrDeadlineExceeded) || n > 0 {
		return n, err
	}
	return 0, fmt.Errorf("%w for %v", errSilent, l.intervals.Gone)
}

func (l *link) readWithin(p []byte, d time.Duration) (int, error) {
	l.conn.SetReadDeadline(time.Now().Add(d))
	return l.conn.Read(p)
}

// flush writes all of p. It gives up when nothing of it moves for Intervals.Stall.
func (l *link) flush(p []byte) error {
	for len(p) > 0 {
		l.conn.SetWriteDeadline(time.Now().Add(l.intervals.Stall))
		n, err := l.conn.Write(p)
		p = p[n:]
		switch {
		case err == nil || errors.Is(err, os.ErrDeadlineExceeded) && n > 0:
		case errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("%w for %v", errDeaf, l.intervals.Stall)
		default:
			return err
		}
	}
	return nil
}

// halfClose tells the server that nothing more comes, while what it sends is still read.
func (l *link) halfClose() error {
	conn, ok := l.conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.New("this connection can't be closed for writing alone")
	}
	if !l.halfClosed.CompareAndSwap(false, true) {
		return nil
	}
	return conn.CloseWrite()
}
