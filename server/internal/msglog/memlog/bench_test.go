package memlog_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

// speaker appends texts of 100 bytes, of 4 sessions in turn or each of another one.
type speaker struct {
	log       msglog.Log
	strangers bool
	at        int
	batch     [64]msglog.Entry
}

func newSpeaker(o memlog.Options) *speaker {
	s := &speaker{log: memlog.New(o)}
	for i := range s.batch {
		s.batch[i] = msglog.Entry{
			Room: "lobby", Session: logtest.Session(i % 4), From: fmt.Sprint("user", i%4), Text: strings.Repeat("x", 100),
		}
	}
	return s
}

// say appends a batch.
func (s *speaker) say(b *testing.B) {
	for i := range s.batch {
		e := &s.batch[i]
		e.ID, e.Time = wire.ID(s.at/4+1), 1.7e12+wire.Time(s.at)
		if s.strangers {
			e.Session, e.From = logtest.Session(s.at), fmt.Sprint("user", s.at)
		}
		s.at++
	}
	if err := s.log.Append(b.Context(), s.batch[:]); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAppend appends to a full log; one operation is a batch of 64 entries.
func BenchmarkAppend(b *testing.B) {
	s := newSpeaker(memlog.Options{Bytes: 16 << 20})
	for s.at < 200_000 {
		s.say(b)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.say(b)
	}
}

// BenchmarkHeap says how much memory a log holds for an entry, and of its limit: one that has not dropped any, and ones
// that have dropped as many as they hold. One operation is to fill a log.
func BenchmarkHeap(b *testing.B) {
	for _, bench := range []struct {
		name      string
		entries   int
		strangers bool
	}{
		{"grown", 300_000, false},
		{"full", 1_000_000, false},
		{"strangers", 500_000, true},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var held, entries float64
			for b.Loop() {
				before := heap()
				// What is remembered of who has no message left has a limit of its own.
				s := newSpeaker(memlog.Options{Sessions: 1})
				s.strangers = bench.strangers
				for s.at < bench.entries {
					s.say(b)
				}
				held = float64(heap() - before)
				bounds, err := s.log.Bounds(b.Context(), "lobby")
				if err != nil {
					b.Fatal(err)
				}
				entries = float64(bounds.Last - bounds.First + 1)
			}
			b.ReportMetric(held/entries, "heap-B/entry")
			b.ReportMetric(entries, "entries")
			b.ReportMetric(held/memlog.DefaultBytes, "of-limit")
		})
	}
}

// heap returns the bytes of memory that are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
