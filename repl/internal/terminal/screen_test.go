package terminal

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func eightyByTwentyFour() (cols, rows int) { return 80, 24 }

// A slowTerminal takes a frame whenever it is told to.
type slowTerminal struct {
	take chan struct{} // closed: it takes everything

	mu     sync.Mutex
	got    bytes.Buffer
	frames int
}

func (s *slowTerminal) Write(p []byte) (int, error) {
	<-s.take
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames++
	return s.got.Write(p)
}

func (s *slowTerminal) text() (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String(), s.frames
}

func TestPrintWaitsForTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowTerminal{take: make(chan struct{})}
		s := newScreen(surface{out: out, size: eightyByTwentyFour}, "> ")
		const lines = 100
		long := strings.Repeat("x", queueLimit/10)
		var printed atomic.Int64
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range lines {
				s.print(fmt.Sprintf("%d %s", i, long))
				printed.Add(1)
			}
		}()
		synctest.Wait() // until print blocks
		if n := printed.Load(); n == 0 || n > 20 {
			t.Errorf("%d lines of %d bytes are waiting", n, len(long))
		}
		close(out.take)
		<-done
		if !s.close() {
			t.Error("not closed")
		}
		text, _ := out.text()
		for i := range lines {
			n := strings.Index(text, fmt.Sprintf("%d %s\r\n", i, long))
			if n < 0 {
				t.Fatalf("line %d is missing or out of order", i)
			}
			text = text[n+1:]
		}
	})
}

func TestCloseLeavesAStuckTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowTerminal{take: make(chan struct{})}
		s := newScreen(surface{out: out, size: eightyByTwentyFour}, "> ")
		s.print("one")
		synctest.Wait()
		s.print(strings.Repeat("x", queueLimit))
		released := make(chan struct{})
		go func() {
			s.print("this waits")
			close(released)
		}()
		synctest.Wait()
		if s.close() {
			t.Error("closed, although nothing was drawn")
		}
		<-released
		close(out.take)
		<-s.done
	})
}

func TestFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowTerminal{take: make(chan struct{})}
		close(out.take)
		s := newScreen(surface{out: out, size: eightyByTwentyFour}, "> ")
		s.show()
		for i := range 10_000 { // one second
			s.print(fmt.Sprintf("message %d", i))
			time.Sleep(100 * time.Microsecond)
		}
		s.close()
		text, frames := out.text()
		if frames > 127 {
			t.Errorf("%d frames in a second", frames)
		}
		if n := strings.Count(text, "message"); n != 10_000 {
			t.Errorf("%d messages", n)
		}
	})
}

func BenchmarkMessageAboveALongDraft(b *testing.B) {
	s := newScreen(surface{out: io.Discard, size: eightyByTwentyFour}, "> ")
	defer s.close()
	s.show()
	draft := []rune(strings.Repeat("long ", 800))
	s.setLine(draft, len(draft))
	for b.Loop() {
		s.print("[Bob]: hello there")
	}
	s.flush()
}
