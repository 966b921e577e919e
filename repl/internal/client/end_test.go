package client

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

// Nobody takes events for an hour: the server is held back, the connection lives, and then everything comes in order.
func TestSlowReaderLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		const n = 5000
		sent := make(chan int, n)
		go func() {
			for i := range n {
				server.send(fmt.Sprintf(`{"type":"message","from":"bob","data":"x","seq":%d}`, i+1))
				sent <- i
			}
		}()
		time.Sleep(time.Hour) // the bubble's
		if held := len(sent); held > eventRoom+10 {
			t.Errorf("the client took %d frames that nobody wants", held)
		}
		for i := range n {
			m, _ := nextFrame(t, c).(wire.Message)
			if m.Seq != wire.Seq(i+1) {
				t.Fatalf("message %d is number %d", i+1, m.Seq)
			}
		}
	})
}

// Close needs nobody to read, and what was received is still there after it.
func TestCloseDropsNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		send(t, c, "hello")
		server.write()
		for i := range eventRoom {
			server.send(fmt.Sprintf(`{"type":"message","from":"bob","data":"x","seq":%d}`, i+1))
		}
		server.send(`{"type":"ack","id":1,"seq":5000}`)
		synctest.Wait()
		c.Close()
		for i := range eventRoom {
			if m, _ := nextFrame(t, c).(wire.Message); m.Seq != wire.Seq(i+1) {
				t.Fatalf("message %d is number %d", i+1, m.Seq)
			}
		}
		nextFrame(t, c)
		if a, _ := next(t, c).(Acknowledged); a.ID != 1 {
			t.Errorf("the acknowledgement is lost")
		}
		if d := end(t, c); d.Err != nil || len(d.Unacknowledged) > 0 {
			t.Errorf("the end is %+v", d)
		}
	})
}

func TestKeepalive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		start := time.Now()
		for i := range 3 {
			server.expect(`{"type":"ping","data":""}` + "\n")
			if got, want := time.Since(start), time.Duration(i+1)*30*time.Second; got != want {
				t.Errorf("ping %d came after %v, want %v", i, got, want)
			}
			server.send(`{"type":"pong","data":""}`)
		}
		server.expect(`{"type":"ping","data":""}` + "\n")
		d := end(t, c)
		wantError(t, d.Err, "nothing came from the server for 1m15s")
		if got, want := time.Since(start), 90*time.Second+75*time.Second; got != want {
			t.Errorf("the client gave up after %v, want %v", got, want)
		}
	})
}

func TestDeafServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		var speaking sync.WaitGroup
		defer speaking.Wait()
		speaking.Go(func() {
			for {
				if _, err := server.conn.Write([]byte(" ")); err != nil {
					return
				}
				time.Sleep(time.Second) // the bubble's
			}
		})
		send(t, c, "hello?")
		start := time.Now()
		d := end(t, c)
		wantError(t, d.Err, "the server took nothing for 30s")
		if got, want := time.Since(start), 30*time.Second+lastWords; got != want {
			t.Errorf("the client gave up after %v, want %v", got, want)
		}
		if len(d.Unacknowledged) != 1 {
			t.Errorf("left are %v", d.Unacknowledged)
		}
	})
}

// A write that moves is not given up, however long it takes.
func TestSlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		send(t, c, "hello")
		for _, b := range []byte(`{"type":"chat","data":"hello","id":1}` + "\n") {
			time.Sleep(29 * time.Second) // the bubble's
			server.expect(string(b))
			server.send(" ")
		}
		if !c.Status().Connected {
			t.Error("the client gave up")
		}
	})
}

func TestDisconnected(t *testing.T) {
	goodbye := &wire.Error{Code: wire.CodeShuttingDown, Message: "the server is ending"}
	tests := []struct {
		name, last string
		says       string
		is         error
	}{
		{"end", ``, "the server ended the connection", nil},
		{"middle of a frame", `{"type":"mess`, "in the middle of a frame", nil},
		{"no frame", `HTTP/1.1`, "does not speak the protocol: a frame must be a JSON object", nil},
		{"farewell", `{"type":"error","code":"shutting_down","data":"the server is ending"}` +
			`{"type":"message","from":"bob","data":"last","seq":9}`, "shutting_down: the server is ending", goodbye},
		{"error before", `{"type":"error","code":"internal","data":"sorry"}{"type":"pong","data":""}`,
			"the server ended the connection", nil},
		{"error at last", `{"type":"error","code":"internal","data":"sorry"}`, "internal: sorry", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, server := joined(t)
				for _, text := range []string{"one", "two", "three"} {
					send(t, c, text)
					server.write()
				}
				server.send(`{"type":"ack","id":2,"seq":8}` + test.last)
				server.conn.Close()
				d := end(t, c)
				wantError(t, d.Err, test.says)
				if test.is != nil && !reflect.DeepEqual(d.Err, test.is) {
					t.Errorf("the error is %#v, want %#v", d.Err, test.is)
				}
				if want := []Text{{1, "one"}, {3, "three"}}; !reflect.DeepEqual(d.Unacknowledged, want) {
					t.Errorf("left are %v, want %v", d.Unacknowledged, want)
				}
				if _, err := c.Send(t.Context(), "x"); err != ErrClosed {
					t.Errorf("Send says %v", err)
				}
				if _, err := c.Ping(t.Context()); err != ErrClosed {
					t.Errorf("Ping says %v", err)
				}
			})
		})
	}
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		if err := c.Drain(t.Context()); err != nil {
			t.Errorf("with nothing sent: %v", err)
		}
		send(t, c, "one")
		server.write()
		send(t, c, "two")
		server.write()
		drained := make(chan error)
		go func() { drained <- c.Drain(context.Background()) }()
		server.send(`{"type":"ack","id":1,"seq":8}`)
		synctest.Wait()
		select {
		case err := <-drained:
			t.Fatalf("drained with a text unacknowledged (%v)", err)
		default:
		}
		server.send(`{"type":"error","code":"internal","data":"sorry","id":2}`)
		if err := <-drained; err != nil {
			t.Error(err)
		}
		if n := len(c.Events()); n != 4 {
			t.Errorf("when Drain returns, %d events are there, want 4", n)
		}
		send(t, c, "three")
		server.expect(`{"type":"chat","data":"three","id":3}` + "\n")
	})
}

func TestDrainFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		for _, text := range []string{"one", "two\tand more", "three"} {
			send(t, c, text)
			server.write()
		}
		server.send(`{"type":"ack","id":1,"seq":8}`)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := c.Drain(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		wantError(t, err, `2 texts were not delivered, the first is "two\tand more": `)

		server.send(`{"type":"ack","id":2,"seq":9}{"type":"error","code":"timeout","data":"you were silent"}`)
		server.conn.Close()
		err = c.Drain(t.Context())
		wantError(t, err, `1 text was not delivered, "three": timeout: you were silent`)
		var left *Undelivered
		if !errors.As(err, &left) || !reflect.DeepEqual(left.Texts, []Text{{3, "three"}}) {
			t.Errorf("the error is %#v", err)
		}
	})
}
