package session_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

var errDisk = errors.New("the disk is full")

// A message that the log does not take is shown to nobody, its sender is told, and may send it again.
func TestLogThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		alice := h.join("Alice")
		old := h.joinOld("Old")
		alice.wantAnnouncement("Old has joined the chat.")
		bob := h.join("Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		if got := old.recv(); got["data"] != "Bob has joined the chat." {
			t.Fatalf("got %v", got)
		}
		h.log.set(func(l *fakeLog) { l.appendErr = errDisk })
		alice.write(wire.Chat{Text: "one", ID: 7})
		if e := alice.wantError(wire.CodeInternal); e.ID != 7 {
			t.Errorf("the error answers %d, want 7", e.ID)
		}
		old.send(`{"type": "chat", "data": "from the old one"}`)
		if got := old.recv(); got["code"] != string(wire.CodeInternal) {
			t.Errorf("got %v", got)
		}
		carol := h.joinOld("Carol") // people still come and go
		bob.wantAnnouncement("Carol has joined the chat.")
		carol.conn.Close()
		bob.wantAnnouncement("Carol has left the chat.")
		h.log.set(func(l *fakeLog) { l.appendErr = nil })
		alice.wantAnnouncement("Carol has joined the chat.")
		alice.wantAnnouncement("Carol has left the chat.")
		alice.write(wire.Chat{Text: "one", ID: 7})
		if a := want[wire.Ack](alice); a.ID != 7 || a.Seq != 1 {
			t.Errorf("got %+v", a)
		}
		bob.wantMessage("Alice", "one")
	})
}

func TestLogThatCanNotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		alice := h.join("Alice")
		alice.write(wire.Chat{Text: "one", ID: 1})
		want[wire.Ack](alice)
		h.log.set(func(l *fakeLog) { l.readErr = errDisk })
		alice.write(wire.HistoryRequest{Limit: 1})
		alice.wantError(wire.CodeInternal)

		// Who can't be shown what it has missed is cut off, rather than left without.
		since := wire.Seq(0)
		bob := h.dial()
		bob.write(wire.Join{Name: "Bob", V: 1, Session: wire.NewSessionID(), Since: &since})
		want[wire.Welcome](bob)
		bob.wantError(wire.CodeInternal)
		bob.wantEnd()
		alice.wantAnnouncement("Bob has joined the chat.")
		alice.wantAnnouncement("Bob has left the chat.")

		h.log.set(func(l *fakeLog) { l.readErr = nil })
		alice.write(wire.HistoryRequest{Limit: 1})
		if got := want[wire.History](alice); len(got.Messages) != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

// While a client that is behind is about to read the log, that drops what it is to read: the client is told of a gap,
// and gets the rest once and in order.
func TestLogDropsWhatIsToBeRead(t *testing.T) {
	const kept, before, meanwhile = 10, 10, 20
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{Entries: kept})
		alice := h.join("Alice")
		say := func(from, to int) {
			for i := from; i <= to; i++ {
				alice.write(wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i)})
				want[wire.Ack](alice)
			}
		}
		say(1, before)
		gate := make(chan struct{})
		h.log.set(func(l *fakeLog) { l.beforeRead = func() { <-gate } })
		bob := h.dial()
		bob.write(wire.Join{Name: "Bob", V: 1, Session: wire.NewSessionID(), History: 5})
		want[wire.Welcome](bob)
		alice.wantAnnouncement("Bob has joined the chat.")
		say(before+1, before+meanwhile)
		close(gate)
		seq := wire.Seq(before - 5)
		for last := false; !last; {
			switch f := bob.next().(type) {
			case wire.Message:
				if f.Seq <= seq {
					t.Fatalf("message %d came behind %d", f.Seq, seq)
				}
				seq = f.Seq
				last = seq == before+meanwhile
			case wire.ServerMessage:
				if f.Event != wire.EventGap {
					t.Errorf("got %+v", f)
				}
			default:
				t.Fatalf("got %.200s", wire.Append(nil, f))
			}
		}
		// Nothing was left to come a second time.
		bob.write(wire.Ping{Data: "x"})
		want[wire.Pong](bob)
		alice.write(wire.Chat{Text: "end", ID: before + meanwhile + 1})
		bob.wantMessage("Alice", "end")
	})
}

// A history frame holds nothing from the number on that was asked for, whatever the log drops meanwhile.
func TestLogDropsWhatHistoryReads(t *testing.T) {
	const kept = 10
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{Entries: kept})
		alice := h.join("Alice")
		say := func(from, to int) {
			for i := from; i <= to; i++ {
				alice.write(wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i)})
				want[wire.Ack](alice)
			}
		}
		say(1, kept)
		bob := h.join("Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		gate := make(chan struct{})
		h.log.set(func(l *fakeLog) { l.beforeRead = func() { <-gate } })
		bob.write(wire.HistoryRequest{Before: 6, Limit: 5})
		synctest.Wait()
		say(kept+1, kept+3)
		for i := range 3 {
			bob.wantMessage("Alice", fmt.Sprint(kept+1+i))
		}
		close(gate)
		for _, m := range want[wire.History](bob).Messages {
			if m.Seq >= 6 {
				t.Errorf("message %d is in a history before 6", m.Seq)
			}
		}
	})
}
