package terminal

import (
	"strconv"
	"unicode/utf8"
)

// A cell is one character as it is drawn, or an escape sequence that takes no room.
type cell struct {
	r     rune
	width int
	esc   string // drawn in place of r when it is not empty
}

// A caret walks over the screen as a terminal's cursor does, but never waits at the right edge: where the terminal
// holds a wrap back until the next character comes, the caret stands on the next row already.
type caret struct {
	row, col int
}

// before returns where a character of the given width is drawn: a wide one that does not fit moves to the next row.
func (c caret) before(width, cols int) caret {
	if c.col > 0 && c.col+width > cols {
		return caret{c.row + 1, 0}
	}
	return c
}

func (c caret) after(width, cols int) caret {
	c = c.before(width, cols)
	c.col += width
	if width > 0 && c.col >= cols {
		return caret{c.row + 1, 0}
	}
	return c
}

// A block is the prompt and the draft, ready to be drawn from the first column of a row.
type block struct {
	bytes  []byte // draws it and leaves the cursor in its place
	drawn  []int  // the widths of what it draws, in order
	cursor int    // the cursor stands before drawn[cursor]
}

// cursorRow returns how many rows below its first row the cursor stands, in a terminal of the given width. It is asked
// again when the width has changed, because terminals wrap anew what they show.
func (b *block) cursorRow(cols int) int {
	var c caret
	for _, w := range b.drawn[:b.cursor] {
		c = c.after(w, cols)
	}
	switch {
	case b.cursor < len(b.drawn):
		c = c.before(b.drawn[b.cursor], cols)
	case c.col == 0 && c.row > 0:
		c.row-- // the terminal has brought the end of the text to its right edge, and holds the wrap back
	}
	return c.row
}

// layOut arranges prompt and draft for a terminal. Of a block that is taller than rows, only the rows round the cursor
// are drawn.
func layOut(prompt []cell, draft []rune, pos int, masked bool, cols, rows int) *block {
	cells := make([]cell, 0, len(prompt)+len(draft))
	cells = append(cells, prompt...)
	cursor := -1
	for i, r := range draft {
		if i == pos {
			cursor = len(cells)
		}
		if c := draftCell(r, masked); c.r >= 0 {
			cells = append(cells, c)
		}
	}
	if cursor < 0 {
		cursor = len(cells)
	}

	at, end := place(cells, cols)
	cursorAt := end
	if cursor < len(cells) {
		cursorAt = at[cursor]
	}
	top, bottom := window(cursorAt.row, end.row+1, rows)
	return draw(cells, at, cursor, cursorAt, end, top, bottom)
}

func draftCell(r rune, masked bool) cell {
	if masked {
		return cell{r: maskSign, width: 1}
	}
	s, w := shown(r)
	return cell{r: s, width: w}
}

// place returns where each cell is drawn, and where the next would be.
func place(cells []cell, cols int) (at []caret, end caret) {
	at = make([]caret, len(cells))
	for i, c := range cells {
		at[i] = end.before(c.width, cols)
		end = end.after(c.width, cols)
	}
	return at, end
}

// window chooses which rows are drawn of a block of the given height: [top, bottom).
func window(cursorRow, height, rows int) (top, bottom int) {
	rows = max(rows, 1)
	if height <= rows {
		return 0, height
	}
	top = min(max(cursorRow-rows/2, 0), height-rows)
	return top, top + rows
}

func draw(cells []cell, at []caret, cursor int, cursorAt, end caret, top, bottom int) *block {
	b := &block{cursor: -1}
	last := caret{top, 0}
	for i, c := range cells {
		if i == cursor {
			b.cursor = len(b.drawn)
		}
		switch row := at[i].row; {
		case c.esc != "":
			b.bytes = append(b.bytes, c.esc...) // colours count wherever they stand
			continue
		case row < top || row >= bottom:
			continue
		case c.width == 0 && at[i] == caret{top, 0} && top > 0:
			continue // a mark on the last character of the row above, which is not drawn
		}
		b.bytes = utf8.AppendRune(b.bytes, c.r)
		b.drawn = append(b.drawn, c.width)
		if c.width > 0 { // a mark at the edge still belongs to the row of its character
			last = caret{at[i].row, at[i].col + c.width}
		}
	}
	if b.cursor < 0 {
		b.cursor = len(b.drawn)
	}
	if end.row > last.row && end.row < bottom {
		// The text ends at the right edge, where the terminal still holds the wrap back: a blank makes it wrap, and
		// lets it know, unlike a newline, that both rows are one line.
		b.bytes = append(b.bytes, ' ')
		b.drawn = append(b.drawn, 1)
		last = end
	}
	b.bytes = appendMove(b.bytes, last.row-cursorAt.row, cursorAt.col)
	return b
}

// appendMove moves the cursor up by some rows, to the given column.
func appendMove(b []byte, up, col int) []byte {
	if up > 0 {
		b = append(b, "\x1b["...)
		b = strconv.AppendInt(b, int64(up), 10)
		b = append(b, 'A')
	}
	b = append(b, '\r')
	if col > 0 {
		b = append(b, "\x1b["...)
		b = strconv.AppendInt(b, int64(col), 10)
		b = append(b, 'C')
	}
	return b
}

// promptCells splits a prompt, which may hold SGR sequences, into cells. Other sequences and control characters are
// left out.
func promptCells(prompt string) []cell {
	var cells []cell
	for len(prompt) > 0 {
		if n := sgrLen(prompt); n > 0 {
			cells = append(cells, cell{esc: prompt[:n]})
			prompt = prompt[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(prompt)
		prompt = prompt[n:]
		if s, w := shown(r); s >= 0 && s != newlineSign {
			cells = append(cells, cell{r: s, width: w})
		}
	}
	return cells
}

// sgrLen returns the length of the SGR sequence that s starts with, 0 where there is none.
func sgrLen(s string) int {
	if len(s) < 3 || s[0] != 0x1b || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c >= '0' && c <= '9', c == ';', c == ':':
		default:
			return 0
		}
	}
	return 0
}
