package terminal

import (
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
)

func TestLayOut(t *testing.T) {
	edge := strings.Repeat("x", 8)
	tests := []struct {
		name       string
		line       string
		pos        int
		cols, rows int
		lines      []string
		col, row   int
	}{
		{"empty", "", 0, 10, 5, []string{">"}, 2, 0},
		{"end", "abc", 3, 10, 5, []string{"> abc"}, 5, 0},
		{"middle", "abc", 1, 10, 5, []string{"> abc"}, 3, 0},
		{"edge", edge, 8, 10, 5, []string{"> " + edge}, 0, 1},
		{"edge, on the last", edge, 7, 10, 5, []string{"> " + edge}, 9, 0},
		{"over the edge", edge + "y", 9, 10, 5, []string{"> " + edge, "y"}, 1, 1},
		{"wide at the edge", "1234567你", 8, 10, 5, []string{"> 1234567", "你"}, 2, 1},
		{"on the wide one at the edge", "1234567你", 7, 10, 5, []string{"> 1234567", "你"}, 0, 1},
		{"wide to the edge", "123456你", 7, 10, 5, []string{"> 123456你"}, 0, 1},
		{"marks at the edge", "1234567e\u0301", 9, 10, 5, []string{"> 1234567e\u0301"}, 0, 1},
		{"between letter and mark", "e\u0301", 1, 10, 5, []string{"> e\u0301"}, 3, 0},
		{"left out", "❤\ufe0f\u200d\u00ad!", 5, 10, 5, []string{"> ❤!"}, 4, 0},
		{"cursor on what is left out", "a\u200db", 1, 10, 5, []string{"> ab"}, 3, 0},
		{"controls", "\x1b[2J\u009b\t.", 7, 20, 5, []string{"> \uFFFD[2J\uFFFD ."}, 9, 0},
		{"newline", "a\nb", 3, 10, 5, []string{"> a⏎b"}, 5, 0},
		{"too tall, end", strings.Repeat("abcdefghij", 4), 40, 10, 3, []string{"ijabcdefgh", "ijabcdefgh", "ij"}, 2, 2},
		{"too tall, start", strings.Repeat("abcdefghij", 4), 0, 10, 3, []string{"> abcdefgh", "ijabcdefgh", "ijabcdefgh"}, 2,
			0},
		{"too tall, middle", strings.Repeat("abcdefghij", 4), 18, 10, 3, []string{"ijabcdefgh", "ijabcdefgh", "ijabcdefgh"},
			0, 1},
		{"too tall, at the edge", strings.Repeat("x", 28), 28, 10, 3,
			[]string{strings.Repeat("x", 10), strings.Repeat("x", 10)}, 0, 2},
		{"one row", "abcdefghijkl", 12, 10, 1, []string{"ijkl"}, 4, 0},
		{"two columns", "你a", 2, 2, 5, []string{">", "你", "a"}, 1, 2},
	}
	for _, tt := range tests {
		b := layOut(promptCells("\x1b[1m>\x1b[0m "), []rune(tt.line), tt.pos, false, tt.cols, tt.rows)
		for _, traits := range []ttytest.Traits{ttytest.Tmux, ttytest.Xterm} {
			e := ttytest.NewEmulator(tt.cols, tt.rows, traits)
			_, _ = e.Write(b.bytes)
			s := e.Screen()
			if strings.Join(s.Shown(), "|") != strings.Join(tt.lines, "|") || s.Col != tt.col || s.Row != tt.row {
				t.Errorf("%s: want %q, cursor at column %d of row %d, got\n%s", tt.name, tt.lines, tt.col, tt.row, s)
			}
			if len(s.Above) > 0 {
				t.Errorf("%s: scrolled", tt.name)
			}
			if row := b.cursorRow(tt.cols); row != s.Row {
				t.Errorf("%s: the cursor is thought in row %d", tt.name, row)
			}
		}
	}
}

func TestMasked(t *testing.T) {
	b := layOut(promptCells("> "), []rune("pä你\u0301"), 4, true, 10, 5)
	if got := string(b.bytes); got != "> ****\r\x1b[6C" {
		t.Errorf("got %q", got)
	}
}

func TestPromptIsHarmless(t *testing.T) {
	got := committed(promptCells("\x1b[31mYou\x1b[2J\x1b]0;x\a\n:\x1b[0m "), "a\x1b[2J\nb", "")
	if want := "\x1b[31mYou\uFFFD[2J\uFFFD]0;x\uFFFD:\x1b[0m a\uFFFD[2J\r\n  b\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestColumns(t *testing.T) {
	tests := []struct {
		list []string
		want string
	}{
		{[]string{"a"}, "a"},
		{[]string{"abc", "def"}, "abc  def"},
		{[]string{"abcd", "efgh", "i"}, "abcd  efgh\ni"},
		{[]string{"wider than the screen", "b", "你好", "c"}, "wider than the screen\nb  你好  c"},
	}
	for _, tt := range tests {
		if got := columns(tt.list, 10); got != tt.want {
			t.Errorf("%q are %q, want %q", tt.list, got, tt.want)
		}
	}
}
