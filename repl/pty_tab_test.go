//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// roomOf takes a seat among people with these names.
func roomOf(t *testing.T, s seating, names ...string) *seat {
	t.Helper()
	s.hub = startHub(t, func(h *fakeHub) {
		h.onJoin = func(m *fakeMember) {
			m.send(wire.Roster{Users: append([]string{"Alice"}, names...)})
		}
	})
	x := takeSeat(t, s)
	x.Type("/who\r") // its answer comes behind the roster
	x.WaitFor("the answer", func(s ttytest.Screen) bool {
		return strings.Contains(strings.Join(s.Text(), ""), "Alice (you)") && s.Lines[s.Row] == "You:"
	})
	x.Type("\x0c")
	x.shows(5, 0, "You:")
	return x
}

func TestTabCompletes(t *testing.T) {
	x := roomOf(t, seating{}, "Bob", "Zoë", "你好甲", "你好乙")
	for _, c := range []struct{ typed, draft string }{
		{"zo\t", "Zoë:"},
		{"hi @zo\t", "hi @Zoë"},
		{"你\t", "你好"},
		{"zo, hello\x1b[H\x1b[C\x1b[C\t", "Zoë: , hello"},
		{"\t\t", ""},
		{"nobody\t", "nobody"},
	} {
		x.Type("\x05\x15\x0c" + c.typed)
		x.drafts(c.draft)
	}
	x.Type("\x05\x15\x0c你\t")
	x.drafts("你好")
	x.Type("\t")
	x.shows(9, 1, "你好乙  你好甲", "You: 你好")
	x.Type("\t\t甲\t")
	x.drafts("你好甲:")
	x.alive()
}

func TestTabAmongAThousand(t *testing.T) {
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("name%03d", i))
	}
	for name, engines := range map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine { return emulators(60, 20) },
		"tmux":      func(t *testing.T) []ttytest.Engine { return withTmux(t, 60, 20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := roomOf(t, seating{engines: engines(t)}, names...)
			x.Type("n\t")
			x.drafts("name")
			x.Type("\t")
			s := x.WaitFor("the list", func(s ttytest.Screen) bool {
				return s.Contains("and 950 more") && s.Lines[s.Row] == "You: name" && s.Col == 9
			})
			if !strings.HasPrefix(s.Lines[0], "name000  name001") || !s.Contains("name049") || s.Contains("name050") {
				t.Errorf("the list is\n%s", s)
			}
			x.alive()
		})
	}
}

func TestTabWithANameWiderThanTheScreen(t *testing.T) {
	wide, wider := strings.Repeat("名", 31)+"甲", strings.Repeat("名", 31)+"乙"
	x := roomOf(t, seating{cols: 20, rows: 12}, wide, wider)
	x.Type("名\t\t")
	row := strings.Repeat("名", 10)
	x.shows(8, 11, row, row, row, "名乙", row, row, row, "名甲",
		"You: "+strings.Repeat("名", 7), row, row, strings.Repeat("名", 4))
}

func TestTabWhileMessagesArrive(t *testing.T) {
	x := roomOf(t, seating{}, "Anna", "Anton", "Annabel")
	poured := make(chan struct{})
	go func() {
		defer close(poured)
		for i := range 500 {
			x.bob(fmt.Sprintf("m %d", i))
		}
	}()
	for range 50 {
		x.Type("an\t\t")
		x.drafts("an")
		x.Type("na\t\tb\t")
		x.drafts("Annabel:")
		x.Type("\x15")
		x.drafts("")
	}
	<-poured
	s := x.WaitFor("the last message", func(s ttytest.Screen) bool { return slices.Contains(s.Text(), "[Bob]: m 499") })
	var rows []string
	for _, row := range s.Text() {
		if strings.Contains(row, "[Bob]") {
			rows = append(rows, row)
		}
	}
	checkPoured(t, rows, 0, 500)
	x.alive()
}
