//go:build unix

package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
)

// startCat runs something that leaves the terminal alone.
func startCat(t *testing.T, cols, rows int) *ttytest.Terminal {
	t.Helper()
	return ttytest.Start(t, exec.Command("/bin/cat"), cols, rows)
}

// shellSeat runs the program as a job of an interactive bash whose prompt is "$", by the command in which $PROGRAM is
// the program.
func shellSeat(t *testing.T, command string) *seat {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("SKIPPED: stopping a job needs bash, which is not here")
	}
	s := seating{}.withDefaults(t)
	program := s.command(t)
	cmd := exec.Command(bash, "--norc", "--noprofile", "-i")
	cmd.Env = append(program.Env, "PROGRAM="+strings.Join(program.Args, " "))
	x := &seat{t: t, hub: s.hub, Terminal: ttytest.Start(t, cmd, s.cols, s.rows, s.engines...)}
	x.Type("bind 'set enable-bracketed-paste off'; PS1='$ '; clear\r")
	x.shell()
	x.Type(command + "\r")
	s.hub.awaitJoin("Alice")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool {
		return s.Lines[s.Row] == "You:" && s.Col == 5 && s.Contains("Welcome,") && s.Modes[2004]
	})
	return x
}

// shell waits for the shell's prompt.
func (x *seat) shell() {
	x.t.Helper()
	x.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "$" && s.Col == 2 })
}

// stopped waits until the shell says that the program is.
func (x *seat) stopped() {
	x.t.Helper()
	x.has("Stopped")
	x.shell()
}

func TestSuspend(t *testing.T) {
	for name, command := range map[string]string{
		"under bash":      "$PROGRAM",
		"under a wrapper": "sh -c '$PROGRAM; exit $?'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := shellSeat(t, command)
			draft := strings.Repeat("0123456789", 8)
			x.Type("\x0c" + draft)
			rows, col, row := ttytest.Expect("You: ", characters(draft), len(draft), 60)
			x.shows(col, row, rows...)
			x.Type("\x1a")
			x.stopped()
			if x.Screen().Modes[2004] {
				t.Error("bracketed paste is on in the shell")
			}
			x.Type("clear; stty -a | grep -c -- -icanon\r")
			x.WaitFor("stty", func(s ttytest.Screen) bool { return s.Lines[0] == "0" })
			x.Type("clear\r")
			x.WaitFor("the shell", func(s ttytest.Screen) bool { return s.Lines[0] == "$" && s.Col == 2 })
			x.bob("meanwhile 1")
			x.bob("meanwhile 2")
			x.Type("fg\r")
			all := []string{"$ fg", strings.TrimSuffix(command, " "), "[Bob]: meanwhile 1", "[Bob]: meanwhile 2"}
			x.shows(col, len(all)+row, append(all, rows...)...)
			x.Type("\r")
			x.hub.awaitText(draft)
			x.Type("\x1a") // once more, and with nothing typed
			x.WaitFor("stopped again", func(s ttytest.Screen) bool {
				return strings.Count(strings.Join(s.Text(), "\n"), "Stopped") > 0 && s.Lines[s.Row] == "$"
			})
			x.Type("fg\r")
			x.drafts("")
			x.Type("/quit\r")
			x.shell()
			x.Type("echo status $?\r")
			x.has("status 0")
			x.Type("exit\r")
			x.Wait()
		})
	}
}

func TestStoppedFromOutside(t *testing.T) {
	x := shellSeat(t, "$PROGRAM & echo pid $!; fg")
	var pid int
	s := x.Screen()
	for _, row := range s.Text() {
		if rest, found := strings.CutPrefix(row, "pid "); found {
			for _, digit := range rest {
				pid = pid*10 + int(digit-'0')
			}
		}
	}
	x.Type("a draft")
	x.drafts("a draft")
	if err := syscall.Kill(pid, syscall.SIGTSTP); err != nil {
		t.Fatalf("%d: %v\n%s", pid, err, s)
	}
	x.stopped()
	x.bob("meanwhile")
	x.Type("fg\r")
	x.drafts("a draft")
	x.has("[Bob]: meanwhile")
	x.Type("\r")
	x.hub.awaitText("a draft")
	x.Type("/quit\r")
	x.shell()
	x.Type("exit\r")
	x.Wait()
}

// Nobody could continue the leader of a session, so nothing stops it.
func TestSuspendAsSessionLeader(t *testing.T) {
	s := seating{}.withDefaults(t)
	pane := ttytest.StartPane(t, s.command(t), 60, 20)
	await := func(what string, holds func(ttytest.Screen) bool) {
		t.Helper()
		for deadline := time.Now().Add(ttytest.Patience); !holds(pane.Screen()); {
			if time.Now().After(deadline) {
				t.Fatalf("waited in vain for %s\n%s", what, pane.Screen())
			}
		}
	}
	await("the prompt", func(s ttytest.Screen) bool { return s.Contains("Welcome,") && s.Lines[s.Row] == "You:" })
	pane.Type("half\x1a a line")
	await("the draft", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You: half a line" && s.Col == 16 })
	x := &seat{t: t, hub: s.hub}
	x.bob("hi")
	await("a message", func(s ttytest.Screen) bool {
		return s.Contains("[Bob]: hi") && s.Lines[s.Row] == "You: half a line"
	})
	pane.Type("\r\x1a\x1a")
	x.hub.awaitText("half a line")
	pane.Type("/quit\r")
	for deadline := time.Now().Add(ttytest.Patience); !pane.Dead(); {
		if time.Now().After(deadline) {
			t.Fatalf("it does not end\n%s", pane.Screen())
		}
	}
}
