package hub

import (
	"context"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

// countingLog counts how often it is read, and fails once where it is told to.
type countingLog struct {
	msglog.Log
	reads atomic.Int64
	fail  atomic.Bool
}

func (l *countingLog) Read(ctx context.Context, room string, after wire.Seq, limit int) ([]msglog.Entry, error) {
	l.reads.Add(1)
	if l.fail.CompareAndSwap(true, false) {
		return nil, io.ErrUnexpectedEOF
	}
	return l.Log.Read(ctx, room, after, limit)
}

// newCountingLog returns a log of n messages of Alice's, each with that text and with its number as its id.
func newCountingLog(t *testing.T, o memlog.Options, n int, text string) *countingLog {
	t.Helper()
	l := &countingLog{Log: memlog.New(o)}
	appendTo(t, l, 1, n, text)
	return l
}

func appendTo(t *testing.T, l msglog.Log, first, n int, text string) {
	t.Helper()
	for id := range n {
		e := []msglog.Entry{{Room: Room, Session: alice, ID: wire.ID(first + id), From: "Alice", Text: text}}
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPageIsReadOnceForAll(t *testing.T) {
	const n = 3*pageEntries + 7
	log := newCountingLog(t, memlog.Options{}, n, "x")
	p := newPages(log)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for seq := wire.Seq(1); seq <= n; seq += 5 {
				if b, err := p.get(seq, n); err != nil || position(seq) < b.first || position(seq) >= b.end() {
					t.Errorf("message %d: the page is from %d to %d, %v", seq, b.first, b.end(), err)
				}
			}
		})
	}
	all.Wait()
	if reads := log.reads.Load(); reads != 4 {
		t.Errorf("4 pages took %d reads", reads)
	}
	appendTo(t, log, n+1, 2, "x")
	if b, err := p.get(n, n+1); err != nil || b.end() != n+3 {
		t.Errorf("after 2 more, the last page ends before %d, %v", b.end(), err)
	}
	if b, err := p.get(n, n); err != nil || b.end() != n+3 || log.reads.Load() != 5 {
		t.Errorf("%d reads, %v", log.reads.Load(), err)
	}
}

func TestPageWithoutWhatIsNoLongerKept(t *testing.T) {
	p := newPages(newCountingLog(t, memlog.Options{Entries: 100}, 300, "x"))
	for _, c := range []struct {
		seq  wire.Seq
		want position
	}{{1, pageEntries + 1}, {150, 201}, {300, 2*pageEntries + 1}} {
		if b, err := p.get(c.seq, 300); err != nil || b.first != c.want {
			t.Errorf("message %d: the page begins with %d, want %d; %v", c.seq, b.first, c.want, err)
		}
	}
}

func TestPagesAreBounded(t *testing.T) {
	const n = 4 * pagesBytes / wire.MaxText
	log := newCountingLog(t, memlog.Options{}, n, strings.Repeat("x", wire.MaxText))
	p := newPages(log)
	for seq := wire.Seq(1); seq <= n; seq += pageEntries {
		if _, err := p.get(1, n); err != nil { // in use, and so never dropped
			t.Fatal(err)
		}
		if _, err := p.get(seq, n); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0
	for _, kept := range p.kept {
		sum += len(kept.block.data)
	}
	if p.bytes > pagesBytes || p.bytes != sum {
		t.Errorf("%d bytes are kept, %d counted, %d allowed", sum, p.bytes, pagesBytes)
	}
	if reads := log.reads.Load(); reads != n/pageEntries {
		t.Errorf("%d pages took %d reads", n/pageEntries, reads)
	}
}

func TestPageIsReadAgainAfterAnError(t *testing.T) {
	log := newCountingLog(t, memlog.Options{}, 5, "x")
	log.fail.Store(true)
	p := newPages(log)
	if _, err := p.get(1, 5); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v", err)
	}
	if b, err := p.get(1, 5); err != nil || b.end() != 6 {
		t.Errorf("%v", err)
	}
}

func TestBacklogAsItsReaderSeesIt(t *testing.T) {
	const n = pageEntries + 10
	for _, c := range []struct {
		name         string
		m            *Member
		keep         int
		after, until wire.Seq
		acks, others int
		lost         bool
	}{
		{"somebody else, whole pages", &Member{session: bob}, 0, 0, n, 0, n, false},
		{"from the middle to the middle", &Member{session: bob}, 0, 10, 20, 0, 10, false},
		{"across pages", &Member{session: bob}, 0, pageEntries - 1, pageEntries + 1, 0, 2, false},
		{"the sender", &Member{session: alice}, 0, 5, n, n - 5, 0, false},
		{"the sender, without a version", &Member{session: alice, old: true}, 0, 0, n, 0, 0, false},
		{"some no longer kept", &Member{session: bob}, 6, 0, n, 0, 6, true},
		{"all no longer kept", &Member{session: bob}, 6, 0, 20, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := newCountingLog(t, memlog.Options{Entries: c.keep}, n, "x")
			m := c.m
			m.hub = &Hub{cfg: Config{Log: log}, pages: newPages(log)}
			m.backlog = newBacklog(c.after, c.until, []byte("roster\n"))
			var acks, others, gaps int
			var scratch view
			var seqs []wire.Seq
			var last string
			for m.backlog != nil {
				v, err := m.fill(&scratch)
				if err != nil {
					t.Fatal(err)
				}
				acks += strings.Count(string(v.data), `"type":"ack"`)
				others += strings.Count(string(v.data), `"type":"message"`)
				gaps += strings.Count(string(v.data), `"event":"gap"`)
				for _, seq := range v.seqs {
					if seq != 0 {
						seqs = append(seqs, seq)
					}
				}
				last = string(v.data)
				m.tookAll(&v)
			}
			if last != "roster\n" {
				t.Errorf("the last was %.100q", last)
			}
			if acks != c.acks || others != c.others || (gaps == 1) != c.lost || gaps > 1 {
				t.Errorf("%d acks, %d messages, %d gaps", acks, others, gaps)
			}
			for i, seq := range seqs {
				if i > 0 && seq != seqs[i-1]+1 {
					t.Fatalf("%d came behind %d", seq, seqs[i-1])
				}
			}
			if len(seqs) > 0 && seqs[len(seqs)-1] != c.until {
				t.Errorf("the last message is %d", seqs[len(seqs)-1])
			}
			if m.seq != c.until {
				t.Errorf("it would go on behind message %d, want %d", m.seq, c.until)
			}
		})
	}
}
