package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

// hold makes the appender wait in the log until release is called, so that what comes meanwhile makes one batch.
func (h *house) hold(speaker *client) (release func()) {
	h.t.Helper()
	gate := make(chan struct{})
	h.log.set(func(l *fakeLog) { l.beforeAppend = func() { <-gate } })
	speaker.write(wire.Chat{Text: "hold on"})
	synctest.Wait()
	h.log.set(func(l *fakeLog) { l.beforeAppend = nil })
	return func() { close(gate) }
}

func TestAnnouncements(t *testing.T) {
	for _, c := range []struct {
		names      []string
		came, left string
	}{
		{[]string{"Bob"}, "Bob has joined the chat.", "Bob has left the chat."},
		{[]string{"Bob", "Al"}, "Bob and Al have joined the chat.", "Bob and Al have left the chat."},
		{[]string{"Bob", "Al", "Cy"}, "Bob, Al and Cy have joined the chat.", "Bob, Al and Cy have left the chat."},
		{
			[]string{"Bob", "Al", "Cy", "Di", "Ed"},
			"Bob, Al and 3 others have joined the chat.", "Bob, Al and 3 others have left the chat.",
		},
	} {
		t.Run(c.came, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, memlog.Options{})
				alice := h.join("Alice")
				speaker := h.joinOld("Speaker")
				alice.wantAnnouncement("Speaker has joined the chat.")

				release := h.hold(speaker)
				var clients []*client
				for i, name := range c.names {
					one := h.dial()
					join := wire.Join{Name: name}
					if i%2 == 0 {
						join = wire.Join{Name: name, V: 1, Session: wire.NewSessionID()}
					}
					one.write(join)
					synctest.Wait()
					clients = append(clients, one)
				}
				release()
				alice.wantMessage("Speaker", "hold on")
				alice.wantEvent(c.came, wire.EventJoin, c.names)
				for i, one := range clients {
					if i%2 == 0 { // those who came together see each other, and are not announced to themselves
						if w := want[wire.Welcome](one); len(w.Users) != len(c.names)+2 {
							t.Errorf("%s is told of %v", c.names[i], w.Users)
						}
					}
				}

				release = h.hold(speaker)
				for _, one := range clients {
					one.conn.Close()
					synctest.Wait()
				}
				release()
				alice.wantMessage("Speaker", "hold on")
				alice.wantEvent(c.left, wire.EventLeave, c.names)
			})
		})
	}
}

func (c *client) wantEvent(data string, event wire.Event, users []string) {
	c.t.Helper()
	if got := want[wire.ServerMessage](c); got.Data != data || got.Event != event || !slices.Equal(got.Users, users) {
		c.t.Fatalf("got %+v, want %q about %v", got, data, users)
	}
}

// Who comes and goes in one batch is announced in that order.
func TestComingAndGoingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		alice := h.join("Alice")
		speaker := h.joinOld("Speaker")
		alice.wantAnnouncement("Speaker has joined the chat.")
		bob := h.joinOld("Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		release := h.hold(speaker)
		h.joinOld("Carol")
		synctest.Wait()
		bob.send(`{"type": "chat", "data": "Bye"}`)
		synctest.Wait()
		bob.conn.Close()
		synctest.Wait()
		bob = h.dial()
		bob.write(wire.Join{Name: "BOB", V: 1, Session: wire.NewSessionID()})
		synctest.Wait()
		release()
		alice.wantMessage("Speaker", "hold on")
		alice.wantAnnouncement("Carol has joined the chat.")
		alice.wantMessage("Bob", "Bye")
		alice.wantAnnouncement("Bob has left the chat.")
		alice.wantAnnouncement("BOB has joined the chat.")
		if w := want[wire.Welcome](bob); !slices.Equal(w.Users, []string{"Alice", "BOB", "Carol", "Speaker"}) || w.Seq != 2 {
			t.Errorf("got %+v", w)
		}
	})
}

// A roster and an announcement that are too long for one frame come in several.
func TestManyLongNames(t *testing.T) {
	const many = 300
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		alice := h.join("Alice")
		old := h.joinOld("Old")
		alice.wantAnnouncement("Old has joined the chat.")
		release := h.hold(old)
		names := []string{"Alice", "Old"}
		for i := range many {
			name := fmt.Sprintf("%s%03d", strings.Repeat("漢", 29), i)
			names = append(names, name)
			h.joinOld(name)
			synctest.Wait()
		}
		release()
		alice.wantMessage("Old", "hold on")
		announced := []string{"Alice", "Old"}
		for len(announced) < len(names) {
			announced = append(announced, want[wire.ServerMessage](alice).Users...)
		}
		if !slices.Equal(announced, names) {
			t.Errorf("%d are announced, want %d", len(announced), len(names))
		}
		for told := 0; told < many; { // to an old client without the list
			frame := old.recv()
			if frame["event"] != "join" {
				t.Fatalf("got %v", frame)
			}
			others := 0
			sentence := frame["data"].(string)
			end := sentence[strings.LastIndex(sentence, " and "):]
			if _, err := fmt.Sscanf(end, " and %d others have joined", &others); err != nil {
				t.Fatalf("%v in %q", err, sentence)
			}
			told += 2 + others
		}
		bob := h.dial()
		bob.write(wire.Join{Name: "Bob", V: 1, Session: wire.NewSessionID()})
		w := want[wire.Welcome](bob)
		here, more := w.Users, w.More
		for more {
			r := want[wire.Roster](bob)
			here, more = append(here, r.Users...), r.More
		}
		names = append(names, "Bob")
		slices.Sort(names)
		slices.Sort(here)
		if !w.More || !slices.Equal(here, names) {
			t.Errorf("%d are here, want %d; more in the welcome: %v", len(here), len(names), w.More)
		}
	})
}

// An old client gets one frame to a write, none longer than it takes.
func TestLongMessageInWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		old := h.joinOld("Old")
		synctest.Wait()
		alice := h.join("Alice")
		if got := old.recv(); got["data"] != "Alice has joined the chat." {
			t.Fatalf("got %v", got)
		}
		for _, text := range []string{
			strings.Repeat("words and ", 409), strings.Repeat("😀", 1024), strings.Repeat("\n", 4096),
		} {
			alice.write(wire.Chat{Text: text})
			alice.write(wire.Chat{Text: "next"})
			for whole := ""; whole != text; {
				got := old.recv()
				part, _ := got["data"].(string)
				if got["type"] != "message" || got["from"] != "Alice" || part == "" || !strings.HasPrefix(text[len(whole):], part) {
					t.Fatalf("got %v", got)
				}
				whole += part
			}
			if got := old.recv(); got["data"] != "next" {
				t.Fatalf("got %v", got)
			}
		}
	})
}

// Errors too come one to a write, also where several wait, and where messages wait behind them.
func TestErrorsToAnOldClientInWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		old := h.joinOld("Old")
		synctest.Wait()
		alice := h.joinOld("Alice")
		synctest.Wait() // the announcement waits to be read
		for range 3 {
			old.send(`{"type": "chat", "data": ""}`)
		}
		alice.send(`{"type": "chat", "data": "Hello"}`)
		synctest.Wait()
		got := map[any]int{}
		for range 5 {
			got[old.recv()["type"]]++
		}
		if got["server_message"] != 1 || got["error"] != 3 || got["message"] != 1 {
			t.Errorf("got %v", got)
		}
	})
}
