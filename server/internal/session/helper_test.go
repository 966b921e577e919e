package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"hubbub/server/internal/hub"
	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/server/internal/session"
	"hubbub/wire"
)

// The times of the protocol. The tests here run in bubbles of testing/synctest, where hours pass at once.
const (
	handshake = 10 * time.Second
	idle      = 75 * time.Second
	stall     = 30 * time.Second
	linger    = 5 * time.Second
)

// house is a server on a listener in memory. Its connections are pipes: what is written is not taken before it is read.
type house struct {
	t      *testing.T
	ln     *pipes
	log    *fakeLog
	server *session.Server
	served chan error
	stop   func() error // shuts down, once
}

// open starts a server without a rate, which is shut down at the end of the test. options are those of its log.
func open(t *testing.T, options memlog.Options) *house {
	t.Helper()
	return openWithRate(t, options, rate.Inf, 1)
}

func openWithRate(t *testing.T, options memlog.Options, limit rate.Limit, burst int) *house {
	t.Helper()
	log := &fakeLog{Log: memlog.New(options)}
	quiet := slog.New(slog.DiscardHandler)
	limits := wire.Limits{Frame: wire.MaxFrame, Text: wire.MaxText, Name: wire.MaxName}
	h, err := hub.New(t.Context(), hub.Config{
		Log: log, Logger: quiet, Now: time.Now, Limits: limits, Stall: stall, Linger: linger, OldGap: 5 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	house := &house{
		t: t, log: log, ln: &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}, served: make(chan error, 1),
		server: session.New(session.Config{
			Hub: h, Log: log, Logger: quiet, MaxClients: 1000, MaxPerIP: 1000, Rate: limit, Burst: burst,
			Handshake: handshake, Idle: idle, Linger: linger,
		}),
	}
	go func() { house.served <- house.server.Serve(house.ln) }()
	house.stop = sync.OnceValue(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), linger/2)
		defer cancel()
		late := house.server.Shutdown(ctx)
		if err := <-house.served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
		return late
	})
	t.Cleanup(func() { house.stop() })
	return house
}

// pipes is a listener whose connections never leave the process.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// fakeLog is a log that can be made to fail, and that calls back before it does something.
type fakeLog struct {
	msglog.Log

	mu           sync.Mutex // guards the following
	appendErr    error
	readErr      error
	beforeAppend func()
	beforeRead   func()
}

func (l *fakeLog) set(change func(*fakeLog)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(l)
}

func (l *fakeLog) Append(ctx context.Context, entries []msglog.Entry) error {
	l.mu.Lock()
	err, before := l.appendErr, l.beforeAppend
	l.mu.Unlock()
	if before != nil {
		before()
	}
	if err != nil {
		return err
	}
	return l.Log.Append(ctx, entries)
}

func (l *fakeLog) Read(ctx context.Context, room string, after wire.Seq, limit int) ([]msglog.Entry, error) {
	l.mu.Lock()
	err, before := l.readErr, l.beforeRead
	l.mu.Unlock()
	if before != nil {
		before()
	}
	if err != nil {
		return nil, err
	}
	return l.Log.Read(ctx, room, after, limit)
}

// client is one end of a pipe whose other end the server has.
type client struct {
	t      *testing.T
	conn   net.Conn
	frames *wire.Reader
}

func (h *house) dial() *client {
	h.t.Helper()
	ours, theirs := net.Pipe()
	h.t.Cleanup(func() { ours.Close() })
	ours.SetDeadline(time.Now().Add(24 * time.Hour)) // what does not come fails the test
	h.ln.conns <- theirs
	return &client{t: h.t, conn: ours, frames: wire.NewReader(ours)}
}

// join joins with version 1 and reads the welcome.
func (h *house) join(name string) *client {
	h.t.Helper()
	c := h.dial()
	c.write(wire.Join{Name: name, V: 1, Session: wire.NewSessionID()})
	want[wire.Welcome](c)
	return c
}

func (h *house) joinOld(name string) *client {
	h.t.Helper()
	c := h.dial()
	c.send(`{"type": "join", "data": "` + name + `"}`)
	return c
}

func (c *client) send(literal string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(literal)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) write(f wire.Frame) {
	c.t.Helper()
	c.send(string(wire.Append(nil, f)))
}

func (c *client) next() wire.Frame {
	c.t.Helper()
	object, err := c.frames.Next()
	if err != nil {
		c.t.Fatalf("no frame came: %v", err)
	}
	f, err := wire.DecodeServer(object)
	if err != nil {
		c.t.Fatalf("%v in %.200s", err, object)
	}
	return f
}

// want returns the next frame, which must be an F.
func want[F wire.Frame](c *client) F {
	c.t.Helper()
	next := c.next()
	f, ok := next.(F)
	if !ok {
		c.t.Fatalf("got %.300s, want a %T", wire.Append(nil, next), f)
	}
	return f
}

func (c *client) wantMessage(from, text string) wire.Message {
	c.t.Helper()
	m := want[wire.Message](c)
	if m.From != from || m.Text != text {
		c.t.Fatalf("got %.100q from %q, want %.100q from %q", m.Text, m.From, text, from)
	}
	return m
}

func (c *client) wantAnnouncement(text string) {
	c.t.Helper()
	if got := want[wire.ServerMessage](c); got.Data != text {
		c.t.Fatalf("got %q, want %q", got.Data, text)
	}
}

func (c *client) wantError(code wire.Code) *wire.Error {
	c.t.Helper()
	e := want[*wire.Error](c)
	if e.Code != code {
		c.t.Fatalf("got %v, want %s", e, code)
	}
	return e
}

func (c *client) wantEnd() {
	c.t.Helper()
	if object, err := c.frames.Next(); !errors.Is(err, io.EOF) {
		c.t.Fatalf("got %.200q, %v; want the connection's end", object, err)
	}
}

// recv reads as the old program does: what one read of 1,024 bytes gives is one frame. A pipe gives what one write had.
func (c *client) recv() map[string]any {
	c.t.Helper()
	b := make([]byte, wire.OldRead)
	n, err := c.conn.Read(b)
	if err != nil {
		c.t.Fatal(err)
	}
	var frame map[string]any
	if err := json.Unmarshal(b[:n], &frame); err != nil {
		c.t.Fatalf("one read gave what is not one frame: %v in %q", err, b[:n])
	}
	return frame
}
