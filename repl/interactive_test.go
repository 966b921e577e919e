//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

var testTime = time.Date(2026, 10, 20, 12, 34, 0, 0, time.UTC)

// sit runs the program on a terminal of 60 columns and 20 rows.
func sit(t *testing.T, h *fakeHub, environment []string, args ...string) *ttytest.Terminal {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"-addr", h.addr()}, args...)...)
	cmd.Env = append([]string{
		asProgram + "=1", "GORACE=atexit_sleep_ms=0", "TERM=xterm-256color", "TZ=UTC", "HOME=" + t.TempDir(),
		"PATH=" + os.Getenv("PATH"),
	}, environment...)
	return ttytest.Start(t, cmd, 60, 20, nil)
}

// joined waits until the program shows the server's greeting and the prompt.
func joined(x *ttytest.Terminal) *ttytest.Terminal {
	x.WaitFor("the prompt", func(s ttytest.Screen) bool {
		return strings.HasPrefix(s.Lines[s.Row], "You:") && s.Col == 5 && s.Contains("[SERVER]: Welcome,")
	})
	return x
}

func waitForRows(x *ttytest.Terminal, rows ...string) {
	x.WaitFor("the rows\n"+strings.Join(rows, "\n"), func(s ttytest.Screen) bool { return slices.Equal(s.Text(), rows) })
}

func TestNameIsAskedUntilItIsTaken(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.refuse = map[string]*wire.Error{"Bob": wire.Errorf(wire.CodeNameTaken, "somebody is here by the name Bob")}
	})
	state := t.TempDir()
	x := sit(t, h, []string{"XDG_STATE_HOME=" + state})
	before := x.Modes()
	asked := func(times int) {
		x.WaitFor("the question", func(s ttytest.Screen) bool {
			return strings.Count(strings.Join(s.Lines, "\n"), "Enter username:") == times && s.Col == 16
		})
	}
	asked(1)
	x.Type("  \r")
	asked(2)
	x.Type("Bob\r")
	asked(3)
	x.Type(" Alice \r")
	joined(x).Type("hello\r/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
	want := []string{
		"Enter username:", "A name must not be empty.", "Enter username: Bob",
		`the server refuses "Bob": somebody is here by the name Bob`, "Enter username:  Alice",
		"[SUCCESS] Connected to server. Type 'quit' to exit.", "[SERVER]: Welcome, Alice.",
		"You: hello", "You: /quit",
	}
	if got := x.Rows(); !slices.Equal(got, want) {
		t.Errorf("on the screen is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if x.Modes() != before {
		t.Error("the terminal is not as it was")
	}
	if got := h.texts(); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("said %q", got)
	}
	kept, err := os.ReadFile(filepath.Join(state, "hubbub", "input_history"))
	if err != nil || strings.Contains(string(kept), "Alice") || !strings.Contains(string(kept), "hello") {
		t.Errorf("the history is %q, %v", kept, err)
	}
}

func TestRefusedNameOfTheFlagIsAskedFor(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.refuse = map[string]*wire.Error{
			"B b": wire.Errorf(wire.CodeBadName, "a name can't have ' ' in it"),
			"Eve": wire.Errorf(wire.CodeFull, "the server is full"),
		}
	})
	x := sit(t, h, nil, "-name", "B b")
	x.WaitFor("the question", func(s ttytest.Screen) bool {
		return s.Contains("can't have ' '") && s.Contains("Enter username:")
	})
	x.Type("Eve\r")
	if status := x.Wait(); status != statusRefused || !x.Screen().Contains("the server is full") {
		t.Errorf("status %d; on the screen is\n%s", status, x.Screen())
	}
}

func TestLeavingTheQuestion(t *testing.T) {
	for _, key := range []string{"\x03", "\x04"} {
		x := sit(t, startHub(t, nil), nil)
		before := x.Modes()
		x.WaitFor("the question", func(s ttytest.Screen) bool { return s.Contains("Enter username:") })
		x.Type(key)
		if status := x.Wait(); status != statusDelivered || x.Modes() != before {
			t.Errorf("%q: status %d, modes as before: %v", key, status, x.Modes() == before)
		}
	}
}

