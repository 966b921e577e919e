package client

import (
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

func TestLostInTheMiddleOfAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		server.send(messageLine(8) + messageLine(9)[:30])
		wantEvents(t, c, message(8))
		server.conn.Close()
		l := lost(t, c)
		wantError(t, l.Err, "the server ended the connection in the middle of a frame")
		if l.Retry < 125*time.Millisecond || l.Retry > 250*time.Millisecond {
			t.Errorf("the first pause is %v", l.Retry)
		}
		status := c.Status()
		want := Status{Addr: "hub:5050", Name: "Alice", Room: "main", Seq: 8, First: 8, Retry: time.Now().Add(l.Retry)}
		if status.Connected || status != want {
			t.Errorf("the status is %+v, want %+v", status, want)
		}
		for range 2 * maxRequests {
			if _, err := c.Ping(t.Context()); err != ErrOffline {
				t.Fatalf("Ping says %v", err)
			}
		}
		if _, err := c.History(t.Context(), 0, 1); err != ErrOffline {
			t.Errorf("History says %v", err)
		}

		server = s.accept(sinceLine(8))
		server.send(strings.Replace(welcomeAt(10), `"bob"`, `"carl"`, 1) + messageLine(9) + messageLine(10) + messageLine(11))
		back(t, c, Resumed{Addr: "hub:5050", Through: 10})
		if got := strings.Join(c.Roster(), " "); got != "Alice carl" {
			t.Errorf("the roster is %q", got)
		}
		wantEvents(t, c, message(9), message(10), message(11))
		if s := c.Status(); !s.Connected || s.Seq != 11 || !s.Retry.IsZero() {
			t.Errorf("the status is %+v", s)
		}
	})
}

// What a resumed connection brings a second time is not handed out, be it message or ack; an answer that is ahead of
// messages hides none of them.
func TestUnacknowledgedTextsGoAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		for _, text := range []string{"one", "two", "three"} {
			send(t, c, text)
			server.write()
		}
		server.send(`{"type":"ack","id":1,"seq":8}{"type":"ack","id":2,`)
		wantEvents(t, c, wire.Ack{ID: 1, Seq: 8}, Acknowledged{ID: 1, Text: "one", Seq: 8})
		server.conn.Close()
		lost(t, c)
		send(t, c, "four")

		server = s.accept(sinceLine(8))
		server.send(welcomeAt(12))
		back(t, c, Resumed{Addr: "hub:5050", Through: 12})
		server.expect(`{"type":"chat","data":"two","id":2}` + "\n" + `{"type":"chat","data":"three","id":3}` + "\n" +
			`{"type":"chat","data":"four","id":4}` + "\n")
		server.send(`{"type":"ack","id":2,"seq":10}{"type":"ack","id":3,"seq":12}` + // the answers
			messageLine(8) + messageLine(9) + `{"type":"ack","id":2,"seq":10}` + messageLine(11) +
			`{"type":"ack","id":3,"seq":12}` + `{"type":"ack","id":4,"seq":13}` + messageLine(13) + messageLine(14))
		wantEvents(t, c,
			wire.Ack{ID: 2, Seq: 10}, Acknowledged{ID: 2, Text: "two", Seq: 10},
			wire.Ack{ID: 3, Seq: 12}, Acknowledged{ID: 3, Text: "three", Seq: 12},
			message(9), message(11),
			wire.Ack{ID: 4, Seq: 13}, Acknowledged{ID: 4, Text: "four", Seq: 13},
			message(14))
		if s := c.Status(); s.Seq != 14 || s.Unacknowledged != 0 {
			t.Errorf("the status is %+v", s)
		}
	})
}

// Where the connection breaks between an answer and the messages that it was ahead of, those are asked for again.
func TestAnAnswerAheadIsNotWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		send(t, c, "one")
		server.write()
		server.conn.Close()
		lost(t, c)
		server = s.accept(sinceLine(7))
		server.send(welcomeAt(9))
		server.write()
		server.send(`{"type":"ack","id":1,"seq":9}`)
		back(t, c, Resumed{Addr: "hub:5050", Through: 9})
		wantEvents(t, c, wire.Ack{ID: 1, Seq: 9}, Acknowledged{ID: 1, Text: "one", Seq: 9})
		server.conn.Close()
		lost(t, c)
		server = s.accept(sinceLine(7))
		server.send(welcomeAt(9) + messageLine(8) + `{"type":"ack","id":1,"seq":9}` + messageLine(10))
		back(t, c, Resumed{Addr: "hub:5050", Through: 9})
		wantEvents(t, c, message(8), message(10))
	})
}

// An ack may come before the text has been written again.
func TestAckBeforeTheTextGoesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		send(t, c, "one")
		send(t, c, "two")
		server.write()
		server.conn.Close()
		lost(t, c)
		server = s.accept(sinceLine(7))
		server.send(welcomeAt(8))
		server.send(`{"type":"ack","id":1,"seq":8}`)
		back(t, c, Resumed{Addr: "hub:5050", Through: 8})
		wantEvents(t, c, wire.Ack{ID: 1, Seq: 8}, Acknowledged{ID: 1, Text: "one", Seq: 8})
		if seq := c.Status().Seq; seq != 8 {
			t.Errorf("after the next message's ack, seq is %d", seq)
		}
		server.write() // both, since they were on their way
		server.send(`{"type":"ack","id":2,"seq":9}`)
		wantEvents(t, c, wire.Ack{ID: 2, Seq: 9}, Acknowledged{ID: 2, Text: "two", Seq: 9})
		send(t, c, "three")
		server.expect(`{"type":"chat","data":"three","id":3}` + "\n")
	})
}

