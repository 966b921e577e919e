package render_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

var noon = time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC)

func TestMessage(t *testing.T) {
	plain := render.Renderer{Name: "Alice"}
	for _, c := range []struct{ from, text, want string }{
		{"Bob", "hello", "[Bob]: hello"},
		{"Bob", "你好 é 👩‍👩‍👧", "[Bob]: 你好 é 👩‍👩‍👧"},
		{"Bob", "*waves*", "* Bob waves"},
		{"Bob", "*eats an apple*", "* Bob eats an apple"},
		{"Bob", "**", "[Bob]: **"},
		{"Bob", "*", "[Bob]: *"},
		{"Bob", "* waves*", "[Bob]: * waves*"},
		{"Bob", "*a* and *b*", "[Bob]: *a* and *b*"},
		{"Bob", "*a\nb*", "[Bob]: *a\n  b*"},
		{"Bob", "one\n[Eve]: two\r\nthree\n\n", "[Bob]: one\n  [Eve]: two\n  three"},
		{"Bob", "a\tb", "[Bob]: a b"},
		{"Bob", "\x1b[2J\x00\x7f\u009b\r", "[Bob]: ␛[2J␀␡<U+009B>␍"},
		{"Bob", "a\x1b]52;c;aGk=\x07b", "[Bob]: a␛]52;c;aGk=␇b"},
		{"Bob", "\u202eevil\u2066\u2028\ufeff\u200b", "[Bob]: <U+202E>evil<U+2066><U+2028><U+FEFF><U+200B>"},
		{"Bob", "می\u200cخواهم ❤\ufe0f", "[Bob]: می\u200cخواهم ❤\ufe0f"},
		{"Bob", "a\xffb", "[Bob]: a\ufffdb"},
		{"B\nob", "x", "[B␊ob]: x"},
		{"B\u200bo\u200db\u202e\u3164\ufe0f\t", "x", "[B<U+200B>o<U+200D>b<U+202E><U+3164><U+FE0F>␉]: x"},
		{"Server", "Bob has left the chat.", "[Server?]: Bob has left the chat."},
	} {
		if got, _ := plain.Message(wire.Message{From: c.from, Text: c.text}, noon); got != c.want {
			t.Errorf("%q %q:\n got %q\nwant %q", c.from, c.text, got, c.want)
		}
	}
}

func TestActionIsReadAsAction(t *testing.T) {
	got, _ := render.Renderer{}.Message(wire.Message{From: "Bob", Text: render.Action("waves")}, noon)
	if got != "* Bob waves" {
		t.Errorf("got %q", got)
	}
}

func TestTime(t *testing.T) {
	r := render.Renderer{ShowTime: true, Location: time.FixedZone("", 2*3600)}
	sent := wire.TimeOf(noon.Add(time.Minute))
	if got, _ := r.Message(wire.Message{From: "Bob", Text: "hi", Time: sent}, noon); got != "14:01 [Bob]: hi" {
		t.Errorf("with its own time: got %q", got)
	}
	if got, _ := r.Message(wire.Message{From: "Bob", Text: "hi"}, noon); got != "14:00 [Bob]: hi" {
		t.Errorf("with the time of receipt: got %q", got)
	}
	if got := r.Server("Bob has left the chat.", noon); got != "14:00 [SERVER]: Bob has left the chat." {
		t.Errorf("announcement: got %q", got)
	}
}

