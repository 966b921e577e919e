package client

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

var seeds = flag.Int("seeds", 12, "how many seeds TestCutAnywhere tries")

// Two clients talk to each other over lines that are cut at any byte. Everything comes to the other one, once and in
// order, and everything is acknowledged once.
func TestCutAnywhere(t *testing.T) {
	cuts := 0
	for seed := range *seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { cuts += cutAnywhere(t, uint64(seed)) })
		})
	}
	if cuts < *seeds {
		t.Errorf("only %d lines were cut", cuts)
	}
}

func cutAnywhere(t *testing.T, seed uint64) (cuts int) {
	const texts, maxCuts = 200, 30
	random := rand.New(rand.NewPCG(seed, 0))
	hub := newMemoryHub(random, 0)
	// The first connections are not cut: Dial does not try again.
	clients := make([]*Client, 2)
	for i, name := range []string{"Alice", "bob"} {
		clients[i] = dial(t, Config{Addrs: []string{"hub:5050"}, Name: name, Reconnect: true, Dialer: hub.dial})
	}
	hub.mu.Lock()
	hub.cuts = maxCuts
	hub.mu.Unlock()
	var talking sync.WaitGroup
	for i, c := range clients {
		pauses := rand.New(rand.NewPCG(seed, uint64(i+1)))
		talking.Go(func() {
			for n := range texts {
				if pauses.IntN(10) == 0 {
					time.Sleep(time.Duration(pauses.IntN(500)) * time.Millisecond) // the bubble's
				}
				if n == 10 {
					c.link.conn.Close() // from here on, every line is cut
				}
				send(t, c, fmt.Sprint(n))
			}
		})
		talking.Go(func() { hear(t, c, texts) })
	}
	talking.Wait()
	for _, c := range clients {
		if err := c.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		c.Close()
	}
	hub.serving.Wait()
	if len(hub.log) != 2*texts {
		t.Errorf("%d messages are in the log, want %d", len(hub.log), 2*texts)
	}
	return maxCuts - hub.cuts
}

// hear reads events until n messages and n acknowledgements have come, each due in turn.
func hear(t *testing.T, c *Client, n int) {
	var heard, acknowledged int
	var last wire.Seq
	deadline := time.Now().Add(time.Hour) // the bubble's
	for heard < n || acknowledged < n {
		switch e := next(t, c).(type) {
		case Frame:
			m, ok := e.Frame.(wire.Message)
			if !ok {
				continue
			}
			if m.Text != fmt.Sprint(heard) || m.Seq <= last {
				t.Errorf("message %d is %q, number %d behind %d", heard, m.Text, m.Seq, last)
				return
			}
			heard++
			last = m.Seq
		case Acknowledged:
			acknowledged++
			if e.ID != wire.ID(acknowledged) || e.Text != fmt.Sprint(acknowledged-1) {
				t.Errorf("acknowledgement %d is %+v", acknowledged, e)
				return
			}
		case Resumed:
			if e.Gap {
				t.Error("there is a gap")
			}
		case Lost:
			if time.Now().After(deadline) {
				t.Errorf("%d messages and %d acknowledgements came, want %d", heard, acknowledged, n)
				return
			}
		default:
			t.Errorf("there came %#v", e)
			return
		}
	}
}
