package session_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

// slowLog is a log whose Search takes until its context ends, or fails.
type slowLog struct {
	msglog.Log
	err error
}

func (l *slowLog) Search(ctx context.Context, _, _ string, _ wire.Seq, _ int) ([]msglog.Entry, error) {
	if l.err != nil {
		return nil, l.err
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestSearchThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		h.log.set(func(l *fakeLog) { l.Log = &slowLog{Log: l.Log, err: errDisk} })
		alice := h.join("Alice")
		alice.write(wire.Search{Words: "x", Limit: 1})
		alice.wantError(wire.CodeInternal)
		alice.write(wire.Ping{Data: "x"})
		want[wire.Pong](alice)
	})
}

// A search that takes too long is given up, and what the client has sent meanwhile is heard.
func TestSearchThatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		h.log.set(func(l *fakeLog) { l.Log = &slowLog{Log: l.Log} })
		alice := h.join("Alice")
		start := time.Now()
		alice.write(wire.Search{Words: "x", Limit: 1})
		go alice.write(wire.Ping{Data: "x"})
		alice.wantError(wire.CodeInternal)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("it was given up after %v", took)
		}
		want[wire.Pong](alice)
	})
}

// A search does not hold back a server that stops.
func TestStopWhileSearching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, memlog.Options{})
		h.log.set(func(l *fakeLog) { l.Log = &slowLog{Log: l.Log} })
		alice := h.join("Alice")
		alice.write(wire.Search{Words: "x", Limit: 1})
		synctest.Wait()
		start := time.Now()
		go h.stop()
		alice.wantError(wire.CodeShuttingDown)
		alice.conn.Close()
		synctest.Wait()
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
