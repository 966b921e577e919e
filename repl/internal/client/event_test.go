package client

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

// A reader that is slower than what comes is never waited for longer than it takes, nor is it ever kept waiting.
func TestFloodWithoutSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const flood = 1_000_000
		s := newStream()
		start := time.Now()
		go func() {
			for i := range flood {
				s.put(t.Context(), Acknowledged{ID: wire.ID(i)})
			}
			s.close(func(work func()) { work() })
		}()
		i := 0
		for e := range s.events {
			if e.(Acknowledged).ID != wire.ID(i) {
				t.Fatalf("event %d is %v", i, e)
			}
			if i++; i%1000 == 0 {
				runtime.Gosched()
			}
		}
		if i != flood {
			t.Errorf("%d events came, want %d", i, flood)
		}
		if slept := time.Since(start); slept != 0 {
			t.Errorf("%v was slept", slept)
		}
	})
}

// What finds no room once the client is closed comes all the same, in order.
func TestStreamFullAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStream()
		ctx, cancel := context.WithCancel(t.Context())
		for i := range eventRoom {
			s.put(ctx, Acknowledged{ID: wire.ID(i)})
		}
		put := make(chan struct{})
		go func() {
			s.put(ctx, Acknowledged{ID: eventRoom})
			close(put)
		}()
		synctest.Wait()
		select {
		case <-put:
			t.Fatal("a full stream took another event")
		default:
		}
		cancel()
		<-put
		<-s.events // there is room again, but not for what comes behind
		s.put(ctx, Acknowledged{ID: eventRoom + 1})
		s.close(func(work func()) { work() })
		i := 1
		for e := range s.events {
			if e.(Acknowledged).ID != wire.ID(i) {
				t.Fatalf("event %d is %v", i, e)
			}
			i++
		}
		if i != eventRoom+2 {
			t.Errorf("%d events came", i)
		}
	})
}

// The channel is closed when Close returns, unless it was full.
func TestCloseLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		for range eventRoom - 1 {
			server.send(messageLine(8))
		}
		synctest.Wait()
		c.Close()
		n := 0
		for {
			select {
			case _, ok := <-c.Events():
				if ok {
					n++
					continue
				}
				if n != eventRoom {
					t.Errorf("%d events were left, want %d", n, eventRoom)
				}
				return
			default:
				t.Fatalf("behind %d events, the channel is not closed", n)
			}
		}
	})
}
