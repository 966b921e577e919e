package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"hubbub/wire"
)

func TestPipedConversation(t *testing.T) {
	h := startHub(t, nil)
	alice := start(t, t.Context(), h, strings.NewReader("/wait Bob\nHello Bob!\n/wait Bob hello\n/me leaves\n"), "-name",
		"Alice")
	h.awaitJoin("Alice")
	bob := say(t, h, "Bob\n/wait Alice Hello Bob\nhello Alice\n/wait Alice *leaves*\n//bye")
	alice.ends(statusDelivered, "")
	bob.ends(statusDelivered, "")
	if got, want := h.texts(), []string{"Hello Bob!", "hello Alice", "*leaves*", "/bye"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	if got := bob.stdout.String(); !strings.Contains(got, "[Alice]: Hello Bob!\n* Alice leaves\n") {
		t.Errorf("Bob read %q", got)
	}
	want := "[SERVER]: Bob has joined the chat.\n[Bob]: hello Alice\n"
	if got := alice.stdout.String(); !strings.HasPrefix(got, want) {
		t.Errorf("Alice read %q, want %q", got, want)
	}
	if alice.stderr.String()+bob.stderr.String() != "" {
		t.Errorf("on stderr: %q, %q", alice.stderr, bob.stderr)
	}
}

func TestInputLines(t *testing.T) {
	for _, c := range []struct {
		input string
		said  []string
	}{
		{"", nil},
		{"\n\r\n\n", nil},
		{"one", []string{"one"}},
		{"one\r\ntwo\n", []string{"one", "two"}},
		{"a\tb\n  c \n", []string{"a\tb", "  c "}},
		{"/usr/bin/ld: no\n", []string{"/usr/bin/ld: no"}},
		{"one\n/quit\ntwo\n", []string{"one"}},
		{"one\nQuit\ntwo\n", []string{"one"}},
		{strings.Repeat("x", wire.MaxText), []string{strings.Repeat("x", wire.MaxText)}},
	} {
		h := startHub(t, nil)
		say(t, h, c.input, "-name", "Alice").ends(statusDelivered, "")
		if got := h.texts(); !slices.Equal(got, c.said) {
			t.Errorf("%.40q: said %.80q, want %.80q", c.input, got, c.said)
		}
	}
}

func TestFirstLineIsTheName(t *testing.T) {
	h := startHub(t, nil)
	p := say(t, h, " Alice \r\n/who\n")
	p.ends(statusDelivered, "")
	if got, want := p.stdout.String(), "1 person is here: Alice (you)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, input := range []string{"", "\n", "  \nhello\n"} {
		say(t, h, input).ends(statusUsage, "-name")
	}
}

func TestLinesThatCannotBeSent(t *testing.T) {
	h := startHub(t, nil)
	long := io.LimitReader(zeros{}, 10_000_000)
	p := start(t, t.Context(), h, io.MultiReader(
		strings.NewReader("first\n"), long, strings.NewReader("\n"+strings.Repeat("y", wire.MaxText+1)+
			"\nesc \x1b[2J\n\x00\n\xff\x12\nlast\n"),
	), "-name", "Alice")
	p.ends(statusUndelivered, "5 lines were not delivered")
	if got, want := h.texts(), []string{"first", "last"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	want := `hubbub: line 2: a text must not be longer than 4096 bytes; this one has 10000000
hubbub: line 3: a text must not be longer than 4096 bytes; this one has 4097
hubbub: line 4: a text must not hold the control character U+001B
hubbub: line 5: a text must not hold the control character U+0000
hubbub: line 6: a text must be UTF-8
`
	if got := p.stderr.String(); got != want {
		t.Errorf("on stderr:\n%s\nwant\n%s", got, want)
	}
}

// zeros is a reader of digits.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestCommandsInAScript(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		for i := range 5 {
			h.history = append(h.history, wire.Message{From: "Bob", Text: fmt.Sprint(i), Seq: wire.Seq(i + 1)})
		}
	})
	p := say(t, h, "/history 3\n/history\n/sleep 1ms\n/clear\n/time on\n/help who\n/status\n", "-name", "Alice")
	p.ends(statusDelivered, "")
	want := "[Bob]: 2\n[Bob]: 3\n[Bob]: 4\n[Bob]: 0\n[Bob]: 1\n" +
		"/who\n  Say who is here.\nserver:          " + h.addr() + "\nname:            Alice\n"
	if got := p.stdout.String(); !strings.HasPrefix(got, want) {
		t.Errorf("on stdout:\n%s\nwant\n%s", got, want)
	}
	if got := p.stdout.String(); !strings.Contains(got, "\nsequence number: 5\nunacknowledged:  0\n") {
		t.Errorf("on stdout:\n%s", got)
	}
}

