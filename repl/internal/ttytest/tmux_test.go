//go:build unix

package ttytest

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// What a program may write: the emulator must show each mixture of these as tmux does.
var pieces = []string{
	"abc", "0123456789012345678", "你好", "🎉", "e\u0301", "，", "مرحبا", " ", "x",
	"\r", "\r\n", "\n", "\t",
	"\x1b[A", "\x1b[2B", "\x1b[3C", "\x1b[D", "\x1b[G", "\x1b[7G", "\x1b[2;3H", "\x1b[K", "\x1b[1K", "\x1b[2K",
	"\r\x1b[K\x1b[C\x1b[J\r", "\x1b[1;31m", "\x1b[0m", "\x1b[?2004h", "\x1b[?2004l",
}

// The emulator with the traits of tmux is as good as tmux.
func TestEmulatorShowsWhatTmuxShows(t *testing.T) {
	const cols, rows = 20, 6
	m := NewMultiplexer(t, cols, rows)
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var script strings.Builder
		for range 1 + random.IntN(30) {
			script.WriteString(pieces[random.IntN(len(pieces))])
		}
		e := NewEmulator(cols, rows, Tmux)
		_, _ = e.Write([]byte(script.String()))
		_, _ = m.Write([]byte("\x1b[0m\x1b[H\x1b[2J"))
		m.sync()
		m.pane.do("clear-history")
		for _, b := range []byte(script.String()) { // in pieces that break everything
			_, _ = m.Write([]byte{b})
		}
		if want, got := picture(m.Screen()), picture(e.Screen()); got != want {
			t.Fatalf("%q: tmux shows\n%s\nthe emulator\n%s", script.String(), want, got)
		}
	}
}

// The two wrap lines anew in the same way.
func TestEmulatorReflowsAsTmux(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		m, e := NewMultiplexer(t, 20, 8), NewEmulator(20, 8, Tmux)
		var script strings.Builder
		for i := range 1 + random.IntN(3) {
			fmt.Fprintf(&script, "%d %s\r\n", i, strings.Repeat("ab 你", random.IntN(8)))
		}
		script.WriteString("> " + strings.Repeat("x", 1+random.IntN(50)))
		for _, engine := range []Engine{m, e} {
			_, _ = engine.Write([]byte(script.String()))
		}
		for range 4 {
			cols := 10 + random.IntN(40)
			m.Resize(cols, 8)
			e.Resize(cols, 8)
			// tmux keeps a row among those that have scrolled off where others bring it back.
			shown, want := e.Screen(), m.Screen()
			if fmt.Sprint(shown.Text()) != fmt.Sprint(want.Text()) || shown.Col != want.Col ||
				shown.Row+len(shown.Above) != want.Row+len(want.Above) {
				t.Fatalf("%q at %d columns: tmux shows\n%s\nthe emulator\n%s", script.String(), cols, want, shown)
			}
		}
	}
}

func picture(s Screen) string {
	return fmt.Sprintf("%s\nwrapping %v, above %q", s, s.Wrapping, s.Above)
}

func TestPane(t *testing.T) {
	p := StartPane(t, exec.Command("/bin/sh", "-c", `stty size; read -r a; echo "<$a>"; read -r b`), 30, 5)
	await := func(what string, holds func() bool) {
		t.Helper()
		for deadline := time.Now().Add(Patience); !holds(); {
			if time.Now().After(deadline) {
				t.Fatalf("waited in vain for %s\n%s", what, p.Screen())
			}
		}
	}
	await("the size", func() bool { return p.Screen().Lines[0] == "5 30" })
	p.Type("you\r")
	await("an answer", func() bool { return p.Screen().Contains("<you>") })
	if p.Dead() {
		t.Error("it ended at once")
	}
	p.Resize(20, 4)
	if s := p.Screen(); s.Cols != 20 || s.Rows != 4 {
		t.Errorf("resized to\n%s", s)
	}
	p.Type("\r")
	await("the end", p.Dead)
}
