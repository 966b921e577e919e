package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

// joinedOld returns a client that has joined an old server over a pipe. Before it was taken for an old one, the server
// sent early, in as many writes.
func joinedOld(t *testing.T, early ...string) (*Client, *peer) {
	t.Helper()
	cfg, server := pipe(t)
	go func() {
		server.expect(joinLine)
		for _, bytes := range early {
			server.send(bytes)
		}
	}()
	start := time.Now()
	c := dial(t, cfg)
	if took := time.Since(start); took != 2*time.Second {
		t.Errorf("dialing an old server took %v, want 2s", took)
	}
	return c, server
}

func TestOldServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joinedOld(t,
			`{"type": "message", "from": "Bob", "data": "one"}{"type": "server_message", "data": "Carl has joined the chat."}`,
			`{"type": "message", "fr`, `om": "Dan", "data": "two"}`, `{"type": "mess`)
		want := Status{Addr: "hub:5050", Name: "Alice", Old: true, Connected: true}
		if got := c.Status(); got != want {
			t.Errorf("status %+v, want %+v", got, want)
		}
		server.send(`age", "from": "bob", "data": "three"}`)
		for i, want := range []wire.Frame{
			wire.Message{From: "Bob", Text: "one"}, wire.ServerMessage{Data: "Carl has joined the chat."},
			wire.Message{From: "Dan", Text: "two"}, wire.Message{From: "bob", Text: "three"},
		} {
			if got := nextFrame(t, c); !reflect.DeepEqual(got, want) {
				t.Errorf("frame %d is %#v, want %#v", i, got, want)
			}
		}
		if got := strings.Join(c.Roster(), " "); got != "Alice bob Carl Dan" {
			t.Errorf("the roster is %q", got)
		}
		server.send(`{"type": "server_message", "data": "Bob has left the chat."}`)
		next(t, c)
		if got := strings.Join(c.Roster(), " "); got != "Alice Carl Dan" {
			t.Errorf("the roster is %q", got)
		}
		if _, err := c.Ping(t.Context()); err != ErrOldServer {
			t.Errorf("Ping says %v", err)
		}
		if _, err := c.History(t.Context(), 0, 1); err != ErrOldServer {
			t.Errorf("History says %v", err)
		}
		if _, err := c.Search(t.Context(), "a", 0, 1); err != ErrOldServer {
			t.Errorf("Search says %v", err)
		}
		time.Sleep(time.Hour) // the bubble's: an old server may be silent, and is not asked
		if !c.Status().Connected {
			t.Error("the client gave a silent old server up")
		}
	})
}

func TestOldServerGetsOneShortFrameAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joinedOld(t)
		long := strings.Repeat("long words ", 200)
		for _, text := range []string{"one", "two", long} {
			send(t, c, text)
		}
		if n := c.Status().Unacknowledged; n < 2 {
			t.Errorf("%d texts are waiting", n)
		}
		var last time.Time
		var texts []string
		for len(strings.Join(texts, "")) < len("onetwo")+len(long) {
			frame := server.write()
			if since := time.Since(last); since < 50*time.Millisecond {
				t.Errorf("a write came %v after the one before", since)
			}
			last = time.Now()
			chat, err := wire.DecodeClient([]byte(frame))
			if err != nil || len(frame) > wire.OldRead || strings.Contains(frame, `"id"`) {
				t.Fatalf("the old server got %q (%v)", frame, err)
			}
			texts = append(texts, chat.(wire.Chat).Text)
		}
		if len(texts) < 5 || texts[0] != "one" || texts[1] != "two" || strings.Join(texts[2:], "") != long {
			t.Errorf("the old server got %q", texts)
		}
		synctest.Wait()
		if n := c.Status().Unacknowledged; n != 0 {
			t.Errorf("when all is written, %d texts are waiting", n)
		}
	})
}

func TestOldServerGoneInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joinedOld(t)
		send(t, c, "one")
		send(t, c, "two")
		server.expect(`{"type":"chat","data":"one"}` + "\n")
		server.conn.Close()
		d := end(t, c)
		if want := []Text{{2, "two"}}; !reflect.DeepEqual(d.Unacknowledged, want) {
			t.Errorf("left are %v, want %v", d.Unacknowledged, want)
		}
		wantError(t, c.Drain(t.Context()), `1 text was not delivered, "two"`)
	})
}

// A server that was only slow to answer is treated as what it is once it has.
func TestLateWelcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joinedOld(t)
		server.send(welcome)
		nextFrame(t, c)
		wantEvents(t, c, Recognized{})
		if s := c.Status(); s.Old || s.Room != "main" {
			t.Errorf("the status is %+v", s)
		}
		send(t, c, "hello")
		server.expect(`{"type":"chat","data":"hello","id":1}` + "\n")
		server.expect(`{"type":"ping","data":""}` + "\n")
	})
}

func TestManyEarlyFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, server := pipe(t)
		const n = 3000
		go func() {
			server.expect(joinLine)
			for i := range n {
				server.send(fmt.Sprintf(`{"type": "message", "from": "Bob", "data": "%d"}`, i))
			}
		}()
		c := dial(t, cfg)
		for i := range n {
			if m, _ := nextFrame(t, c).(wire.Message); m.Text != fmt.Sprint(i) {
				t.Fatalf("frame %d is %#v", i, m)
			}
		}
	})
}

// oldServer serves one connection as the old program does, until the end of what it reads, and calls last then. It
// returns its address and what it got.
func oldServer(t *testing.T, last func(*net.TCPConn)) (addr string, got func() string) {
	listener := listen(t)
	var all []byte
	var serving sync.WaitGroup
	serving.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		all, _ = io.ReadAll(conn)
		last(conn.(*net.TCPConn))
		conn.Close()
	})
	return listener.Addr().String(), func() string { serving.Wait(); return string(all) }
}

func TestDrainOldServer(t *testing.T) {
	tests := []struct {
		name string
		last func(*net.TCPConn)
		fine bool
	}{
		{"read", func(*net.TCPConn) {}, true},
		{"reset", func(conn *net.TCPConn) { conn.SetLinger(0) }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			addr, got := oldServer(t, test.last)
			c := dial(t, Config{
				Addrs: []string{addr}, Name: "Alice", Session: session,
				Intervals: Intervals{Old: time.Millisecond, Pace: time.Millisecond},
			})
			send(t, c, "one")
			send(t, c, "two")
			for range 2 { // the second one finds it done
				if err := c.Drain(t.Context()); (err == nil) != test.fine {
					t.Errorf("Drain says %v", err)
				}
			}
			if want := joinLine + `{"type":"chat","data":"one"}` + "\n" + `{"type":"chat","data":"two"}` + "\n"; got() != want {
				t.Errorf("the server got %q, want %q", got(), want)
			}
			if d := end(t, c); (d.Err == nil) != test.fine || len(d.Unacknowledged) > 0 {
				t.Errorf("the end is %+v", d)
			}
			if _, err := c.Send(t.Context(), "late"); err != ErrClosed {
				t.Errorf("Send says %v", err)
			}
		})
	}
}

func TestDrainOldServerFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := joinedOld(t)
		wantError(t, c.Drain(t.Context()), "has not shown that it read everything", "can't be closed for writing alone")
	})

	release := make(chan struct{})
	addr, got := oldServer(t, func(*net.TCPConn) { <-release })
	c := dial(t, Config{Addrs: []string{addr}, Name: "Alice", Intervals: Intervals{Old: time.Millisecond}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := c.Drain(ctx)
	wantError(t, err, "has not shown that it read everything: context deadline exceeded")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain says %v", err)
	}
	close(release)
	got()
}
