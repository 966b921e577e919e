package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
)

// ownWrites is how many writes the program may make for itself, as the Go runtime does to wake a thread: 3 to 10 were
// measured, and on a busy machine now and then hundreds.
const ownWrites = 50

// A flood under a draft of three rows is drawn frame by frame, and each frame is one write: so the program makes no
// more writes than there is time for frames, however many messages there are. Its own writes only add to them, so one
// flood of three shows it.
func TestFloodIsWrittenInFrames(t *testing.T) {
	const messages = 5000
	for range 3 {
		took, made := flood(t, messages)
		if float64(made) <= 125*took.Seconds()+ownWrites {
			return
		}
	}
	t.Error("in each of three floods there were more writes than frames can be")
}

// flood has Bob say messages under a draft, and returns how long that took and how many writes the program made.
func flood(t *testing.T, messages int) (took time.Duration, made int) {
	t.Helper()
	x := takeSeat(t, seating{})
	draft := strings.Repeat("half-typed-", 14)
	x.Type(draft)
	x.WaitFor("the draft", func(s ttytest.Screen) bool { return strings.HasSuffix(strings.Join(s.Lines, ""), draft) })
	raw, before, began := len(x.Raw()), writes(t, x.PID()), time.Now()
	for i := range messages {
		x.bob(fmt.Sprintf("m %d", i)) // each by itself, so that each could be drawn
	}
	s := x.WaitFor("the last message", func(s ttytest.Screen) bool {
		shown := s.Shown()
		return len(shown) > 3 && shown[len(shown)-4] == fmt.Sprintf("[Bob]: m %d", messages-1)
	})
	took, made = time.Since(began), writes(t, x.PID())-before
	checkPoured(t, s.Text(), 0, messages)
	frames := bytes.Count(x.Raw()[raw:], []byte(frameMark))
	t.Logf("%d messages, %d frames, %d writes in %v", messages, frames, made, took)
	return took, made
}

// writes returns how many writes a process has made, to whatever.
func writes(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(b, []byte("syscw:"))
	var n int
	if _, err := fmt.Sscan(string(rest), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
