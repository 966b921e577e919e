package sqlitelog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

const lobby = "lobby"

var text = strings.Repeat("0123456789", 10)

// benchEntries returns n entries of 16 sessions in turn, with texts of 100 bytes, as many as there were in front.
func benchEntries(from, n int) []msglog.Entry {
	entries := make([]msglog.Entry, n)
	for i := range entries {
		at := from + i
		entries[i] = msglog.Entry{
			Room: lobby, Session: logtest.Session(at % 16), ID: wire.ID(at/16 + 1), From: fmt.Sprintf("user%d", at%16),
			Text: text, Time: wire.Time(1.7e12 + at),
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

// BenchmarkOpen opens a log of a million messages, reads the last 50 and closes it.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	log := mustOpen(b, dir, Options{})
	const n, batch = 1_000_000, 4096
	for at := 0; at < n; at += batch {
		if err := log.Append(b.Context(), benchEntries(at, min(batch, n-at))); err != nil {
			b.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		log, err := Open(b.Context(), dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if entries, err := log.Read(b.Context(), lobby, n-50, 50); err != nil || len(entries) != 50 {
			b.Fatal(len(entries), err)
		}
		if err := log.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
