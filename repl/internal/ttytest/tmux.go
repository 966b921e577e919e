//go:build unix

package ttytest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// feeder copies a named pipe to the pane, byte by byte as they are.
const feeder = `stty raw -echo && exec cat "$0"`

// Multiplexer is an Engine that shows what the real tmux shows: the bytes go into a pane. Bells, modes and unknown
// sequences are those that an Emulator sees in the same bytes.
type Multiplexer struct {
	pane *Pane
	feed *os.File // ends up in the pane
	also *Emulator

	held   []byte // the start of a sequence or character, which is fed when it is whole
	synced int    // how many times all that was fed has arrived
	dirty  bool   // something was fed since
	last   Screen
}

var _ Engine = (*Multiplexer)(nil)

// NewMultiplexer starts a tmux server, which is killed when the test ends. The test is skipped where there is no tmux.
func NewMultiplexer(t testing.TB, cols, rows int) *Multiplexer {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "feed")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	feed, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { feed.Close() })
	return &Multiplexer{
		pane:  StartPane(t, exec.Command("/bin/sh", "-c", feeder, pipe), cols, rows),
		feed:  feed,
		also:  NewEmulator(cols, rows, Tmux),
		dirty: true,
	}
}

// String names the engine in a test's report.
func (m *Multiplexer) String() string { return "tmux" }

// Write implements Engine.
func (m *Multiplexer) Write(p []byte) (int, error) {
	_, _ = m.also.Write(p)
	whole := append(m.held, p...)
	rest := len(whole) - len(m.also.in)
	m.held = append([]byte(nil), whole[rest:]...)
	m.dirty = true
	if _, err := m.feed.Write(whole[:rest]); err != nil {
		m.pane.t.Errorf("feed tmux: %v", err)
	}
	return len(p), nil
}

// Resize implements Engine.
func (m *Multiplexer) Resize(cols, rows int) {
	m.sync()
	m.also.Resize(cols, rows)
	m.pane.Resize(cols, rows)
	m.dirty = true
}

// Screen implements Engine.
func (m *Multiplexer) Screen() Screen {
	if m.dirty {
		m.sync()
		m.last = m.pane.Screen()
		m.dirty = false
	}
	s := m.last
	also := m.also.Screen()
	s.Bells, s.Modes, s.Unknown = also.Bells, also.Modes, also.Unknown
	return s
}

// sync waits until tmux has taken everything that was fed: behind it all comes a title for the pane.
func (m *Multiplexer) sync() {
	t := m.pane.t
	m.synced++
	title := fmt.Sprintf("synced %d", m.synced)
	if _, err := fmt.Fprintf(m.feed, "\x1b]2;%s\x1b\\", title); err != nil {
		t.Errorf("feed tmux: %v", err)
	}
	for deadline := time.Now().Add(Patience); m.pane.ask("#{pane_title}") != title; {
		if time.Now().After(deadline) {
			t.Errorf("tmux does not take what it is fed")
			return
		}
	}
}
