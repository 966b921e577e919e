//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

func waitForText(x *ttytest.Terminal, text string) {
	x.WaitFor("the text "+text, func(s ttytest.Screen) bool {
		return strings.Contains(strings.Join(s.Text(), "\n"), text)
	})
}

func TestLongMessagesWrapAtWords(t *testing.T) {
	h := startHub(t, nil)
	x := joined(sit(t, h, nil, "-name", "Alice"))
	x.Type("draft")
	address := "https://example.com/" + strings.Repeat("x", 60)
	h.broadcast(nil, wire.Message{From: "Bob", Text: strings.TrimSpace(strings.Repeat("word ", 14)), Seq: 1})
	h.broadcast(nil, wire.Message{From: "Bob", Text: "see " + address + " please", Seq: 2})
	waitForRows(x, "[SUCCESS] Connected to server. Type 'quit' to exit.", "[SERVER]: Welcome, Alice.",
		"[Bob]: word word word word word word word word word word", "       word word word word",
		"[Bob]: see", "       "+address[:53], address[53:], "       please", "You: draft")
	x.Type("\x15/help time\r/who\r")
	waitForText(x, "1 person is here: Alice (you)")
	x.Resize(30, 20)
	x.Type("/help\r")
	waitForText(x, "/time on|off\n  Show the time in front of\n  each line, or don't.")
}

func TestDateLines(t *testing.T) {
	day := func(days int) wire.Time { return wire.TimeOf(testTime.AddDate(0, 0, days)) }
	h := startHub(t, func(h *fakeHub) {
		h.history = []wire.Message{
			{From: "Bob", Text: "one", Seq: 1, Time: day(0)}, {From: "Eve", Text: "two", Seq: 2, Time: day(0)},
			{From: "Eve", Text: "three", Seq: 3, Time: day(1)},
		}
	})
	x := joined(sit(t, h, nil, "-name", "Alice"))
	waitForText(x, "three")
	h.broadcast(nil, wire.Message{From: "Bob", Text: "four", Seq: 4, Time: day(2)})
	h.broadcast(nil, wire.Message{From: "Bob", Text: "five", Seq: 5, Time: day(2)})
	waitForRows(x, "[SUCCESS] Connected to server. Type 'quit' to exit.", "[SERVER]: Welcome, Alice.",
		"-- Tuesday, 20 October 2026", "[Bob]: one", "[Eve]: two", "-- Wednesday, 21 October 2026", "[Eve]: three",
		"-- Thursday, 22 October 2026", "[Bob]: four", "[Bob]: five", "You:")
	x.Type("/history 2\r")
	waitForText(x, "You: /history 2\nThere is nothing older.")
}

func TestComingsAndGoingsAreAnnouncedTogether(t *testing.T) {
	h := startHub(t, nil)
	x := joined(sit(t, h, nil, "-name", "Alice"))
	said := wire.Seq(0)
	say := func(text string) {
		said++
		h.broadcast(nil, wire.Message{From: "Bob", Text: text, Seq: said})
	}
	for i := range 9 {
		name := fmt.Sprintf("P%d", i)
		h.announce(name+" has joined the chat.", wire.EventJoin, name)
	}
	h.announce("P8 has left the chat.", wire.EventLeave, "P8")
	say("one") // what came before stands before it
	h.announce("Bo has joined the chat.", wire.EventJoin, "Bo")
	waitForRows(x, "[SUCCESS] Connected to server. Type 'quit' to exit.", "[SERVER]: Welcome, Alice.",
		"[SERVER]: P0, P1 and 6 others joined. P8 joined and left.", "[Bob]: one", "[SERVER]: Bo has joined the chat.",
		"You:")

	// Nobody waits for a burst that does not end.
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				name := fmt.Sprintf("Q%d", i)
				h.announce(name+" has joined the chat.", wire.EventJoin, name)
			}
		}
	}()
	waitForText(x, "[SERVER]: Q0, Q1 and ")
	close(stop)
	<-done
}

