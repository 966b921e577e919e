package client

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// All that the client does in goroutines of its own is done by Config.Run.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var working atomic.Int64
		c, s, server := joinedAgain(t, func(cfg *Config) {
			cfg.Run = func(work func()) {
				working.Add(1)
				defer working.Add(-1)
				work()
			}
		})
		expect := func(when string, want int64) {
			t.Helper()
			synctest.Wait()
			if n := working.Load(); n != want {
				t.Errorf("%s, %d goroutines are at work, want %d", when, n, want)
			}
		}
		expect("joined", 3) // the client's life, reading and writing
		server.conn.Close()
		lost(t, c)
		expect("offline", 1)
		s.accept(sinceLine(7)).send(welcomeAt(7))
		back(t, c, Resumed{Addr: "hub:5050", Through: 7})
		expect("back", 3)
		c.Close()
		expect("closed", 0)
	})
}
