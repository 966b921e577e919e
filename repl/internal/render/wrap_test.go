package render_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

func TestMessagesWrapUnderTheirSender(t *testing.T) {
	for _, c := range []struct {
		about      string
		cols       int
		from, text string
		want       string
	}{
		{"it fits to the edge", 20, "Bob", "one two three", "[Bob]: one two three"},
		{"a word more", 20, "Bob", "one two three four", "[Bob]: one two three\n     four"},
		{"under the sender", 40, "Bob", "one two three four five six seven eight nine ten",
			"[Bob]: one two three four five six seven\n       eight nine ten"},
		{"its own newlines", 40, "Bob", "one\n  two\n\nthree", "[Bob]: one\n         two\n       \n       three"},
		{"several blanks", 20, "Bob", "one  two     three x", "[Bob]: one  two\n     three x"},
		{"a word too long", 20, "Bob", "see xxxxxxxxxxxxxxxxxxxxxxxxxx y",
			"[Bob]: see\n     xxxxxxxxxxxxxxx\n     xxxxxxxxxxx y"},
		{"no blanks in Chinese", 20, "Bob", "你好你好你好你好你好", "[Bob]: 你好你好你好\n     你好你好"},
		{"no comma starts a row", 20, "Bob", "你好你好你好，你好", "[Bob]: 你好你好你\n     好，你好"},
		{"Chinese in English", 20, "Bob", "a word 你好你好", "[Bob]: a word 你好你\n     好"},
		{"combining marks", 20, "Bob", "e\u0301e\u0301e\u0301 e\u0301e\u0301e\u0301 e\u0301e\u0301e\u0301e\u0301e\u0301 x",
			"[Bob]: e\u0301e\u0301e\u0301 e\u0301e\u0301e\u0301 e\u0301e\u0301e\u0301e\u0301e\u0301\n     x"},
		{"Hangul in parts", 12, "Bob", strings.Repeat("\u1112\u1161\u11ab", 5),
			"[Bob]: " + strings.Repeat("\u1112\u1161\u11ab", 2) + "\n   " + strings.Repeat("\u1112\u1161\u11ab", 3)},
		{"a family stays together", 17, "Bob", "xxx 👩‍👩‍👧👩‍👩‍👧 x", "[Bob]: xxx 👩‍👩‍👧\n    👩‍👩‍👧 x"},
		{"a flag stays together", 12, "Bob", "🇪🇺🇪🇺🇪🇺", "[Bob]: 🇪🇺🇪🇺\n   🇪🇺"},
		{"an address moves down", 40, "Bob", "look at this: https://example.com/a/b/c yes",
			"[Bob]: look at this:\n       https://example.com/a/b/c yes"},
		{"an address stays whole", 20, "Bob", "https://example.com/a/b/c/d/e yes",
			"[Bob]: https://example.com/a/b/c/d/e\n     yes"},
		{"what only looks like one", 20, "Bob", "x://aaaaaaaaaa[Eve]:hello", "[Bob]: x://aaaaaaaaa\n     a[Eve]:hello"},
		{"an action", 20, "Bob", "*waves to everybody here*", "* Bob waves to\n     everybody here"},
		{"a long name", 24, "Maximiliane-Elisabeth", "hello my friends", "[Maximiliane-Elisabeth]: \n      hello my friends"},
		{"a narrow screen", 12, "Bob", "hello there", "[Bob]: hello\n   there"},
		{"hardly a screen", 4, "B", "你好", "[B]: \n 你\n 好"},
	} {
		r := render.Renderer{Cols: c.cols}
		got, _ := r.Message(wire.Message{From: c.from, Text: c.text}, noon)
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.about, got, c.want)
		}
	}
}

func TestColorsGoOnInTheNextRow(t *testing.T) {
	r := render.Renderer{Cols: 30, Color: true, Name: "Alice"}
	got := r.Server("one two three four five six seven", noon)
	rows := strings.Split(got, "\n")
	if len(rows) != 2 || !strings.HasSuffix(rows[0], "\x1b[0m") || !strings.HasPrefix(rows[1], "       \x1b[38;5;243m") {
		t.Errorf("got %q", got)
	}
	got, _ = r.Message(wire.Message{From: "Bob", Text: "one two three fou Alice! five"}, noon)
	if _, row, _ := strings.Cut(got, "\n"); row != "       \x1b[1;7mAlice\x1b[22;27m! five" {
		t.Errorf("got %q", got)
	}
}