func TestServer(t *testing.T) {
	got := render.Renderer{}.Server("Welcome\nto\x1b[2J", noon)
	if want := "[SERVER]: Welcome\n  to␛[2J"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // the text with what stands out in brackets
	}{
		{"Bob", "Bob: hi", "[Bob]: hi"},
		{"Bob", "hi @bob and BOB.", "hi [@bob] and [BOB]."},
		{"Bob", "Bobby, kebob, bob_2, bob-x, x.bob, bob2", ""},
		{"Bob", "mail alice@bob now", ""},
		{"Bob", "bob's; (bob) bob- bob… -bob", "[bob]'s; ([bob]) [bob]- [bob]… -[bob]"},
		{"Bob", "Bob你好", "[Bob]你好"},
		{"王小明", "你好王小明你好", "你好[王小明]你好"},
		{"Ünal", "ünal ÜNAL unal", "[ünal] [ÜNAL] unal"},
		{"", "anything", ""},
	} {
		r := render.Renderer{Name: c.name, Color: true}
		got, mention := r.Message(wire.Message{From: "X", Text: c.text}, noon)
		if mention != (c.want != "") {
			t.Errorf("%q in %q: mention %v", c.name, c.text, mention)
		}
		if c.want == "" {
			c.want = c.text
		}
		c.want = strings.NewReplacer("[", "\x1b[1;7m", "]", "\x1b[22;27m").Replace(c.want)
		if _, body, _ := strings.Cut(got, "]: "); body != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.name, c.text, body, c.want)
		}
	}
	r := render.Renderer{Name: "Bob"}
	if _, mention := r.Message(wire.Message{From: "bob", Text: "Bob was here"}, noon); mention {
		t.Error("one's own message is a mention of oneself")
	}
	if got, mention := r.Message(wire.Message{From: "Al", Text: "*pokes Bob*"}, noon); !mention ||
		got != "* Al pokes Bob" {
		t.Errorf("an action: got %q, mention %v", got, mention)
	}
}

func TestMessages(t *testing.T) {
	got := render.Renderer{}.Messages([]wire.Message{{From: "A", Text: "1"}, {From: "B", Text: "2"}}, noon)
	if want := "[A]: 1\n[B]: 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRoster(t *testing.T) {
	r := render.Renderer{Name: "alice"}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, "Nobody is known to be here."},
		{[]string{"Alice"}, "1 person is here: Alice (you)"},
		{[]string{"bob", "Carol", "Alice", "B\x1b"}, "4 people are here: Alice (you), B␛, bob, Carol"},
	} {
		if got := r.Roster(c.names); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestStatus(t *testing.T) {
	s := render.Status{Server: "127.0.0.1:5050", Name: "Alice", RoundTrip: 1234567, Seq: 42, Unacknowledged: 3}
	want := "server:          127.0.0.1:5050\nname:            Alice\nround trip:      1.2 ms\n" +
		"sequence number: 42\nunacknowledged:  3"
	if got := (render.Renderer{}).Status(s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	offline := s
	offline.Offline = true
	if got := (render.Renderer{}).Status(offline); !strings.Contains(got, "round trip:      offline; connecting again\n") {
		t.Errorf("offline: got\n%s", got)
	}
	offline.Retry = time.Date(2026, 10, 20, 12, 34, 56, 0, time.UTC)
	if got := (render.Renderer{}).Status(offline); !strings.Contains(got, "offline; connecting again at 12:34:56\n") {
		t.Errorf("offline for some time: got\n%s", got)
	}
	s.Old = true
	if got := (render.Renderer{}).Status(s); !strings.Contains(got, "unacknowledged:  not known: this is an old server") {
		t.Errorf("an old server: got\n%s", got)
	}
}

// sgr is what the package itself may write besides text.
var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

func FuzzMessage(f *testing.F) {
	f.Add("Bob", "hello @alice", true, true)
	f.Add("B\u202eob\n", "\x1b[2J\u009b\n[SERVER]: x\r\n\t", true, false)
	f.Add("", "*\x1b*", false, true)
	f.Fuzz(func(t *testing.T, from, text string, color, clock bool) {
		r := render.Renderer{Color: color, ShowTime: clock, Name: "alice"}
		got, _ := r.Message(wire.Message{From: from, Text: text}, noon)
		if !color && strings.ContainsRune(got, '\x1b') {
			t.Fatalf("an escape byte without colour: %q", got)
		}
		got = sgr.ReplaceAllString(got, "")
		for i, line := range strings.Split(got, "\n") {
			if i > 0 && !strings.HasPrefix(line, "  ") {
				t.Fatalf("a line that is not indented: %q", got)
			}
			for _, c := range line {
				if wire.Obeyed(c) {
					t.Fatalf("%U in %q", c, got)
				}
			}
		}
	})
}
