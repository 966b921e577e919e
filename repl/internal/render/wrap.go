package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// minRow is how many columns are left for a text, at the least, right of what its further rows are indented by.
const minRow = 8

// Wrap wraps text at words where the renderer has a width: its first line starts at column 0, and what does not fit, as
// what follows a newline, goes on below, indented by hang columns. Hang is made smaller on a narrow screen. Without
// a width it returns the text as it is.
//
// Text is what this package makes: harmless, perhaps with colours, which go on in the next row.
func (r Renderer) Wrap(text string, hang int) string { return r.wrap(text, 0, hang) }

// wrap is Wrap for a text that starts at column col, behind what stands there already.
func (r Renderer) wrap(text string, col, hang int) string {
	if r.Cols <= 0 || col+len(text) <= r.Cols && !strings.Contains(text, "\n") {
		return text
	}
	w := wrapper{cols: r.Cols, hang: r.hang(hang), col: col}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			w.newRow()
			line = strings.TrimPrefix(line, indent) // as Harmless wrote it
		}
		w.line(line)
	}
	return w.b.String()
}

// hang returns what rows are indented by: a quarter of the screen at the most, but one indent at the least where there
// is room for it.
func (r Renderer) hang(want int) int {
	most := max(r.Cols/4, min(len(indent), r.Cols-minRow), 0)
	return min(want, most)
}

// A wrapper writes lines that are no wider than cols, but for addresses.
type wrapper struct {
	b          strings.Builder
	cols, hang int
	col        int    // where the next character goes
	text       bool   // the row holds some of the text
	open       string // the SGR sequence that is in force
}

// newRow starts a row. What is coloured goes on, and the indentation has no colour.
func (w *wrapper) newRow() {
	if w.open != "" {
		w.b.WriteString(sgrReset)
	}
	w.b.WriteByte('\n')
	for range w.hang {
		w.b.WriteByte(' ')
	}
	w.b.WriteString(w.open)
	w.col, w.text = w.hang, false
}

// line writes one line: words, and the blanks between them where they do not end a row.
func (w *wrapper) line(line string) {
	for line != "" {
		blanks := line[:len(line)-len(strings.TrimLeft(line, " "))]
		line = line[len(blanks):]
		word, cols := nextWord(line)
		line = line[len(word):]
		switch {
		case w.col+len(blanks)+cols <= w.cols:
			w.b.WriteString(blanks)
			w.col += len(blanks)
		case word == "": // nobody sees blanks at the end
			return
		case w.text, w.col > w.hang && w.hang+cols <= w.cols:
			w.newRow()
		default: // there is no more room in a row of its own
			blanks = blanks[:min(len(blanks), max(w.cols-w.col-minRow, 0))]
			w.b.WriteString(blanks)
			w.col += len(blanks)
		}
		w.word(word, cols)
	}
}

// word writes a word. One that is wider than a row is broken at the edge, unless it is an address: that is left to the
// terminal, which finds it whole even when it has to wrap it. Nothing follows it in its last row, which it starts at
// column 0, where others' lines start.
func (w *wrapper) word(word string, cols int) {
	if w.col+cols <= w.cols || isAddress(word) {
		w.b.WriteString(word)
		w.note(word)
		w.col = min(w.col+cols, w.cols)
		w.text = w.text || cols > 0
		return
	}
	for word != "" {
		size, cols := nextCharacter(word)
		if w.col+cols > w.cols && w.col > w.hang {
			w.newRow()
		}
		w.b.WriteString(word[:size])
		w.note(word[:size])
		w.col += cols
		w.text = true
		word = word[size:]
	}
}

// sgrReset ends whatever colours are in force.
const sgrReset = "\x1b[0m"

// note takes notice of the colours in what was written: this package's sequences come in pairs, not one inside another.
func (w *wrapper) note(written string) {
	for {
		i := strings.IndexByte(written, 0x1b)
		if i < 0 {
			return
		}
		n := sequence(written[i:])
		if w.open == "" {
			w.open = written[i : i+n]
		} else {
			w.open = ""
		}
		written = written[i+n:]
	}
}

// sequence returns the length of the SGR sequence that s starts with, 0 where there is none.
func sequence(s string) int {
	if s == "" || s[0] != 0x1b {
		return 0
	}
	return strings.IndexByte(s, 'm') + 1
}

// nextWord returns what must stay together at the start of line, which does not start with a blank, and its width: up
// to the next blank, or up to a place where scripts without blanks may be broken.
func nextWord(line string) (word string, cols int) {
	wide, opening := false, true // the character before, behind which no break is
	for i := 0; i < len(line); {
		if line[i] == ' ' {
			return line[:i], cols
		}
		if n := sequence(line[i:]); n > 0 {
			i += n
			continue
		}
		size, w := nextCharacter(line[i:])
		r, _ := utf8.DecodeRuneInString(line[i:])
		if (wide || w > 1) && !opening && !closes(r) {
			return line[:i], cols
		}
		wide, opening = w > 1, unicode.In(r, unicode.Ps, unicode.Pi)
		cols += w
		i += size
	}
	return line, cols
}

// closes reports whether r must not start a row.
func closes(r rune) bool { return unicode.In(r, unicode.Pe, unicode.Pf, unicode.Po) }

// isAddress reports whether word is an address that a terminal may make a link of. What has other characters than
// addresses have is none, so that nobody puts at the start of a row what passes for a line of somebody else's.
func isAddress(word string) bool {
	scheme, rest, ok := strings.Cut(word, "://")
	if !ok || scheme == "" || rest == "" {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if c <= ' ' || c > '~' || strings.IndexByte("[]*\"\\^`{|}<>", c) >= 0 {
			return false
		}
	}
	return true
}

// column wraps text in a column of its own that starts at col, however narrow that leaves it.
func (r Renderer) column(text string, col int) string {
	if r.Cols <= 0 {
		return text
	}
	w := wrapper{cols: r.Cols, hang: col, col: col}
	w.line(text)
	return w.b.String()
}
