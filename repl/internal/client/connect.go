package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"hubbub/wire"
)

// ErrNoServer is what Dial's error is where no address has a server.
var ErrNoServer = errors.New("no chat server")

var errNoAnswer = errors.New("no answer")

// maxEarly bounds the frames that are kept while it is open whether a server is an old one. One that has sent so many
// instead of an answer is. Dial hands them over before anybody can read events.
const maxEarly = eventRoom

// joining says how to connect: for the first time, or again.
type joining struct {
	join     wire.Join
	start    int           // the index in Config.Addrs of the address to begin with
	again    bool          // it is not the first time
	timeout  time.Duration // for connecting to one address
	patience time.Duration // for the answer to the join
	numbered bool          // who is silent for longer than that is not there; else it is an old server
}

func (c *Client) joining() joining {
	j := joining{
		join:     wire.Join{Name: c.cfg.Name, V: wire.Version, Session: c.cfg.Session, History: c.cfg.History},
		timeout:  c.cfg.Timeout,
		patience: c.cfg.Intervals.Old,
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link == nil {
		return j
	}
	j.start, j.again = c.link.index+1, true
	j.timeout = min(j.timeout, standardTimeout)
	j.join.History = 0
	if c.numbered {
		since := c.seq
		j.join.Since, j.join.Log = &since, c.log
		j.numbered, j.patience = true, j.timeout
	}
	return j
}

// connect tries the addresses in order, from the one behind the last server's, and returns a link that has joined.
func (c *Client) connect(ctx context.Context) (*link, error) {
	var absent noServer
	j := c.joining()
	for i := range c.cfg.Addrs {
		index := (j.start + i) % len(c.cfg.Addrs)
		addr := c.cfg.Addrs[index]
		l, err := c.connectTo(ctx, addr, j)
		if err == nil {
			l.index = index
			return l, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connecting to %s: %w", addr, ctx.Err())
		}
		if refused := (*wire.Error)(nil); errors.As(err, &refused) && !(j.again && passing[refused.Code]) {
			return nil, refused
		}
		absent = append(absent, attempt{addr, err})
	}
	return nil, absent
}

func (c *Client) connectTo(ctx context.Context, addr string, j joining) (*link, error) {
	dialing, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	conn, err := c.cfg.Dialer(dialing, addr)
	if err != nil {
		return nil, err
	}
	l := newLink(conn, addr, c.cfg.Intervals)
	l.again, l.since, l.log = j.again, j.join.Since, j.join.Log
	stop := context.AfterFunc(ctx, func() { c.cfg.Run(func() { conn.Close() }) })
	err = l.join(j)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// join sends the join and waits for its answer: a welcome, an error, which it returns as a *wire.Error, or the silence
// of an old server. What comes in is kept in l.early.
func (l *link) join(j joining) error {
	if err := l.flush(wire.Append(nil, j.join)); err != nil {
		return err
	}
	l.conn.SetReadDeadline(time.Now().Add(j.patience))
	for len(l.early) < maxEarly {
		raw, err := l.frames.Next()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return broken(err)
		}
		frame, ok := parse(raw)
		if !ok {
			continue
		}
		if refused, ok := frame.Frame.(*wire.Error); ok {
			return refused
		}
		l.early = append(l.early, frame)
		if _, ok := frame.Frame.(wire.Welcome); ok {
			l.joined = true
			return nil
		}
	}
	if j.numbered {
		return errNoAnswer
	}
	l.joined = true
	l.old.Store(true)
	return nil
}

// broken turns the error of a read or a write into a sentence. A *wire.Error does not stay one: it is what this end
// found wrong and not what the server says.
func broken(err error) error {
	var bad *wire.Error
	switch {
	case errors.Is(err, errSilent), errors.Is(err, errDeaf):
		return err
	case err == io.EOF:
		return errors.New("the server ended the connection")
	case err == io.ErrUnexpectedEOF:
		return errors.New("the server ended the connection in the middle of a frame")
	case errors.As(err, &bad):
		return fmt.Errorf("the server does not speak the protocol: %s", bad.Message)
	}
	return fmt.Errorf("the connection broke: %w", plain(err))
}

type attempt struct {
	addr string
	err  error
}

// noServer is the error of connecting where every attempt failed, or none was made.
type noServer []attempt

func (n noServer) Error() string {
	if len(n) == 0 {
		return ErrNoServer.Error() + ": no address is given"
	}
	var tried []string
	for _, a := range n {
		tried = append(tried, fmt.Sprintf("%s (%v)", a.addr, plain(a.err)))
	}
	return ErrNoServer.Error() + " at " + strings.Join(tried, " or ")
}

func (n noServer) Unwrap() []error {
	errs := []error{ErrNoServer}
	for _, a := range n {
		errs = append(errs, a.err)
	}
	return errs
}

// plain is what a network error says, without the calls and addresses around it.
func plain(err error) error {
	var op *net.OpError
	var call *os.SyscallError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return errNoAnswer
	case errors.As(err, &call):
		return call.Err
	case errors.As(err, &op):
		return op.Err
	}
	return err
}
