package ttytest

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Traits are what terminals do differently.
type Traits struct {
	BackspaceWraps bool // a backspace in the first column goes to the row above that wraps into this one, as in tmux
	ClearScrolls   bool // clearing the screen from its first column on keeps it among the rows above, as in tmux
	BeyondEdge     bool // while a wrap is held back the cursor is behind the last column, as in tmux, and not in it
	Reflow         bool // rows are wrapped anew when the width changes
}

// Kinds of terminals: tmux, those like xterm.js, and those that do not wrap anew, as xterm.
var (
	Tmux  = Traits{BackspaceWraps: true, ClearScrolls: true, BeyondEdge: true, Reflow: true}
	Xterm = Traits{Reflow: true}
	Rigid = Traits{}
)

// An Emulator is an Engine of its own: a grid of cells, a cursor, and the sequences that a line editor may need. All
// others are kept as unknown, so that a test can tell.
type Emulator struct {
	traits     Traits
	cols, rows int

	lines    []*line
	above    []*line
	texts    []string // of above, as far as a Screen was asked for
	row, col int
	pending  bool // the last column is written, the wrap held back
	bells    int
	modes    map[int]bool
	unknown  []string

	in []byte // not understood yet
}

var _ Engine = (*Emulator)(nil)

// NewEmulator returns an empty terminal.
func NewEmulator(cols, rows int, traits Traits) *Emulator {
	e := &Emulator{traits: traits, cols: cols, rows: rows, modes: map[int]bool{}}
	for range rows {
		e.lines = append(e.lines, newLine(cols))
	}
	return e
}

// String names the engine in a test's report.
func (e *Emulator) String() string { return fmt.Sprintf("an emulator with %+v", e.traits) }

// Screen returns what can be seen now.
func (e *Emulator) Screen() Screen {
	s := Screen{
		Cols: e.cols, Rows: e.rows,
		Col: e.col, Row: e.row, Wrapping: e.pending,
		Bells:   e.bells,
		Modes:   map[int]bool{},
		Unknown: append([]string(nil), e.unknown...),
	}
	for _, l := range e.lines {
		s.Lines = append(s.Lines, l.String())
	}
	for _, l := range e.above[len(e.texts):] { // rows that have scrolled off change no more
		e.texts = append(e.texts, l.String())
	}
	s.Above = slices.Clip(e.texts)
	for mode, on := range e.modes {
		s.Modes[mode] = on
	}
	return s
}

// Resize changes the size. What scrolled off comes back where there is room for it.
func (e *Emulator) Resize(cols, rows int) {
	all := append(append([]*line(nil), e.above...), e.lines...)
	row, col := len(e.above)+e.row, e.col
	if e.pending {
		col = e.cols
	}
	if e.traits.Reflow && cols != e.cols {
		all, row, col = reflow(all, cols, row, col)
	} else {
		for i, l := range all {
			n := newLine(cols)
			copy(n.cells, l.cells)
			n.wrapped = l.wrapped
			all[i] = n
		}
	}
	for len(all) > row+1 && len(all) > 1 && all[len(all)-1].used() == 0 {
		all = all[:len(all)-1]
	}
	top := max(len(all)-rows, 0)
	e.above, e.lines, e.texts = all[:top:top], all[top:], nil
	for len(e.lines) < rows {
		e.lines = append(e.lines, newLine(cols))
	}
	e.cols, e.rows = cols, rows
	e.row, e.col, e.pending = max(row-top, 0), min(col, cols-1), false
}

// Write shows p.
func (e *Emulator) Write(p []byte) (int, error) {
	e.in = append(e.in, p...)
	for len(e.in) > 0 {
		n := e.step()
		if n == 0 {
			break
		}
		e.in = e.in[n:]
	}
	return len(p), nil
}

// step does what the first bytes of in say and returns how many they are, 0 where more are needed.
func (e *Emulator) step() int {
	switch b := e.in[0]; {
	case b == 0x1b:
		return e.escape()
	case b < 0x20 || b == 0x7f:
		e.control(b)
		return 1
	case !utf8.FullRune(e.in):
		return 0
	}
	r, n := utf8.DecodeRune(e.in)
	e.put(r)
	return n
}

func (e *Emulator) control(b byte) {
	switch b {
	case '\a':
		e.bells++
	case '\b':
		e.backspace()
	case '\t':
		e.col, e.pending = min(e.col/8*8+8, e.cols-1), false
	case '\n':
		e.feed()
	case '\r':
		e.col, e.pending = 0, false
	default:
		e.unknown = append(e.unknown, string(rune(b)))
	}
}

func (e *Emulator) backspace() {
	beyond := e.beyond()
	e.pending = false
	switch {
	case beyond:
	case e.col > 0:
		e.col--
	case e.traits.BackspaceWraps && e.row > 0 && e.lines[e.row-1].wrapped:
		e.row, e.col = e.row-1, e.cols-1
	}
}

// beyond reports whether the cursor is behind the last column.
func (e *Emulator) beyond() bool { return e.pending && e.traits.BeyondEdge }

// feed goes to the next row and scrolls at the last one.
func (e *Emulator) feed() {
	e.pending = false
	if e.row < e.rows-1 {
		e.row++
		return
	}
	e.above = append(e.above, e.lines[0])
	e.lines = append(e.lines[1:], newLine(e.cols))
}

func (e *Emulator) put(r rune) {
	w := runeWidth(r)
	if w == 0 {
		e.combine(r)
		return
	}
	if e.pending || e.col+w > e.cols {
		e.lines[e.row].wrapped = true
		e.feed()
		e.col = 0
	}
	if e.col+w > e.cols {
		return // wider than the terminal
	}
	l := e.lines[e.row]
	l.set(e.col, string(r), w)
	l.wrapped = false
	e.col += w
	if e.col == e.cols {
		e.col, e.pending = e.cols-1, true
	}
}

// combine puts a mark on the character before the cursor.
func (e *Emulator) combine(r rune) {
	col := e.col - 1
	if e.pending {
		col = e.col
	}
	if col >= 0 && e.lines[e.row].cells[col].text == "" {
		col--
	}
	if col >= 0 {
		e.lines[e.row].cells[col].text += string(r)
	}
}

// runeWidth is the rule of terminals that look at each character alone.
func runeWidth(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || r >= 0x1160 && r <= 0x11ff {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
