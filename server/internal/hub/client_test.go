package hub

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// newHub starts a hub that ends with the test.
func newHub(t testing.TB, log msglog.Log, stall time.Duration) *Hub {
	t.Helper()
	h := startHub(t, log, stall)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		h.Shutdown(ctx)
	})
	return h
}

// startHub starts a hub, which the test ends.
func startHub(t testing.TB, log msglog.Log, stall time.Duration) *Hub {
	t.Helper()
	h, err := New(t.Context(), Config{
		Log: log, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		Stall: stall, Linger: 5 * time.Second, OldGap: time.Microsecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// client is the far end of a member's connection.
type client struct {
	*Member
	t      testing.TB
	conn   net.Conn // the client's end
	frames *wire.Reader
}

// connect returns the two ends of a TCP connection.
func connect(t testing.TB) (server, far net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	far, err = net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close(); server.Close() })
	return server, far
}

func join(t testing.TB, h *Hub, j wire.Join) *client {
	t.Helper()
	server, far := connect(t)
	return joinOver(t, h, j, server, far)
}

func joinOver(t testing.TB, h *Hub, j wire.Join, server, far net.Conn) *client {
	t.Helper()
	m, err := h.Join(server, j)
	if err != nil {
		t.Fatal(err)
	}
	far.SetDeadline(time.Now().Add(time.Minute))
	return &client{Member: m, t: t, conn: far, frames: wire.NewReader(far)}
}

func named(name string, session wire.SessionID) wire.Join {
	return wire.Join{Name: name, V: wire.Version, Session: session}
}

// next returns the next frame, nil at the end of the connection.
func (c *client) next() wire.Frame {
	c.t.Helper()
	object, err := c.frames.Next()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		c.t.Fatal(err)
	}
	frame, err := wire.DecodeServer(object)
	if err != nil {
		c.t.Fatalf("%q: %v", object, err)
	}
	return frame
}

// until returns the first frame that is an F, passing over others.
func until[F wire.Frame](c *client) F {
	c.t.Helper()
	for {
		switch frame := c.next().(type) {
		case F:
			return frame
		case nil:
			c.t.Fatalf("%s: the connection ended before a %T came", c.name, *new(F))
		}
	}
}

// closeWhenDone closes the hub's end when the hub is done with it, as a session does.
func (c *client) closeWhenDone() {
	<-c.Done()
	c.Member.conn.Close()
}
