//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

func TestReadingBackOnAScreen(t *testing.T) {
	h := startLibrary(t, 25, nil)
	x := sit(t, h, nil, "-name", "Alice")
	waitForText(x, "text 25\nYou:")
	x.Type("/history 2\r")
	waitForText(x, "You: /history 2\n-- older messages, 4 to 5:\n-- Tuesday, 20 October 2026\n"+
		"[Bob]: text 4\n[Bob]: text 5\n-- /history shows older ones\nYou:")
	x.Type("/history\r")
	waitForText(x, "You: /history\n-- older messages, 1 to 3:\n-- Tuesday, 20 October 2026\n"+
		"[Bob]: text 1\n[Bob]: text 2\n[Bob]: text 3\n-- there is nothing older\nYou:")
	x.Type("/history\r")
	waitForText(x, "You: /history\nThere is nothing older.\nYou:")
	x.Type("/search text 9\r")
	waitForText(x, "You: /search text 9\n#9 2026-10-20 12:09 [Bob]: text 9\n-- 1 message found\nYou:")
	x.Type("/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
}

func TestReadingBackWithoutAConnection(t *testing.T) {
	h := startLibrary(t, 30, nil)
	x := sit(t, h, nil, "-name", "Alice")
	waitForText(x, "text 30\nYou:")
	h.stop()
	waitForText(x, "trying again")
	for _, command := range []string{"/history", "/search a", "/save a"} {
		x.Type("\x0c" + command + "\r")
		waitForText(x, "You: "+command+"\n-- there is no connection at the moment")
	}
	h.restart()
}

func TestCtrlCInterruptsASave(t *testing.T) {
	folder := t.TempDir()
	h := startLibrary(t, 30, func(h *fakeHub) { h.silent, h.answers = true, 3 })
	x := sit(t, h, nil, "-name", "Alice")
	waitForText(x, "text 30\nYou:")
	x.Type("/save " + filepath.Join(folder, "a") + "\r")
	h.await("the fourth question", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.asked == 4 })
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("while it is written there is %v", entries)
	}
	x.Type("\x03")
	waitForText(x, "-- interrupted")
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("%v is left", entries)
	}
	x.Type("/quit\r")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
}

// Where the name can't be given, nobody is shown the one that the file has meanwhile.
func TestWriteNewThatCannotName(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "\u202ea")
	err := writeNew(path, func(io.Writer) error { return os.RemoveAll(folder) })
	want := filepath.Join(folder, "<U+202E>a") + " can't be written: "
	if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), ".hubbub-") {
		t.Errorf("got %v", err)
	}
}

// A refused text is the draft again where there is none; else it is what the first Up brings.
func TestRefusedTextIsOneKeyAway(t *testing.T) {
	refuse := make(chan struct{})
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			<-refuse
			m.send(wire.Errorf(wire.CodeInternal, "the log is full").For(c.ID))
			return true
		}
	})
	x := joined(sit(t, h, nil, "-name", "Alice"))
	drafts := func(want string) {
		t.Helper()
		x.WaitFor("the draft "+want, func(s ttytest.Screen) bool { return strings.HasSuffix(s.Lines[s.Row], "You: "+want) })
	}
	x.Type("first\rdraft")
	drafts("draft")
	close(refuse)
	waitForText(x, `-- the server refuses "first": the log is full`)
	drafts("draft")
	x.Type("\x1b[A")
	drafts("first")
	x.Type("\x1b[B")
	drafts("draft")
}

func TestGapIsToldAPerson(t *testing.T) {
	h := startLibrary(t, 3, nil)
	x := joined(sit(t, h, nil, "-name", "Alice"))
	waitForText(x, "text 3")
	h.stop()
	h.update(func() { h.history = h.history[:1] })
	h.restart()
	waitForText(x, "-- connected again\n-- some of what was said meanwhile may be missing: the\n"+
		"   server does not have all of it\n-- what was said meanwhile:\n"+
		"[Bob]: text 1\n-- end of what was said meanwhile\nYou:")
}
