//go:build linux

package main

import (
	"slices"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	text := appendText(nil, 60, 3, 17, 1234567890)
	if want := "03-0000000017 xxxxxxxxxxxxxxxxxxxxxxxxxxxxx0000001234567890~"; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	sender, number, ok := parseHead(text)
	if sender != 3 || number != 17 || !ok {
		t.Errorf("got %d, %d, %v", sender, number, ok)
	}
	if n := countMessages(text); n != 1 {
		t.Errorf("it counts as %d messages", n)
	}
	if got := len(appendText(nil, leastSize, 0, 1, 0)); got != leastSize {
		t.Errorf("the least text has %d bytes, want %d", got, leastSize)
	}
	for _, strange := range []string{"", "hello", "03-00000000x7 xx", "03 0000000017 xx"} {
		if _, _, ok := parseHead([]byte(strange)); ok {
			t.Errorf("%q passes for a text that was said here", strange)
		}
	}
}

func TestStampsInPieces(t *testing.T) {
	const at = 20 * time.Millisecond
	var stream []byte
	for i := range 5 {
		stream = appendText(append(stream, `{"data":"`...), 50, 0, int64(i+1), time.Duration(i)*time.Millisecond)
		stream = append(stream, "\"}\n"...)
	}
	want := []uint32{20_000, 19_000, 18_000, 17_000, 16_000}
	for piece := 1; piece <= len(stream); piece++ {
		var s stamps
		for rest := stream; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
			s.take(rest[:min(piece, len(rest))], at)
		}
		if !slices.Equal(s.micros, want) {
			t.Errorf("in pieces of %d bytes: got %v, want %v", piece, s.micros, want)
		}
	}
}
