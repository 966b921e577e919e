//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// frameMark is in every frame that takes the prompt's place: clear to the end of the screen.
const frameMark = "\x1b[J\r"

// pour sends Bob's messages from..to-1, many in one write, as fast as they are taken.
func (x *seat) pour(from, to int) {
	x.t.Helper()
	m := x.hub.joined()[0]
	m.mu.Lock()
	defer m.mu.Unlock()
	const seq, text = 1<<53 - 1, "TEXT" // stand for what changes
	frame := string(wire.Append(nil, wire.Message{From: "Bob", Text: text, Seq: seq}))
	var block []byte
	for i := from; i < to; i++ {
		x.seq++
		actual := strings.NewReplacer(text, "m "+strconv.Itoa(i), strconv.Itoa(seq), strconv.Itoa(int(x.seq)))
		block = append(block, actual.Replace(frame)...)
		if len(block) < 64<<10 && i < to-1 {
			continue
		}
		if _, err := m.conn.Write(block); err != nil {
			x.t.Errorf("pour: %v", err)
			return
		}
		block = block[:0]
	}
}

// checkPoured looks for Bob's messages from..to-1 in the rows: each once, alone in its row, in order.
func checkPoured(t *testing.T, rows []string, from, to int) {
	t.Helper()
	next := from
	for _, row := range rows {
		switch {
		case row == fmt.Sprintf("[Bob]: m %d", next):
			next++
		case strings.Contains(row, "[Bob]"):
			t.Fatalf("%q stands where message %d should", row, next)
		}
	}
	if next != to {
		t.Errorf("message %d is missing", next)
	}
}

func TestMessagesWhileLinesAreEntered(t *testing.T) {
	const messages, lines = 4000, 300
	for name, engines := range map[string]func(*testing.T) []ttytest.Engine{
		"emulators": func(*testing.T) []ttytest.Engine { return emulators(60, 20) },
		"tmux":      func(t *testing.T) []ttytest.Engine { return withTmux(t, 60, 20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := takeSeat(t, seating{engines: engines(t)})
			var said []string
			for i := range lines {
				line := fmt.Sprintf("line %d.", i)
				if i%2 == 1 {
					line += strings.Repeat("-is-wrapped", 8) + "."
				}
				said = append(said, line)
				for k := i * messages / lines; k < (i+1)*messages/lines; k++ {
					x.bob(fmt.Sprintf("m %d", k))
				}
				x.Type(line + "\r")
			}
			x.hub.await("all lines", func() bool { return len(x.hub.texts()) == lines })
			last := fmt.Sprintf("[Bob]: m %d", messages-1)
			s := x.WaitFor("all of it", func(s ttytest.Screen) bool {
				return s.Lines[s.Row] == "You:" && s.Col == 5 && slices.Contains(s.Text(), last) &&
					strings.Count(strings.Join(s.Text(), "\n"), "You: line ") == lines
			})
			checkPoured(t, s.Text(), 0, messages)
			if got := x.hub.texts(); !slices.Equal(got, said) {
				t.Errorf("said %q", got)
			}
			text := strings.Join(s.Text(), "")
			for _, line := range said {
				if n := strings.Count(text, "You: "+line); n != 1 {
					t.Errorf("%q stands there %d times", line, n)
				}
			}
		})
	}
}

func TestFloodWhileTyping(t *testing.T) {
	const messages = 5000
	x := takeSeat(t, seating{})
	long := strings.Repeat("typed-before-the-flood-", 6)
	x.Type(long)
	x.WaitFor("the draft", func(s ttytest.Screen) bool { return strings.HasSuffix(strings.Join(s.Lines, ""), long) })
	before, began := len(x.Raw()), time.Now()
	poured := make(chan struct{})
	go func() {
		defer close(poured)
		x.pour(0, messages)
	}()
	const typed = "and-in-it"
	for _, r := range typed {
		row := x.Screen().Text()
		x.Type(string(r))
		x.WaitFor("more of the flood", func(s ttytest.Screen) bool {
			return len(s.Text()) > len(row) || s.Contains(fmt.Sprintf("[Bob]: m %d", messages-1))
		})
	}
	<-poured
	wanted, _, _ := ttytest.Expect("You: ", characters(long+typed), 0, 60)
	s := x.WaitFor("all of it", func(s ttytest.Screen) bool {
		shown := s.Shown()
		return len(shown) > len(wanted) && slices.Equal(shown[len(shown)-len(wanted):], wanted) &&
			shown[len(shown)-len(wanted)-1] == fmt.Sprintf("[Bob]: m %d", messages-1)
	})
	took := time.Since(began)
	checkPoured(t, s.Text(), 0, messages)
	raw := x.Raw()[before:]
	if frames := bytes.Count(raw, []byte(frameMark)); float64(frames) > 127*took.Seconds()+3 {
		t.Errorf("%d frames in %v", frames, took)
	}
	x.Type("\r")
	x.hub.awaitText(long + typed)
}