func TestGap(t *testing.T) {
	withGap := func(seq wire.Seq) string { return strings.Replace(welcomeAt(seq), "}}", `},"gap":true}`, 1) }
	tests := []struct {
		name    string
		welcome string
		want    Resumed
		shown   []wire.Seq // by the server
		handed  []wire.Seq // to the reader
		first   wire.Seq   // of what the reader has seen
	}{
		{"no longer kept", withGap(20), Resumed{"hub:5050", true, 20}, []wire.Seq{19, 20, 21}, []wire.Seq{19, 20, 21}, 8},
		{"another log", withGap(3), Resumed{"hub:5050", true, 3}, []wire.Seq{1, 2, 3, 4}, []wire.Seq{1, 2, 3, 4}, 1},
		{"another log, unsaid", welcomeAt(3), Resumed{"hub:5050", true, 3}, []wire.Seq{4}, []wire.Seq{4}, 1},
		{"an empty log", withGap(0), Resumed{"hub:5050", true, 0}, []wire.Seq{1}, []wire.Seq{1}, 1},
		{"nothing missed", welcomeAt(8), Resumed{"hub:5050", false, 8}, []wire.Seq{8, 9}, []wire.Seq{9}, 8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s, server := joinedAgain(t)
				server.send(messageLine(8))
				wantEvents(t, c, message(8))
				server.conn.Close()
				lost(t, c)
				server = s.accept(sinceLine(8))
				server.send(test.welcome)
				for _, seq := range test.shown {
					server.send(messageLine(seq))
				}
				back(t, c, test.want)
				if got := c.Status().First; got != test.first {
					t.Errorf("the first message is %d, want %d", got, test.first)
				}
				for _, seq := range test.handed {
					wantEvents(t, c, message(seq))
				}
				last := test.handed[len(test.handed)-1]
				server.conn.Close()
				lost(t, c)
				s.accept(sinceLine(last)).send(welcomeAt(last))
				back(t, c, Resumed{Addr: "hub:5050", Through: last})
			})
		})
	}
}

func TestOutboxFullWhileOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		server.conn.Close()
		lost(t, c)
		for range outboxSize {
			send(t, c, "x")
		}
		if n := c.Status().Unacknowledged; n != outboxSize {
			t.Errorf("%d texts are waiting", n)
		}
		sent := make(chan error, 1)
		go func() {
			_, err := c.Send(t.Context(), "waits")
			sent <- err
		}()
		s.refuse()
		lost(t, c)
		if len(sent) > 0 {
			t.Error("a full outbox took another text")
		}
		server = s.accept(sinceLine(7))
		server.send(welcome)
		server.write() // what is acknowledged below is among it
		go func() {
			for {
				if _, err := server.conn.Read(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}()
		back(t, c, Resumed{Addr: "hub:5050", Through: 7})
		server.send(`{"type":"ack","id":1,"seq":8}`)
		if err := <-sent; err != nil {
			t.Errorf("Send says %v", err)
		}
	})
}

func TestDrainAcrossARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		send(t, c, "one")
		server.write()
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(t.Context()) }()
		server.send(`{"type":"error","code":"shutting_down","data":"the server is stopping"}`)
		server.conn.Close()
		nextFrame(t, c)
		l := lost(t, c)
		want := &wire.Error{Code: wire.CodeShuttingDown, Message: "the server is stopping"}
		if !reflect.DeepEqual(l.Err, want) {
			t.Errorf("lost for %#v", l.Err)
		}
		for range 5 {
			s.refuse()
			wantError(t, lost(t, c).Err, "no chat server at hub:5050 (connection refused)")
		}
		server = s.accept(sinceLine(7))
		server.send(welcome)
		server.expect(`{"type":"chat","data":"one","id":1}` + "\n")
		synctest.Wait()
		if len(drained) > 0 {
			t.Error("drained with a text unacknowledged")
		}
		server.send(`{"type":"ack","id":1,"seq":8}`)
		if err := <-drained; err != nil {
			t.Error(err)
		}
		server.conn.Close()
		synctest.Wait()
		if err := c.Drain(t.Context()); err != nil {
			t.Errorf("with nothing to deliver, Drain says %v", err)
		}
	})
}

func TestDrainGivesUpWhileOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		go func() {
			for range c.Events() {
			}
		}()
		send(t, c, "one")
		server.write()
		server.conn.Close()
		send(t, c, "two")
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(t.Context()) }()
		for range 7 {
			s.refuse()
		}
		synctest.Wait()
		if len(drained) > 0 {
			t.Error("Drain gave up")
		}
		c.Close()
		err := <-drained
		wantError(t, err, `2 texts were not delivered, the first is "one"`)
		if left := err.(*Undelivered); !reflect.DeepEqual(left.Texts, []Text{{1, "one"}, {2, "two"}}) {
			t.Errorf("left are %v", left.Texts)
		}
	})
}
