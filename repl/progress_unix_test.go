//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// watched runs a script whose stdout and stderr are a terminal. Its input is what feed writes.
func watched(t *testing.T, h *fakeHub, feed string, environment ...string) *ttytest.Terminal {
	t.Helper()
	cmd := shell(t, h, "{ "+feed+`; } | "$@"`, "-name", "Alice")
	cmd.Env = append(cmd.Env, environment...)
	return ttytest.Start(t, cmd, 60, 20, nil)
}

func TestProgressOfAScript(t *testing.T) {
	t.Parallel()
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			switch c.Text {
			case "lost":
				return true
			case "bad":
				m.send(wire.Errorf(wire.CodeInternal, "no").For(c.ID))
				return true
			}
			return false
		}
	})
	x := watched(t, h, `printf 'one\ntwo\nbad\nlost\n/wait Bob bye\n'`, "HUBBUB_TIMEOUT=0")
	h.awaitJoin("Alice")
	const progress = "hubbub: 4 sent, 2 acknowledged, 1 refused"
	const refusal = "hubbub: line 3: the server refuses it: no"
	rows := func(rows ...string) {
		t.Helper()
		x.WaitFor(strings.Join(rows, "\n"), func(s ttytest.Screen) bool {
			return slices.Equal(s.Text(), rows) && s.Row == len(rows)-1
		})
	}
	rows(refusal, progress)
	h.speak("Bob", "hello")
	rows(refusal, "[Bob]: hello", progress)
	h.stop()
	x.WaitFor("that it connects again", func(s ttytest.Screen) bool {
		return s.Lines[s.Row] == progress+", connecting again" && strings.HasSuffix(s.Lines[s.Row-1], "trying again")
	})
	h.onChat = nil
	h.restart()
	h.awaitText("lost")
	x.WaitFor("the progress", func(s ttytest.Screen) bool {
		return s.Lines[s.Row] == "hubbub: 4 sent, 3 acknowledged, 1 refused"
	})
	h.speak("Bob", "bye")
	if status := x.Wait(); status != statusUndelivered {
		t.Errorf("status %d", status)
	}
	got := x.Rows()
	want := []string{"hubbub: connected again", "[Bob]: bye", "hubbub: 1 line was not delivered"}
	if !slices.Equal(got[max(0, len(got)-3):], want) || strings.Contains(strings.Join(got, ""), "acknowledged") {
		t.Errorf("on the screen is\n%s", strings.Join(got, "\n"))
	}
}

func TestNoProgress(t *testing.T) {
	for _, c := range []struct{ about, feed, environment string }{
		{"a script that takes no time", `printf 'one\n'`, ""},
		{"a terminal that can't", `printf 'one\n/sleep 1500ms\n'`, "TERM=dumb"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			x := watched(t, startHub(t, nil), c.feed, c.environment)
			if status := x.Wait(); status != statusDelivered || len(x.Raw()) > 0 {
				t.Errorf("status %d; written: %q", status, x.Raw())
			}
		})
	}
}

// Nobody reads what the script writes, so that the end can't wait until it is written: the line is taken away all the
// same before the program says how it has ended.
func TestProgressOfAScriptWhoseOutputIsStuck(t *testing.T) {
	t.Parallel()
	h := startHub(t, nil)
	done := filepath.Join(t.TempDir(), "done")
	unread := `printf 'one\n/wait Bob bye\ntwo\n' | "$@" | { trap "" INT; until [ -e ` + done + ` ]; do sleep 0.1; done; }`
	x := ttytest.Start(t, shell(t, h, unread, "-name", "Alice"), 100, 20, nil)
	h.awaitText("one")
	for range 200 { // more than a pipe holds
		h.speak("Bob", strings.Repeat("x", 2000))
	}
	const progress = "hubbub: 1 sent, 1 acknowledged"
	x.WaitFor("the progress", func(s ttytest.Screen) bool { return s.Lines[s.Row] == progress })
	x.Type("\x03")
	x.WaitFor("the end", func(s ttytest.Screen) bool { return s.Contains("was not sent") })
	want := []string{"hubbub: interrupted; what follows line 2 of the input was not sent"}
	if got := x.Rows(); !slices.Equal(got, want) {
		t.Errorf("on the screen is\n%s", strings.Join(got, "\n"))
	}
	if err := os.WriteFile(done, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	x.Wait()
}
