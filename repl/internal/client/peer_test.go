package client

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	session  = "000102030405060708090a0b0c0d0e0f"
	joinLine = `{"type":"join","data":"Alice","v":1,"session":"` + session + `"}` + "\n"
	welcome  = `{"type":"welcome","data":"hello","v":1,"name":"Alice","room":"main","users":["Alice","bob"],"seq":7,` +
		`"limits":{"frame":16384,"text":4096,"name":32,"rate":20,"burst":40}}` + "\n"
)

// peer is the server's end of a connection. It speaks literal bytes.
type peer struct {
	t    *testing.T
	conn net.Conn
}

// send writes bytes. The client must be reading, or the test has a bug.
func (p *peer) send(bytes string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, bytes); err != nil {
		p.t.Errorf("sending %q: %v", bytes, err)
	}
}

// expect reads exactly these bytes.
func (p *peer) expect(want string) {
	p.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(p.conn, got)
	if err != nil || string(got) != want {
		p.t.Errorf("the server got %q (%v), want %q", got[:n], err, want)
	}
}

// write returns what the client writes next, as one write.
func (p *peer) write() string {
	p.t.Helper()
	buf := make([]byte, 1<<20)
	n, err := p.conn.Read(buf)
	if err != nil {
		p.t.Errorf("the server got nothing: %v", err)
	}
	return string(buf[:n])
}

// pipe returns a Config whose one address is a pipe to the returned peer. Nothing in the pipe is buffered, and time
// waits for it in a synctest bubble.
func pipe(t *testing.T) (Config, *peer) {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { theirs.Close() })
	return Config{
		Addrs:   []string{"hub:5050"},
		Name:    "Alice",
		Session: session,
		Dialer:  func(context.Context, string) (net.Conn, error) { return ours, nil },
	}, &peer{t, theirs}
}

// joined returns a client that has joined a new server over a pipe, its welcome read from its events.
func joined(t *testing.T) (*Client, *peer) {
	t.Helper()
	cfg, server := pipe(t)
	go func() {
		server.expect(joinLine)
		server.send(welcome)
	}()
	c := dial(t, cfg)
	if f, ok := next(t, c).(Frame); !ok || string(f.Raw)+"\n" != welcome {
		t.Fatalf("the first event is %v, want the welcome", f)
	}
	return c, server
}

func dial(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// next returns the next event.
func next(t *testing.T, c *Client) Event {
	t.Helper()
	select {
	case e, ok := <-c.Events():
		if !ok {
			t.Fatal("there are no more events")
		}
		return e
	case <-time.After(time.Hour):
		t.Fatal("no event came")
	}
	return nil
}

// nextFrame returns the next event's frame.
func nextFrame(t *testing.T, c *Client) wire.Frame {
	t.Helper()
	e := next(t, c)
	f, ok := e.(Frame)
	if !ok {
		t.Fatalf("the next event is %#v, want a frame", e)
	}
	return f.Frame
}

// end returns the last event, and skips those before it.
func end(t *testing.T, c *Client) Disconnected {
	t.Helper()
	for {
		if d, ok := next(t, c).(Disconnected); ok {
			if e, ok := <-c.Events(); ok {
				t.Errorf("behind Disconnected comes %#v", e)
			}
			return d
		}
	}
}

func send(t *testing.T, c *Client, text string) wire.ID {
	t.Helper()
	id, err := c.Send(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// wantError reports an error that is nil or whose sentence has not all the parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
}
