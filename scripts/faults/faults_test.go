package main

import (
	"testing"
	"time"
)

// The same as the program, in short.
func TestNothingIsLostOrDoubled(t *testing.T) {
	figures, err := run(t.Context(), plan{
		kills: 5, cuts: 20, writers: 2, readers: 2, messages: 400, seed: 1, betweenKills: 300 * time.Millisecond,
	})
	t.Logf("\n%v", figures)
	if err != nil {
		t.Fatal(err)
	}
	if figures.killed == 0 || figures.cut == 0 {
		t.Error("nothing was broken")
	}
}
