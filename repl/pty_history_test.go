//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
)

// Two programs add to a file that is nearly full, and whose last line has no newline.
func TestHistoryOfTwo(t *testing.T) {
	const each = 40
	file := filepath.Join(t.TempDir(), "history")
	var old []string
	for i := range inputHistory - each {
		old = append(old, fmt.Sprintf("old %d", i))
	}
	if err := os.WriteFile(file, []byte(strings.Join(old, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	hub := startHub(t, nil)
	var seats []*seat
	for _, name := range []string{"Alice", "Carol"} {
		seats = append(seats, takeSeat(t, seating{hub: hub, name: name, args: []string{"-history-file", file}}))
	}
	for i := range each {
		for k, x := range seats {
			x.Type(fmt.Sprintf("line %d of %d\r not kept %d\r", i, k, i))
		}
	}
	hub.await("all lines", func() bool { return len(hub.texts()) == 4*each })
	for _, x := range seats {
		x.leave("/quit\r")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(kept) != inputHistory {
		t.Errorf("%d lines are kept, want %d", len(kept), inputHistory)
	}
	for k := range seats {
		var own []string
		for i := range each {
			own = append(own, fmt.Sprintf("line %d of %d", i, k))
		}
		got := slices.DeleteFunc(slices.Clone(kept), func(line string) bool {
			return !strings.HasSuffix(line, fmt.Sprintf(" of %d", k))
		})
		if !slices.Equal(got, own) {
			t.Errorf("of what %d has typed is kept %q", k, got)
		}
	}
	if strings.Contains(string(b), "not kept") || !slices.Contains(kept, old[len(old)-1]) {
		t.Errorf("the last lines are %q", kept[len(kept)-2*each-5:])
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestDraftSurvivesAWalk(t *testing.T) {
	x := takeSeat(t, seating{})
	for _, line := range []string{"one", "two\x1b\rlines"} {
		x.Type(line + "\r")
	}
	x.hub.await("the lines", func() bool { return len(x.hub.texts()) == 2 })
	x.Type("\x0c\x1b[1;5D draft\x1b[D\x1b[A")
	x.shows(14, 0, "You: two⏎lines")
	x.Type("\x1b[A")
	x.shows(8, 0, "You: one")
	x.bob("hi")
	x.shows(8, 1, "[Bob]: hi", "You: one")
	bells := x.Screen().Bells
	x.Type("\x1b[A")
	x.WaitFor("a bell at the oldest line", func(s ttytest.Screen) bool { return s.Bells > bells })
	x.Type("\x1bOB\x1b[B")
	x.shows(10, 1, "[Bob]: hi", "You:  draft")
	x.Type("\x15\x1b[A\r")
	x.hub.await("the line again", func() bool {
		return slices.Equal(x.hub.texts(), []string{"one", "two\nlines", "two\nlines"})
	})
}
