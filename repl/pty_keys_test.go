//go:build unix

package main

import (
	"fmt"
	"testing"

	"hubbub/repl/internal/ttytest"
)

// What keys make of a line, with nothing in the history.
var keyCases = []struct {
	name, typed, line string
}{
	{"Delete on nothing", "\x1b[3~", ""},
	{"Delete", "abc\x1b[H\x1b[3~", "bc"},
	{"Delete at the end", "abc\x1b[3~", "abc"},
	{"Ctrl-D deletes", "abc\x1b[D\x04", "ab"},
	{"Ctrl-Space on nothing", "\x00", ""},
	{"Ctrl-Space", "a\x00b", "ab"},
	{"Ctrl-T on nothing", "\x14", ""},
	{"Ctrl-T on one", "a\x14\x14b", "ab"},
	{"Ctrl-T", "ab\x14", "ba"},
	{"Ctrl-T over an accent", "xe\u0301\x14", "e\u0301x"},
	{"Ctrl-W on nothing", "\x17", ""},
	{"Ctrl-W in the first word", "hello\x1b[D\x1b[D\x17", "lo"},
	{"Ctrl-W to the blank", "one two-three\x17", "one "},
	{"Ctrl-U, K, Y on nothing", "\x15\x0b", ""},
	{"Ctrl-U and Y", "one two\x1b[D\x15\x05\x19", "oone tw"},
	{"Ctrl-K and Y", "one two\x1b[H\x0b\x19\x19", "one twoone two"},
	{"Alt-B, F, D on nothing", "\x1bb\x1bf\x1bd", ""},
	{"Alt-B, D", "one grün\x1bb\x1bd", "one "},
	{"Alt-F", "eins zwei\x01\x1bf!", "eins! zwei"},
	{"Ctrl-R and Ctrl-G", "a\x12\x07b", "ab"},
	{"Ctrl-S and Ctrl-G", "a\x13\x07b", "ab"},
	{"Ctrl-R and Ctrl-C", "a\x12x\x03b", "ab"},
	{"Ctrl-S and Ctrl-C", "a\x13x\x03b", "ab"},
	{"Up and Down", "a\x1b[A\x1b[A\x1b[B\x1b[Bb", "ab"},
	{"Home and End", "b\x1b[Ha\x1b[Fc", "abc"},
	{"Home and End of tmux", "b\x1b[1~a\x1b[4~c", "abc"},
	{"Home and End, application", "b\x1bOHa\x1bOFc", "abc"},
	{"Ctrl-arrows", "one two\x1b[1;5D\x1b[1;5DX\x1b[1;5CY", "XoneY two"},
	{"function keys", "a\x1bOP\x1b[15~\x1b[24;2~\x1b[[Ab", "ab"},
	{"mouse reports", "a\x1b[<0;3;4M\x1b[<0;3;4m\x1b[M !!b", "ab"},
	{"unknown sequences", "a\x1b[?62;c\x1b[3;4R\x1b[99;99;99~\x1b[Ib", "ab"},
	{"an answer of the terminal", "a\x1b]11;rgb:0000/0000/0000\x1b\\b", "ab"},
	{"invalid UTF-8", "a\xffb\xe4\xbdc", "a\uFFFDb\uFFFD\uFFFDc"},
	{"C1", "a\u009bb", "ab"},
	{"private use", "a\U0010ff00\U0010ff01b", "ab"},
	{"Backspace over a family", "a👨\u200d👩\u200d👧\x7fb", "ab"},
	{"Backspace over an accent", "ae\u0301\x7fb", "ab"},
	{"Left over a flag", "🇩🇪\x1b[Da", "aDE"},
	{"Backspace on nothing", "\x7f\x08", ""},
}

func TestKeysWithoutHistory(t *testing.T) {
	x := takeSeat(t, seating{args: []string{"-history-file", ""}})
	for i, c := range keyCases {
		// A mark at the end tells this line from the one before.
		x.Type("\x05\x15" + c.typed + fmt.Sprintf("\x05#%d", i))
		want := fmt.Sprintf("You: %s#%d", c.line, i)
		x.WaitFor(c.name+": "+want, func(s ttytest.Screen) bool { return s.Lines[s.Row] == want })
	}
	x.alive()
}

// A key may come in pieces, and ESC alone is a key too.
func TestKeysInPieces(t *testing.T) {
	x := takeSeat(t, seating{})
	x.Type("ab")
	x.drafts("ab")
	for _, piece := range []string{"\x1b[", "D\xe4", "\xbd", "\xa0\x1b", "[1", "~x"} {
		x.Type(piece)
	}
	x.drafts("xa你b")
	x.Type("\x12")
	x.WaitFor("the search", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "(reverse-i-search)`': xa你b" })
	x.Type("\x1b")
	x.drafts("xa你b")
	x.Type("\x1b")
	x.Type("\x05!\r")
	x.hub.await("the line", func() bool { return len(x.hub.texts()) == 1 })
}

func TestSearch(t *testing.T) {
	x := takeSeat(t, seating{})
	for _, line := range []string{"first foo", "second bar", "third foo"} {
		x.Type(line + "\r")
		x.hub.awaitText(line)
	}
	x.Type("\x0c")
	x.shows(5, 0, "You:")
	for _, step := range []struct {
		typed, row string
		col        int
	}{
		{"draft\x12", "(reverse-i-search)`': draft", 27},
		{"foo", "(reverse-i-search)`foo': third foo", 31},
		{"\x12", "(reverse-i-search)`foo': first foo", 31},
		{"\x12", "(failed reverse-i-search)`foo': first foo", 38},
		{"\x13", "(i-search)`foo': third foo", 23},
		{"\x07", "You: draft", 10},                               // cancelled
		{"\x12zzz", "(failed reverse-i-search)`zzz': draft", 37}, // nothing is found
		{"\x7f\x7f\x7f", "(reverse-i-search)`': draft", 27},
		{"bar", "(reverse-i-search)`bar': second bar", 32},
		{"\x05!", "You: second bar!", 16}, // accepted, edited
	} {
		x.Type(step.typed)
		x.shows(step.col, 0, step.row)
	}
	x.bob("hi") // and a search stays whole when a message arrives
	x.shows(16, 1, "[Bob]: hi", "You: second bar!")
	x.Type("\x12foo")
	x.shows(31, 1, "[Bob]: hi", "(reverse-i-search)`foo': third foo")
	x.bob("ho")
	x.shows(31, 2, "[Bob]: hi", "[Bob]: ho", "(reverse-i-search)`foo': third foo")
	x.Type("\x03\r")
	x.hub.awaitText("second bar!")
}
