package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/wire"
)

// dialSmall connects with a small receive buffer, which also keeps the one that the server sends from small.
func (p *program) dialSmall(t testing.TB) *client {
	t.Helper()
	c := p.dial(t)
	if err := c.conn.SetReadBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	return c
}

// padding is as much as a text may hold beside a number. Megabytes of it are compared as bytes here and not decoded,
// which the race detector makes slow.
var padding = strings.Repeat("x", wire.MaxText-10)

func longChat(i int) string {
	return fmt.Sprintf(`{"type":"chat","data":"%d %s","id":%d}`+"\n", i, padding, i)
}

func longMessage(i int) string {
	return fmt.Sprintf(`{"type":"message","from":"Alice","data":"%d %s","seq":%d,`, i, padding, i)
}

// talkLong says long messages, from one number to another, and reads until the last is acknowledged.
func (c *client) talkLong(from, to int) {
	c.t.Helper()
	var all strings.Builder
	for i := from; i <= to; i++ {
		all.WriteString(longChat(i))
	}
	go c.conn.Write([]byte(all.String()))
	for {
		if a, ok := c.next().(wire.Ack); ok && a.ID == wire.ID(to) {
			return
		}
	}
}

// readLong checks that each long message of Alice's comes once and in order, and hands other frames to other.
func (c *client) readLong(from, to int, other func(wire.Frame)) {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(2 * patience))
	lines := bufio.NewReaderSize(c.conn, 2*wire.MaxFrame)
	c.frames = wire.NewReader(lines)
	for i := from; i <= to; {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			c.t.Fatal(err)
		}
		if strings.HasPrefix(string(line), longMessage(i)) {
			i++
			continue
		}
		f, err := wire.DecodeServer(line)
		if _, ok := f.(wire.Message); err != nil || ok {
			c.t.Fatalf("got %.60q … %q, %v; want message %d", line, line[len(line)-60:], err, i)
		}
		other(f)
	}
}

// A reader that stops while more passes than memory and sockets hold loses nothing, and learns who is here when it is
// back: announcements that it has missed are not kept.
func TestSlowReader(t *testing.T) {
	const messages = 2200 // 9 MB: what the tail and the sockets hold, and more
	p := start(t, "-rate", "0")
	slow := p.dialSmall(t)
	slow.welcome(wire.Join{Name: "Slow"})
	alice := p.join(t, "Alice")
	slow.wantAnnouncement("Alice has joined the chat.")
	alice.talkLong(1, messages/2)
	p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	p.join(t, "Carol").leave()
	alice.wantAnnouncement("Carol has joined the chat.")
	alice.wantAnnouncement("Carol has left the chat.")
	alice.talkLong(messages/2+1, messages)
	slow.say("my own", 1) // which stands at its place as an ack
	alice.wantMessage("Slow", "my own")

	here := []string{"Slow", "Alice"}
	rosters, acks := 0, 0
	look := func(f wire.Frame) {
		switch f := f.(type) {
		case wire.Roster:
			here = f.Users
			rosters++
		case wire.ServerMessage:
			here = moved(here, f)
		case wire.Ack:
			acks++
			if f.ID != 1 || f.Seq != messages+1 {
				t.Errorf("got %+v", f)
			}
		default:
			t.Fatalf("got %.200s", wire.Append(nil, f))
		}
	}
	slow.readLong(1, messages, look)
	// It may have read the last message from the log, with the roster still to come.
	alice.say("the last", messages+1)
	for {
		f := slow.next()
		if m, ok := f.(wire.Message); ok {
			if m.Text != "the last" {
				t.Errorf("got %.60q, want the last message", m.Text)
			}
			break
		}
		look(f)
	}
	if acks != 1 {
		t.Errorf("%d acks of one message", acks)
	}
	slices.Sort(here)
	if rosters == 0 || strings.Join(here, " ") != "Alice Bob Slow" {
		t.Errorf("after %d rosters, %v are here", rosters, here)
	}
}

// moved is who is here after an announcement.
func moved(here []string, a wire.ServerMessage) []string {
	if a.Event == wire.EventJoin {
		return append(here, a.Users...)
	}
	return slices.DeleteFunc(here, func(name string) bool { return slices.Contains(a.Users, name) })
}

// One that resumes and does not read while more is said gets the old and the new once, and in order.
func TestSlowResume(t *testing.T) {
	const old, more = 300, 600
	p := start(t, "-rate", "0")
	alice := p.join(t, "Alice")
	alice.talkLong(1, old)
	since := wire.Seq(100)
	slow := p.dialSmall(t)
	slow.write(wire.Join{Name: "Slow", V: 1, Session: wire.NewSessionID(), Since: &since})
	p.out.await(t, "User 'Slow' has joined")
	alice.talkLong(old+1, old+more)
	welcomes := 0
	slow.readLong(int(since)+1, old+more, func(f wire.Frame) {
		if _, ok := f.(wire.Welcome); ok {
			welcomes++
		}
	})
	if welcomes != 1 {
		t.Errorf("%d welcomes", welcomes)
	}
}
