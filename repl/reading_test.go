package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"hubbub/wire"
)

// startLibrary starts a hub that has n messages of Bob, "text 1" and so on, one for each minute from 12:01 on.
func startLibrary(t *testing.T, n int, change func(*fakeHub)) *fakeHub {
	return startHub(t, func(h *fakeHub) {
		for i := 1; i <= n; i++ {
			at := time.Date(2026, 10, 20, 12, i, 0, 0, time.UTC)
			h.history = append(h.history,
				wire.Message{From: "Bob", Text: fmt.Sprint("text ", i), Seq: wire.Seq(i), Time: wire.TimeOf(at)})
		}
		if change != nil {
			change(h)
		}
	})
}

// texts returns the lines that say "text 1" and so on.
func texts(numbers ...int) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "[Bob]: text %d\n", n)
	}
	return b.String()
}

func TestHistoryGoesFurtherBack(t *testing.T) {
	p := say(t, startLibrary(t, 8, nil), "/history 3\n/history 4\n/history 7\n/history\n", "-name", "Alice")
	p.ends(statusDelivered, "")
	if got, want := p.stdout.String(), texts(6, 7, 8, 2, 3, 4, 5, 1)+"There is nothing older.\n"; got != want {
		t.Errorf("on stdout:\n%s\nwant\n%s", got, want)
	}
	p = say(t, startHub(t, nil), "/history\none\n/wait Alice\n/history\n", "-name", "Alice")
	p.ends(statusDelivered, "")
	if got := p.stdout.String(); !strings.HasPrefix(got, "Nothing has been said here yet.\n") {
		t.Errorf("on stdout: %s", got)
	}
}

// What comes, or was missed, is shown without asking, and so no page has it again.
func TestHistoryAfterAReconnect(t *testing.T) {
	input, typing := io.Pipe()
	h := startLibrary(t, 4, nil)
	p := start(t, t.Context(), h, input, "-name", "Alice")
	h.awaitJoin("Alice")
	h.speak("Bob", "text 5")
	p.await(p.stdout, "text 5")
	h.stop()
	p.await(p.stderr, "trying again")
	h.speak("Bob", "text 6")
	h.restart()
	p.await(p.stdout, "text 6")
	io.WriteString(typing, "/history 2\n")
	p.await(p.stdout, "text 4")
	h.stop()
	h.restart()
	io.WriteString(typing, "/history\n/history\n")
	typing.Close()
	p.ends(statusDelivered, "")
	if got, want := p.stdout.String(), texts(5, 6, 3, 4, 1, 2)+"There is nothing older.\n"; got != want {
		t.Errorf("on stdout:\n%s\nwant\n%s", got, want)
	}
}

// Another log is shown as a whole when the server comes back with it, and nothing that was read back counts there.
func TestHistoryOfAnotherLog(t *testing.T) {
	input, typing := io.Pipe()
	h := startLibrary(t, 6, nil)
	p := start(t, t.Context(), h, input, "-name", "Alice")
	io.WriteString(typing, "/history 2\n/search text\n")
	p.await(p.stdout, "-- 2 messages found so far")
	h.stop()
	h.update(func() { h.history = nil })
	h.speak("Bob", "text 1")
	h.restart()
	p.await(p.stdout, "[Bob]: text 1\n")
	io.WriteString(typing, "/history\n/search\n")
	typing.Close()
	p.ends(statusFailed, "")
	if got, want := p.stdout.String(), texts(1)+"There is nothing older.\n"; !strings.HasSuffix(got, want) {
		t.Errorf("on stdout:\n%s\nwant\n%s", got, want)
	}
	if got := p.stderr.String(); !strings.HasSuffix(got, "line 4: "+errNoWords.Error()+"\n") {
		t.Errorf("on stderr: %s", got)
	}
}