func characters(text string) (all []ttytest.Character) {
	for _, r := range text {
		all = append(all, ttytest.Character{Typed: string(r), Shown: []ttytest.Glyph{{Text: string(r), Width: 1}}})
	}
	return all
}

// counter is an engine that keeps nothing of a flood: it counts Bob's messages, which must come in order.
type counter struct {
	ttytest.Engine        // shows everything that is no message
	line           []byte // not whole yet
	next           int
	wrong          string
}

func (c *counter) Write(p []byte) (int, error) {
	c.line = append(c.line, p...)
	for {
		line, rest, found := bytes.Cut(c.line, []byte("\r\n"))
		if !found {
			return len(p), nil
		}
		c.take(line)
		c.line = rest
	}
}

func (c *counter) take(line []byte) {
	_, number, found := bytes.Cut(line, []byte("[Bob]: m "))
	if !found {
		_, _ = c.Engine.Write(append(line, "\r\n"...))
		return
	}
	if string(bytes.TrimRight(number, "\r")) != strconv.Itoa(c.next) && c.wrong == "" {
		c.wrong = fmt.Sprintf("%q where message %d should be", line, c.next)
	}
	c.next++
}

// Screen shows what is no message, and in the last row how many messages came.
func (c *counter) Screen() ttytest.Screen {
	s := c.Engine.Screen()
	s.Lines = append(s.Lines, string(c.line), fmt.Sprintf("%d messages %s", c.next, c.wrong))
	return s
}

// growth is by how many KiB the program may grow while nearly a million messages go through it. Its queues are full
// sooner or later: 2 MiB was measured, and 5 and 13 MiB with the race detector. Kept messages would take far more.
const growth = 48 << 10

// The program does not grow with what the server has for it, and drops nothing.
func TestMillionMessages(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("SKIPPED: how large a process is can't be told here")
	}
	t.Parallel()
	const messages = 1_000_000
	s := seating{hub: startHub(t, nil), name: "Alice", args: []string{"-color", "never"}}
	engine := &counter{Engine: ttytest.NewEmulator(60, 20, ttytest.Xterm)}
	cmd := s.command(t)
	x := &seat{t: t, hub: s.hub, Terminal: ttytest.Start(t, cmd, 60, 20, engine)}
	x.WaitFor("the prompt", func(s ttytest.Screen) bool { return strings.Contains(strings.Join(s.Lines, ""), "You: ") })
	x.Type("half")
	x.pour(0, 20_000)
	x.has("20000 messages")
	before := peak(t, x.PID())
	for i := 20_000; i < messages; i += 20_000 {
		x.pour(i, i+20_000)
		x.has(fmt.Sprintf("%d messages", i+20_000))
	}
	if last := x.Screen().Lines; last[len(last)-1] != fmt.Sprintf("%d messages ", messages) {
		t.Error(last[len(last)-1])
	}
	after := peak(t, x.PID())
	t.Logf("%d KiB after 20,000 messages, %d KiB after all", before, after)
	if after > before+growth {
		t.Errorf("it has grown from %d KiB to %d KiB", before, after)
	}
	x.Type(" a line\r")
	x.hub.awaitText("half a line")
}

// peak returns the most memory that a process has had, in KiB.
func peak(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(b, []byte("VmHWM:"))
	var kib int
	if _, err := fmt.Sscan(string(rest), &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}
