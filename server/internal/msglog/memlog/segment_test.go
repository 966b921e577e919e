package memlog

import (
	"math/rand/v2"
	"strings"
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// appendTexts appends n messages of one session, with texts as long as length says.
func appendTexts(t *testing.T, log *Log, n int, length func() int) {
	t.Helper()
	text := strings.Repeat("x", wire.MaxText)
	for i := range n {
		entries := []msglog.Entry{{Room: "lobby", Session: "s", ID: wire.ID(i + 1), From: "Alice", Text: text[:length()]}}
		if err := log.Append(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
}

// Little of the memory that closed segments take is left unused.
func TestSegmentsAreFilled(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, test := range []struct {
		name   string
		length func() int
	}{
		{"empty", func() int { return 0 }},
		{"one byte", func() int { return 1 }},
		{"short", func() int { return 30 }},
		{"100 bytes", func() int { return 100 }},
		{"the longest", func() int { return wire.MaxText }},
		{"of any length", func() int { return rng.IntN(200) }},
		{"few are long", func() int { return 40 + rng.IntN(20)/19*3000 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := New(Options{})
			appendTexts(t, log, 10_000, test.length)
			used, reserved := 0, 0
			segments := log.rooms["lobby"].segments
			for _, seg := range segments[:len(segments)-1] {
				used += len(seg.texts) + recordBytes*len(seg.records)
				reserved += seg.reserved()
			}
			t.Logf("%d segments, %.1f %% unused", len(segments), 100*float64(reserved-used)/float64(reserved))
			if used*100 < reserved*85 {
				t.Errorf("%d bytes of %d are used", used, reserved)
			}
		})
	}
}

// A room that stays quiet takes little.
func TestFirstSegmentIsSmall(t *testing.T) {
	log := New(Options{})
	appendTexts(t, log, 1, func() int { return 100 })
	if size := log.rooms["lobby"].segments[0].size(); size > 2*smallestSegment {
		t.Errorf("one message takes %d bytes", size)
	}
}

// What is counted is what is there, however much has come and gone.
func TestCountsWhatIsHeld(t *testing.T) {
	log := New(Options{Bytes: 1 << 20, Sessions: 10})
	for i := range 20_000 {
		entries := []msglog.Entry{{
			Room: []string{"lobby", "kitchen"}[i%2], Session: wire.SessionID(rune('a' + i/1000%15)),
			ID: wire.ID(i % 7 * (i + 1)), From: "Alice", Text: strings.Repeat("x", i%300),
		}}
		if err := log.Append(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
	bytes, numbered := 0, 0
	for _, r := range log.rooms {
		for _, seg := range r.segments {
			bytes += seg.size()
			for _, rec := range seg.records {
				if rec.id != 0 {
					numbered++
				}
			}
		}
	}
	unkept := 0
	for _, s := range log.sessions {
		if s.kept > 0 {
			bytes += sessionBytes
		} else {
			unkept++
		}
		for _, m := range s.senders {
			for _, chunk := range m.numbers {
				numbered -= len(chunk)
			}
		}
	}
	if log.bytes != bytes || bytes > 1<<20 || bytes < 1<<20*3/4 {
		t.Errorf("%d bytes are counted, %d are held", log.bytes, bytes)
	}
	if numbered != 0 {
		t.Errorf("%d numbers are missing among those held", numbered)
	}
	if n := log.unkept.Len(); n != unkept {
		t.Errorf("%d sessions are known to have nothing left, %d are there", n, unkept)
	}
}
