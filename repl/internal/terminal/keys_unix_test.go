//go:build unix

package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
)

func TestKeys(t *testing.T) {
	tests := []struct {
		name, typed, line string
	}{
		{"delete", "abc\x1b[H\x1b[3~", "bc"},
		{"delete on nothing", "\x1b[3~a", "a"},
		{"ctrl-d deletes", "abc\x1b[D\x04", "ab"},
		{"ctrl-space", "\x00a\x00b", "ab"},
		{"transpose", "ab\x14", "ba"},
		{"transpose twice", "a\x14\x14b", "ab"},
		{"ctrl-w in the first word", "hello\x1b[D\x1b[D\x17", "lo"},
		{"ctrl-w", "one two-three\x17", "one "},
		{"ctrl-w and yank", "one two\x17\x19\x19", "one twotwo"},
		{"ctrl-u and yank", "one two\x1b[D\x15\x05\x19", "oone tw"},
		{"ctrl-k and yank", "one two\x1b[H\x0b\x19\x19", "one twoone two"},
		{"alt-b, alt-d", "one grün\x1bb\x1bd", "one "},
		{"alt-f", "eins zwei\x01\x1bf!", "eins! zwei"},
		{"alt-backspace", "one two-three\x1b\x7f", "one two-"},
		{"home and end", "b\x1b[Ha\x1b[Fc", "abc"},
		{"home and end of tmux", "b\x1b[1~a\x1b[4~c", "abc"},
		{"home and end of rxvt", "b\x1b[7~a\x1b[8~c", "abc"},
		{"home and end, application", "b\x1bOHa\x1bOFc", "abc"},
		{"ctrl-arrows", "one two\x1b[1;5D\x1b[1;5DX\x1b[1;5CY", "XoneY two"},
		{"function keys", "a\x1bOP\x1b[15~\x1b[24;2~\x1b[[Ab", "ab"},
		{"mouse", "a\x1b[<0;3;4M\x1b[<0;3;4m\x1b[M !!b", "ab"},
		{"focus", "a\x1b[I\x1b[Ob", "ab"},
		{"an answer", "a\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;c\x1b[3;4Rb", "ab"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"C1", "a\u009bb", "ab"},
		{"backspace", "abc\x7f\x08d", "ad"},
		{"alt-enter", "a\x1b\rb", "a\nb"},
		{"ctrl-c starts again", "abc\x03d", "d"},
		{"search, nothing there", "a\x12\x07b\x13\x07c", "abc"},
		{"up, nothing there", "a\x1b[A\x1b[Bb", "ab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, options{})
			p.Type(tt.typed + "\r")
			want := fmt.Sprintf("got %q", tt.line)
			p.WaitFor(want, func(s ttytest.Screen) bool { return s.Contains(want) })
			p.leave("\x04", leftEOF)
		})
	}
}

func TestLoneEscape(t *testing.T) {
	p := start(t, options{})
	p.Type("a\x12")
	p.expect(23, 0, "(reverse-i-search)`': a")
	p.Type("\x1b") // ends the search, and nothing else follows it
	p.expect(3, 0, "> a")
	p.Type("b\r")
	p.expect(2, 2, "> ab", `got "ab"`, ">")
}

func TestSplitKeys(t *testing.T) {
	p := start(t, options{})
	p.Type("ab")
	p.expect(4, 0, "> ab")
	for _, b := range []byte("\x1b[D你\x1b[1~") {
		p.Type(string([]byte{b}))
	}
	p.expect(2, 0, "> a你b")
}

func TestComplete(t *testing.T) {
	p := start(t, options{names: "Alice alfred 你好 你们"})
	p.Type("hi ali\t")
	p.expect(12, 0, "> hi Alice:")
	p.Type("\x15al\t") // both begin with al, but not alike
	p.expect(2, 1, "Alice  alfred", ">")
	p.Type("\x15你\t")
	p.expect(4, 2, "Alice  alfred", "你好  你们", "> 你")
	p.Type("好!\x1b[D\t") // in the middle
	p.expect(8, 2, "Alice  alfred", "你好  你们", "> 你好: !")
	bells := p.Screen().Bells
	p.Type("zzz\t")
	p.WaitFor("a bell", func(s ttytest.Screen) bool { return s.Bells > bells })
}

