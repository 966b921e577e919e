//go:build unix

package terminal

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"hubbub/repl/internal/ttytest"
)

func TestEntered(t *testing.T) {
	p := start(t, options{})
	p.Type("hello\r")
	p.expect(2, 2, "> hello", `got "hello"`, ">")
	p.Type("\r")
	p.expect(2, 4, "> hello", `got "hello"`, ">", `got ""`, ">")
	p.Type("one\rtwo\rthr") // ahead of the program
	p.expect(5, 8, "> hello", `got "hello"`, ">", `got ""`, "> one", `got "one"`, "> two", `got "two"`, "> thr")
	p.leave("\x15/quit\r", 0)
}

func TestInterrupt(t *testing.T) {
	p := start(t, options{})
	p.Type("half\x03")
	p.expect(2, 1, "> half^C", ">")
	p.leave("\x03", leftInterrupt)
}

func TestWaysOut(t *testing.T) {
	tests := []struct {
		name   string
		leave  func(*program)
		status int
		kept   []string // on the screen
		typed  []string // in the history
	}{
		{"closed", func(p *program) { p.tell("close") }, leftClosed, nil, nil},
		{"SIGTERM", func(p *program) { p.Signal(syscall.SIGTERM) }, leftClosed, nil, nil},
		{"SIGHUP", func(p *program) { p.Signal(syscall.SIGHUP) }, leftClosed, nil, nil},
		{"emptied and Ctrl-D", func(p *program) { p.Type("\x15\x04") }, leftEOF, nil, nil},
		{"in a search", func(p *program) { p.Type("\x12ha"); p.tell("close") }, leftClosed, nil, nil},
		{"in a paste", func(p *program) { p.Type("\x1b[200~ha"); p.tell("close") }, leftClosed, nil, nil},
		{"kept", func(p *program) { p.tell("keep (x)") }, leftClosed, []string{"> half(x)"}, []string{"half"}},
		{"kept, of more lines", func(p *program) {
			p.Type("\x1b\rmore\x01")
			p.expect(2, 1, "before", "> half⏎more")
			p.tell("keep (x)")
		}, leftClosed, []string{"> half", "  more(x)"}, []string{`half\nmore`}},
		{"kept, and private", func(p *program) {
			p.Type("\x01 ")
			p.expect(3, 1, "before", ">  half")
			p.tell("keep (x)")
		}, leftClosed, []string{">  half(x)"}, nil},
		{"nothing to keep", func(p *program) {
			p.Type("\x15")
			p.expect(2, 1, "before", ">")
			p.tell("keep (x)")
		}, leftClosed, nil, nil},
		{"kept in a search", func(p *program) {
			p.Type("\x15other\r!\x12oth")
			p.WaitFor("the search", func(s ttytest.Screen) bool { return s.Contains("`oth': other") })
			p.tell("keep (x)")
		}, leftClosed, []string{"> other", `got "other"`, "> !(x)"}, []string{"other", "!"}},
		{"kept, a secret", func(p *program) {
			p.Type("\x15/secret\rpass")
			p.WaitFor("the stars", func(s ttytest.Screen) bool { return s.Contains("> ****") })
			p.tell("keep (x)")
		}, leftClosed, []string{"> /secret"}, []string{"/secret"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "history")
			p := start(t, options{history: file})
			p.tell("print before")
			p.Type("half")
			p.expect(6, 1, "before", "> half")
			raw := p.Modes()
			tt.leave(p)
			if status := p.Wait(); status != tt.status {
				t.Errorf("status %d, want %d\n%s", status, tt.status, p.Screen())
			}
			s := p.Screen()
			if got, want := s.Text(), append([]string{"before"}, tt.kept...); !slices.Equal(got, want) {
				t.Errorf("left on the screen: %q, want %q", got, want)
			}
			if got := readHistory(t, file); strings.Join(got, "\n") != strings.Join(tt.typed, "\n") {
				t.Errorf("in the history: %q, want %q", got, tt.typed)
			}
			if s.Modes[2004] || !bytes.Contains(p.Raw(), []byte(pasteOff)) {
				t.Error("bracketed paste is still on")
			}
			if p.Modes() == raw {
				t.Error("the terminal is still raw")
			}
			if p.Modes() != freshModes(t) {
				t.Error("the terminal's modes are not what they were")
			}
		})
	}
}

