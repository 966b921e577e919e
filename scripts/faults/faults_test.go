package main

import (
	"testing"
	"time"

	"hubbub/scripts/internal/programs"
)

// The same as the program, in short.
func TestNothingIsLostOrDoubled(t *testing.T) {
	p := plan{
		seed: 1, kills: 5, cuts: 20, writers: 2, readers: 2, messages: 400, betweenKills: 300 * time.Millisecond,
		leavers: 6, fills: 3, turns: 40, missed: 20_000,
	}
	dir := t.TempDir()
	set, err := programs.Build(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := c.run(t.Context(), set, dir, p)
			t.Logf("\n%s\n%-8s %v", heading, c.name, f)
			if err != nil {
				t.Fatal(err)
			}
			if f.skipped != nil {
				t.Skipf("NOT TESTED: %v", f.skipped)
			}
			if c.name == "crash" && (f.kills == 0 || f.cuts == 0) {
				t.Error("nothing was broken")
			}
		})
	}
}