func TestMessageWhileALineIsHalfTyped(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.history = []wire.Message{{From: "Bob", Text: "@alice are you there?", Seq: 1}}
	})
	x := joined(sit(t, h, nil, "-name", "Alice"))
	x.Type("half a line\x01")
	x.WaitFor("the draft", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You: half a line" && s.Col == 5 })
	h.broadcast(nil, wire.Message{From: "Bob", Text: "one\ntwo \x1b[2J", Seq: 2})
	h.broadcast(nil, wire.Message{From: "Bob", Text: "Alice!", Seq: 3})
	h.broadcast(nil, wire.Message{From: "Bob", Text: "alice?", Seq: 4})
	h.announce("Bob has left the chat.", wire.EventLeave, "Bob")
	waitForRows(x, "[SUCCESS] Connected to server. Type 'quit' to exit.", "[SERVER]: Welcome, Alice.",
		"[Bob]: @alice are you there?", "[Bob]: one", "       two ␛[2J", "[Bob]: Alice!", "[Bob]: alice?",
		"[SERVER]: Bob has left the chat.", "You: half a line")
	if s := x.Screen(); s.Col != 5 || s.Row != 8 || s.Bells != 1 {
		t.Errorf("cursor at %d, %d, and %d bells", s.Col, s.Row, s.Bells)
	}
	x.Type("\r")
	h.awaitText("half a line")
}

func TestTab(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.onJoin = func(m *fakeMember) { m.send(wire.Roster{Users: []string{"Alice", "Bob", "Bonnie"}}) }
	})
	x := joined(sit(t, h, nil, "-name", "Alice"))
	draft := func(want string) {
		x.WaitFor("the draft "+want, func(s ttytest.Screen) bool {
			return strings.TrimRight(s.Lines[s.Row], " ") == "You: "+want
		})
	}
	x.Type("bob\t")
	draft("Bob:")
	x.Type("hi @bon\t")
	draft("Bob: hi @Bonnie")
	x.Type("\x15/ti\ton\r")
	x.Type("b\t\t")
	x.WaitFor("the list", func(s ttytest.Screen) bool { return s.Contains("Bob  Bonnie") })
	draft("Bo")
	h.broadcast(nil, wire.Message{From: "Bob", Text: "now", Time: wire.TimeOf(testTime)})
	x.WaitFor("the time", func(s ttytest.Screen) bool { return s.Contains("12:34 [Bob]: now") })
}

func TestWaysOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		leave func(x *ttytest.Terminal)
	}{
		{"/quit", func(x *ttytest.Terminal) { x.Type("/quit\r") }},
		{"QUIT", func(x *ttytest.Terminal) { x.Type("QUIT\r") }},
		{"Ctrl-C", func(x *ttytest.Terminal) { x.Type("\x03") }},
		{"Ctrl-D", func(x *ttytest.Terminal) { x.Type("\x04") }},
		{"Ctrl-C in a draft", func(x *ttytest.Terminal) { x.Type("draft\x03\x03") }},
		{"SIGTERM in a draft", func(x *ttytest.Terminal) { draftAnd(x, syscall.SIGTERM) }},
		{"SIGHUP in a draft", func(x *ttytest.Terminal) { draftAnd(x, syscall.SIGHUP) }},
		{"SIGINT in a draft", func(x *ttytest.Terminal) { draftAnd(x, syscall.SIGINT) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := startHub(t, nil)
			x := sit(t, h, nil)
			before := x.Modes()
			x.Type("Alice\r")
			joined(x).Type("hello\r")
			x.WaitFor("the line", func(s ttytest.Screen) bool { return s.Contains("You: hello") })
			c.leave(x)
			if status := x.Wait(); status != statusDelivered {
				t.Errorf("status %d", status)
			}
			if x.Modes() != before || x.Screen().Modes[2004] {
				t.Errorf("modes as before: %v, bracketed paste: %v", x.Modes() == before, x.Screen().Modes[2004])
			}
			if got := h.texts(); !slices.Equal(got, []string{"hello"}) {
				t.Errorf("said %q", got)
			}
		})
	}
}

