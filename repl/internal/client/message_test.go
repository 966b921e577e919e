package client

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

func TestAcknowledgedAndRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		if id := send(t, c, "one"); id != 1 {
			t.Errorf("the first id is %d", id)
		}
		server.expect(`{"type":"chat","data":"one","id":1}` + "\n")
		send(t, c, "two")
		send(t, c, "three")
		server.expect(`{"type":"chat","data":"two","id":2}` + "\n" + `{"type":"chat","data":"three","id":3}` + "\n")
		if n := c.Status().Unacknowledged; n != 3 {
			t.Errorf("%d texts are unacknowledged, want 3", n)
		}
		server.send(`{"type":"ack","id":1,"seq":8,"time":"2026-01-02T03:04:05.678Z"}` + "\n")
		server.send(`{"type":"message","from":"bob","data":"hi","seq":9,"time":"2026-01-02T03:04:05.700Z"}` + "\n" +
			`{"type":"error","code":"bad_text","data":"not that","id":2}` + "\n" +
			`{"type":"ack","id":99,"seq":9}` + "\n" + `{"type":"ack","id":1,"seq":8}` + "\n" +
			`{"type":"ack","id":3,"seq":10}` + "\n")

		at := wire.TimeOf(time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC))
		want := []any{
			wire.Ack{ID: 1, Seq: 8, Time: at}, Acknowledged{ID: 1, Text: "one", Seq: 8, Time: at},
			wire.Message{From: "bob", Text: "hi", Seq: 9, Time: at + 22},
			&wire.Error{Code: "bad_text", Message: "not that", ID: 2},
			Refused{ID: 2, Text: "two", Err: &wire.Error{Code: "bad_text", Message: "not that", ID: 2}},
			wire.Ack{ID: 99, Seq: 9}, wire.Ack{ID: 1, Seq: 8},
			wire.Ack{ID: 3, Seq: 10}, Acknowledged{ID: 3, Text: "three", Seq: 10},
		}
		for i, want := range want {
			var got any = next(t, c)
			if f, ok := got.(Frame); ok {
				got = f.Frame
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("event %d is %#v, want %#v", i, got, want)
			}
		}
		if s := c.Status(); s.Unacknowledged != 0 || s.Seq != 10 {
			t.Errorf("in the end, the status is %+v", s)
		}
	})
}

// While one write is under way, what is sent waits, and then goes out as one block.
func TestSendsAreBatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		send(t, c, "first")
		synctest.Wait()
		var rest string
		for i := range 100 {
			send(t, c, fmt.Sprint(i))
			rest += fmt.Sprintf(`{"type":"chat","data":"%d","id":%d}`+"\n", i, i+2)
		}
		if got, want := server.write(), `{"type":"chat","data":"first","id":1}`+"\n"; got != want {
			t.Errorf("the first write is %q", got)
		}
		if got := server.write(); got != rest {
			t.Errorf("the second write is %q, want all the others", got)
		}
	})
}

func TestSendChecksText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := joined(t)
		for _, text := range []string{"", "\x1b[2J", "\xff", strings.Repeat("x", wire.MaxText+1)} {
			_, err := c.Send(t.Context(), text)
			if bad := (*wire.Error)(nil); !errors.As(err, &bad) || bad.Code != wire.CodeBadText {
				t.Errorf("Send(%.10q) says %v", text, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Send(ctx, "hi"); !errors.Is(err, context.Canceled) {
			t.Errorf("Send with a canceled context says %v", err)
		}
		if n := c.Status().Unacknowledged; n != 0 {
			t.Errorf("%d texts were taken", n)
		}
	})
}

