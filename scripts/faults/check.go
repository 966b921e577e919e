package main

import (
	"errors"
	"fmt"

	"hubbub/wire"
)

// check compares what is stored with what was said, of which everything was acknowledged, and what each reader got with
// what is stored.
func check(f *figures, stored []wire.Message, readers []*reader) error {
	var failed []error
	for i, m := range stored {
		if m.Seq != wire.Seq(i+1) {
			failed = append(failed, fmt.Errorf("number %d of the store is %d", i+1, m.Seq))
			break
		}
	}
	count := make(map[string]int)
	for _, m := range stored {
		count[m.Text]++
	}
	for i := range f.writers {
		w := &writer{name: fmt.Sprintf("writer%d", i)}
		for n := range f.messages {
			switch c := count[w.line(n)]; {
			case c == 0:
				f.lost++
			case c > 1:
				f.doubled += c - 1
			}
		}
	}
	if f.lost+f.doubled > 0 || len(stored) != f.said {
		failed = append(failed, fmt.Errorf("%d messages are stored of %d", len(stored), f.said))
	}
	failed = append(failed, inOrder(stored))
	if len(stored) == 0 {
		return errors.Join(failed...)
	}
	for _, r := range readers {
		got, err := r.upTo(stored[len(stored)-1].Seq)
		failed = append(failed, err, sameAs(f, r.name, got, stored))
		r.cmd.Process.Kill()
	}
	return errors.Join(failed...)
}

// inOrder checks that each writer's lines stand in the order in which it wrote them.
func inOrder(stored []wire.Message) error {
	next := make(map[string]int)
	for _, m := range stored {
		w := writer{name: m.From}
		if want := w.line(next[m.From]); m.Text != want {
			return fmt.Errorf("number %d is %q where %q must be", m.Seq, m.Text, want)
		}
		next[m.From]++
	}
	return nil
}

// sameAs checks that a reader got what is stored: everything, once, in order.
func sameAs(f *figures, name string, got, stored []wire.Message) error {
	seen := make(map[wire.Seq]bool, len(got))
	var failed error
	for i, m := range got {
		if seen[m.Seq] {
			f.doubled++
		}
		seen[m.Seq] = true
		if failed == nil && (i >= len(stored) || m != stored[i]) {
			failed = fmt.Errorf("%s: what came as number %d is message %d, %q", name, i+1, m.Seq, m.Text)
		}
	}
	for _, m := range stored {
		if !seen[m.Seq] {
			f.lost++
		}
	}
	if failed == nil && len(got) != len(stored) {
		failed = fmt.Errorf("%s got %d messages of %d", name, len(got), len(stored))
	}
	return failed
}