func TestCommandsThatFail(t *testing.T) {
	h := startHub(t, nil)
	p := say(t, h, "one\n/hlep\n/wait Bob\n/wait Bob hi\ntwo\n", "-name", "Alice", "-timeout", "20ms")
	p.ends(statusFailed, "")
	want := `hubbub: line 2: there is no command /hlep; did you mean /help?
hubbub: line 3: Bob has not come within 20ms
hubbub: line 4: Bob has not said "hi" within 20ms
`
	if got := p.stderr.String(); got != want {
		t.Errorf("on stderr:\n%s\nwant\n%s", got, want)
	}
	if got, want := h.texts(), []string{"one", "two"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestUsageErrors(t *testing.T) {
	for _, args := range [][]string{
		{"-colour", "never"}, {"-color", "pink"}, {"-addr", "localhost"}, {"-timeout", "-1s"}, {"-name", "A", "hello"},
	} {
		err := run(t.Context(), args, noEnv, strings.NewReader(""), io.Discard, io.Discard)
		if statusOf(err) != statusUsage || !strings.Contains(err.Error(), "hubbub -h") {
			t.Errorf("%q: got %v", args, err)
		}
	}
}

func TestNoServer(t *testing.T) {
	h := startHub(t, nil)
	h.listener.Close()
	say(t, h, "hello\n", "-name", "Alice").ends(statusNoConnection, "no chat server at "+h.addr())
}

func TestRefusedByTheServer(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.refuse = map[string]*wire.Error{
			"Bob": wire.Errorf(wire.CodeNameTaken, "somebody is here by the name Bob"),
			"Eve": wire.Errorf(wire.CodeFull, "the server is full"),
		}
	})
	say(t, h, "hi\n", "-name", "Bob").ends(statusRefused, `the server refuses "Bob": somebody is here by the name Bob`)
	say(t, h, "hi\n", "-name", "Eve").ends(statusRefused, "the server is full")
}

func TestServerRefusesATextOnItsWay(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			if c.Text == "bad" {
				m.send(wire.Errorf(wire.CodeInternal, "the log is full").For(c.ID))
			}
			return c.Text == "bad"
		}
	})
	p := say(t, h, "one\nbad\n/wait Nobody\ntwo\n", "-name", "Alice", "-timeout", "50ms")
	p.ends(statusUndelivered, "1 line was not delivered")
	if got := p.stderr.String(); !strings.Contains(got, "line 2: the server refuses it: the log is full\n") {
		t.Errorf("on stderr: %q", got)
	}
}

func TestNothingIsAcknowledged(t *testing.T) {
	deaf := func(h *fakeHub) { h.onChat = func(_ *fakeMember, c wire.Chat) bool { return c.Text != "one" } }
	p := say(t, startHub(t, deaf), "one\ntwo\nthree\n", "-name", "Alice", "-timeout", "50ms")
	p.ends(statusUndelivered,
		"2 messages are not acknowledged, the first is line 2: the server has acknowledged nothing for 50ms")

	p = say(t, startHub(t, deaf), strings.Repeat("two\n", 1100), "-name", "Alice", "-timeout", "2s")
	p.ends(statusUndelivered, "1024 messages are not acknowledged, the first is line 1")
	if got := p.stderr.String(); !strings.Contains(got,
		"line 1025: the server has acknowledged nothing for 2s; neither this line nor") {
		t.Errorf("on stderr: %q", got)
	}
}

// The time counts from the last acknowledgement, or from the first text that waits for one, whatever the script is
// about then: it does not begin anew with the input's end.
func TestTimeOfAcknowledgements(t *testing.T) {
	for _, c := range []struct {
		about, input string
		open         bool // the input does not end
		says         string
	}{
		{"in a command", "one\ntwo\n/sleep 1h\n", false,
			"1 message is not acknowledged, line 2: the server has acknowledged nothing for 300ms"},
		{"in the input", "one\ntwo\n", true, "for 300ms; what follows line 2 of the input was not sent"},
		{"in a long command", "one\ntwo\n/sleep 1h\nthree\n", false,
			"for 300ms; what follows line 3 of the input was not sent"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			h := startHub(t, func(h *fakeHub) { h.onChat = func(_ *fakeMember, c wire.Chat) bool { return c.Text != "one" } })
			input, typing := io.Pipe()
			defer typing.Close()
			p := start(t, t.Context(), h, input, "-name", "Alice", "-timeout", "300ms")
			io.WriteString(typing, c.input)
			if !c.open {
				typing.Close()
			}
			p.ends(statusUndelivered, c.says)
		})
	}
}