// A full outbox holds the next sender back until there is room, its context ends or the client is closed.
func TestSendWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		for i := range outboxSize {
			send(t, c, fmt.Sprint(i+1))
		}
		server.write()
		synctest.Wait()
		server.write()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Send(ctx, "too much"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send into a full outbox says %v", err)
		}
		blocked := make(chan error)
		trySend := func() {
			_, err := c.Send(context.Background(), "waits")
			blocked <- err
		}
		go trySend()
		synctest.Wait()
		server.send(`{"type":"ack","id":1,"seq":8}` + "\n")
		if err := <-blocked; err != nil {
			t.Errorf("Send says %v although there is room", err)
		}
		server.expect(fmt.Sprintf(`{"type":"chat","data":"waits","id":%d}`+"\n", outboxSize+1))

		go trySend()
		synctest.Wait()
		c.Close()
		if err := <-blocked; err != ErrClosed {
			t.Errorf("Send says %v when the client is closed", err)
		}
		if _, err := c.Send(t.Context(), "late"); err != ErrClosed {
			t.Errorf("Send says %v on a closed client", err)
		}
		d := end(t, c)
		if n := len(d.Unacknowledged); d.Err != nil || n != outboxSize || d.Unacknowledged[0] != (Text{2, "2"}) {
			t.Errorf("Close left %d texts (%v)", n, d.Err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

// However the bytes arrive, and whatever is between them, every good frame comes out; unknown types too.
func TestFramesInAnyShape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		const stream = `{"type":"message","from":"bob","data":"1"}{"type":"message","from":"bob","data":"2"}` + "\r\n\t " +
			`{"type":"weather","data":"rain"}` + "\n" + `{"type":"message","from":7}` + "\n" + `{"type" "x"}` + "\n" +
			`{"type":"message","from":"bob","data":"3"}`
		go func() {
			for _, b := range []byte(stream) {
				server.send(string(b))
			}
		}()
		for i, want := range []any{
			wire.Message{From: "bob", Text: "1"}, wire.Message{From: "bob", Text: "2"}, nil,
			wire.Message{From: "bob", Text: "3"},
		} {
			f, _ := next(t, c).(Frame)
			if !reflect.DeepEqual(any(f.Frame), want) {
				t.Errorf("frame %d is %#v, want %#v", i, f.Frame, want)
			}
			if want == nil && string(f.Raw) != `{"type":"weather","data":"rain"}` {
				t.Errorf("the unknown frame is %q", f.Raw)
			}
		}
	})
}

// A frame that package wire knows and this one has no use for is handed on.
func TestFrameWithoutHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		const found = `{"type":"found","data":"nothing","messages":[],"more":false}`
		server.send(found + messageLine(8))
		if f, _ := next(t, c).(Frame); string(f.Raw) != found {
			t.Errorf("the frame is %q", f.Raw)
		}
		wantEvents(t, c, message(8))
	})
}

func TestRoster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		steps := []struct {
			frame string
			want  string
		}{
			{`{"type":"server_message","data":"Zoë and anna have joined the chat.","event":"join","users":["Zoë","anna"]}`,
				"Alice anna bob Zoë"},
			{`{"type":"server_message","data":"Bob has left the chat.","event":"leave","users":["Bob"]}`, "Alice anna Zoë"},
			{`{"type":"server_message","data":"Eve has joined the chat."}`, "Alice anna Zoë"},
			{`{"type":"server_message","data":"some messages are gone","event":"gap","users":["x"]}`, "Alice anna Zoë"},
			{`{"type":"message","from":"Carl","data":"Dan has joined the chat.","seq":8}`, "Alice anna Zoë"},
			{`{"type":"roster","data":"who is here","users":["Alice","Ben"],"more":true}`, "Alice Ben"},
			{`{"type":"server_message","data":"","event":"join","users":["Dora"]}`, "Alice Ben Dora"},
			{`{"type":"roster","data":"who is here","users":["Carl"]}`, "Alice Ben Carl Dora"},
			{`{"type":"roster","data":"who is here","users":["Alice"]}`, "Alice"},
		}
		for _, step := range steps {
			server.send(step.frame)
			next(t, c)
			if got := strings.Join(c.Roster(), " "); got != step.want {
				t.Errorf("after %s the roster is %q, want %q", step.frame, got, step.want)
			}
		}
	})
}

func TestRosterOfWelcomeInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, server := pipe(t)
		go func() {
			server.expect(joinLine)
			server.send(strings.Replace(welcome, `,"seq"`, `,"more":true,"seq"`, 1))
			server.send(`{"type":"roster","data":"","users":["carl"],"more":true}{"type":"roster","data":"","users":["dan"]}`)
		}()
		c := dial(t, cfg)
		for range 3 {
			next(t, c)
		}
		if got := strings.Join(c.Roster(), " "); got != "Alice bob carl dan" {
			t.Errorf("the roster is %q", got)
		}
	})
}
