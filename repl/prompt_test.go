package main

import (
	"slices"
	"testing"
	"time"

	"hubbub/wire"
)

func TestPrompt(t *testing.T) {
	var shown []string
	p := prompt{
		style: func(text string) string { return "<" + text + ">" },
		set:   func(mark, prompt string) { shown = append(shown, mark+prompt) },
	}
	for _, change := range []func(*promptState){
		func(s *promptState) { s.unsent = 0 }, // no change
		func(s *promptState) { s.unsent = 3 },
		func(s *promptState) { s.offline = true },
		func(s *promptState) { s.mentions = 2 },
		func(s *promptState) { s.unsent = 0 },
		func(s *promptState) { s.offline = false },
		func(s *promptState) { *s = promptState{more: true} },
		func(s *promptState) { *s = promptState{} },
	} {
		p.update(change)
	}
	want := []string{
		"(3 unsent) <You: >", "(offline, 3 unsent) <You: >", "(offline, 3 unsent, @2) <You: >", "(offline, @2) <You: >",
		"(@2) <You: >", "<...  >", "<You: >",
	}
	if !slices.Equal(shown, want) {
		t.Errorf("got %q, want %q", shown, want)
	}
}

// Mentions count from some time after the last key on, and until the next.
func TestMentionsOfWhoIsAway(t *testing.T) {
	var shown []string
	p := prompt{style: func(text string) string { return text }, awayAfter: awayAfter}
	start := time.Now()
	p.begin(func(mark, _ string) { shown = append(shown, mark) }, start)
	p.mentioned(start.Add(awayAfter - 1))
	p.mentioned(start.Add(awayAfter))
	p.mentioned(start.Add(time.Hour))
	p.pressed(start.Add(time.Hour + 1))
	p.pressed(start.Add(time.Hour + 2))
	p.mentioned(start.Add(time.Hour + awayAfter))
	p.mentioned(start.Add(time.Hour + awayAfter + 2))
	if want := []string{"(@1) ", "(@2) ", "", "(@1) "}; !slices.Equal(shown, want) {
		t.Errorf("got %q, want %q", shown, want)
	}
}

func TestWaiting(t *testing.T) {
	w := newWaiting()
	now := time.Now()
	check := func(after time.Duration, n int, next time.Duration) {
		t.Helper()
		if gotN, gotNext := w.late(now.Add(after)); gotN != n || gotNext != next {
			t.Errorf("after %v: %d are late and the next will be in %v, want %d and %v", after, gotN, gotNext, n, next)
		}
	}
	check(0, 0, 0)
	w.settle(1) // the server may be quicker than Send
	w.add(1, now)
	check(time.Hour, 0, 0)
	w.add(2, now)
	w.add(3, now.Add(time.Second/2))
	check(time.Second/4, 0, 3*time.Second/4)
	check(time.Second, 1, time.Second/2)
	check(time.Hour, 2, 0)
	w.settle(wire.ID(2))
	check(time.Hour, 1, 0)
	w.settle(3)
	check(time.Hour, 0, 0)
}
