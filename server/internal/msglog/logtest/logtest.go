// Package logtest is the conformance suite of msglog: what every store must do.
package logtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// Run tests the store that open makes a new, empty log of. It closes every log that it opens.
func Run(t *testing.T, open func(t *testing.T) msglog.Log) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, msglog.Log)
	}{
		{"an empty log", testEmpty},
		{"order", testOrder},
		{"rooms", testRooms},
		{"paging", testPaging},
		{"idempotency", testIdempotency},
		{"doubles in one batch", testDoublesInBatch},
		{"numbers out of order", testUnorderedIDs},
		{"no number", testNoID},
		{"texts come back", testTexts},
		{"concurrent readers", testConcurrentReaders},
		{"context ended", testContextEnded},
		{"context ends in the middle", testContextEnds},
		{"closed", testClosed},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := open(t)
			defer log.Close()
			test.run(t, log)
		})
	}
	t.Run("identity", func(t *testing.T) {
		one, two := open(t), open(t)
		defer one.Close()
		defer two.Close()
		testIdentity(t, one, two)
	})
	RunSearch(t, open)
}

const room = "lobby"

// Session returns a session id for tests, the same for the same n.
func Session(n int) wire.SessionID { return wire.SessionID(fmt.Sprintf("%032x", n)) }

// Entries returns n entries of one session, numbered from the id first on.
func Entries(session wire.SessionID, first wire.ID, n int) []msglog.Entry {
	entries := make([]msglog.Entry, n)
	for i := range entries {
		id := first + wire.ID(i)
		entries[i] = msglog.Entry{
			Room: room, Session: session, ID: id, From: "Alice", Text: fmt.Sprintf("text %d", id), Time: wire.Time(1000 + id),
		}
	}
	return entries
}

