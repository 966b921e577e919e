package ttytest

import (
	"strconv"
	"strings"
)

// escape does what a sequence says and returns its length, 0 where it is not whole.
func (e *Emulator) escape() int {
	if len(e.in) < 2 {
		return 0
	}
	if e.in[1] != '[' {
		e.unknown = append(e.unknown, string(e.in[:2]))
		return 2
	}
	for i := 2; i < len(e.in); i++ {
		if b := e.in[i]; b >= 0x40 && b <= 0x7e {
			e.sequence(string(e.in[2:i]), b)
			return i + 1
		}
	}
	return 0
}

// A movement is a sequence that has one number, 1 where it is left out.
var movements = map[byte]func(e *Emulator, n int){
	'A': func(e *Emulator, n int) { e.moveTo(e.row-n, e.col) },
	'B': func(e *Emulator, n int) { e.moveTo(e.row+n, e.col) },
	'C': func(e *Emulator, n int) { e.moveTo(e.row, e.col+n) },
	'D': func(e *Emulator, n int) {
		if e.beyond() {
			n--
		}
		e.moveTo(e.row, e.col-n)
	},
	'G': func(e *Emulator, n int) { e.moveTo(e.row, n-1) },
	'd': func(e *Emulator, n int) { e.moveTo(n-1, e.col) },
}

func (e *Emulator) moveTo(row, col int) {
	e.row = min(max(row, 0), e.rows-1)
	e.col = min(max(col, 0), e.cols-1)
	e.pending = false
}

func (e *Emulator) sequence(arg string, final byte) {
	if move := movements[final]; move != nil {
		move(e, number(arg, 1))
		return
	}
	switch final {
	case 'H', 'f':
		row, col, _ := strings.Cut(arg, ";")
		e.moveTo(number(row, 1)-1, number(col, 1)-1)
	case 'J':
		e.eraseScreen(number(arg, 0))
	case 'K':
		e.eraseLine(number(arg, 0))
	case 'm': // colours are not kept
	case 'h', 'l':
		mode, private := strings.CutPrefix(arg, "?")
		if !private {
			e.unknown = append(e.unknown, "\x1b["+arg+string(final))
			return
		}
		e.modes[number(mode, 0)] = final == 'h'
	default:
		e.unknown = append(e.unknown, "\x1b["+arg+string(final))
	}
}

func number(s string, missing int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n == 0 && missing == 1 {
		return missing
	}
	return n
}

func (e *Emulator) eraseScreen(part int) {
	from, to := 0, e.rows
	switch part {
	case 0:
		if e.traits.ClearScrolls && e.row == 0 && e.col == 0 {
			e.keep()
		}
		e.eraseLine(0)
		from = e.row + 1
	case 1:
		e.eraseLine(1)
		to = e.row
	}
	for i := from; i < to; i++ {
		e.lines[i] = newLine(e.cols)
	}
	e.pending = e.beyond()
}

// keep puts what is on the screen among the rows above.
func (e *Emulator) keep() {
	last := e.rows
	for last > 0 && e.lines[last-1].used() == 0 {
		last--
	}
	for i := range last {
		e.above = append(e.above, e.lines[i])
		e.lines[i] = newLine(e.cols)
	}
}

func (e *Emulator) eraseLine(part int) {
	l := e.lines[e.row]
	switch part {
	case 0:
		if e.beyond() {
			return
		}
		l.erase(e.col, e.cols)
		l.wrapped = false
	case 1:
		l.erase(0, e.col+1)
	default:
		l.erase(0, e.cols)
		l.wrapped = false
	}
	e.pending = e.beyond()
}