func draftAnd(x *ttytest.Terminal, s syscall.Signal) {
	x.Type("draft")
	x.WaitFor("the draft", func(s ttytest.Screen) bool { return s.Contains("You: draft") })
	x.Signal(s)
}

func TestConnectionEnds(t *testing.T) {
	h := startHub(t, func(h *fakeHub) { h.forget = wire.Errorf(wire.CodeNameTaken, "you are here already") })
	x := sit(t, h, nil)
	before := x.Modes()
	x.Type("Alice\r")
	joined(x).Type("draft")
	x.WaitFor("the draft", func(s ttytest.Screen) bool { return s.Contains("You: draft") })
	h.broadcast(nil, wire.Errorf(wire.CodeShuttingDown, "the server is going home"))
	h.cut()
	if status := x.Wait(); status != statusRefused {
		t.Errorf("status %d", status)
	}
	if !x.Screen().Contains("-- you are here already") || x.Modes() != before {
		t.Errorf("modes as before: %v; on the screen is\n%s", x.Modes() == before, x.Screen())
	}
	if got := h.texts(); len(got) > 0 {
		t.Errorf("said %q", got)
	}
}

func TestCtrlCInterruptsACommand(t *testing.T) {
	h := startHub(t, nil)
	x := joined(sit(t, h, nil, "-name", "Alice"))
	x.Type("hello\r/sleep 1h\r/me waits\r")
	h.awaitText("hello")
	x.WaitFor("the commands", func(s ttytest.Screen) bool { return s.Contains("You: /me waits") })
	x.Type("\x03")
	h.awaitText("*waits*")
	x.WaitFor("the notice", func(s ttytest.Screen) bool { return s.Contains("-- interrupted") })
	x.Type("/sleep 1h\r/me goes\r/quit\r") // what was typed is said all the same
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
	h.awaitText("*goes*")
}

func TestLeavingBeforeEverythingIsAcknowledged(t *testing.T) {
	deaf := func(h *fakeHub) { h.onChat = func(*fakeMember, wire.Chat) bool { return true } }
	x := joined(sit(t, startHub(t, deaf), nil, "-name", "Alice", "-timeout", "100ms"))
	x.Type("hello\r/quit\r")
	if status := x.Wait(); status != statusUndelivered || !x.Screen().Contains(`1 message is not acknowledged, "hello"`) {
		t.Errorf("it runs out: status %d; on the screen is\n%s", status, x.Screen())
	}

	x = joined(sit(t, startHub(t, deaf), nil, "-name", "Alice", "-timeout", "0"))
	x.Type("hello\r/quit\r")
	x.WaitFor("the notice", func(s ttytest.Screen) bool { return s.Contains("waiting until everything is delivered") })
	x.Signal(syscall.SIGINT) // a key would reach the harness as well
	if status := x.Wait(); status != statusUndelivered {
		t.Errorf("Ctrl-C: status %d; on the screen is\n%s", status, x.Screen())
	}
}

func TestInterruptWhileConnecting(t *testing.T) {
	h := startHub(t, func(h *fakeHub) { h.old = true })
	x := sit(t, h, nil, "-name", "Alice")
	h.awaitJoin("Alice")
	x.Signal(syscall.SIGINT) // a key would reach the harness as well
	if status := x.Wait(); status != statusNoConnection || !x.Screen().Contains("interrupted before") {
		t.Errorf("status %d; on the screen is\n%s", status, x.Screen())
	}
}

