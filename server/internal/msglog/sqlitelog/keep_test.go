package sqlitelog

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

func TestKeepsTheNewestEntries(t *testing.T) {
	const kept, n = 600, 2000
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{Keep: kept})
	for id := wire.ID(1); id <= n; id += 100 {
		mustAppend(t, log, logtest.Entries(logtest.Session(1), id, 100))
		last := wire.Seq(id + 99)
		first := max(last, kept) - kept + 1
		wantBounds(t, log, first, last)
		if entries := mustRead(t, log, 0, 1); entries[0].Seq != first {
			t.Fatalf("the first that can be read is %d, want %d", entries[0].Seq, first)
		}
	}
	eventually(t, "what is over the bound is deleted", func() bool {
		return count(t, log, "SELECT count(*) FROM messages") < kept+dropStep
	})
	if spans := count(t, log, "SELECT count(*) FROM dropped"); spans != 1 {
		t.Errorf("%d stretches are kept of one session's numbers", spans)
	}
	if entries := mustRead(t, log, 0, n); len(entries) != kept || entries[kept-1].Seq != n {
		t.Errorf("read %d entries", len(entries))
	}
	log.Close()

	log = mustOpen(t, dir, Options{Keep: 10})
	wantBounds(t, log, n-9, n)
	eventually(t, "a lower bound is enforced after opening", func() bool {
		return count(t, log, "SELECT count(*) FROM messages") < 10+dropStep
	})
	log.Close()

	log = mustOpen(t, dir, Options{})
	again := logtest.Entries(logtest.Session(1), 1, n)
	mustAppend(t, log, again)
	for _, e := range again {
		if !e.Duplicate || e.Seq < wire.Seq(e.ID) {
			t.Fatalf("id %d again: number %d, duplicate %v", e.ID, e.Seq, e.Duplicate)
		}
	}
}

// A number that was passed over is not taken for one that has been deleted: it may still come.
func TestTellsDeletedNumbersFromNewOnes(t *testing.T) {
	const said = 1000
	log := mustOpen(t, t.TempDir(), Options{Keep: 1})
	rng := rand.New(rand.NewPCG(1, 2))
	ids := rng.Perm(1500)
	sent := make(map[wire.ID]bool)
	for step := range slices.Chunk(ids[:said], 50) {
		entries := logtest.Entries(logtest.Session(1), 0, len(step))
		for i, id := range step {
			entries[i].ID = wire.ID(id + 1)
			sent[entries[i].ID] = true
		}
		mustAppend(t, log, entries)
	}
	eventually(t, "what is over the bound is deleted", func() bool {
		return count(t, log, "SELECT count(*) FROM messages") <= dropStep
	})
	if deleted := count(t, log, "SELECT sum(last - first + 1) FROM dropped"); deleted < said-dropStep {
		t.Errorf("the numbers of %d deleted messages are known", deleted)
	}
	if n := count(t, log, `SELECT count(*) FROM dropped a JOIN dropped b ON a.session = b.session AND a.last + 1 >= b.first
		AND a.first < b.first`); n != 0 {
		t.Errorf("%d stretches touch or overlap the next", n)
	}
	again := logtest.Entries(logtest.Session(1), 1, 1500)
	mustAppend(t, log, again)
	for _, e := range again {
		if e.Duplicate != sent[e.ID] {
			t.Fatalf("id %d: duplicate %v, want %v", e.ID, e.Duplicate, sent[e.ID])
		}
	}
}

func TestSpans(t *testing.T) {
	numbers := map[int64][]span{}
	for i, id := range []wire.ID{5, 3, 9, 4, 1, 8} {
		numbers[1] = append(numbers[1], span{first: id, last: id, key: int64(i)})
	}
	got := maps.Collect(maps.All(spansOf(numbers)))[1]
	want := []span{{first: 1, last: 1, key: 4}, {first: 3, last: 5, key: 0}, {first: 8, last: 9, key: 2}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// While somebody always reads and appends, the write-ahead log starts over all the same.
func TestWriteAheadLogStaysSmall(t *testing.T) {
	const most, others = 100, 2 // pages, readers
	log := mustOpen(t, t.TempDir(), Options{settlePages: most})
	stop := make(chan struct{})
	done := make(chan struct{})
	for range others {
		go func() {
			defer func() { done <- struct{}{} }()
			for after := wire.Seq(0); ; after = (after + 97) % 400 {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := log.Read(t.Context(), lobby, after, 10); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	pages := int64(0)
	for at := 0; pages < 10*most; at += 4 {
		before := log.unsettled.Load()
		entries := benchEntries(at, 4)
		for i := range entries {
			entries[i].Text = strings.Repeat("z", 4000)
		}
		eventually(t, "it is not far behind", func() bool { return log.unsettled.Load() < 2*most })
		mustAppend(t, log, entries)
		pages += max(0, log.unsettled.Load()-before)
	}
	close(stop)
	for range others {
		<-done
	}
	eventually(t, "the write-ahead log is moved into the database", func() bool { return log.unsettled.Load() < most })
	if size := fileSize(t, log, walName); size > 5*most*framePage {
		t.Errorf("the write-ahead log has %d bytes", size)
	}
}

// What a process that was killed has left in the write-ahead log counts: however often it is killed, that does not
// grow.
func TestWriteAheadLogThatIsLeft(t *testing.T) {
	const most = 100 // pages
	dir := t.TempDir()
	for life := range 8 {
		log := mustOpen(t, dir, Options{settlePages: most})
		entries := benchEntries(30*life, 30)
		for i := range entries {
			entries[i].Text = strings.Repeat("z", 4000)
		}
		mustAppend(t, log, entries)
		eventually(t, "what is too much is moved", func() bool { return log.unsettled.Load() < most })
		if size := fileSize(t, log, walName); size > 2*most*framePage {
			t.Errorf("in life %d the write-ahead log has %d bytes", life, size)
		}
		dir = crash(t, dir)
	}
}
