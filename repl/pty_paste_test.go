//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
)

func TestPasteIsOneMessage(t *testing.T) {
	x := takeSeat(t, seating{})
	x.Type("> " + pasteBegins + "one\r\ntwo\rthree" + pasteEnds)
	x.shows(20, 0, "You: > one⏎two⏎three")
	x.bob("meanwhile")
	x.shows(20, 1, "[Bob]: meanwhile", "You: > one⏎two⏎three")
	x.Type("\r")
	x.hub.awaitText("> one\ntwo\nthree")
	x.shows(5, 4, "[Bob]: meanwhile", "You: > one", "  two", "  three", "You:")
	x.Type("a\x1b\rb\r") // Alt-Enter
	x.hub.awaitText("a\nb")
}

func TestPasteIsHarmless(t *testing.T) {
	x := takeSeat(t, seating{})
	x.Type(pasteBegins + "a\x1b[2J\x03\x04\x15b" + pasteEnds)
	x.drafts("a[2Jb")
	x.alive()
}

func TestPasteThatDoesNotEnd(t *testing.T) {
	t.Parallel() // it takes three seconds to tell
	x := takeSeat(t, seating{})
	x.Type(pasteBegins + "one")
	x.drafts("one")
	x.Type("!\r")
	x.hub.awaitText("one!")
}

func TestPasteOverTheLimit(t *testing.T) {
	x := takeSeat(t, seating{})
	x.Type(pasteBegins + strings.Repeat("x", wire.MaxText+1) + pasteEnds + "\r")
	x.has(fmt.Sprintf("too long: this is %d bytes, a line may have %d", wire.MaxText+1, wire.MaxText))
	x.Type("\x7f\r")
	x.hub.awaitText(strings.Repeat("x", wire.MaxText))
}

// What is pasted must not cost the square of its length.
func TestPasteIsQuick(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("SKIPPED: how long a process has worked can't be told here")
	}
	x := takeSeat(t, seating{})
	before := worked(t, x.PID())
	x.Type(pasteBegins + strings.Repeat("0123456789", 800) + "end" + pasteEnds)
	x.WaitFor("the end of the paste", func(s ttytest.Screen) bool { return strings.HasSuffix(s.Lines[s.Row], "end") })
	if took := worked(t, x.PID()) - before; took > time.Second {
		t.Errorf("8,000 characters took %v of processor time", took)
	}
	x.alive()
}

// worked returns the processor time of a process, in steps of 10 ms.
func worked(t *testing.T, pid int) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	var user, system time.Duration
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return (user + system) * 10 * time.Millisecond
}
