package main

import (
	"errors"
	"fmt"

	"hubbub/wire"
)

// record is every text that was said, each of which is said once, and whether it was acknowledged.
type record map[string]bool

// line is the line number n of a speaker.
func line(speaker string, n int) string { return fmt.Sprintf("%s says %d", speaker, n) }

// check compares what is stored with what was said, and what each reader got with what is stored. What was not
// acknowledged may be stored, once.
func check(f *figures, stored []wire.Message, said record, readers []*reader) error {
	var failed []error
	for i, m := range stored {
		if m.Seq != wire.Seq(i+1) {
			failed = append(failed, fmt.Errorf("number %d of the store is %d", i+1, m.Seq))
			break
		}
	}
	count := make(map[string]int)
	for _, m := range stored {
		if _, known := said[m.Text]; !known {
			failed = append(failed, fmt.Errorf("number %d is %.80q, which nobody has said", m.Seq, m.Text))
		}
		if count[m.Text]++; count[m.Text] > 1 {
			f.doubled++
			failed = append(failed, fmt.Errorf("number %d is %.80q once more", m.Seq, m.Text))
		}
	}
	for text, acknowledged := range said {
		if !acknowledged {
			continue
		}
		f.acknowledged++
		if count[text] == 0 {
			f.lost++
			failed = append(failed, fmt.Errorf("%.80q was acknowledged and is not stored", text))
		}
	}
	f.messages = len(stored)
	failed = append(failed, inOrder(stored))
	if len(stored) == 0 {
		return errors.Join(append(failed, errors.New("nothing is stored"))...)
	}
	for _, r := range readers {
		got, err := r.upTo(stored[len(stored)-1].Seq)
		failed = append(failed, err, sameAs(f, r.name, got, stored))
	}
	return firstOf(failed)
}

// inOrder checks that each speaker's lines stand in the order in which it said them.
func inOrder(stored []wire.Message) error {
	next := make(map[string]int)
	for _, m := range stored {
		var speaker string
		var n int
		if _, err := fmt.Sscanf(m.Text, "%s says %d", &speaker, &n); err != nil {
			return fmt.Errorf("number %d is %.80q", m.Seq, m.Text)
		}
		if n < next[speaker] {
			return fmt.Errorf("number %d is %q, behind line %d", m.Seq, m.Text, next[speaker]-1)
		}
		next[speaker] = n + 1
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
			failed = fmt.Errorf("%s: what came as number %d is message %d, %.80q", name, i+1, m.Seq, m.Text)
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

// firstOf joins the first few of the errors.
func firstOf(failed []error) error {
	const shown = 5
	var some []error
	n := 0
	for _, err := range failed {
		if err == nil {
			continue
		}
		if n++; n <= shown {
			some = append(some, err)
		}
	}
	if n > shown {
		some = append(some, fmt.Errorf("and %d more", n-shown))
	}
	return errors.Join(some...)
}