// A panic ends the process without what was deferred elsewhere, and yet the terminal is given back.
func TestPanic(t *testing.T) {
	for name, provoke := range map[string]func(*program){
		"in what the terminal calls back": func(p *program) { p.Type(" panic\t") },
		"in a goroutine that is guarded":  func(p *program) { p.tell("panic") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, options{rows: 100, cols: 80})
			p.Type("half")
			p.expect(6, 0, "> half")
			provoke(p)
			if status := p.Wait(); status != 2 {
				t.Errorf("status %d\n%s", status, p.Screen())
			}
			if s := p.Screen(); !s.Contains("panic: as told") || s.Modes[2004] {
				t.Errorf("bracketed paste is on: %v\n%s", s.Modes[2004], s)
			}
			if p.Modes() != freshModes(t) {
				t.Error("the terminal's modes are not what they were")
			}
		})
	}
}

// freshModes returns the modes of a terminal that nothing has changed.
func freshModes(t *testing.T) ttytest.Modes {
	t.Helper()
	x := ttytest.Start(t, exec.Command("/bin/cat"), 40, 12, nil)
	return x.Modes()
}

func TestFlood(t *testing.T) {
	p := start(t, options{})
	p.Type("half ")
	p.expect(7, 0, "> half")
	p.tell("flood 5000")
	p.Type("a line")
	s := p.WaitFor("the last message above the draft", func(s ttytest.Screen) bool {
		return s.Contains("message 4999") && s.Contains("> half a line")
	})
	rows := s.Text()
	if len(rows) != 5001 {
		t.Fatalf("%d rows, want 5001", len(rows))
	}
	for i, row := range rows[:5000] {
		if want := fmt.Sprintf("message %d", i); row != want {
			t.Fatalf("row %d is %q, want %q", i, row, want)
		}
	}
	if frames := bytes.Count(p.Raw(), []byte("> half")); frames > 1000 {
		t.Errorf("the draft was drawn %d times", frames)
	}
	p.Type("\r")
	p.WaitFor("the line", func(s ttytest.Screen) bool { return s.Contains(`got "half a line"`) })
}

func TestMessagesBetweenLines(t *testing.T) {
	const messages, lines = 2000, 150
	p := start(t, options{cols: 30, rows: 10})
	p.tell(fmt.Sprintf("flood %d", messages))
	for i := range lines {
		p.Type(fmt.Sprintf("line %d that is long enough to be wrapped\r", i))
	}
	done := fmt.Sprintf(`got "line %d`, lines-1)
	s := p.WaitFor("all of them", func(s ttytest.Screen) bool {
		text := strings.Join(s.Text(), "\n")
		return strings.Contains(text, done) && strings.Contains(text, fmt.Sprintf("message %d\n", messages-1))
	})
	next := 0
	for _, row := range s.Text() {
		if row == fmt.Sprintf("message %d", next) {
			next++
		} else if strings.Contains(row, "message") {
			t.Errorf("a message is not alone: %q", row)
		}
	}
	if next != messages {
		t.Errorf("message %d is missing or out of order", next)
	}
}

func TestResize(t *testing.T) {
	for _, length := range []int{40, 58, 88, 100, 118} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			t.Parallel()
			testResize(t, start(t, options{cols: 60, rows: 12, engines: []ttytest.Engine{
				ttytest.NewEmulator(60, 12, ttytest.Xterm), ttytest.NewEmulator(60, 12, ttytest.Tmux),
			}}), length)
		})
	}
	t.Run("in tmux", func(t *testing.T) {
		t.Parallel()
		tmux := ttytest.NewMultiplexer(t, 60, 12)
		testResize(t, start(t, options{cols: 60, rows: 12, engines: []ttytest.Engine{tmux}, onlyEnd: true}), 100)
	})
	t.Run("where nothing is wrapped anew", func(t *testing.T) {
		t.Parallel()
		xterm := ttytest.NewEmulator(60, 12, ttytest.Rigid)
		testResize(t, start(t, options{cols: 60, rows: 12, engines: []ttytest.Engine{xterm}, variable: "XTERM_VERSION=1"}),
			100)
	})
}

