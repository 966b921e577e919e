package logtest

import (
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// RunDurable tests a store whose logs outlive their Close. Open opens the log that is kept in the folder dir, a new and
// empty one at first.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) msglog.Log) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, reopen func() msglog.Log)
	}{
		{"entries outlive the log", testReopenEntries},
		{"numbers go on", testReopenNumbers},
		{"doubles are known again", testReopenDoubles},
		{"an empty log again", testReopenEmpty},
		{"the identity stays", testReopenIdentity},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var log msglog.Log
			closeLog := func() {
				if log == nil {
					return
				}
				if err := log.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
			defer func() { closeLog() }()
			test.run(t, func() msglog.Log {
				closeLog()
				log = open(t, dir)
				return log
			})
		})
	}
}

func testReopenEntries(t *testing.T, reopen func() msglog.Log) {
	log := reopen()
	want := append(Entries(Session(1), 1, 3), Entries(Session(2), 0, 2)...)
	want[1].Text, want[2].From = "a\nb\t\"😀", "Ольга"
	for i := range want {
		mustAppend(t, log, want[i:i+1])
	}
	for range 2 {
		got := mustRead(t, reopen(), room, 0, 10)
		if len(got) != len(want) {
			t.Fatalf("read %d entries, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("got %+v, want %+v", got[i], want[i])
			}
		}
	}
}

func testReopenNumbers(t *testing.T, reopen func() msglog.Log) {
	rooms := []string{room, "kitchen", "lobby 2"}
	for round := range wire.Seq(3) {
		log := reopen()
		for i, name := range rooms {
			entries := Entries(Session(i), wire.ID(2*round+1), 2)
			entries[0].Room, entries[1].Room = name, name
			mustAppend(t, log, entries)
			if first, last := entries[0].Seq, entries[1].Seq; first != 2*round+1 || last != 2*round+2 {
				t.Errorf("%s: numbers %d and %d behind %d", name, first, last, 2*round)
			}
			wantBounds(t, log, name, msglog.Bounds{First: 1, Last: 2*round + 2})
		}
	}
	log := reopen()
	for _, name := range rooms {
		wantBounds(t, log, name, msglog.Bounds{First: 1, Last: 6})
	}
}

func testReopenDoubles(t *testing.T, reopen func() msglog.Log) {
	first := Entries(Session(1), 1, 4)
	mustAppend(t, reopen(), first)
	again := Entries(Session(1), 3, 4) // two old, two new
	for i := range again {
		again[i].Time += 1e6
	}
	log := reopen()
	mustAppend(t, log, again)
	for i, e := range again {
		duplicate := i < 2
		time := wire.Time(1000 + e.ID)
		if !duplicate {
			time += 1e6
		}
		if e.Seq != wire.Seq(e.ID) || e.Duplicate != duplicate || e.Time != time {
			t.Errorf("id %d: number %d, time %d, duplicate %v", e.ID, e.Seq, e.Time, e.Duplicate)
		}
	}
	wantBounds(t, log, room, msglog.Bounds{First: 1, Last: 6})
}

func testReopenEmpty(t *testing.T, reopen func() msglog.Log) {
	reopen()
	log := reopen()
	wantBounds(t, log, room, msglog.Bounds{First: 1})
	if got := mustRead(t, log, room, 0, 10); len(got) != 0 {
		t.Errorf("read %v", got)
	}
}

func testReopenIdentity(t *testing.T, reopen func() msglog.Log) {
	log := reopen()
	id := log.Identity()
	for range 2 {
		mustAppend(t, log, Entries(Session(1), 1, 1))
		if log = reopen(); log.Identity() != id || !id.Valid() {
			t.Errorf("the identity was %q and is %q", id, log.Identity())
		}
	}
}
