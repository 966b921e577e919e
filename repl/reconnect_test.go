package main

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hubbub/repl/internal/client"
	"hubbub/wire"
)

func TestScriptSurvivesARestart(t *testing.T) {
	input, typing := io.Pipe()
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			if c.Text != "two" {
				return false
			}
			_, again := h.log(m, c)
			if !again {
				m.conn.Close() // its acknowledgement is lost
			}
			return !again
		}
	})
	p := start(t, t.Context(), h, input, "-name", "Alice")
	io.WriteString(typing, "one\ntwo\nthree\n")
	h.awaitText("three")
	p.await(p.stderr, "connected again")
	h.stop()
	io.WriteString(typing, "four\n/wait Bob hello\n")
	h.speak("Bob", "hello")
	h.restart()
	h.awaitText("four")
	io.WriteString(typing, "five\n")
	typing.Close()
	p.ends(statusDelivered, "")
	if got, want := h.texts(), []string{"one", "two", "three", "hello", "four", "five"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	if got := p.stdout.String(); got != "[Bob]: hello\n" {
		t.Errorf("on stdout: %q", got)
	}
	// How the end of a connection shows, as an end or as a reset, depends on what was under way.
	const notices = "hubbub: the connection is lost: [^\n]*; trying again\nhubbub: connected again\n"
	if got := p.stderr.String(); !regexp.MustCompile("^(" + notices + "){2}$").MatchString(got) {
		t.Errorf("on stderr:\n%s", got)
	}
}

func TestScriptAsksWhileItIsOffline(t *testing.T) {
	input, typing := io.Pipe()
	h := startHub(t, nil)
	p := start(t, t.Context(), h, input, "-name", "Alice")
	h.awaitJoin("Alice")
	h.speak("Bob", "hi")
	p.await(p.stdout, "hi")
	h.stop()
	p.await(p.stderr, "trying again")
	io.WriteString(typing, "/status\n/search hello\n")
	p.await(p.stdout, "round trip:      offline; connecting again")
	h.speak("Bob", "hello")
	h.restart()
	typing.Close()
	p.ends(statusDelivered, "")
	if got := strings.Count(p.stdout.String(), "[Bob]: hello\n"); got != 2 { // missed, and looked for
		t.Errorf("on stdout:\n%s", p.stdout)
	}
}

func TestServerIsGoneForGood(t *testing.T) {
	for _, c := range []struct {
		about  string
		first  string // what is sent before the server goes
		rest   string // what is sent then
		open   bool   // the input does not end
		status int
		says   string
	}{
		{"texts are left", "one\n", "two\n\nthree\n", false, statusUndelivered,
			"2 messages are not acknowledged, the first is line 2: "},
		{"more may come", "one\n", "", true, statusUndelivered, "; what follows line 1 of the input was not sent"},
		{"both", "one\n", "two\n", true, statusUndelivered, "; what follows line 2 of the input was not sent"},
		{"nothing is left", "one\n", "", false, statusDelivered, ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			input, typing := io.Pipe()
			defer typing.Close()
			h := startHub(t, nil)
			p := start(t, t.Context(), h, input, "-name", "Alice", "-timeout", "300ms")
			io.WriteString(typing, c.first)
			h.awaitText("one")
			h.stop()
			p.await(p.stderr, "trying again")
			io.WriteString(typing, c.rest)
			if !c.open {
				typing.Close()
			}
			p.ends(c.status, c.says)
			if got := strings.Count(p.stderr.String(), "lost"); got != 1 {
				t.Errorf("on stderr: %q", p.stderr)
			}
		})
	}
}

