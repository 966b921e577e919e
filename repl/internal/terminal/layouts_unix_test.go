//go:build unix

package terminal

import (
	"fmt"
	"testing"

	"hubbub/repl/internal/ttytest"
)

// Every layout in every kind of terminal at once, with a plain prompt and with a coloured one.
func TestLayouts(t *testing.T) {
	const cols, rows = 20, 9
	for name, prompt := range map[string]string{"plain": "You: ", "coloured": "\x1b[1;36mYou\x1b[0;2m:\x1b[0m "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for engine, screens := range layoutEngines(t, cols, rows) {
				t.Run(engine, func(t *testing.T) {
					t.Parallel()
					p := start(t, options{cols: cols, rows: rows, prompt: prompt, engines: screens(t)})
					n := 0
					ttytest.TestLayouts(t, p.Terminal, "You: ", func() string {
						n++
						message := fmt.Sprintf("[Bob]: hi %d", n)
						p.tell("print " + message)
						return message
					})
				})
			}
		})
	}
}

// layoutEngines returns the emulators, which look at the same process, and the real tmux.
func layoutEngines(t *testing.T, cols, rows int) map[string]func(*testing.T) []ttytest.Engine {
	t.Helper()
	return map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine {
			return []ttytest.Engine{
				ttytest.NewEmulator(cols, rows, ttytest.Xterm),
				ttytest.NewEmulator(cols, rows, ttytest.Tmux),
			}
		},
		"tmux": func(t *testing.T) []ttytest.Engine {
			return []ttytest.Engine{
				ttytest.NewEmulator(cols, rows, ttytest.Xterm),
				ttytest.NewMultiplexer(t, cols, rows),
			}
		},
	}
}
