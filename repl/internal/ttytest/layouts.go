//go:build unix

package ttytest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A Glyph is what stands in one or two columns of a row.
type Glyph struct {
	Text  string
	Width int
}

// A Character is what a person takes for one: what is typed for it, and how a draft shows it.
type Character struct {
	Typed string
	Shown []Glyph
}

func narrow(s string) (all []Character) {
	for _, r := range s {
		all = append(all, Character{string(r), []Glyph{{string(r), 1}}})
	}
	return all
}

func wide(s string) (all []Character) {
	for _, r := range s {
		all = append(all, Character{string(r), []Glyph{{string(r), 2}}})
	}
	return all
}

// same makes a character n times that is typed in one way and shown in another, with the widths as they are on
// terminals.
func same(n int, typed string, shown ...Glyph) []Character {
	return slices.Repeat([]Character{{typed, shown}}, n)
}

// drafts returns lines to be typed, for a terminal of that many columns behind a prompt of that width.
func drafts(cols, prompt int) map[string][]Character {
	first := cols - prompt // columns of the first row
	family := []Glyph{{"👨", 2}, {"👩", 2}, {"👧", 2}}
	return map[string][]Character{
		"one row":                narrow("hello, world"),
		"one short of the edge":  narrow(strings.Repeat("x", first-1)),
		"the exact edge":         narrow(strings.Repeat("x", first-1) + "y"),
		"two exact rows":         narrow(strings.Repeat("ab", (first+cols)/2) + strings.Repeat("c", (first+cols)%2)),
		"three rows":             narrow(strings.Repeat("0123456789", 10)[:first+cols+cols/2]),
		"CJK at even columns":    wide(strings.Repeat("你好", cols/2)),
		"CJK at odd columns":     slices.Concat(narrow("a"), wide(strings.Repeat("你好", cols/2))),
		"emoji":                  wide(strings.Repeat("🎉", cols/2+3)),
		"families":               same(4, "👨\u200d👩\u200d👧", family...),
		"flags":                  same(cols/2, "🇩🇪", Glyph{"D", 1}, Glyph{"E", 1}),
		"skin tones":             slices.Concat(narrow("ok "), same(cols/2, "👍🏽", Glyph{"👍", 2})),
		"a variation selector":   slices.Concat(same(3, "❤\ufe0f", Glyph{"❤", 1}), narrow("!")),
		"full-width punctuation": wide(strings.Repeat("！，。", cols/4)),
		"combining marks":        same(first+3, "e\u0301", Glyph{"e\u0301", 1}),
		"combining at the edge": slices.Concat(narrow(strings.Repeat("x", first-1)),
			same(1, "o\u0308", Glyph{"o\u0308", 1})),
		"Arabic": narrow(strings.Repeat("مرحبا", cols/4)),
		"Latin, CJK and a letter": slices.Concat(narrow("ab"), wide("你"), narrow("é"), wide("🎉"),
			narrow(strings.Repeat("z", cols))),
	}
}

// Expect says what a terminal of that many columns shows of a prompt and a draft, and where the cursor is that stands
// before the character with that number. It is the rule in its plainest form: what does not fit goes to the next row,
// and a cursor behind a full row is at the start of the next.
func Expect(prompt string, draft []Character, cursor, cols int) (rows []string, col, row int) {
	line, used := "", 0
	place := func(g Glyph) {
		if used+g.Width > cols {
			rows, line, used = append(rows, line), "", 0
		}
		line += g.Text
		used += g.Width
	}
	for _, c := range narrow(prompt) {
		place(c.Shown[0])
	}
	found := false
	for i, c := range draft {
		for _, g := range c.Shown {
			place(g)
			if i == cursor && !found {
				found, col, row = true, used-g.Width, len(rows)
			}
		}
	}
	if !found {
		col, row = used, len(rows)
		if used == cols {
			col, row = 0, row+1
		}
	}
	rows = append(rows, line)
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return rows, col, row
}

// A layoutCase is a draft with the cursor in some place, and a key that follows.
type layoutCase struct {
	draft  []Character
	cursor int
	key    string
}

const (
	leftKey      = "\x1b[D"
	backspaceKey = "\x7f"
	emptyScreen  = "\x05\x15\x0c" // to the end, kill, clear
)

// pressed returns what a key makes of the draft.
func (c layoutCase) pressed() layoutCase {
	switch c.key {
	case leftKey:
		c.cursor = max(c.cursor-1, 0)
	case backspaceKey:
		if c.cursor > 0 {
			c.draft = slices.Delete(slices.Clone(c.draft), c.cursor-1, c.cursor)
			c.cursor--
		}
	default:
		c.draft = slices.Insert(slices.Clone(c.draft), c.cursor, narrow(c.key)...)
		c.cursor++
	}
	return c
}

// typed returns the keys that bring the draft about.
func (c layoutCase) typed() string {
	var b strings.Builder
	for _, character := range c.draft {
		b.WriteString(character.Typed)
	}
	if c.cursor == 0 {
		b.WriteString("\x1b[H")
		return b.String()
	}
	return b.String() + strings.Repeat(leftKey, len(c.draft)-c.cursor)
}

// TestLayouts goes through every draft with the cursor at its end, in its middle and at its start, with and without a
// message that arrives, and with each of three keys that follow: exact rows, exact cursor, and nothing that scrolls
// off. The program in x must have the given prompt and take Ctrl-E, Ctrl-U and Ctrl-L; arrive makes one row appear
// above the prompt and returns it.
func TestLayouts(t *testing.T, x *Terminal, prompt string, arrive func() string) {
	t.Helper()
	s := x.Screen()
	for name, draft := range drafts(s.Cols, len(prompt)) {
		for place, cursor := range map[string]int{"end": len(draft), "middle": len(draft) / 2, "home": 0} {
			for _, key := range []string{"x", backspaceKey, leftKey} {
				c := layoutCase{draft, cursor, key}
				what := fmt.Sprintf("%s, the cursor at the %s, ", name, place)
				x.Type(emptyScreen)
				x.expect(what+"cleared", prompt, nil, layoutCase{})
				x.Type(c.typed())
				x.expect(what+"typed", prompt, nil, c)
				x.Type(key)
				x.expect(fmt.Sprintf("%s%q follows", what, key), prompt, nil, c.pressed())

				x.Type(emptyScreen)
				x.expect(what+"cleared", prompt, nil, layoutCase{})
				x.Type(c.typed())
				x.expect(what+"typed again", prompt, nil, c)
				message := []string{arrive()}
				x.expect(what+"a message arrives", prompt, message, c)
				x.Type(key)
				x.expect(fmt.Sprintf("%sa message arrives, %q follows", what, key), prompt, message, c.pressed())
			}
		}
	}
	if n := len(x.Screen().Above); n != len(s.Above) {
		t.Errorf("%d rows have scrolled off", n-len(s.Above))
	}
}

// expect waits for the rows of a draft below those that are given.
func (x *Terminal) expect(what, prompt string, above []string, c layoutCase) {
	x.t.Helper()
	rows, col, row := Expect(prompt, c.draft, c.cursor, x.Screen().Cols)
	rows, row = slices.Concat(above, rows), row+len(above)
	x.WaitFor(fmt.Sprintf("%s: column %d of row %d in\n%s", what, col, row, strings.Join(rows, "\n")),
		func(s Screen) bool {
			return s.Col == col && s.Row == row && slices.Equal(s.Shown(), rows)
		})
}