func mustAppend(t *testing.T, log msglog.Log, entries []msglog.Entry) {
	t.Helper()
	if err := log.Append(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, log msglog.Log, room string, after wire.Seq, limit int) []msglog.Entry {
	t.Helper()
	entries, err := log.Read(t.Context(), room, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func wantBounds(t *testing.T, log msglog.Log, room string, want msglog.Bounds) {
	t.Helper()
	if got, err := log.Bounds(t.Context(), room); err != nil || got != want {
		t.Errorf("bounds of %s: got %v, %v; want %v", room, got, err, want)
	}
}

// Each log has its own identity, whatever becomes of it.
func testIdentity(t *testing.T, one, two msglog.Log) {
	id := one.Identity()
	if !id.Valid() {
		t.Errorf("the identity %q is malformed", id)
	}
	if other := two.Identity(); other == id || !other.Valid() {
		t.Errorf("the other log's identity is %q", other)
	}
	mustAppend(t, one, Entries(Session(1), 1, 1))
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	if now := one.Identity(); now != id {
		t.Errorf("the identity was %q and is %q", id, now)
	}
}

func testEmpty(t *testing.T, log msglog.Log) {
	if got := mustRead(t, log, room, 0, 10); len(got) != 0 {
		t.Errorf("read %v", got)
	}
	if got := mustRead(t, log, room, 7, 10); len(got) != 0 {
		t.Errorf("read %v behind the end", got)
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1})
	mustAppend(t, log, nil)
	wantBounds(t, log, room, msglog.Bounds{First: 1})
}

func testOrder(t *testing.T, log msglog.Log) {
	var want wire.Seq
	for batch := range 50 {
		entries := Entries(Session(batch), 1, batch%7)
		mustAppend(t, log, entries)
		for _, e := range entries {
			if want++; e.Seq != want || e.Duplicate {
				t.Fatalf("appended as %d, duplicate %v; want %d", e.Seq, e.Duplicate, want)
			}
		}
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1, Last: want})
	got := mustRead(t, log, room, 0, 1000)
	if len(got) != int(want) {
		t.Fatalf("read %d entries, want %d", len(got), want)
	}
	for i, e := range got {
		if e.Seq != wire.Seq(i+1) {
			t.Fatalf("entry %d has number %d", i, e.Seq)
		}
	}
}

func testRooms(t *testing.T, log msglog.Log) {
	entries := Entries(Session(1), 1, 4)
	entries[1].Room, entries[3].Room = "kitchen", "kitchen"
	mustAppend(t, log, entries)
	for _, name := range []string{room, "kitchen"} {
		wantBounds(t, log, name, msglog.Bounds{First: 1, Last: 2})
		for i, e := range mustRead(t, log, name, 0, 10) {
			if e.Room != name || e.Seq != wire.Seq(i+1) {
				t.Errorf("%s: entry %d is number %d of %s", name, i, e.Seq, e.Room)
			}
		}
	}
}

func testPaging(t *testing.T, log msglog.Log) {
	const n = 1000
	mustAppend(t, log, Entries(Session(1), 1, n))
	var after wire.Seq
	for after < n {
		page := mustRead(t, log, room, after, 7)
		if len(page) != min(7, int(n-after)) {
			t.Fatalf("a page of %d behind %d", len(page), after)
		}
		for _, e := range page {
			if after++; e.Seq != after || e.ID != wire.ID(after) {
				t.Fatalf("number %d, id %d; want %d", e.Seq, e.ID, after)
			}
		}
	}
	for _, limit := range []int{0, -1} {
		if got := mustRead(t, log, room, 0, limit); len(got) != 0 {
			t.Errorf("limit %d: read %d entries", limit, len(got))
		}
	}
}

func testIdempotency(t *testing.T, log msglog.Log) {
	first := Entries(Session(1), 1, 3)
	mustAppend(t, log, first)
	mustAppend(t, log, Entries(Session(2), 1, 3)) // the same numbers of another session are other messages
	again := Entries(Session(1), 2, 4)            // two old, two new
	for i := range again {
		again[i].Time += 1e6
	}
	mustAppend(t, log, again)
	for i, want := range []struct {
		seq       wire.Seq
		time      wire.Time
		duplicate bool
	}{{2, first[1].Time, true}, {3, first[2].Time, true}, {7, again[2].Time, false}, {8, again[3].Time, false}} {
		if e := again[i]; e.Seq != want.seq || e.Time != want.time || e.Duplicate != want.duplicate {
			t.Errorf("entry %d: got seq %d, time %d, duplicate %v; want %v", i, e.Seq, e.Time, e.Duplicate, want)
		}
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1, Last: 8})
}

func testDoublesInBatch(t *testing.T, log msglog.Log) {
	entries := append(Entries(Session(1), 1, 2), Entries(Session(1), 1, 3)...)
	mustAppend(t, log, entries)
	for i, want := range []wire.Seq{1, 2, 1, 2, 3} {
		if e := entries[i]; e.Seq != want || e.Duplicate != (i == 2 || i == 3) {
			t.Errorf("entry %d: number %d, duplicate %v", i, e.Seq, e.Duplicate)
		}
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1, Last: 3})
}

func testUnorderedIDs(t *testing.T, log msglog.Log) {
	for _, id := range []wire.ID{5, 3, 9, 4} {
		entries := Entries(Session(1), id, 1)
		mustAppend(t, log, entries)
		if entries[0].Duplicate {
			t.Errorf("id %d was taken for a duplicate", id)
		}
	}
	for i, id := range []wire.ID{5, 3, 9, 4} {
		entries := Entries(Session(1), id, 1)
		mustAppend(t, log, entries)
		if e := entries[0]; !e.Duplicate || e.Seq != wire.Seq(i+1) {
			t.Errorf("id %d again: number %d, duplicate %v", id, e.Seq, e.Duplicate)
		}
	}
}

func testNoID(t *testing.T, log msglog.Log) {
	for range 2 {
		entries := Entries(Session(1), 0, 1)
		mustAppend(t, log, entries)
		if entries[0].Duplicate {
			t.Error("an entry without a number was taken for a duplicate")
		}
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1, Last: 2})
}

