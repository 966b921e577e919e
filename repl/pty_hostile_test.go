//go:build unix

package main

import (
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// hostileTexts are what somebody may say to harm a terminal, and what is shown of it.
var hostileTexts = []struct{ text, shown string }{
	{"clear \x1b[2J\x1b[H", "clear ␛[2J␛[H"},
	{"clipboard \x1b]52;c;cm0gLXJm\a", "clipboard ␛]52;c;cm0gLXJm␇"},
	{"title \x1b]0;gone\x1b\\", "title ␛]0;gone␛\\"},
	{"return\rYou: fake", "return␍You: fake"},
	{"back\b\b\b\bspace", "back␈␈␈␈space"},
	{"C1 \u009b2J \u009d0;x\u009c \u0085", "C1 <U+009B>2J <U+009D>0;x<U+009C> <U+0085>"},
	{"bidi \u202eevil\u202c \u2066x\u2069", "bidi <U+202E>evil<U+202C> <U+2066>x<U+2069>"},
	{"NUL \x00 and DEL \x7f", "NUL ␀ and DEL ␡"},
	{"bell \a\a\a", "bell ␇␇␇"},
	{"shift \x0e\x0f", "shift ␎␏"},
	{"paste \x1b[200~rm\x1b[201~ \x1b[?2004l", "paste ␛[200~rm␛[201~ ␛[?2004l"},
	{"ask \x1b[6n\x1b[c\x05", "ask ␛[6n␛[c␅"},
	{"separators \u2028\u2029", "separators <U+2028><U+2029>"},
}

// hostileNames are names with what nobody can see in them.
var hostileNames = []struct{ name, shown string }{
	{"B\u200bob", "B<U+200B>ob"},
	{"Bob\u200d", "Bob<U+200D>"},
	{"\u202eboB", "<U+202E>boB"},
	{"Bob\ufeff", "Bob<U+FEFF>"},
	{"B\x1b[2Job", "B␛[2Job"},
	{"B\nob", "B␊ob"},
	{"Bob\u2800", "Bob<U+2800>"},
	{"\u115fBob", "<U+115F>Bob"},
}

func TestHostileText(t *testing.T) {
	for name, engines := range map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine { return emulators(70, 40) },
		"tmux":      func(t *testing.T) []ttytest.Engine { return withTmux(t, 70, 40) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := takeSeat(t, seating{cols: 70, rows: 40, engines: engines(t), args: []string{"-color", "never"}})
			draft := strings.Repeat("你好 ", 20) + "half"
			x.Type(draft + "\x1b[H")
			under, _, _ := ttytest.Expect("You: ", append(wideDraft(20), characters("half")...), 0, 70)
			before := len(x.Raw())
			x.shows(5, 0, under...)
			var rows []string
			for i, c := range hostileTexts {
				x.bob(c.text)
				rows = append(rows, "[Bob]: "+c.shown)
				x.shows(5, i+1, append(rows[:i+1:i+1], under...)...)
			}
			for _, c := range hostileNames {
				x.seq++
				x.hub.broadcast(nil, wire.Message{From: c.name, Text: "hi", Seq: x.seq})
				rows = append(rows, "["+c.shown+"]: hi")
				x.shows(5, len(rows), append(rows[:len(rows):len(rows)], under...)...)
			}
			x.hub.broadcast(nil, wire.ServerMessage{Data: "Eve\x1b[2J\r\u202e has joined"})
			rows = append(rows, "[SERVER]: Eve␛[2J␍<U+202E> has joined")
			x.shows(5, len(rows), append(rows[:len(rows):len(rows)], under...)...)

			raw := string(x.Raw()[before:])
			for _, bad := range []string{
				"\x1b[2J", "\x1b]", "\u202e", "\u2066", "\u200b", "\ufeff", "\u009b", "\x1b[?2004l", "\x1b[6n",
			} {
				if strings.Contains(raw, bad) {
					t.Errorf("%q reaches the terminal", bad)
				}
			}
			if s := x.Screen(); len(s.Unknown) > 0 || s.Bells > 0 || !s.Modes[2004] {
				t.Errorf("unknown %q, %d bells, modes %v", s.Unknown, s.Bells, s.Modes)
			}
			x.Type("\r")
			x.hub.awaitText(draft)
		})
	}
}

// wideDraft is 你好 and a blank, n times.
func wideDraft(n int) (all []ttytest.Character) {
	for range n {
		for _, g := range []ttytest.Glyph{{Text: "你", Width: 2}, {Text: "好", Width: 2}, {Text: " ", Width: 1}} {
			all = append(all, ttytest.Character{Typed: g.Text, Shown: []ttytest.Glyph{g}})
		}
	}
	return all
}