func TestMistakesAreSaidAboveThePrompt(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			m.send(wire.Errorf(wire.CodeInternal, "the log is full").For(c.ID))
			return true
		}
	})
	x := joined(sit(t, h, nil, "-name", "Alice"))
	x.Type("/hlep\r")
	x.WaitFor("the hint", func(s ttytest.Screen) bool {
		return s.Contains("-- there is no command /hlep; did you mean /help?")
	})
	x.Type("hello\r")
	x.WaitFor("the refusal", func(s ttytest.Screen) bool {
		return s.Contains(`-- the server refuses "hello": the log is full`)
	})
	x.WaitFor("its text", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You: hello" })
	x.Type("\x15/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
}

func TestOldServerOnATerminal(t *testing.T) {
	t.Parallel() // it takes two seconds to tell that a server is old
	h := startHub(t, func(h *fakeHub) { h.old = true })
	x := sit(t, h, nil, "-name", "Alice")
	x.WaitFor("the notice", func(s ttytest.Screen) bool {
		return s.Contains("-- this is an old server") && s.Contains("You:")
	})
	x.Type("hello\r/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
	h.awaitText("hello")
}

func TestSlowServerIsNoOldOne(t *testing.T) {
	t.Parallel() // it takes two seconds to tell that a server is old
	answer := make(chan struct{})
	h := startHub(t, func(h *fakeHub) {
		h.old = true
		h.onJoin = func(m *fakeMember) {
			<-answer
			m.send(wire.Welcome{Greeting: "Welcome, Alice.", V: 1, Name: "Alice", Room: "lobby", Users: []string{"Alice"}})
		}
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			if c.ID == 0 {
				h.t.Error("a text has no number")
			}
			m.send(wire.Ack{ID: c.ID, Seq: 1})
			return true
		}
	})
	x := sit(t, h, nil, "-name", "Alice")
	x.WaitFor("the notice", func(s ttytest.Screen) bool { return s.Contains("-- this is an old server") && s.Contains("You:") })
	close(answer)
	waitForText(x, "[SERVER]: Welcome, Alice.\n-- the server answers after all: delivery is confirmed")
	x.Type("hello\r/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
}

func TestColor(t *testing.T) {
	h := startHub(t, nil)
	for _, c := range []struct {
		environment []string
		args        []string
		colored     bool
	}{
		{nil, nil, true},
		{[]string{"NO_COLOR=1"}, nil, false},
		{[]string{"NO_COLOR=false"}, nil, false}, // whatever it is
		{[]string{"NO_COLOR="}, nil, true},       // but not when it is empty
		{[]string{"NO_COLOR=1"}, []string{"-color", "always"}, true},
		{nil, []string{"-color", "never"}, false},
	} {
		x := joined(sit(t, h, c.environment, append(c.args, "-name", "Alice")...))
		x.Type("/who\r")
		x.WaitFor("the answer", func(s ttytest.Screen) bool { return s.Contains("1 person is here: Alice (you)") })
		if got := strings.Contains(string(x.Raw()), "\x1b[38;5;"); got != c.colored {
			t.Errorf("%q %q: colour %v", c.environment, c.args, got)
		}
		x.Type("/quit\r")
		x.Wait()
	}
}

// Emacs runs programs on a terminal that knows no escape codes, and where TERM says so or nothing.
func TestPlainTerminal(t *testing.T) {
	for _, term := range []string{"TERM=dumb", "TERM="} {
		h := startHub(t, nil)
		x := sit(t, h, []string{term})
		x.WaitFor("the question", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "Enter username:" })
		x.Type("Alice\r")
		joined(x).Type("/who\r")
		waitForText(x, "You: /who\n1 person is here: Alice (you)\nYou:")
		x.Type("hello\r")
		h.awaitText("hello")
		x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
		x.Type("\x04")
		if status := x.Wait(); status != statusDelivered {
			t.Errorf("status %d", status)
		}
		if raw := string(x.Raw()); strings.Contains(raw, "\x1b") {
			t.Errorf("written: %q", raw)
		}
	}
}
