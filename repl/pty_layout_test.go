//go:build unix

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
)

// Every layout in every kind of terminal, with the prompt in bold as it is by itself, and without a colour.
func TestLayouts(t *testing.T) {
	const cols, rows = 24, 10
	for name, engines := range map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine { return emulators(cols, rows) },
		"tmux":      func(t *testing.T) []ttytest.Engine { return withTmux(t, cols, rows) },
	} {
		for color, args := range map[string][]string{"always": {"-color", "always"}, "never": {"-color", "never"}} {
			t.Run(name+", colour "+color, func(t *testing.T) {
				t.Parallel()
				x := takeSeat(t, seating{cols: cols, rows: rows, args: args, engines: engines(t)})
				ttytest.TestLayouts(t, x.Terminal, "You: ", func() string {
					text := fmt.Sprintf("hi %d", x.seq)
					x.bob(text)
					return "[Bob]: " + text
				})
				if got, want := isBold(x.Terminal), color == "always"; got != want {
					t.Errorf("the prompt is bold: %v, want %v", got, want)
				}
			})
		}
	}
}

// isBold reports whether the program has written its prompt in bold.
func isBold(x *ttytest.Terminal) bool { return bytes.Contains(x.Raw(), []byte("\x1b[1mYou: ")) }

func TestResizeUnderADraft(t *testing.T) {
	for name, engines := range map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine { return emulators(60, 12) },
		"tmux":      func(t *testing.T) []ttytest.Engine { return withTmux(t, 60, 12)[1:] },
		"xterm": func(*testing.T) []ttytest.Engine {
			return []ttytest.Engine{ttytest.NewEmulator(60, 12, ttytest.Rigid)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := seating{cols: 60, rows: 12, engines: engines(t)}
			if name == "xterm" {
				s.environment = []string{"XTERM_VERSION=XTerm(390)"}
			}
			testResize(t, takeSeat(t, s), name == "tmux")
		})
	}
}

// testResize resizes the terminal under a draft of two to four rows. Where only the end counts, that is the last
// message and the draft: when lines grow longer, tmux puts the first rows out of sight, the draft's own as well, and
// may bring them back later; nobody can clear them there.
func testResize(t *testing.T, x *seat, onlyEnd bool) {
	t.Helper()
	text := strings.Repeat("0123456789", 8)
	x.Type(text)
	draft := characters(text)
	var messages []string
	for _, cols := range []int{60, 30, 80, 45} {
		x.ResizeDrawn(cols, 12)
		text := fmt.Sprintf("at %d", cols)
		x.bob(text)
		messages = append(messages, "[Bob]: "+text)
		if onlyEnd {
			messages = messages[len(messages)-1:]
		}
		rows, col, row := ttytest.Expect("You: ", draft, len(draft), cols)
		rows, row = slices.Concat(messages, rows), row+len(messages)
		what := fmt.Sprintf("column %d of row %d in\n%s", col, row, strings.Join(rows, "\n"))
		x.WaitFor(what, func(s ttytest.Screen) bool {
			all := s.Text()
			more := len(all) - len(rows)
			return more >= 0 && (more == 0 || onlyEnd) && slices.Equal(all[more:], rows) &&
				s.Col == col && s.Row+len(s.Above) == more+row
		})
	}
	x.Type("\r")
	x.hub.awaitText(text)
}

func TestTinyTerminal(t *testing.T) {
	for name, engines := range map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine { return emulators(10, 3) },
		"tmux":      func(t *testing.T) []ttytest.Engine { return withTmux(t, 10, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := takeSeat(t, seating{cols: 10, rows: 3, name: "Al", engines: engines(t)})
			x.Type("0123456789abcdefghijklmnopqrstuvwxyz") // five rows, of which two fit below a message
			x.bob("a")
			x.shows(1, 2, "[Bob]: a", "pqrstuvwxy", "z")
			x.Type("\x1b[H")
			x.shows(5, 1, "[Bob]: a", "You: 01234", "56789abcde")
			x.Type("\r")
			x.hub.awaitText("0123456789abcdefghijklmnopqrstuvwxyz")
		})
	}
}
