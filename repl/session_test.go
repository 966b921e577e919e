package main

import (
	"fmt"
	"testing"
	"time"

	"hubbub/wire"
)

func TestEar(t *testing.T) {
	e := newEar()
	for _, m := range []wire.Message{{From: "Bob", Text: "one"}, {From: "Eve", Text: "two"},
		{From: "Bob", Text: "three"}} {
		e.hear(m)
	}
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"Bob", "two", false},
		{"eve", "tw", true},
		{"Bob", "one", false}, // it came before
		{"Bob", "three", true},
		{"Bob", "three", false},
	} {
		if got := e.heard(c.name, c.text); got != c.want {
			t.Errorf("%s %q: got %v", c.name, c.text, got)
		}
	}
	for i := range earSize + 1 {
		e.hear(wire.Message{From: "Bob", Text: fmt.Sprintf("<%d>", i)})
	}
	if e.heard("Bob", "<0>") || !e.heard("Bob", "<1>") {
		t.Error("it does not remember the newest messages")
	}
	e.forget()
	if e.heard("Bob", "<2>") {
		t.Error("it does not forget")
	}
}

func TestBellIsDueOnceASecond(t *testing.T) {
	var s session
	now := time.Now()
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {999 * time.Millisecond, false}, {time.Second, true}, {1500 * time.Millisecond, false}} {
		if got := s.bellDue(now.Add(c.after)); got != c.want {
			t.Errorf("after %v: got %v", c.after, got)
		}
	}
}

func TestSentLines(t *testing.T) {
	var s sentLines
	size := wire.ID(len(s.ring))
	s.begin(7)
	check := func(when string, id wire.ID, want string) {
		t.Helper()
		if got := s.label(id, "hi\x1b"); got != want {
			t.Errorf("%s: got %s, want %s", when, got, want)
		}
	}
	check("before its id is known", 1, "line 7")
	s.add(1)
	check("sent", 1, "line 7")
	s.begin(8)
	s.add(1 + size)
	check("the next", 1+size, "line 8")
	check("long ago", 1, `"hi␛"`)
}
