package render_test

import (
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

func TestFound(t *testing.T) {
	messages := []wire.Message{
		{From: "Bob", Text: "one\n#7 2026-10-20 12:00 [Eve]: two", Seq: 1204, Time: wire.TimeOf(noon)},
		{From: "Alice", Text: "*waves\x1b[2J*", Seq: 7, Time: wire.TimeOf(noon.AddDate(-1, 0, 0))},
	}
	for _, c := range []struct {
		about string
		look  render.Renderer
		want  string
	}{
		{"plain", render.Renderer{}, "#1204 2026-10-20 12:00 [Bob]: one\n  #7 2026-10-20 12:00 [Eve]: two\n" +
			"#7    2025-10-20 12:00 * Alice waves␛[2J"},
		{"time zone", render.Renderer{Location: time.FixedZone("", 12*3600)}, "#1204 2026-10-21 00:00 [Bob]: one\n" +
			"  #7 2026-10-20 12:00 [Eve]: two\n#7    2025-10-21 00:00 * Alice waves␛[2J"},
		{"narrow", render.Renderer{Cols: 36}, "#1204 2026-10-20 12:00 [Bob]: one\n         #7 2026-10-20 12:00 [Eve]:\n" +
			"         two\n#7    2025-10-20 12:00 * Alice \n         waves␛[2J"},
		{"time last", render.Renderer{TimeLast: true}, "#1204 [Bob]: one\n" +
			"  #7 2026-10-20 12:00 [Eve]: two (2026-10-20 12:00)\n#7    * Alice waves␛[2J (2025-10-20 12:00)"},
	} {
		if got := c.look.Found(messages); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.about, got, c.want)
		}
	}
	const faint = "\x1b[38;5;243m#7 2025-10-20 12:00\x1b[0"
	if got := (render.Renderer{Color: true}).Found(messages[1:]); !strings.HasPrefix(got, faint) {
		t.Errorf("in colour: %q", got)
	}
}

func TestEntry(t *testing.T) {
	r := render.Renderer{Location: time.FixedZone("", -2*3600)}
	m := wire.Message{From: "Bob", Text: "one\n2026-10-20 12:00:00 +0000 [Eve]: two\n", Seq: 1, Time: wire.TimeOf(noon)}
	want := "2026-10-20 10:00:00 -0200 [Bob]: one\n  2026-10-20 12:00:00 +0000 [Eve]: two"
	if got := r.Entry(m); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
