package ttytest

import (
	"fmt"
	"strings"
)

// An Engine shows what a program writes, as one kind of terminal does.
type Engine interface {
	// Write takes a part of the output, which may end anywhere.
	Write(p []byte) (int, error)
	Resize(cols, rows int)
	Screen() Screen
}

// A Screen is what can be seen in a terminal.
type Screen struct {
	Cols, Rows int
	Lines      []string // one for each row, without the blanks at its end; a wide character counts as one
	Above      []string // the rows that have scrolled off the top, oldest first
	Col, Row   int      // the cursor, from 0; Col may be Cols while a wrap is held back
	Wrapping   bool     // a wrap is held back until the next character comes
	Bells      int
	Modes      map[int]bool // the private modes that were set (true) or reset (false): 2004 is bracketed paste
	Unknown    []string     // sequences that the engine does not know
}

// Text returns all rows, those that have scrolled off first, without empty ones at the end.
func (s Screen) Text() []string {
	all := append(append([]string(nil), s.Above...), s.Lines...)
	for len(all) > 0 && all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// Shown returns the rows without empty ones at the end.
func (s Screen) Shown() []string {
	s.Above = nil
	return s.Text()
}

// Contains reports whether a row holds text.
func (s Screen) Contains(text string) bool {
	for _, line := range s.Lines {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// String draws the screen in a frame, for a test's report.
func (s Screen) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d×%d, cursor at column %d of row %d, %d rows above\n", s.Cols, s.Rows, s.Col, s.Row, len(s.Above))
	for i, line := range s.Lines {
		mark := ' '
		if i == s.Row {
			mark = '>'
		}
		fmt.Fprintf(&b, "%c|%s|\n", mark, line)
	}
	return b.String()
}
