package sqlitelog

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

const lobby = "lobby"

// benchText returns a text of some 100 bytes, the same for the same n. Its words are as frequent as those of a
// language, out of a few ten thousand.
func benchText(n int) string {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	words := rand.NewZipf(rng, 1.1, 8, 30_000)
	var text strings.Builder
	for text.Len() < 95 {
		for w := words.Uint64() + 7; w > 0; w /= 80 {
			text.WriteByte("bcdfghklmnprstvz"[w%16])
			text.WriteByte("aeiou"[w/16%5])
		}
		text.WriteByte(' ')
	}
	return text.String()
}

// benchTexts holds what is said in benchmarks, again and again: making a text takes longer than storing it.
var benchTexts = sync.OnceValue(func() []string {
	texts := make([]string, 1<<14)
	for i := range texts {
		texts[i] = benchText(i)
	}
	return texts
})

// benchEntries returns n entries of 16 sessions in turn, with texts of some 100 bytes, behind as many as from says.
func benchEntries(from, n int) []msglog.Entry {
	texts := benchTexts()
	entries := make([]msglog.Entry, n)
	for i := range entries {
		at := from + i
		entries[i] = msglog.Entry{
			Room: lobby, Session: logtest.Session(at % 16), ID: wire.ID(at/16 + 1), From: fmt.Sprintf("user%d", at%16),
			Text: texts[at%len(texts)], Time: wire.Time(1.7e12 + at),
		}
	}
	return entries
}

// BenchmarkAppend appends batches; one operation is a batch.
func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{1, 64, 1024} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			log := mustOpen(b, b.TempDir(), Options{})
			at := 0
			var slowest time.Duration
			for b.Loop() {
				entries := benchEntries(at, batch)
				at += batch
				start := time.Now()
				if err := log.Append(b.Context(), entries); err != nil {
					b.Fatal(err)
				}
				slowest = max(slowest, time.Since(start))
			}
			b.ReportMetric(float64(at)/b.Elapsed().Seconds(), "messages/s")
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
		})
	}
}

// BenchmarkRead reads pages out of the middle of a log; one operation is a page.
func BenchmarkRead(b *testing.B) {
	log := mustOpen(b, b.TempDir(), Options{})
	const n = 100_000
	for at := 0; at < n; at += 1000 {
		if err := log.Append(b.Context(), benchEntries(at, 1000)); err != nil {
			b.Fatal(err)
		}
	}
	for _, page := range []int{1, 50, 128} {
		b.Run(fmt.Sprint(page), func(b *testing.B) {
			after := wire.Seq(0)
			for b.Loop() {
				entries, err := log.Read(b.Context(), lobby, after, page)
				if err != nil || len(entries) != page {
					b.Fatal(len(entries), err)
				}
				after = (after + 7919) % (n - 128)
			}
		})
	}
}

// BenchmarkMillion opens a log of a million messages that are all indexed, reads the last 50 and closes it; and
// searches it for the newest 50, or for fewer where there are none. One operation is one of these.
func BenchmarkMillion(b *testing.B) {
	dir := b.TempDir()
	makeMillion(b, dir)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			log := mustOpen(b, dir, Options{})
			if entries, err := log.Read(b.Context(), lobby, million-50, 50); err != nil || len(entries) != 50 {
				b.Fatal(len(entries), err)
			}
			if err := log.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	log := mustOpen(b, dir, Options{})
	rare := strings.Fields(benchText(17))
	slices.SortFunc(rare, func(a, b string) int { return len(b) - len(a) })
	for _, sought := range []string{
		"la ",                       // in most messages
		rare[0] + " ",               // in few
		rare[0] + " " + rare[1],     // both, the second as a beginning
		"la " + rare[0][:5],         // most, and several words
		"l", "la", "lab", "missing", // beginnings but for the first
	} {
		b.Run("search "+sought, func(b *testing.B) {
			found := 0
			for b.Loop() {
				entries, err := log.Search(b.Context(), lobby, sought, 0, 50)
				if err != nil {
					b.Fatal(err)
				}
				found = len(entries)
			}
			b.ReportMetric(float64(found), "found")
		})
	}
}

const million = 1_000_000

// makeMillion makes a log of a million messages in dir, and says how long indexing them takes.
func makeMillion(b *testing.B, dir string) {
	// The upkeep rests between steps, for longer than we want to wait.
	log := mustOpen(b, dir, Options{indexStep: math.MaxInt})
	const batch, step = 4096, 1 << 16
	for at := 0; at < million; at += batch {
		mustAppend(b, log, benchEntries(at, min(batch, million-at)))
	}
	start := time.Now()
	for r := log.rooms[lobby]; r.indexed < r.bounds.Last; log.wakeUpkeep() {
		if err := log.index(b.Context(), r, min(step, int(r.bounds.Last-r.indexed))); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("indexed within %v", time.Since(start))
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
}
