//go:build linux

package main

import (
	"math/rand/v2"
	"testing"
)

func TestRuler(t *testing.T) {
	for _, test := range []struct {
		name     string
		laid     []mark
		bytes, n int64
		want     int64
	}{
		{"nothing was read", nil, 0, 3, 0},
		{"nothing was read in full", nil, 600, 3, 0},
		{"nobody has a whole message", []mark{{50, 0}}, 100, 2, 0},
		{"all are at a mark", []mark{{100, 1}, {200, 2}}, 300, 3, 3},
		{"all are at the end", []mark{{100, 1}, {200, 2}}, 600, 3, 6},
		{"two of three are at the end", []mark{{100, 1}}, 200, 3, 2},
		{"one byte is missing", []mark{{100, 1}}, 299, 3, 2},
		{"between two marks", []mark{{100, 1}, {300, 9}}, 3 * 200, 3, 15},
		{"between two marks, rounded down", []mark{{100, 1}, {400, 2}}, 3 * 399, 3, 5},
		{"beyond the end", []mark{{100, 1}}, 3 * 150, 3, 3},
		{"laid by two", []mark{{100, 1}, {50, 0}, {100, 1}, {300, 3}, {200, 2}}, 3 * 300, 3, 9},
		{"many", []mark{{1 << 40, 1 << 32}, {1<<40 + 1<<20, 1<<32 + 1<<13}}, 30_000 * (1<<40 + 1<<19), 30_000,
			30_000 * (1<<32 + 1<<12)},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRuler()
			for _, m := range test.laid {
				r.lay(m.bytes, m.messages)
			}
			for range 2 {
				if got := r.messages(test.bytes, test.n); got != test.want {
					t.Errorf("got %d messages, want %d", got, test.want)
				}
			}
		})
	}
}

// TestRulerOnTheWay has a crowd read a stream in pieces. What the ruler makes of their bytes must never go back, and
// never be more than those have who read in full; and in the end it must be exact, and hold nothing.
func TestRulerOnTheWay(t *testing.T) {
	const n, inFull = 20, 3
	draw := rand.New(rand.NewPCG(1, 2))
	ends := []int64{0} // of each message in the stream
	for i := range 2000 {
		ends = append(ends, ends[i]+90+int64(i/100)+draw.Int64N(3))
	}
	r := newRuler()
	var have [n]int64
	var messages [inFull]int
	bytes, last := int64(0), int64(0)
	for end := ends[len(ends)-1]; bytes < n*end; {
		i := draw.IntN(n)
		piece := min(1+draw.Int64N(1500), end-have[i])
		have[i] += piece
		bytes += piece
		if i < inFull {
			for messages[i]+1 < len(ends) && ends[messages[i]+1] <= have[i] {
				messages[i]++
			}
			r.lay(have[i], int64(messages[i]))
		}
		got := r.messages(bytes, n)
		if got < last || got > n*r.end().messages {
			t.Fatalf("at %d bytes: got %d messages behind %d, and the ruler ends at %+v", bytes, got, last, r.end())
		}
		last = got
	}
	if want := int64(n * (len(ends) - 1)); last != want {
		t.Errorf("in the end: got %d messages, want %d", last, want)
	}
	if len(r.marks) != 1 {
		t.Errorf("in the end there are still %d marks", len(r.marks))
	}
}
