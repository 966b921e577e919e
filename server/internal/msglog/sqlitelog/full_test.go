package sqlitelog

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

// A database that must not grow fails as one on a full disk does.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 10))
	asWriter(t, log, fmt.Sprintf("PRAGMA max_page_count = %d", count(t, log, "PRAGMA page_count")+20))
	fillAndRecover(t, log, func() { asWriter(t, log, "PRAGMA max_page_count = 4294967294") })
}

// fillAndRecover appends until log is full, looks how it behaves then, and after more room has been made, and when it
// is opened again. The session 1 has sent something before.
func fillAndRecover(t *testing.T, log *Log, makeRoom func()) {
	t.Helper()
	bounds, err := log.Bounds(t.Context(), lobby)
	if err != nil {
		t.Fatal(err)
	}
	last := bounds.Last
	id := wire.ID(1)
	var failure error
	for ; failure == nil; id++ {
		if id > 100_000 {
			t.Fatal("it is never full")
		}
		entries := logtest.Entries(logtest.Session(2), 10*id, 3)
		entries[1].Text = strings.Repeat("x", 4000)
		entries[2].Session, entries[2].From = logtest.Session(int(1000+id)), fmt.Sprint("user", id)
		if failure = log.Append(t.Context(), entries); failure == nil {
			last += 3
		} else if entries[0].Seq != 0 {
			t.Error("an Append that failed has changed its entries")
		}
	}
	id--
	t.Logf("full after %d messages: %v", last, failure)
	if !strings.Contains(failure.Error(), "make room there") {
		t.Errorf("%q does not say what to do", failure)
	}
	for range 3 { // it stays as it is, and the readers go on
		large := logtest.Entries(logtest.Session(3), 1, 200)
		for i := range large {
			large[i].Text = strings.Repeat("y", 4000)
		}
		if err := log.Append(t.Context(), large); err == nil {
			t.Fatal("there was room for more")
		}
		wantBounds(t, log, 1, last)
		if entries := mustRead(t, log, last-1, 10); len(entries) != 1 {
			t.Errorf("read %d entries", len(entries))
		}
	}
	makeRoom()
	again := logtest.Entries(logtest.Session(2), 10*id, 3)
	again[2].Session, again[2].From = logtest.Session(int(1000+id)), fmt.Sprint("user", id)
	mustAppend(t, log, again)
	for i, e := range again {
		if e.Duplicate || e.Seq != last+wire.Seq(i)+1 {
			t.Errorf("again: number %d behind %d, duplicate %v", e.Seq, last, e.Duplicate)
		}
	}
	last += 3
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	log = mustOpen(t, log.dir, Options{})
	wantBounds(t, log, 1, last)
	for i, e := range mustRead(t, log, 0, int(last)+1) {
		if e.Seq != wire.Seq(i+1) {
			t.Fatalf("entry %d has number %d", i, e.Seq)
		}
	}
	if check := integrity(t, log); check != "ok" {
		t.Error(check)
	}
}

func integrity(t *testing.T, log *Log) (found string) {
	t.Helper()
	if err := log.reading.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&found); err != nil {
		t.Fatal(err)
	}
	return found
}
