package hub

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

// benchText has the length of the load generator's.
var benchText = strings.Repeat("x", 100)

// BenchmarkEncode puts batches of stored messages into blocks.
func BenchmarkEncode(b *testing.B) {
	for _, n := range []int{1, 64, 1024} {
		b.Run(fmt.Sprintf("batch-%d", n), func(b *testing.B) {
			b.ReportAllocs()
			entries := make([]msglog.Entry, n)
			for i := range entries {
				at := wire.TimeOf(time.Unix(1e9, 0))
				entries[i] = msglog.Entry{
					Room: Room, Session: alice, ID: wire.ID(i + 1), From: "Alice", Text: benchText, Time: at, Seq: wire.Seq(i + 1),
				}
			}
			var m wire.Message
			for b.Loop() {
				var block block
				sender := block.sender(alice)
				block.grow(entries)
				for i := range entries {
					block.addEntry(&m, &entries[i], sender)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/message")
		})
	}
}

// BenchmarkAppend says messages to a room that nobody else is in, and waits for the last one's ack.
func BenchmarkAppend(b *testing.B) {
	b.ReportAllocs()
	h := newHub(b, memlog.New(memlog.Options{Entries: 10 * benchAhead}), time.Minute)
	sender := join(b, h, named("Alice", alice))
	sayAll(b, sender, b.N, nil)
}

// BenchmarkFanOut says messages to a room whose members read and count, until each has all of them. On net.Pipe every
// member has a goroutine that writes; on the loopback they are written to by the fan-out.
func BenchmarkFanOut(b *testing.B) {
	for _, over := range []string{"pipe", "loopback"} {
		for _, n := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("%s/members-%d", over, n), func(b *testing.B) {
				b.ReportAllocs()
				h := newHub(b, memlog.New(memlog.Options{Entries: 10 * benchAhead}), time.Minute)
				read := make(chan error, n)
				counts := make([]atomic.Int64, n)
				for i := range n {
					server, far := net.Conn(nil), net.Conn(nil)
					if over == "pipe" {
						server, far = net.Pipe()
						b.Cleanup(func() { far.Close(); server.Close() })
					} else {
						server, far = connect(b)
					}
					if _, err := h.Join(server, named(fmt.Sprintf("Reader%d", i), "")); err != nil {
						b.Fatal(err)
					}
					go func() { read <- countFrames(far, `{"type":"message"`, b.N, &counts[i]) }()
				}
				sender := join(b, h, named("Alice", alice))
				b.ResetTimer()
				sayAll(b, sender, b.N, counts)
				for range n {
					if err := <-read; err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/delivery")
			})
		}
	}
}

// benchAhead is how many messages are said at the most before all have the first of them. The log keeps more.
const benchAhead = 10_000

// sayAll says n messages, and returns when all are acknowledged. counts is how many each receiver has.
func sayAll(b *testing.B, sender *client, n int, counts []atomic.Int64) {
	b.Helper()
	sender.conn.SetDeadline(time.Time{})
	acked := make(chan error, 1)
	go func() { acked <- countFrames(sender.conn, `{"type":"ack"`, n, new(atomic.Int64)) }()
	for id := range n {
		if id%benchAhead == benchAhead/2 {
			awaitCounts(counts, int64(id)-benchAhead/2)
		}
		if err := sender.Say(benchText, wire.ID(id+1)); err != nil {
			b.Fatal(err)
		}
	}
	if err := <-acked; err != nil {
		b.Fatal(err)
	}
}

// awaitCounts returns when each is n or more.
func awaitCounts(counts []atomic.Int64, n int64) {
	for i := range counts {
		for counts[i].Load() < n {
			time.Sleep(time.Millisecond)
		}
	}
}

// countFrames reads until n frames that begin so have come, and says in count how many have. It goes on reading, as
// nobody should fall behind, until the connection ends.
func countFrames(r io.Reader, start string, n int, count *atomic.Int64) error {
	frames := wire.NewReader(r)
	for count.Load() < int64(n) {
		frame, err := frames.Next()
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(frame[:min(len(frame), len(start))]), start) {
			count.Add(1)
		}
	}
	go io.Copy(io.Discard, r)
	return nil
}

// BenchmarkCatchUp reads a log of 10,000 messages for one member, whose pages are kept or not.
func BenchmarkCatchUp(b *testing.B) {
	const n = 10_000
	log := memlog.New(memlog.Options{})
	entries := make([]msglog.Entry, n)
	for i := range entries {
		entries[i] = msglog.Entry{Room: Room, Session: alice, ID: wire.ID(i + 1), From: "Alice", Text: benchText}
	}
	if err := log.Append(context.Background(), entries); err != nil {
		b.Fatal(err)
	}
	shared := newPages(log)
	for _, kept := range []bool{false, true} {
		b.Run(fmt.Sprintf("kept-%v", kept), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := shared
				if !kept {
					p = newPages(log)
				}
				for seq := wire.Seq(1); seq <= n; seq += pageEntries {
					if _, err := p.get(seq, n); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