func TestCompleteMany(t *testing.T) {
	p := start(t, options{cols: 30, rows: 24})
	p.Type("n\t")
	s := p.WaitFor("the list", func(s ttytest.Screen) bool { return s.Contains("and 950 more") && s.Contains("> name") })
	if s.Lines[0] != "name000  name001  name002" || s.Col != 6 || !s.Contains("name049") || s.Contains("name050") {
		t.Errorf("got\n%s", s)
	}
}

func TestPaste(t *testing.T) {
	p := start(t, options{})
	p.Type("\x1b[200~one\r\ntwo\rthree\tx\x1b[201~")
	p.expect(17, 0, "> one⏎two⏎three x")
	p.Type("\r")
	p.expect(2, 4, "> one", "  two", "  three x", `got "one\ntwo\nthree\tx"`, ">")
	p.Type("\x1b[A") // comes back whole
	p.expect(17, 4, "> one", "  two", "  three x", `got "one\ntwo\nthree\tx"`, "> one⏎two⏎three x")
}

func TestPasteBrokenOff(t *testing.T) {
	t.Parallel() // it takes three seconds to tell
	p := start(t, options{})
	p.Type("\x1b[200~one")
	p.expect(5, 0, "> one")
	p.Type("!\r")
	p.expect(2, 2, "> one!", `got "one!"`, ">")
}

func TestTooLong(t *testing.T) {
	p := start(t, options{cols: 80, rows: 40})
	p.Type("\x1b[200~" + strings.Repeat("x", 2001) + "\x1b[201~\r")
	p.WaitFor("a notice", func(s ttytest.Screen) bool {
		return s.Contains("too long: this is 2001 bytes, a line may have 2000") && s.Bells > 0
	})
	p.Type("\x7f\r") // the draft is still there
	p.WaitFor("the line", func(s ttytest.Screen) bool { return s.Contains(`xxx"`) })
}

func TestSearch(t *testing.T) {
	p := start(t, options{cols: 60, rows: 20})
	p.Type("first foo\rsecond bar\rthird foo\r")
	p.WaitFor("three lines", func(s ttytest.Screen) bool { return s.Contains(`got "third foo"`) })
	row := p.Screen().Row
	shows := func(text string, col int) {
		t.Helper()
		p.WaitFor(text, func(s ttytest.Screen) bool {
			return s.Row == row && s.Lines[row] == text && s.Col == col
		})
	}
	p.Type("draft\x12")
	shows("(reverse-i-search)`': draft", 27)
	p.Type("foo")
	shows("(reverse-i-search)`foo': third foo", 31)
	p.Type("\x12")
	shows("(reverse-i-search)`foo': first foo", 31)
	p.Type("\x12")
	shows("(failed reverse-i-search)`foo': first foo", 38)
	p.Type("\x13")
	shows("(i-search)`foo': third foo", 23)
	p.Type("\x03") // cancelled
	shows("> draft", 7)
	p.Type("\x12bar\x05!\r") // accepted, edited
	p.WaitFor("the line", func(s ttytest.Screen) bool { return s.Contains(`got "second bar!"`) })
}

func TestHistoryKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "history")
	p := start(t, options{cols: 40, rows: 30, history: file})
	p.Type("one\rtwo\r two\rtwo\r")
	p.WaitFor("four lines", func(s ttytest.Screen) bool { return strings.Count(strings.Join(s.Lines, "\n"), "got") == 4 })
	row := p.Screen().Row
	p.Type("draft\x1b[A\x1b[A")
	p.WaitFor("one", func(s ttytest.Screen) bool { return s.Lines[row] == "> one" })
	p.Type("\x1b[B\x1bOB!")
	p.WaitFor("the draft", func(s ttytest.Screen) bool { return s.Lines[row] == "> draft!" })
	p.Type("\x15/secret\rpass")
	p.WaitFor("stars", func(s ttytest.Screen) bool { return s.Contains("> ****") })
	p.Type("\x1b[A\t\x12word\r")
	p.WaitFor("the secret", func(s ttytest.Screen) bool { return s.Contains(`secret "password" <nil>`) })
	if p.Screen().Contains("> pass") {
		t.Error("the secret is on the screen")
	}
	p.leave("\x04", leftEOF)
	b, err := os.ReadFile(file)
	if err != nil || string(b) != "one\ntwo\n/secret\n" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}