func TestSearchCommand(t *testing.T) {
	t.Setenv("TZ", "UTC")
	input := "/search text\n/search\n/search\n/search\n/search nothing\n/search text 1\n/search no such\n/search\n"
	p := say(t, startLibrary(t, 5, nil), input, "-name", "Alice")
	p.ends(statusDelivered, "")
	line := func(n int) string {
		at := time.Date(2026, 10, 20, 12, n, 0, 0, time.UTC).Local().Format("2006-01-02 15:04")
		return fmt.Sprintf("#%d %s [Bob]: text %d\n", n, at, n)
	}
	want := line(5) + line(4) + "-- 2 messages found so far; /search alone shows older ones\n" +
		line(3) + line(2) + "-- 4 messages found so far; /search alone shows older ones\n" +
		line(1) + "-- 5 messages found\n" + "There are no older messages with \"text\".\n" +
		"No message has \"nothing\".\n" + line(1) + "-- 1 message found\n" +
		"No message has all the words of \"no such\".\n" + "There are no older messages with \"no such\".\n"
	if got := p.stdout.String(); got != want {
		t.Errorf("on stdout:\n%s\nwant\n%s", got, want)
	}
}

// What a line has said is found by the next one, however long the server takes to acknowledge it.
func TestReadingWhatWasJustSaid(t *testing.T) {
	for _, c := range []struct{ command, want string }{
		{"/search alpha", "[Alice]: alpha beta\n-- 1 message found\n"},
		{"/history", "There is nothing older.\n"},
	} {
		h := startHub(t, func(h *fakeHub) {
			h.onChat = func(m *fakeMember, chat wire.Chat) bool {
				h.handlers.Go(func() {
					time.Sleep(50 * time.Millisecond) // while it reads on
					message, _ := h.log(m, chat)
					m.send(wire.Ack{ID: chat.ID, Seq: message.Seq, Time: message.Time})
				})
				return true
			}
		})
		p := say(t, h, "alpha beta\n"+c.command+"\n", "-name", "Alice")
		p.ends(statusDelivered, "")
		if got := p.stdout.String(); !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: on stdout: %s", c.command, got)
		}
	}
}

func TestSearchThatFails(t *testing.T) {
	long := strings.Repeat("x", wire.MaxSearch+1)
	p := say(t, startLibrary(t, 1, nil), "/search\n/search *\n/search "+long+"\n", "-name", "Alice")
	p.ends(statusFailed, "")
	want := "hubbub: line 1: " + errNoWords.Error() + `
hubbub: line 2: the words of a search must have a letter or digit in them
hubbub: line 3: the words of a search must not be longer than 256 bytes; these have 257
`
	if got := p.stderr.String(); got != want {
		t.Errorf("on stderr:\n%s\nwant\n%s", got, want)
	}
	for _, c := range []struct {
		refusal *wire.Error
		says    string
	}{
		{wire.Errorf(wire.CodeInternal, "the search took too long"), "the search took too long"},
		{wire.Errorf(wire.CodeUnknownType, "frames of type search are not known here"), errCannot.Error()},
	} {
		p := say(t, startHub(t, func(h *fakeHub) { h.findNothing = c.refusal }), "/search a\n", "-name", "Alice")
		p.ends(statusFailed, "")
		if got, want := p.stderr.String(), "hubbub: line 1: "+c.says+"\n"; got != want {
			t.Errorf("on stderr: %q, want %q", got, want)
		}
	}
}

// A request that nobody answers ends after the timeout.
func TestReadingWithoutAnAnswer(t *testing.T) {
	h := startLibrary(t, 1, func(h *fakeHub) { h.silent = true })
	p := say(t, h, "/history\n/search a\n/save x\n", "-name", "Alice", "-timeout", "30ms")
	p.ends(statusFailed, "")
	for n := 1; n <= 3; n++ {
		want := fmt.Sprintf("hubbub: line %d: the server has not answered in time\n", n)
		if !strings.Contains(p.stderr.String(), want) {
			t.Errorf("on stderr is\n%swithout\n%s", p.stderr, want)
		}
	}
}
