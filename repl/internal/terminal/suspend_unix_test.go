//go:build unix

package terminal

import (
	"os/exec"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
)

// startInShell runs the program as a job of an interactive shell, whose prompt is "$".
func startInShell(t *testing.T, command string) *program {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("SKIPPED: stopping a job needs bash, which is not here")
	}
	p := launch(t, options{}, exec.Command(bash, "--norc", "--noprofile", "-i"))
	p.Type("bind 'set enable-bracketed-paste off'; PS1='$ '; clear\r")
	p.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Lines[0] == "$" })
	p.Type(command + "\r")
	p.expect(2, 1, "$ "+command, ">")
	return p
}

func TestSuspend(t *testing.T) {
	for name, command := range map[string]string{"program": "$PROGRAM", "in a script": "sh -c '$PROGRAM; exit $?'"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testSuspend(t, command)
		})
	}
}

func testSuspend(t *testing.T, command string) {
	p := startInShell(t, command)
	draft := strings.Repeat("x", 44)
	first, rest := "> "+draft[:38], draft[38:]
	p.Type(draft)
	p.expect(6, 2, "$ "+command, first, rest)
	p.Type("\x1a")
	p.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Contains("Stopped") && s.Lines[s.Row] == "$" })
	if p.Screen().Modes[2004] {
		t.Error("bracketed paste is on in the shell")
	}
	p.Type("clear\r")
	p.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Lines[0] == "$" })
	p.tell("print meanwhile")
	p.Type("fg\r")
	p.expect(6, 4, "$ fg", command, "meanwhile", first, rest)
	p.Type("\x1b[H\x0bdone\r")
	p.expect(2, 5, "$ fg", command, "meanwhile", "> done", `got "done"`, ">")
	p.Type("\x04")
	p.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "$" })
	p.Type("echo status $?\r")
	p.WaitFor("the status", func(s ttytest.Screen) bool { return s.Contains("status 10") })
	p.leave("exit 3\r", 3)
}

func TestStoppedFromOutside(t *testing.T) {
	p := startInShell(t, "$PROGRAM")
	p.Type("half")
	p.expect(6, 1, "$ $PROGRAM", "> half")
	p.tell("stop")
	p.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Contains("Stopped") && s.Lines[s.Row] == "$" })
	p.Type("fg\r")
	p.WaitFor("the draft", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "> half" && s.Col == 6 })
	p.Type(" a line\r")
	p.WaitFor("the line", func(s ttytest.Screen) bool { return s.Contains(`got "half a line"`) })
	p.Type("\x04")
	p.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "$" })
	p.leave("exit\r", leftEOF)
}

// Nobody could continue a process that is alone in its session, so the kernel does not stop it.
func TestSuspendAlone(t *testing.T) {
	p := start(t, options{})
	p.Type("half\x1a a line")
	p.expect(13, 0, "> half a line")
	p.tell("print hi")
	p.expect(13, 1, "hi", "> half a line")
	p.leave("\x15\x04", leftEOF)
}