func TestPromptTellsOfTextsThatWait(t *testing.T) {
	release := make(chan struct{})
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			if strings.HasPrefix(c.Text, "slow") {
				<-release
			}
			return false
		}
	})
	x := joined(sit(t, h, nil, "-name", "Alice"))
	x.Type("slow\rquick\rdraft")
	x.WaitFor("the count", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "(2 unsent) You: draft" && s.Col == 21 })
	x.Type("\x15third\rdraft")
	x.WaitFor("the third line as it was said", func(s ttytest.Screen) bool {
		return slices.Contains(s.Lines, "You: third")
	})
	close(release)
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You: draft" && s.Col == 10 })
	h.awaitText("third")
	if got := h.texts(); !slices.Equal(got, []string{"slow", "quick", "third"}) {
		t.Errorf("said %q", got)
	}
}

func TestMultiline(t *testing.T) {
	h := startHub(t, nil)
	x := joined(sit(t, h, nil, "-name", "Alice"))
	prompt := func(want string) {
		x.WaitFor("the prompt "+want, func(s ttytest.Screen) bool {
			return s.Lines[s.Row] == strings.TrimRight(want, " ") && s.Col == 5
		})
	}
	x.Type("/multiline on\rone\r")
	waitForText(x, "-- Enter adds a line; an empty line, or Ctrl-D on one, sends\n   them all; Ctrl-C drops them")
	prompt("...  ")
	x.Type("/who\r  quit\r\r")
	h.awaitText("one\n/who\n  quit")
	prompt("You: ")
	x.Type("two\r\x04")
	h.awaitText("two")
	x.Type("three\r")
	prompt("...  ")
	x.Type("\x03")
	waitForText(x, "-- dropped")
	prompt("You: ")
	x.Type("four\r" + strings.Repeat("x", wire.MaxText-5) + "\r")
	prompt("...  ")
	x.Type("five\r")
	waitForText(x, "-- too long: a text may have 4096 bytes")
	x.Type("\r/multiline off\rsix\r/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
	want := []string{"one\n/who\n  quit", "two", "four\n" + strings.Repeat("x", wire.MaxText-5), "six"}
	if got := h.texts(); !slices.Equal(got, want) {
		t.Errorf("said %.100q", got)
	}
}

// reader starts the program as it is for screen readers.
func reader(t *testing.T, h *fakeHub, args ...string) *ttytest.Terminal {
	t.Helper()
	return sit(t, h, []string{"HUBBUB_SCREEN_READER=true", "TERM=dumb"}, args...)
}

// appended checks that nothing but lines was ever added, and returns them.
func appended(t *testing.T, x *ttytest.Terminal) string {
	t.Helper()
	lines := strings.ReplaceAll(string(x.Raw()), "\r\n", "\n")
	if strings.ContainsFunc(lines, func(r rune) bool { return r != '\n' && r != '\a' && wire.Obeyed(r) }) {
		t.Errorf("what was written is not only lines: %q", lines)
	}
	return lines
}

func TestScreenReader(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.refuse = map[string]*wire.Error{"Bob": wire.Errorf(wire.CodeNameTaken, "somebody is here by the name Bob")}
		h.history = []wire.Message{{From: "Bob", Text: "one", Seq: 1, Time: wire.TimeOf(testTime)}}
	})
	x := reader(t, h)
	before := x.Modes()
	waitForText(x, "Enter username:")
	x.Type("Bob\n")
	x.WaitFor("the question", func(s ttytest.Screen) bool {
		return s.Contains(`refuses "Bob"`) && s.Lines[s.Row] == "Enter username:"
	})
	x.Type("Alice\n")
	waitForText(x, "[Bob]: one")
	waitForText(x, "You:")
	x.Type("hello\n")
	h.awaitText("hello")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
	long := strings.TrimSpace(strings.Repeat("alice, ", 20))
	h.broadcast(nil, wire.Message{From: "Bob", Text: long, Seq: 3, Time: wire.TimeOf(testTime)})
	h.broadcast(nil, wire.Message{From: "Bob", Text: "three", Seq: 4, Time: wire.TimeOf(testTime)})
	waitForText(x, "three")
	x.Type("/time on\n")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
	x.Type("done\n") // behind the command
	h.awaitText("done")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
	h.broadcast(nil, wire.Message{From: "Bob", Text: "four", Seq: 5, Time: wire.TimeOf(testTime)})
	waitForText(x, "[Bob]: four (12:34)")
	x.Type("/clear\n")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
	x.Type("/multiline on\n")
	waitForText(x, "-- Enter adds a line; an empty line, or Ctrl-D on one, sends\n them all\nYou:")
	x.Type("a\n")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return strings.HasPrefix(s.Lines[s.Row], "...") })
	x.Type("\x04")
	h.awaitText("a")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
	x.Type("\x04")
	if status := x.Wait(); status != statusDelivered || x.Modes() != before {
		t.Errorf("status %d, modes as before: %v", status, x.Modes() == before)
	}
	lines := strings.ReplaceAll(appended(t, x), "\a", "")
	for _, want := range []string{
		"-- Tuesday, 20 October 2026\n[Bob]: one\n",
		"hello\nYou: \n[Bob]: " + long + "\n[Bob]: three\n/time on\nYou: done\nYou: \n[Bob]: four (12:34)\n",
	} {
		if !strings.Contains(lines, want) {
			t.Errorf("written:\n%q\nwithout\n%q", lines, want)
		}
	}
}

