//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"

	"hubbub/wire"
)

// A signal ends the reading of the input, and a second one the waiting for what was read.
func TestSignalsToAScript(t *testing.T) {
	for _, c := range []struct {
		about        string
		acknowledges bool // behind the first signal, else there is a second one
		status       int
		says         string
	}{
		{"one", true, statusDelivered, ""},
		{"two", false, statusUndelivered, "hubbub: 1 message is not acknowledged, line 1: interrupted\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			said, release := make(chan struct{}), make(chan struct{})
			h := startHub(t, func(h *fakeHub) {
				h.onChat = func(*fakeMember, wire.Chat) bool {
					close(said)
					<-release
					return false
				}
			})
			cmd := shell(t, h, `exec "$@"`, "-name", "Alice")
			stderr := newBuffer()
			cmd.Stdin, cmd.Stderr = strings.NewReader("one\n"), stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-said
			cmd.Process.Signal(syscall.SIGTERM)
			(&process{t: t, stdout: newBuffer(), stderr: stderr}).await(stderr, "hubbub: "+stillWaiting+"\n")
			if c.acknowledges {
				close(release)
			} else {
				defer close(release)
				cmd.Process.Signal(syscall.SIGINT)
			}
			if status := exitStatus(cmd.Wait()); status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			if got := stderr.String(); got != "hubbub: "+stillWaiting+"\n"+c.says {
				t.Errorf("on stderr: %q", got)
			}
		})
	}
}
