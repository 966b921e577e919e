package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

func TestJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := joined(t)
		want := Status{Addr: "hub:5050", Name: "Alice", Room: "main", Seq: 7, First: 8, Connected: true}
		if got := c.Status(); got != want {
			t.Errorf("status %+v, want %+v", got, want)
		}
		if got, want := c.Roster(), []string{"Alice", "bob"}; !reflect.DeepEqual(got, want) {
			t.Errorf("roster %q, want %q", got, want)
		}
		c.Close()
		if c.Status().Connected {
			t.Error("connected after Close")
		}
	})
}

func TestJoinWithHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, server := pipe(t)
		cfg.History = 2
		go func() {
			server.expect(`{"type":"join","data":"Alice","v":1,"session":"` + session + `","history":2}` + "\n")
			server.send(welcome)
		}()
		c := dial(t, cfg)
		if got := c.Status(); got.Seq != 5 || got.First != 6 {
			t.Errorf("before the history, seq is %d and the first one %d, want 5 and 6", got.Seq, got.First)
		}
		nextFrame(t, c)
		server.send(`{"type":"message","from":"bob","data":"a","seq":6}`)
		nextFrame(t, c)
		if seq := c.Status().Seq; seq != 6 {
			t.Errorf("in the history, seq is %d, want 6", seq)
		}
	})
}

func TestJoinDrawsASession(t *testing.T) {
	if cfg := (Config{}).withDefaults(); !cfg.Session.Valid() {
		t.Errorf("the session is %q", string(cfg.Session))
	}
}

func TestJoinNormalisesName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, server := pipe(t)
		cfg.Name = "ａlice"
		go func() {
			server.write()
			server.send(welcome)
		}()
		if name := dial(t, cfg).Status().Name; name != "Alice" {
			t.Errorf("right after Dial the name is %q", name)
		}
	})
}

func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, server := pipe(t)
		go func() {
			server.expect(joinLine)
			server.send(`{"type":"error","code":"name_taken","data":"somebody is here by that name"}` + "\n")
		}()
		_, err := Dial(t.Context(), cfg)
		var refused *wire.Error
		if !errors.As(err, &refused) || refused.Code != wire.CodeNameTaken || errors.Is(err, ErrNoServer) {
			t.Errorf("the error is %v, want name_taken", err)
		}
		if _, err := server.conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the connection was not closed: %v", err)
		}
	})
}

// nobody returns a loopback address where nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener := listen(t)
	listener.Close()
	return listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestNoServer(t *testing.T) {
	one, two := nobody(t), nobody(t)
	_, err := Dial(t.Context(), Config{Addrs: []string{one, two}, Name: "Alice"})
	if !errors.Is(err, ErrNoServer) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the error is %v", err)
	}
	want := fmt.Sprintf("no chat server at %s (connection refused) or %s (connection refused)", one, two)
	if err == nil || err.Error() != want {
		t.Errorf("the error says %q, want %q", err, want)
	}
	if _, err := Dial(t.Context(), Config{Name: "Alice"}); !errors.Is(err, ErrNoServer) {
		t.Errorf("without an address the error is %v", err)
	}
}

func TestNoServerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, _ := pipe(t)
		cfg.Dialer = func(ctx context.Context, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		start := time.Now()
		_, err := Dial(t.Context(), cfg)
		wantError(t, err, "no chat server at hub:5050 (no answer)")
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("dialing took %v, want 10s", took)
		}
	})
}

// The first address has nobody, the second one hangs up, the third speaks something else, the fourth is a hub.
func TestSeveralAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, hub := pipe(t)
		hubConn, _ := cfg.Dialer(t.Context(), "")
		hangsUp := func(p *peer) { p.conn.Close() }
		web := func(p *peer) { p.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
		answer := map[string]func(*peer){"b:1": hangsUp, "c:1": web}
		var tried []string
		cfg.Addrs = []string{"a:1", "b:1", "c:1", "d:1"}
		cfg.Dialer = func(_ context.Context, addr string) (net.Conn, error) {
			tried = append(tried, addr)
			switch addr {
			case "a:1":
				return nil, syscall.ECONNREFUSED
			case "d:1":
				return hubConn, nil
			}
			ours, theirs := net.Pipe()
			go func() {
				p := &peer{t, theirs}
				p.expect(joinLine)
				answer[addr](p)
			}()
			return ours, nil
		}
		go func() {
			hub.expect(joinLine)
			hub.send(welcome)
		}()
		if addr := dial(t, cfg).Status().Addr; addr != "d:1" || len(tried) != 4 {
			t.Errorf("joined at %s after trying %s", addr, tried)
		}
		cfg.Addrs = cfg.Addrs[:3]
		_, err := Dial(t.Context(), cfg)
		wantError(t, err, "a:1 (connection refused) or b:1 (the server ended the connection) or c:1 (the server does not")
		if refused := (*wire.Error)(nil); errors.As(err, &refused) {
			t.Error("what this end finds wrong looks like the server's refusal")
		}
	})
}

func TestDialCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, server := pipe(t)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			server.expect(joinLine)
			cancel()
		}()
		if _, err := Dial(ctx, cfg); !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
	})
}
