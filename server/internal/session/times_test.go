package session_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

func TestHandshakeTime(t *testing.T) {
	for name, meanwhile := range map[string]func(*client){
		"silent":        func(*client) {},
		"half a frame":  func(c *client) { c.send(`{"type":"jo`) },
		"blanks":        func(c *client) { c.send(" \n ") },
		"a refused one": func(c *client) { c.send(`{"type":"join","data":"?"}`); c.wantError(wire.CodeBadName) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t, memlog.Options{}).dial()
				time.Sleep(handshake - time.Second)
				meanwhile(c)
				c.wantError(wire.CodeTimeout)
				c.wantEnd()
			})
		})
	}
}

// The time to join in is over when it is, however many other frames have come and wait for the rate.
func TestHandshakeTimeWhileHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openWithRate(t, memlog.Options{}, 20, 1).dial()
		c.conn.SetDeadline(time.Now().Add(handshake + time.Second)) // the bubble's time
		go c.conn.Write([]byte(strings.Repeat("{}", 250)))
		for c.next().(*wire.Error).Code == wire.CodeBadFrame {
		}
		c.wantEnd()
	})
}

func TestJoinedAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		c, old := h.dial(), h.dial()
		time.Sleep(handshake - time.Second)
		c.write(wire.Join{Name: "Alice", V: 1, Session: wire.NewSessionID()})
		want[wire.Welcome](c)
		old.send(`{"type": "join", "data": "Bob"}`)
		c.wantAnnouncement("Bob has joined the chat.")
		time.Sleep(handshake)
		old.send(`{"type": "chat", "data": "still here"}`)
		c.wantMessage("Bob", "still here")
	})
}

func TestIdleTime(t *testing.T) {
	for name, half := range map[string]string{"silent": "", "half a frame": `{"type":"pi`} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, memlog.Options{})
				bob := h.joinOld("Bob")
				synctest.Wait()
				alice := h.join("Alice")
				bob.wantAnnouncement("Alice has joined the chat.")
				time.Sleep(idle / 2)
				alice.send(half)
				alice.wantError(wire.CodeTimeout)
				alice.wantEnd()
				bob.wantAnnouncement("Alice has left the chat.")
			})
		})
	}
}

// Who pings every 30 s stays, and so does an old client, which can't.
func TestPingsKeepTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		alice := h.join("Alice")
		bob := h.joinOld("Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		for range 120 { // an hour
			time.Sleep(30 * time.Second)
			alice.write(wire.Ping{Data: "x"})
			want[wire.Pong](alice)
		}
		bob.send(`{"type": "chat", "data": "still here"}`)
		alice.wantMessage("Bob", "still here")
	})
}

// Who takes nothing is told why it is cut off, if it wakes up in time. Nobody else is held back.
func TestStallTime(t *testing.T) {
	const messages = 1000
	for name, wakes := range map[string]bool{"wakes up": true, "never reads": false} {
		for kind, join := range map[string]func(*house) *client{
			"version 1": func(h *house) *client { return h.join("Deaf") },
			"old":       func(h *house) *client { return h.joinOld("Deaf") },
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := open(t, memlog.Options{})
					deaf := join(h)
					synctest.Wait()
					alice, bob := h.join("Alice"), h.joinOld("Bob")
					alice.wantAnnouncement("Bob has joined the chat.")
					wakingUp := time.Now().Add(stall + linger/2)
					for i := range messages {
						alice.write(wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i + 1)})
						want[wire.Ack](alice)
						bob.wantMessage("Alice", fmt.Sprint(i))
					}
					if wakes {
						time.Sleep(time.Until(wakingUp))
						wantLast(deaf, wire.CodeTimeout)
					}
					bob.wantAnnouncement("Deaf has left the chat.")
				})
			})
		}
	}
}

// wantLast checks that the connection ends with an error, whatever comes before.
func wantLast(c *client, code wire.Code) {
	c.t.Helper()
	for {
		if e, ok := c.next().(*wire.Error); ok {
			if e.Code != code {
				c.t.Errorf("got %v, want %s", e, code)
			}
			c.wantEnd()
			return
		}
	}
}

// Who asks for more and more without taking an answer is held back, and cut off like anybody else.
func TestAsksAndNeverReads(t *testing.T) {
	for name, ask := range map[string]wire.Frame{
		"ping":    wire.Ping{Data: "0123456789"},
		"history": wire.HistoryRequest{Limit: 1000},
		"nothing": wire.Chat{},
		"resend":  wire.Chat{Text: "again and again", ID: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, memlog.Options{})
				alice := h.joinOld("Alice")
				synctest.Wait()
				deaf := h.join("Deaf")
				alice.wantAnnouncement("Deaf has joined the chat.")
				deaf.write(wire.Chat{Text: "first", ID: 1})
				alice.wantMessage("Deaf", "first")
				frame := wire.Append(nil, ask)
				asked := 0
				for ; ; asked++ {
					deaf.conn.SetWriteDeadline(time.Now().Add(time.Hour))
					if _, err := deaf.conn.Write(frame); err != nil {
						break
					}
				}
				// What waits for it is bounded, by 64 KiB of answers and what the hub's inbox holds.
				if most := 4000; asked > most {
					t.Errorf("it could ask %d times without taking an answer, want %d at most", asked, most)
				}
				alice.wantAnnouncement("Deaf has left the chat.")
			})
		})
	}
}

// A byte now and then is enough to stay.
func TestVerySlowReaderStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		slow := h.joinOld("Slow")
		synctest.Wait()
		alice := h.joinOld("Alice")
		alice.send(`{"type": "chat", "data": "Hello, Slow. Take your time."}`)
		var b [1]byte
		for range 60 {
			time.Sleep(stall - time.Second)
			if _, err := slow.conn.Read(b[:]); err != nil {
				t.Fatal(err)
			}
		}
		slow.send(`{"type": "chat", "data": "so I do"}`)
		alice.wantMessage("Slow", "so I do")
	})
}

// A shutdown waits for those who take what they are sent, and cuts the others off.
func TestShutdownTime(t *testing.T) {
	const messages = 100
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		h.joinOld("Deaf")
		h.dial() // has not joined, and reads nothing
		synctest.Wait()
		alice, bob := h.join("Alice"), h.joinOld("Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		for i := range messages {
			alice.write(wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i + 1)})
			want[wire.Ack](alice)
		}
		late := make(chan error, 1)
		go func() { late <- h.stop() }()
		synctest.Wait()
		alice.wantError(wire.CodeShuttingDown)
		alice.wantEnd()
		for i := range messages {
			bob.wantMessage("Alice", fmt.Sprint(i))
		}
		bob.wantError(wire.CodeShuttingDown)
		bob.wantEnd()
		if err := <-late; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the shutdown ended with %v", err)
		}
	})
}
