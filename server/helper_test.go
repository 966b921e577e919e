package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/wire"
)

// patience is how long a test waits for what must come before it fails.
const patience = 20 * time.Second

// program is the whole server in this process.
type program struct {
	t      testing.TB
	addr   string
	out    *output
	cancel context.CancelFunc
	done   chan error // run's, once
}

func noEnv(string) (string, bool) { return "", false }

// start runs the server on a free port. It is stopped at the test's end, and none of its goroutines may be left then.
func start(t testing.TB, args ...string) *program {
	t.Helper()
	before := goleak.IgnoreCurrent() // what another test has left behind is its own
	ctx, cancel := context.WithCancel(context.Background())
	p := &program{t: t, out: new(output), cancel: cancel, done: make(chan error, 1)}
	go func() {
		p.done <- run(ctx, append([]string{"-listen", "127.0.0.1:0", "-data", "memory"}, args...), noEnv, p.out)
	}()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	t.Cleanup(p.stop)
	p.addr = p.out.await(t, `(?i)starting.*(127\.0\.0\.1:\d+)`)
	return p
}

// stop ends the server, if it has not ended yet, and waits for it.
func (p *program) stop() {
	p.cancel()
	select {
	case err, ok := <-p.done:
		if ok && err != nil {
			p.t.Errorf("the server ended with %v", err)
		}
		if ok {
			close(p.done)
		}
	case <-time.After(patience):
		p.t.Fatal("the server does not end")
	}
}

// output is what a program has written.
type output struct {
	mu sync.Mutex // guards the following
	b  strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// await waits until the pattern is there, and returns its first group.
func (o *output) await(t testing.TB, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	var found []string
	eventually(t, fmt.Sprintf("the output has %q", pattern), func() bool {
		found = re.FindStringSubmatch(o.String())
		return found != nil
	})
	return found[len(found)-1]
}

// eventually polls until ok is true.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("it never came about that %s", what)
		}
	}
}

// client is one connection to a server.
type client struct {
	t      testing.TB
	conn   *net.TCPConn
	frames *wire.Reader
}

func (p *program) dial(t testing.TB) *client {
	t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn.(*net.TCPConn), frames: wire.NewReader(conn)}
}

// local is the client's address, as the server's log names it.
func (c *client) local() string { return c.conn.LocalAddr().String() }

// send writes bytes as they are, with one write.
func (c *client) send(literal string) {
	c.t.Helper()
	c.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := c.conn.Write([]byte(literal)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) write(f wire.Frame) {
	c.t.Helper()
	c.send(string(wire.Append(nil, f)))
}

// say sends a chat; id 0 is none.
func (c *client) say(text string, id wire.ID) {
	c.t.Helper()
	c.write(wire.Chat{Text: text, ID: id})
}

// raw returns the next frame as it came, without its newline.
func (c *client) raw() string {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	object, err := c.frames.Next()
	if err != nil {
		c.t.Fatalf("no frame came: %v", err)
	}
	return string(object)
}

func (c *client) next() wire.Frame {
	c.t.Helper()
	object := c.raw()
	f, err := wire.DecodeServer([]byte(object))
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

// wantRaw checks the next frame byte by byte.
func (c *client) wantRaw(frame string) {
	c.t.Helper()
	if got := c.raw(); got != frame {
		c.t.Fatalf("got  %s\nwant %s", got, frame)
	}
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

func (c *client) wantAck(id wire.ID) wire.Ack {
	c.t.Helper()
	a := want[wire.Ack](c)
	if a.ID != id {
		c.t.Fatalf("got an ack of %d, want one of %d", a.ID, id)
	}
	return a
}

func (c *client) wantError(code wire.Code) *wire.Error {
	c.t.Helper()
	e := want[*wire.Error](c)
	if e.Code != code {
		c.t.Fatalf("got %v, want %s", e, code)
	}
	if e.Message == "" {
		c.t.Errorf("the error %s has no sentence", code)
	}
	return e
}

// wantEnd checks that the server ends the connection, in good order, and that nothing comes before.
func (c *client) wantEnd() {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	if object, err := c.frames.Next(); !errors.Is(err, io.EOF) {
		c.t.Fatalf("got %.200q, %v; want the connection's end", object, err)
	}
	c.conn.Close()
}

// wantPong checks that the connection goes on and that nothing else is on its way.
func (c *client) wantPong() {
	c.t.Helper()
	c.send(`{"type":"ping","data":"still here?"}`)
	if pong := want[wire.Pong](c); pong.Data != "still here?" {
		c.t.Fatalf("the pong has %q", pong.Data)
	}
}

// join joins with version 1 and a session of its own.
func (p *program) join(t testing.TB, name string) *client {
	t.Helper()
	c := p.dial(t)
	c.welcome(wire.Join{Name: name})
	return c
}

// welcome joins with version 1, with a new session unless join has one.
func (c *client) welcome(join wire.Join) wire.Welcome {
	c.t.Helper()
	join.V = wire.Version
	if join.Session == "" {
		join.Session = wire.NewSessionID()
	}
	c.write(join)
	return want[wire.Welcome](c)
}

// joinOld joins as the old program does, and waits until the server has let it in.
func (p *program) joinOld(t testing.TB, name string) *client {
	t.Helper()
	c := p.dial(t)
	c.send(`{"type": "join", "data": "` + name + `"}`)
	p.out.await(t, regexp.QuoteMeta("["+c.local()+"] User '"+name+"' has joined"))
	return c
}

// recv reads as the old program does: what one read of 1,024 bytes gives is one frame.
func (c *client) recv() map[string]any {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, wire.OldRead)
	n, err := c.conn.Read(b)
	if err != nil {
		c.t.Fatal(err)
	}
	var frame map[string]any
	if err := json.Unmarshal(b[:n], &frame); err != nil {
		c.t.Fatalf("%v in %q", err, b[:n])
	}
	return frame
}

// wantRecv checks some fields of the next frame to an old client.
func (c *client) wantRecv(fields map[string]any) {
	c.t.Helper()
	got := c.recv()
	for key, value := range fields {
		if got[key] != value {
			c.t.Fatalf("got %v, want %s %q", got, key, value)
		}
	}
}

// reset breaks the connection, without the end of stream that a client that leaves well has.
func (c *client) reset() {
	c.conn.SetLinger(0)
	c.conn.Close()
}

// leave ends the client's half, reads what the room still has for it and waits for the server's end, after which its
// name is free.
func (c *client) leave() {
	c.t.Helper()
	c.conn.CloseWrite()
	c.drain()
}

// drain reads announcements until the server has ended the connection.
func (c *client) drain() {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	for {
		object, err := c.frames.Next()
		if errors.Is(err, io.EOF) {
			c.conn.Close()
			return
		}
		if err != nil {
			c.t.Fatalf("got %v, want the connection's end", err)
		}
		if f, err := wire.DecodeServer(object); err != nil || f.Type() != wire.TypeServerMessage {
			c.t.Fatalf("got %.200q, %v; want the connection's end", object, err)
		}
	}
}