// testResize gives the terminal several widths and prints a message at each, under a draft of the given length. Where
// only the end counts, that is the last message and the draft: when lines grow longer, tmux puts the first rows out of
// sight, the draft's own as well, and may bring them back later; nobody can clear them there.
func testResize(t *testing.T, p *program, length int) {
	draft := "> " + strings.Repeat("0123456789", 12)[:length]
	p.Type(draft[2:])
	var messages []string
	for _, cols := range []int{60, 30, 80, 45, 60, 24} {
		p.ResizeDrawn(cols, 12)
		text := fmt.Sprintf("at %d", cols)
		messages = append(messages, text)
		p.tell("print " + text)
		rows := append([]string(nil), messages...)
		if p.onlyEnd {
			rows = []string{text}
		}
		col, row := len(draft)%cols, len(rows)+len(draft)/cols
		for rest := draft; rest != ""; {
			n := min(cols, len(rest))
			rows = append(rows, rest[:n])
			rest = rest[n:]
		}
		p.WaitFor(fmt.Sprintf("%q with the cursor at column %d of row %d", rows, col, row), func(s ttytest.Screen) bool {
			all := s.Text()
			more := len(all) - len(rows)
			return more >= 0 && (more == 0 || p.onlyEnd) && slices.Equal(all[more:], rows) &&
				s.Col == col && s.Row+len(s.Above) == more+row
		})
	}
}

func TestSmall(t *testing.T) {
	p := start(t, options{cols: 10, rows: 3})
	p.Type("0123456789abcdefghijklmnopqrstuvwxyz")
	p.expect(8, 1, "ijklmnopqr", "stuvwxyz")
	p.tell("print hi")
	p.expect(8, 2, "hi", "ijklmnopqr", "stuvwxyz")
	p.Type("\x1b[H")
	p.expect(2, 1, "hi", "> 01234567", "89abcdefgh")
	p.Type("\r")
	p.WaitFor("the line", func(s ttytest.Screen) bool {
		return strings.Contains(strings.Join(s.Text(), ""), `got "0123456789abcdefghijklmnopqrstuvwxyz"`)
	})
}

func TestClear(t *testing.T) {
	p := start(t, options{})
	p.tell("print old")
	p.Type("half")
	p.expect(6, 1, "old", "> half")
	p.Type("\x0c")
	p.expect(6, 0, "> half")
	p.tell("print new")
	p.tell("clear")
	p.tell("print newer")
	p.expect(6, 1, "newer", "> half")
}

func TestPromptChanges(t *testing.T) {
	p := start(t, options{})
	p.Type("half")
	p.expect(6, 0, "> half")
	p.tell("prompt \x1b[31mYou (offline):\x1b[0m ")
	p.expect(19, 0, "You (offline): half")
}

func TestOfferedDraft(t *testing.T) {
	p := start(t, options{})
	p.tell("offer one more time")
	p.expect(15, 0, "> one more time")
	p.tell("offer another")
	p.Type("!")
	p.expect(16, 0, "> one more time!")
	p.Type("\r")
	p.expect(2, 2, "> one more time!", `got "one more time!"`, ">")
	p.Type("\x12")
	p.expect(22, 2, "> one more time!", `got "one more time!"`, "(reverse-i-search)`':")
	p.tell("offer nothing")
	p.tell("print seen")
	p.expect(22, 3, "> one more time!", `got "one more time!"`, "seen", "(reverse-i-search)`':")
}

func TestPressed(t *testing.T) {
	p := start(t, options{})
	p.tell("offer /keys")
	p.expect(7, 0, "> /keys")
	p.Type("\x1b[D\x1b[Cs\x7f\r")
	p.expect(2, 2, "> /keys", "5 keys", ">")
}
