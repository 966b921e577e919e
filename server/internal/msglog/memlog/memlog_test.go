package memlog_test

import (
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

func TestConformance(t *testing.T) {
	logtest.Run(t, func(*testing.T) msglog.Log { return memlog.New(memlog.Options{}) })
}

func TestKeepsTheNewestEntries(t *testing.T) {
	const kept, n = 1000, 5000
	log := memlog.New(memlog.Options{Entries: kept})
	for id := wire.ID(1); id <= n; id++ {
		if err := log.Append(t.Context(), logtest.Entries(logtest.Session(1), id, 1)); err != nil {
			t.Fatal(err)
		}
	}
	bounds, err := log.Bounds(t.Context(), "lobby")
	if want := (msglog.Bounds{First: n - kept + 1, Last: n}); err != nil || bounds != want {
		t.Errorf("bounds %v, %v; want %v", bounds, err, want)
	}
	entries, err := log.Read(t.Context(), "lobby", 0, n)
	if err != nil || len(entries) != kept || entries[0].Seq != bounds.First {
		t.Errorf("read %d entries, %v", len(entries), err)
	}
}

func TestKeepsToItsBytes(t *testing.T) {
	const bytes = 1 << 20
	log := memlog.New(memlog.Options{Bytes: bytes})
	var text [1000]byte
	for id := wire.ID(1); id <= 5000; id++ {
		entries := logtest.Entries(logtest.Session(1), id, 1)
		entries[0].Text = string(text[:])
		if err := log.Append(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
	bounds, err := log.Bounds(t.Context(), "lobby")
	kept := int(bounds.Last-bounds.First) + 1
	if err != nil || kept*len(text) > bytes || kept*len(text) < bytes*3/4 {
		t.Errorf("%d texts of %d bytes are kept in %d bytes, %v", kept, len(text), bytes, err)
	}
}

func TestRecognisesWhatItHasDropped(t *testing.T) {
	log := memlog.New(memlog.Options{Entries: 10})
	for id := wire.ID(1); id <= 5000; id++ {
		if err := log.Append(t.Context(), logtest.Entries(logtest.Session(1), id, 1)); err != nil {
			t.Fatal(err)
		}
	}
	again := logtest.Entries(logtest.Session(1), 17, 1)
	if err := log.Append(t.Context(), again); err != nil || !again[0].Duplicate {
		t.Errorf("a dropped message was added again: %+v, %v", again[0], err)
	}
}

// Whichever room it is sent to again, a message gets the number and the time of the first; one that is gone gets those
// of one of its session that is gone too.
func TestDuplicatesAfterDrops(t *testing.T) {
	log := memlog.New(memlog.Options{Entries: 3000})
	rooms := []string{"lobby", "lobby", "kitchen"}
	said := map[wire.Time]msglog.Entry{}
	for i := range 30_000 {
		e := logtest.Entries(logtest.Session(i/2%3), wire.ID(1+(i^15)), 1) // not quite in order
		e[0].Room, e[0].Time = rooms[i%3], wire.Time(1e6+i)
		if err := log.Append(t.Context(), e); err != nil || e[0].Duplicate {
			t.Fatalf("message %d: duplicate %v, %v", i, e[0].Duplicate, err)
		}
		said[e[0].Time] = e[0]
	}
	bounds := map[string]msglog.Bounds{}
	for _, room := range rooms[1:] {
		var err error
		if bounds[room], err = log.Bounds(t.Context(), room); err != nil || bounds[room].First < 5000 {
			t.Fatalf("%s: too little is gone: %v, %v", room, bounds[room], err)
		}
	}
	gone := func(e msglog.Entry) bool { return e.Seq < bounds[e.Room].First }
	for _, first := range said {
		for _, room := range rooms[1:] {
			again := []msglog.Entry{first}
			again[0].Room, again[0].Time, again[0].Seq = room, 7, 0
			if err := log.Append(t.Context(), again); err != nil || !again[0].Duplicate {
				t.Fatalf("%+v was added again to %s, %v", first, room, err)
			}
			got := said[again[0].Time]
			if got.Seq != again[0].Seq || got.Session != first.Session || got != first && !(gone(got) && gone(first)) {
				t.Fatalf("%+v again got number %d and time %d", first, again[0].Seq, again[0].Time)
			}
		}
	}
}

func TestForgetsSessions(t *testing.T) {
	log := memlog.New(memlog.Options{Entries: 10, Sessions: 100})
	for i := range 3000 {
		if err := log.Append(t.Context(), logtest.Entries(logtest.Session(i), 1, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for i, duplicate := range map[int]bool{0: false, 2999: true} {
		again := logtest.Entries(logtest.Session(i), 1, 1)
		if err := log.Append(t.Context(), again); err != nil || again[0].Duplicate != duplicate {
			t.Errorf("session %d: duplicate %v, %v", i, again[0].Duplicate, err)
		}
	}
}
