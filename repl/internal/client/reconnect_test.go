package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		server.conn.Close()
		within := func(longest time.Duration) {
			t.Helper()
			l := lost(t, c)
			if l.Retry < longest/2 || l.Retry > longest {
				t.Errorf("the pause is %v, want %v to %v", l.Retry, longest/2, longest)
			}
			if at := c.Status().Retry; !at.Equal(time.Now().Add(l.Retry)) {
				t.Errorf("the next attempt is at %v, %v from now", at, time.Until(at))
			}
			synctest.Wait()
			start := time.Now()
			call := s.next()
			if took := time.Since(start); took != l.Retry {
				t.Errorf("the pause took %v, want %v", took, l.Retry)
			}
			go func() { s.calls <- call }() // to be answered by who calls next
		}
		for _, longest := range []time.Duration{250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
			within(longest * time.Millisecond)
			s.refuse()
		}
		for range 2 { // connections that don't last change nothing
			within(30 * time.Second)
			server = s.accept(sinceLine(7))
			server.send(welcome)
			server.conn.Close()
			back(t, c, Resumed{Addr: "hub:5050", Through: 7})
		}
		within(30 * time.Second)
		server = s.accept(sinceLine(7))
		server.send(welcome)
		back(t, c, Resumed{Addr: "hub:5050", Through: 7})
		time.Sleep(250 * time.Millisecond) // the bubble's
		server.conn.Close()
		within(250 * time.Millisecond)
		s.refuse()
	})
}

func TestJitter(t *testing.T) {
	pauses := make(map[time.Duration]bool)
	for range 100 {
		b := backoff{first: time.Second, longest: time.Minute}
		pauses[b.next()] = true
	}
	if len(pauses) < 50 {
		t.Errorf("of 100 pauses, %d differ", len(pauses))
	}
}

func TestAddressesInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t, func(cfg *Config) { cfg.Addrs = []string{"a:1", "b:1", "c:1"} })
		server.conn.Close()
		lost(t, c)
		var tried []string
		for range 4 {
			tried = append(tried, s.refuse())
			if len(tried) == 3 {
				wantError(t, lost(t, c).Err, "b:1 (connection refused) or c:1 (connection refused) or a:1 (connection refused)")
			}
		}
		s.accept(sinceLine(7)).send(welcome)
		back(t, c, Resumed{Addr: "c:1", Through: 7})
		if want := []string{"b:1", "c:1", "a:1", "b:1"}; !reflect.DeepEqual(tried, want) {
			t.Errorf("tried were %q, want %q", tried, want)
		}
		if addr := c.Status().Addr; addr != "c:1" {
			t.Errorf("joined at %s", addr)
		}
	})
}

func TestRefusedOnReturn(t *testing.T) {
	tests := []struct {
		code  wire.Code
		final bool
	}{
		{wire.CodeNameTaken, true}, {wire.CodeBadName, true}, {wire.CodeBadFrame, true},
		{wire.CodeFull, false}, {wire.CodeShuttingDown, false}, {wire.CodeTimeout, false}, {wire.CodeInternal, false},
	}
	for _, test := range tests {
		t.Run(string(test.code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s, server := joinedAgain(t)
				send(t, c, "one")
				server.write()
				server.conn.Close()
				lost(t, c)
				server = s.accept(sinceLine(7))
				server.send(fmt.Sprintf(`{"type":"error","code":"%s","data":"sorry"}`, test.code))
				if !test.final {
					l := lost(t, c)
					wantError(t, l.Err, "sorry")
					if !errors.Is(l.Err, &wire.Error{Code: test.code}) {
						t.Errorf("lost for %#v", l.Err)
					}
					s.accept(sinceLine(7)).send(welcome)
					back(t, c, Resumed{Addr: "hub:5050", Through: 7})
					return
				}
				d := end(t, c)
				if refused, ok := d.Err.(*wire.Error); !ok || refused.Code != test.code {
					t.Errorf("the end is for %#v", d.Err)
				}
				if want := []Text{{1, "one"}}; !reflect.DeepEqual(d.Unacknowledged, want) {
					t.Errorf("left are %v", d.Unacknowledged)
				}
				if _, err := c.Ping(t.Context()); err != ErrClosed {
					t.Errorf("Ping says %v", err)
				}
				wantError(t, c.Drain(t.Context()), `1 text was not delivered, "one": `+string(test.code))
			})
		})
	}
}

func TestEndsThatAreFinal(t *testing.T) {
	tests := []struct {
		name, last string
		final      bool
	}{
		{"taken over", `{"type":"error","code":"name_taken","data":"you have joined again"}`, true},
		{"timeout", `{"type":"error","code":"timeout","data":"you were silent"}`, false},
		{"no frame", `HTTP/1.1`, false},
		{"no word", ``, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, server := joinedAgain(t)
				server.send(test.last)
				server.conn.Close()
				for {
					switch e := next(t, c).(type) {
					case Lost:
						if test.final {
							t.Errorf("the client tries again after %v", e.Err)
						}
						return
					case Disconnected:
						if !test.final {
							t.Errorf("the client has ended after %v", e.Err)
						}
						return
					}
				}
			})
		})
	}
}

func TestRetryNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t)
		c.RetryNow() // nothing to end: no pause is cut short later
		server.conn.Close()
		for range 4 {
			lost(t, c)
			s.refuse()
		}
		for range 20 {
			if l := lost(t, c); l.Retry < 2*time.Second || l.Retry > 4*time.Second {
				t.Errorf("the pause is %v, want what it was before a key was pressed", l.Retry)
			}
			synctest.Wait()
			start := time.Now()
			c.RetryNow()
			c.RetryNow()
			s.refuse()
			if took := time.Since(start); took != 0 {
				t.Errorf("the attempt came %v after RetryNow", took)
			}
		}
		lost(t, c)
		c.RetryNow()
		s.accept(sinceLine(7)).send(welcome)
		back(t, c, Resumed{Addr: "hub:5050", Through: 7})
	})
}

func TestCloseWhileReconnecting(t *testing.T) {
	tests := map[string]func(*station){
		"pausing":    func(*station) {},
		"connecting": func(s *station) { time.Sleep(time.Second) }, // the bubble's
		"joining":    func(s *station) { s.accept(sinceLine(7)) },
	}
	for name, until := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s, server := joinedAgain(t)
				send(t, c, "one")
				server.write()
				server.conn.Close()
				lost(t, c)
				until(s)
				start := time.Now()
				c.Close()
				if took := time.Since(start); took != 0 {
					t.Errorf("Close took %v", took)
				}
				if d := end(t, c); d.Err != nil || !reflect.DeepEqual(d.Unacknowledged, []Text{{1, "one"}}) {
					t.Errorf("the end is %+v", d)
				}
				if s := c.Status(); s.Connected || !s.Retry.IsZero() {
					t.Errorf("the status is %+v", s)
				}
				c.RetryNow()
			})
		})
	}
}

// A server of today that is slow to answer is not taken for an old one, to which texts would go without their numbers.
func TestSilenceOnReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, server := joinedAgain(t, func(cfg *Config) { cfg.Timeout = time.Hour })
		send(t, c, "one")
		server.write()
		server.conn.Close()
		lost(t, c)
		s.accept(sinceLine(7))
		start := time.Now()
		wantError(t, lost(t, c).Err, "no chat server at hub:5050 (no answer)")
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("the client waited for %v", took)
		}
		server = s.accept(sinceLine(7))
		time.Sleep(9 * time.Second) // the bubble's
		server.send(welcome)
		server.expect(`{"type":"chat","data":"one","id":1}` + "\n")
	})
}

func TestOldServerLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, s := newStation(t)
		cfg.History = 5
		join := `{"type":"join","data":"Alice","v":1,"session":"` + session + `","history":5}` + "\n"
		arrived := make(chan *peer, 1)
		go func() { arrived <- s.accept(join) }()
		c := dial(t, cfg)
		server := <-arrived
		for _, text := range []string{"one", "two", "three"} {
			send(t, c, text)
		}
		server.expect(`{"type":"chat","data":"one"}` + "\n" + `{"type":"ch`)
		server.conn.Close()
		lost(t, c)
		if n := c.Status().Unacknowledged; n != 2 {
			t.Errorf("%d texts are waiting, want 2", n)
		}
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(t.Context()) }()
		server = s.accept(joinLine)
		wantEvents(t, c, Resumed{Addr: "hub:5050", Gap: true})
		server.expect(`{"type":"chat","data":"two"}` + "\n" + `{"type":"chat","data":"three"}` + "\n")
		wantError(t, <-drained, "can't be closed for writing alone") // a pipe
		server.conn.Close()
		lost(t, c)

		server = s.accept(joinLine)
		server.send(welcomeAt(40) + messageLine(41))
		back(t, c, Resumed{Addr: "hub:5050", Gap: true})
		wantEvents(t, c, message(41))
		server.conn.Close()
		lost(t, c)
		s.accept(sinceLine(41))
	})
}

// An old server that is away at the moment can be drained when it is back.
func TestDrainOldServerThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, s := newStation(t)
		arrived := make(chan *peer, 1)
		go func() { arrived <- s.accept(joinLine) }()
		c := dial(t, cfg)
		server := <-arrived
		send(t, c, "one")
		server.expect(`{"type":"chat","data":"one"}` + "\n")
		server.conn.Close()
		lost(t, c)
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(t.Context()) }()
		s.refuse()
		lost(t, c)
		if len(drained) > 0 {
			t.Error("Drain gave up")
		}
		s.accept(joinLine)
		wantEvents(t, c, Resumed{Addr: "hub:5050", Gap: true})
		wantError(t, <-drained, "can't be closed for writing alone") // a pipe
	})
}

// Without a word in the Config, nothing is tried again.
func TestNoReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, server := joinedAgain(t, func(cfg *Config) { cfg.Reconnect = false })
		server.conn.Close()
		if e, ok := next(t, c).(Disconnected); !ok || e.Err == nil {
			t.Errorf("the next event is %#v", e)
		}
	})
}

func TestFirstConnectionFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, _ := newStation(t)
		cfg.Dialer = func(context.Context, string) (net.Conn, error) { return nil, errors.New("nobody") }
		start := time.Now()
		if _, err := Dial(t.Context(), cfg); !errors.Is(err, ErrNoServer) || time.Since(start) != 0 {
			t.Errorf("after %v Dial says %v", time.Since(start), err)
		}
	})
}