func TestJSON(t *testing.T) {
	h := startHub(t, nil)
	h.onJoin = func(m *fakeMember) {
		m.conn.Write([]byte("{\"type\":\"message\",\n \"from\":\"Bob\",\"data\":\"a\\u001bb\u009bc\u202e\",\"extra\":[1]}"))
	}
	p := say(t, h, "one\n/who\n", "-name", "Alice", "-json")
	p.ends(statusDelivered, "")
	lines := strings.Split(strings.TrimSuffix(p.stdout.String(), "\n"), "\n")
	var types []string
	for _, line := range lines {
		var frame struct{ Type string }
		if err := json.Unmarshal([]byte(line), &frame); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		types = append(types, frame.Type)
	}
	if want := []string{"welcome", "message", "ack"}; !slices.Equal(types, want) {
		t.Fatalf("got %q, want %q", types, want)
	}
	want := `{"type":"message",  "from":"Bob","data":"a\u001bb\u009bc\u202e","extra":[1]}`
	if lines[1] != want {
		t.Errorf("got %q, want %q", lines[1], want)
	}
	if got := p.stderr.String(); got != "1 person is here: Alice (you)\n" {
		t.Errorf("on stderr: %q", got)
	}
}

func TestNoEscapeByteInAPipe(t *testing.T) {
	h := startHub(t, nil)
	h.onJoin = func(m *fakeMember) {
		m.send(wire.Message{From: "E\x1bve", Text: "\x1b[2J\x1b]52;c;x\x07\u009b1m Alice\n[Bob]: fake"})
		m.send(wire.ServerMessage{Data: "\x1bc"})
	}
	plain := say(t, h, "/wait E\x1bve\n/help\n/who\n/status\n", "-name", "Alice", "-timeout", "50ms")
	for _, r := range plain.stdout.String() + plain.stderr.String() {
		if r != '\n' && wire.Obeyed(r) {
			t.Errorf("%U on stdout or stderr", r)
		}
	}
	if want := "[E␛ve]: ␛[2J␛]52;c;x␇<U+009B>1m Alice\n  [Bob]: fake\n"; !strings.Contains(plain.stdout.String(), want) {
		t.Errorf("on stdout: %q", plain.stdout)
	}
	colored := say(t, h, "/who\n", "-name", "Alice", "-color", "always")
	if !strings.Contains(colored.stdout.String(), "\x1b[38;5;") {
		t.Errorf("no colour with -color always: %q", colored.stdout)
	}
}

func TestOldServer(t *testing.T) {
	t.Parallel() // it takes two seconds to tell that a server is old
	h := startHub(t, func(h *fakeHub) { h.old = true })
	p := say(t, h, "one\n/status\n/history\ntwo\n", "-name", "Alice")
	p.ends(statusFailed, "")
	if got := h.texts(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("said %q", got)
	}
	for _, want := range []string{"can't confirm that messages are delivered",
		"line 3: this is an old server: it keeps no messages"} {
		if !strings.Contains(p.stderr.String(), want) {
			t.Errorf("on stderr is %q, without %q", p.stderr, want)
		}
	}
	if !strings.Contains(p.stdout.String(), "unacknowledged:  not known") {
		t.Errorf("on stdout: %q", p.stdout)
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, c := range []struct{ flag, says string }{{"-h", "HUBBUB_HISTORY_FILE"}, {"-help", "Exit status"},
		{"-version", "hubbub "}} {
		stdout := newBuffer()
		if err := run(t.Context(), []string{c.flag}, noEnv, strings.NewReader(""), stdout, io.Discard); err != nil {
			t.Errorf("%s: %v", c.flag, err)
		}
		if !strings.Contains(stdout.String(), c.says) {
			t.Errorf("%s: %q is not in it:\n%s", c.flag, c.says, stdout)
		}
	}
}