func TestTimeIsAPartOfTheIndentation(t *testing.T) {
	r := render.Renderer{Cols: 60, ShowTime: true}
	text := strings.TrimSpace(strings.Repeat("word ", 15))
	got, _ := r.Message(wire.Message{From: "Bob", Text: text}, noon)
	want := "12:00 [Bob]: word word word word word word word word word\n             word word word word word word"
	if got != want {
		t.Errorf("got %q", got)
	}
	r.TimeLast = true
	got, _ = r.Message(wire.Message{From: "Bob", Text: "hi"}, noon)
	if want := "[Bob]: hi (12:00)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRows(t *testing.T) {
	rows := []render.Row{{Label: "/who", Text: "Say who is here."},
		{Label: "/help [command]", Text: "List the commands, or say what one does."}}
	for _, c := range []struct {
		cols int
		want string
	}{
		{0, "/who             Say who is here.\n/help [command]  List the commands, or say what one does."},
		{45, "/who             Say who is here.\n" +
			"/help [command]  List the commands, or say\n                 what one does."},
		{30, "/who\n  Say who is here.\n/help [command]\n  List the commands, or say\n  what one does."},
	} {
		if got := (render.Renderer{Cols: c.cols}).Rows(2, rows...); got != c.want {
			t.Errorf("in %d columns:\n%s\nwant\n%s", c.cols, got, c.want)
		}
	}
}

func TestAnswersAndNoticesWrap(t *testing.T) {
	r := render.Renderer{Cols: 30}
	got := r.Roster([]string{"Alice", "Bob", "Carol", "Dan"})
	if want := "4 people are here: Alice, Bob,\n  Carol, Dan"; got != want {
		t.Errorf("got %q", got)
	}
	if got, want := r.Notice("the server ended the connection"), "-- the server ended the\n   connection"; got != want {
		t.Errorf("got %q", got)
	}
}

// FuzzWrap checks that wrapping only takes blanks out and puts newlines with an indentation in, and that no row is too
// wide.
func FuzzWrap(f *testing.F) {
	f.Add("Bob", "one two three four", 20, true)
	f.Add("王小明", "你好 é 👩‍👩‍👧 https://example.com/a?b=c", 12, false)
	f.Add("B", " \t \x1b[2J a\n\nb", 3, true)
	f.Fuzz(func(t *testing.T, from, text string, cols int, color bool) {
		if cols < 2 || cols > 300 || 8*len(from)+8 > cols {
			return
		}
		message := wire.Message{From: from, Text: text}
		r := render.Renderer{Color: color, Name: "alice"}
		plain, _ := r.Message(message, noon)
		r.Cols = cols
		wrapped, _ := r.Message(message, noon)
		wrapped, plain = sgr.ReplaceAllString(wrapped, ""), sgr.ReplaceAllString(plain, "")
		squeeze := strings.NewReplacer(" ", "", "\n", "")
		if a, b := squeeze.Replace(wrapped), squeeze.Replace(plain); a != b {
			t.Fatalf("it shows\n%q, not\n%q", a, b)
		}
		for row := range strings.SplitSeq(wrapped, "\n") {
			wide := 0
			for _, c := range row {
				if c >= 0x1100 {
					wide++ // at the most
				}
			}
			if utf8.RuneCountInString(row) > cols && !strings.Contains(row, "://") && wide == 0 && isASCII(row) {
				t.Fatalf("a row of %d characters in %d columns: %q", utf8.RuneCountInString(row), cols, row)
			}
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func BenchmarkMessage(b *testing.B) {
	for _, c := range []struct {
		name, text string
		r          render.Renderer
	}{
		{"plain", "Hello everybody, how are you today?", render.Renderer{Name: "Alice"}},
		{"fits", "Hello everybody, how are you today?", render.Renderer{Name: "Alice", Color: true, Cols: 80}},
		{"wrapped", strings.Repeat("Hello everybody, how are you today? ", 6),
			render.Renderer{Name: "Alice", Color: true, Cols: 80}},
		{"4096 bytes", strings.Repeat("Hello 你好 ", 316), render.Renderer{Name: "Alice", Color: true, Cols: 80}},
	} {
		b.Run(c.name, func(b *testing.B) {
			message := wire.Message{From: "Bob", Text: c.text, Time: wire.TimeOf(noon)}
			b.ReportAllocs()
			for b.Loop() {
				c.r.Message(message, time.Time{})
			}
		})
	}
}