// The prompt is the last thing to be heard.
func TestScreenReaderIsPromptedBehindAnAnswer(t *testing.T) {
	t.Parallel()
	x := reader(t, startHub(t, nil), "-name", "Alice", "-timeout", "1s")
	waitForText(x, "[SERVER]: Welcome, Alice.\nYou:")
	x.Type("/who\n")
	waitForText(x, "You: /who\n1 person is here: Alice (you)\nYou:")
	x.Type("/wait Eve\n")
	waitForText(x, "You: /wait Eve\nYou:\n-- Eve has not come within 1s\nYou:")
	x.Type("/quit\n")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
	want := "Welcome, Alice.\nYou: /who\n1 person is here: Alice (you)\nYou: /wait Eve\nYou: \n-- Eve has not come within 1s\nYou: /quit\n"
	if lines := appended(t, x); !strings.HasSuffix(lines, want) {
		t.Errorf("written: %q", lines)
	}
}

func TestScreenReaderInColor(t *testing.T) {
	x := reader(t, startHub(t, nil), "-name", "Alice", "-color", "always")
	waitForText(x, "[SERVER]: Welcome, Alice.")
	if !strings.Contains(string(x.Raw()), "\x1b[38;5;") {
		t.Error("no colour, though it was asked for")
	}
	x.Signal(syscall.SIGINT) // a key would reach the harness as well
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("Ctrl-C: status %d", status)
	}
}

func TestScreenReaderWhenTheConnectionEnds(t *testing.T) {
	h := startHub(t, func(h *fakeHub) { h.forget = wire.Errorf(wire.CodeNameTaken, "you are here already") })
	x := reader(t, h, "-name", "Alice")
	waitForText(x, "[SERVER]: Welcome, Alice.")
	waitForText(x, "You:")
	x.Type("hello\n")
	h.awaitText("hello")
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Lines[s.Row] == "You:" })
	h.broadcast(nil, wire.Errorf(wire.CodeShuttingDown, "the server is going home"))
	h.cut()
	if status := x.Wait(); status != statusRefused {
		t.Errorf("status %d", status)
	}
	want := "You: \n-- the connection is lost: the server is going home; trying again\n-- you are here already; hubbub has ended\n"
	if lines := appended(t, x); !strings.HasSuffix(lines, want) {
		t.Errorf("written: %q", lines)
	}
}