// With a timeout of 0 a script waits for a server that is gone for as long as it takes: it has no clock for that.
func TestNoTimeoutWhileOffline(t *testing.T) {
	input, typing := io.Pipe()
	h := startHub(t, nil)
	p := start(t, t.Context(), h, input, "-name", "Alice", "-timeout", "0")
	io.WriteString(typing, "one\n")
	h.awaitText("one")
	h.stop()
	p.await(p.stderr, "trying again")
	io.WriteString(typing, "two\n/status\n")
	p.await(p.stdout, "offline; connecting again")
	typing.Close()
	h.restart()
	p.ends(statusDelivered, "")
	if got, want := h.texts(), []string{"one", "two"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	s := session{}
	s.offline, s.view.notice = func(bool) {}, func(string) {}
	s.goAway(client.Lost{Err: io.EOF})
	if s.away.due() != nil {
		t.Error("there is a limit")
	}
}

func TestLogThatIsAnother(t *testing.T) {
	h := startHub(t, nil)
	p := start(t, t.Context(), h, strings.NewReader("/wait Bob one\n/wait Bob two\n"), "-name", "Alice")
	h.awaitJoin("Alice")
	h.speak("Bob", "nothing")
	h.speak("Bob", "one")
	p.awaitStdout("[Bob]: one\n")
	h.stop()
	h.update(func() { h.said = nil })
	h.speak("Bob", "two")
	h.restart()
	p.ends(statusDelivered, "")
	if got := p.stderr.String(); !strings.HasSuffix(got,
		"hubbub: some of what was said meanwhile may be missing: the server does not have all of it\n") {
		t.Errorf("on stderr: %q", got)
	}
}

func TestConnectionEndsInTheMiddle(t *testing.T) {
	input, typing := io.Pipe()
	defer typing.Close()
	h := startHub(t, nil)
	h.forget = wire.Errorf(wire.CodeNameTaken, "you are here already")
	p := start(t, t.Context(), h, input, "-name", "Alice")
	io.WriteString(typing, "one\n")
	h.awaitText("one")
	h.broadcast(nil, wire.Errorf(wire.CodeShuttingDown, "the server is going home"))
	h.cut()
	p.ends(statusUndelivered, "you are here already; what follows line 1")
	want := "hubbub: the connection is lost: the server is going home; trying again\n"
	if got := p.stderr.String(); got != want {
		t.Errorf("on stderr: %q, want %q", got, want)
	}
}

func TestFollow(t *testing.T) {
	h := startHub(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	p := start(t, ctx, h, strings.NewReader("one\n"), "-name", "Alice", "-follow")
	h.awaitText("one")
	h.broadcast(nil, wire.Message{From: "Bob", Text: "two"})
	p.awaitStdout("[Bob]: two\n")
	cancel()
	p.ends(statusDelivered, "")

	input := &endReader{strings.NewReader("three\n"), make(chan struct{})}
	p = start(t, t.Context(), h, input, "-name", "Alice", "-follow", "-timeout", "1s")
	h.awaitText("three")
	<-input.ended
	h.broadcast(nil, wire.Message{From: "Bob", Text: "four"})
	p.awaitStdout("[Bob]: four\n")
	h.stop()
	h.speak("Bob", "five")
	h.restart()
	p.awaitStdout("[Bob]: five\n")
	h.stop()
	p.ends(statusNoConnection, "there has been no connection for 1s: no chat server at "+h.addr())

	h.restart()
	say(t, h, "six\n/quit\n", "-name", "Alice", "-follow").ends(statusDelivered, "")
}

// endReader closes ended when its reader has ended.
type endReader struct {
	io.Reader
	ended chan struct{}
}

func (r *endReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil {
		close(r.ended)
	}
	return n, err
}

func TestNextServer(t *testing.T) {
	first, second := startHub(t, nil), startHub(t, nil)
	input, typing := io.Pipe()
	p := start(t, t.Context(), first, input, "-name", "Alice", "-addr", first.addr()+","+second.addr())
	io.WriteString(typing, "/wait Alice\n")
	first.awaitJoin("Alice")
	for _, h := range []*fakeHub{first, second} {
		h.speak("Bob", "hi")
	}
	p.await(p.stdout, "hi")
	first.stop()
	second.awaitJoin("Alice")
	io.WriteString(typing, "hello\n")
	typing.Close()
	p.ends(statusDelivered, "")
	second.awaitText("hello")
	if got := p.stderr.String(); !strings.HasSuffix(got, "hubbub: connected again, to "+second.addr()+"\n") {
		t.Errorf("on stderr: %q", got)
	}
}
