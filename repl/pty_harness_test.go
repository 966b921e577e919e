//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// seat is the program at work on a terminal, in a room where Bob speaks.
type seat struct {
	*ttytest.Terminal
	t   *testing.T
	hub *fakeHub
	seq wire.Seq // of Bob's last message
}

// seating says how a seat is to be; what is not said has a default.
type seating struct {
	cols, rows  int // 60 and 20
	hub         *fakeHub
	name        string // Alice
	environment []string
	args        []string
	engines     []ttytest.Engine // every kind of emulator
}

// takeSeat runs the program and waits until it has joined. Nothing but the prompt is on the screen then.
func takeSeat(t *testing.T, s seating) *seat {
	t.Helper()
	s = s.withDefaults(t)
	x := &seat{t: t, hub: s.hub, Terminal: ttytest.Start(t, s.command(t), s.cols, s.rows, s.engines...)}
	x.WaitFor("the prompt", func(s ttytest.Screen) bool {
		return s.Lines[s.Row] == "You:" && s.Col == 5 && strings.Contains(strings.Join(s.Text(), ""), "Welcome,")
	})
	x.Type("\x0c")
	x.shows(5, 0, "You:")
	return x
}

func (s seating) withDefaults(t *testing.T) seating {
	t.Helper()
	if s.cols == 0 {
		s.cols, s.rows = 60, 20
	}
	if s.hub == nil {
		s.hub = startHub(t, nil)
	}
	if s.name == "" {
		s.name = "Alice"
	}
	if s.engines == nil {
		s.engines = emulators(s.cols, s.rows)
	}
	return s
}

// command is the program itself, which the test binary is when it is told so.
func (s seating) command(t *testing.T) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"-addr", s.hub.addr(), "-name", s.name}, s.args...)...)
	cmd.Env = append([]string{
		asProgram + "=1", "GORACE=atexit_sleep_ms=0", "TERM=xterm-256color", "TZ=UTC", "HOME=" + t.TempDir(),
		"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8",
	}, s.environment...)
	return cmd
}

// asOptioned is what a test binary does that is to be the program with options that no flag sets, where the environment
// has the variable.
func asOptioned(variable string, change func(*options)) {
	if os.Getenv(variable) == "" {
		return
	}
	o, err := parseFlags(os.Args[1:], os.Getenv)
	if err == nil {
		change(&o)
		err = interactive(context.Background(), o, os.Stdin, os.Stdout, os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(statusOf(err))
}

func emulators(cols, rows int) []ttytest.Engine {
	return []ttytest.Engine{
		ttytest.NewEmulator(cols, rows, ttytest.Xterm),
		ttytest.NewEmulator(cols, rows, ttytest.Tmux),
	}
}

// withTmux is an emulator and the real tmux. The test is skipped where there is no tmux.
func withTmux(t *testing.T, cols, rows int) []ttytest.Engine {
	t.Helper()
	return []ttytest.Engine{ttytest.NewEmulator(cols, rows, ttytest.Xterm), ttytest.NewMultiplexer(t, cols, rows)}
}

// bob says something.
func (x *seat) bob(text string) {
	x.seq++
	x.hub.broadcast(nil, wire.Message{From: "Bob", Text: text, Seq: x.seq})
}

// shows waits until exactly these rows are on the screen, and the cursor in that place.
func (x *seat) shows(col, row int, rows ...string) {
	x.t.Helper()
	what := fmt.Sprintf("the cursor at column %d of row %d in\n%s", col, row, strings.Join(rows, "\n"))
	x.WaitFor(what, func(s ttytest.Screen) bool {
		return s.Col == col && s.Row == row && slices.Equal(s.Shown(), rows)
	})
}

// drafts waits until the cursor's row is the prompt with this draft.
func (x *seat) drafts(want string) {
	x.t.Helper()
	row := strings.TrimRight("You: "+want, " ")
	x.WaitFor(fmt.Sprintf("the draft %q", want), func(s ttytest.Screen) bool { return s.Lines[s.Row] == row })
}

// has waits until some row holds the text.
func (x *seat) has(text string) {
	x.t.Helper()
	x.WaitFor(text, func(s ttytest.Screen) bool { return s.Contains(text) })
}

// leave ends the program with keys, and expects that everything was delivered.
func (x *seat) leave(keys string) {
	x.t.Helper()
	x.Type(keys)
	if status := x.Wait(); status != statusDelivered {
		x.t.Errorf("status %d; on the screen is\n%s", status, x.Screen())
	}
}

// alive has the program send a line, so that it is known to work still.
func (x *seat) alive() {
	x.t.Helper()
	x.Type("\x05\x15still here\r")
	x.hub.awaitText("still here")
}
