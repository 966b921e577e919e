package ttytest

import "strings"

// A cell is one column of a row. A wide character has a second cell, which is empty.
type cell struct {
	text    string // a character and the marks on it; "" in the second cell of a wide one
	wide    bool
	written bool // a blank that was written is text, one that was never touched or was erased is not
}

var blank = cell{text: " "}

// A line is one row. wrapped says that the next row goes on with it.
type line struct {
	cells   []cell
	wrapped bool
}

func newLine(cols int) *line {
	l := &line{cells: make([]cell, cols)}
	l.erase(0, cols)
	return l
}

func (l *line) erase(from, to int) {
	for i := max(from, 0); i < to && i < len(l.cells); i++ {
		l.cells[i] = blank
	}
}

// set puts a character into columns of the row. A wide character that loses one of its cells is gone.
func (l *line) set(col int, text string, width int) {
	if l.cells[col].text == "" {
		l.cells[col-1] = blank
	}
	if end := col + width; end < len(l.cells) && l.cells[end].text == "" {
		l.cells[end] = blank
	}
	l.cells[col] = cell{text, width == 2, true}
	if width == 2 {
		l.cells[col+1] = cell{written: true}
	}
}

// used returns how many columns there are up to the last that was written.
func (l *line) used() int {
	n := len(l.cells)
	for n > 0 && !l.cells[n-1].written {
		n--
	}
	return n
}

func (l *line) String() string {
	var b strings.Builder
	for _, c := range l.cells {
		b.WriteString(c.text)
	}
	return strings.TrimRight(b.String(), " ")
}

// reflow wraps rows for another width. The place of the cursor goes with the text: it is returned as a row of the
// result and a column.
func reflow(rows []*line, cols, row, col int) (out []*line, newRow, newCol int) {
	newRow = -1
	for i := 0; i < len(rows); {
		var text []cell
		at := -1 // of the cursor in text
		for wrapped := true; wrapped && i < len(rows); i++ {
			wrapped = rows[i].wrapped
			n := rows[i].used()
			if wrapped {
				n = max(n, len(rows[i].cells)-1) // a wide character may have left the last column free
				if i+1 < len(rows) && !(len(rows[i+1].cells) > 0 && rows[i+1].cells[0].wide) {
					n = len(rows[i].cells)
				}
			}
			if i == row {
				at = len(text) + col
				n = max(n, min(col, len(rows[i].cells)))
			}
			text = append(text, rows[i].cells[:n]...)
		}
		first := len(out)
		out = append(out, wrap(text, cols)...)
		if at >= 0 {
			newRow, newCol = find(out[first:], at)
			newRow += first
		}
	}
	return out, newRow, newCol
}

// wrap breaks a text into rows.
func wrap(text []cell, cols int) []*line {
	l := newLine(cols)
	out := []*line{l}
	col := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c.text == "" {
			continue
		}
		width := 1
		if c.wide {
			width = 2
		}
		if col+width > cols {
			l.wrapped = true
			l = newLine(cols)
			out = append(out, l)
			col = 0
		}
		l.cells[col] = c
		if c.wide && col+1 < cols {
			l.cells[col+1] = cell{written: true}
		}
		col += width
	}
	return out
}

// find returns where the n-th column of a text is, once it is broken into rows. Behind the text, that is as far right
// in its last row as there is room.
func find(rows []*line, n int) (row, col int) {
	last := len(rows) - 1
	for i, l := range rows[:last] {
		size := len(l.cells)
		if l.used() < size && rows[i+1].cells[0].wide {
			size-- // a wide character has left the last column free
		}
		if n < size {
			return i, n
		}
		n -= size
	}
	return last, n
}
