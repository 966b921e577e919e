package client

import (
	"context"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/wire"
)

// station is where the client's connections arrive, one after the other: the test lets each in or not.
type station struct {
	t     *testing.T
	calls chan call
}

type call struct {
	addr   string
	answer chan net.Conn // nil: refused
}

func newStation(t *testing.T) (Config, *station) {
	s := &station{t: t, calls: make(chan call)}
	return Config{
		Addrs: []string{"hub:5050"}, Name: "Alice", Session: session, Reconnect: true,
		Dialer: func(ctx context.Context, addr string) (net.Conn, error) {
			c := call{addr, make(chan net.Conn, 1)}
			select {
			case s.calls <- c:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if conn := <-c.answer; conn != nil {
				return conn, nil
			}
			return nil, syscall.ECONNREFUSED
		},
	}, s
}

// next awaits the next attempt to connect.
func (s *station) next() call {
	s.t.Helper()
	select {
	case c := <-s.calls:
		return c
	case <-time.After(time.Hour):
		s.t.Fatal("the client does not try to connect")
	}
	return call{}
}

// refuse has the next attempt meet nobody.
func (s *station) refuse() (addr string) {
	s.t.Helper()
	c := s.next()
	c.answer <- nil
	return c.addr
}

// accept takes the next attempt, and the join that follows.
func (s *station) accept(join string) *peer {
	s.t.Helper()
	ours, theirs := net.Pipe()
	s.t.Cleanup(func() { theirs.Close() })
	s.next().answer <- ours
	p := &peer{s.t, theirs}
	p.expect(join)
	return p
}

// sinceLine is the join of a client that resumes behind that message.
func sinceLine(seq wire.Seq) string {
	return strings.Replace(joinLine, "}", fmt.Sprintf(`,"since":%d}`, seq), 1)
}

// welcomeAt is the welcome of a log that ends with that message.
func welcomeAt(seq wire.Seq) string {
	return strings.Replace(welcome, `"seq":7`, fmt.Sprintf(`"seq":%d`, seq), 1)
}

// joinedAgain returns a client that reconnects and has joined a server whose log ends at 7, its welcome read.
func joinedAgain(t *testing.T, change ...func(*Config)) (*Client, *station, *peer) {
	t.Helper()
	cfg, s := newStation(t)
	for _, f := range change {
		f(&cfg)
	}
	arrived := make(chan *peer, 1)
	go func() {
		p := s.accept(joinLine)
		p.send(welcome)
		arrived <- p
	}()
	c := dial(t, cfg)
	nextFrame(t, c)
	return c, s, <-arrived
}

// lost returns the next event, which must say that the connection is lost.
func lost(t *testing.T, c *Client) Lost {
	t.Helper()
	e := next(t, c)
	l, ok := e.(Lost)
	if !ok {
		t.Fatalf("the next event is %#v, want Lost", e)
	}
	if l.Err == nil {
		t.Error("Lost does not say why")
	}
	return l
}

// back reads the welcome and the Resumed behind it, which must be as wanted.
func back(t *testing.T, c *Client, want Resumed) {
	t.Helper()
	if _, ok := nextFrame(t, c).(wire.Welcome); !ok {
		t.Error("the first frame is no welcome")
	}
	wantEvents(t, c, want)
}

// wantEvents reads events, which must be as wanted; of a Frame, what is in it.
func wantEvents(t *testing.T, c *Client, want ...any) {
	t.Helper()
	for i, want := range want {
		var got any = next(t, c)
		if f, ok := got.(Frame); ok {
			got = f.Frame
		}
		if got != want {
			t.Errorf("event %d is %#v, want %#v", i, got, want)
		}
	}
}

func message(seq wire.Seq) wire.Message {
	return wire.Message{From: "bob", Text: fmt.Sprint("m", seq), Seq: seq}
}

func messageLine(seq wire.Seq) string {
	return fmt.Sprintf(`{"type":"message","from":"bob","data":"m%d","seq":%[1]d}`+"\n", seq)
}