func testTexts(t *testing.T, log msglog.Log) {
	entries := Entries(Session(1), 1, 4)
	entries[0].Text = "a\nb\tc\"\\"
	entries[1].Text = "王小明 😀 \u202e"
	entries[2].Text = ""
	entries[3].From = "Ольга"
	mustAppend(t, log, entries)
	got := mustRead(t, log, room, 0, 10)
	if len(got) != len(entries) {
		t.Fatalf("read %d entries", len(got))
	}
	for i := range got {
		if got[i] != entries[i] {
			t.Errorf("got %+v, want %+v", got[i], entries[i])
		}
	}
}

func testConcurrentReaders(t *testing.T, log msglog.Log) {
	const n, step = 1000, 10
	appended := make([]chan struct{}, n/step)
	for i := range appended {
		appended[i] = make(chan struct{})
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			var after wire.Seq
			for after < n {
				<-appended[after/step] // then there is something behind that, and more at any time
				page, err := log.Read(t.Context(), room, after, 64)
				if err != nil {
					t.Error(err)
					return
				}
				if len(page) == 0 {
					t.Errorf("nothing is behind %d", after)
					return
				}
				for _, e := range page {
					if after++; e.Seq != after {
						t.Errorf("number %d, want %d", e.Seq, after)
						return
					}
				}
			}
		})
	}
	for i, done := range appended {
		if err := log.Append(t.Context(), Entries(Session(1), wire.ID(step*i+1), step)); err != nil {
			t.Error(err)
		}
		close(done)
	}
	readers.Wait()
}

func testContextEnded(t *testing.T, log msglog.Log) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	entries := Entries(Session(1), 1, 3)
	if err := log.Append(ctx, entries); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if _, err := log.Read(ctx, room, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	if _, err := log.Search(ctx, room, "text", 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("search: %v", err)
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1})
	mustAppend(t, log, entries)
	if e := entries[2]; e.Seq != 3 || e.Duplicate {
		t.Errorf("after an append that failed: number %d, duplicate %v", e.Seq, e.Duplicate)
	}
}

// endingContext ends when it has been looked at so many times.
type endingContext struct {
	context.Context
	looks int
}

func (c *endingContext) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

// Whenever the context ends, an Append that fails has added nothing, and one that does not has added all.
func testContextEnds(t *testing.T, log msglog.Log) {
	const n = 5
	var last wire.Seq
	for looks := range n + 3 {
		entries := Entries(Session(1+looks), 1, n)
		entries[0].Room = fmt.Sprint("room ", looks)
		switch err := log.Append(&endingContext{t.Context(), looks}, entries); {
		case err == nil:
			last += n - 1
		case !errors.Is(err, context.Canceled):
			t.Error(err)
		default:
			wantBounds(t, log, entries[0].Room, msglog.Bounds{First: 1})
		}
		wantBounds(t, log, room, msglog.Bounds{First: 1, Last: last})
	}
	entries := Entries(Session(1), 1, n)
	mustAppend(t, log, entries)
	if e := entries[n-1]; !e.Duplicate && e.Seq != last+n {
		t.Errorf("number %d behind %d", e.Seq, last)
	}
}

func testClosed(t *testing.T, log msglog.Log) {
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), Entries(Session(1), 1, 1)); !errors.Is(err, msglog.ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if _, err := log.Read(t.Context(), room, 0, 1); !errors.Is(err, msglog.ErrClosed) {
		t.Errorf("read: %v", err)
	}
	if _, err := log.Search(t.Context(), room, "text", 0, 1); !errors.Is(err, msglog.ErrClosed) {
		t.Errorf("search: %v", err)
	}
	if _, err := log.Bounds(t.Context(), room); !errors.Is(err, msglog.ErrClosed) {
		t.Errorf("bounds: %v", err)
	}
}
