package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

const (
	progressAfter = time.Second            // a script that takes less shows no progress
	progressEvery = 250 * time.Millisecond // how often it is drawn anew
)

// showsProgress reports whether somebody watches a script at stderr who does not type at the same terminal.
func showsProgress(o options, stdin io.Reader, stderr io.Writer) bool {
	return o.term != "" && o.term != "dumb" && isTerminal(stderr) && !isTerminal(stdin)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// showProgress shows on the line how far the script is, until stop. What is there then, clear takes away.
func (p *pipe) showProgress(line *bottomLine) (stop, clear func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var showing sync.WaitGroup
	showing.Go(func() {
		for wait := progressAfter; sleep(ctx, wait) == nil; wait = progressEvery {
			line.show(p.progress())
		}
	})
	return cancel, func() {
		showing.Wait()
		line.show("")
	}
}

// progress says how far the script is; it is empty where there is nothing to say.
func (p *pipe) progress() string {
	sent, refused := int(p.texts.Load()), int(p.refusals.Load())
	status := p.client.Status()
	left := status.Unacknowledged
	var parts []string
	switch {
	case sent == 0, p.listening.Load() && left == 0:
	case status.Old: // acknowledges nothing
		parts = append(parts, grouped(max(0, sent-left))+" sent")
	default:
		parts = append(parts, grouped(sent)+" sent", grouped(max(0, sent-left-refused))+" acknowledged")
	}
	if refused > 0 && len(parts) > 0 {
		parts = append(parts, grouped(refused)+" refused")
	}
	if !status.Connected {
		parts = append(parts, "connecting again")
	}
	if len(parts) == 0 {
		return ""
	}
	return "hubbub: " + strings.Join(parts, ", ")
}

// grouped writes a number that is not negative, with commas between thousands.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

// bottomLine is a line that stands below everything else that is written to a terminal, until it is taken away. All of
// that goes through writers that above makes.
type bottomLine struct {
	w io.Writer // the terminal

	mu    sync.Mutex // guards the following, and the order of what is written
	text  string     // what is to be there; empty: nothing
	drawn string     // what is there
	open  bool       // what was written last has not ended its line, in which the bottom line can't be then
}

// Sequences of the terminal. A line that is too long for it is cut off and not wrapped, which could not be erased.
const (
	eraseLine = "\r\x1b[K"
	noWrap    = "\x1b[?7l"
	wrapAgain = "\x1b[?7h"
)

// show makes text, which is harmless, the line. It is written only where it is another one.
func (b *bottomLine) show(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = text
	b.draw()
}

// draw is called with mu held. There is nobody to tell that the terminal can't be written to.
func (b *bottomLine) draw() {
	if b.open || b.text == b.drawn {
		return
	}
	b.drawn = b.text
	if b.text == "" {
		io.WriteString(b.w, eraseLine)
		return
	}
	io.WriteString(b.w, eraseLine+noWrap+b.text+wrapAgain)
}

// above returns a writer for w, which is the same terminal, that keeps the line below what it writes.
func (b *bottomLine) above(w io.Writer) io.Writer { return aboveLine{b, w} }

type aboveLine struct {
	line *bottomLine
	w    io.Writer
}

// Write implements [io.Writer].
func (a aboveLine) Write(p []byte) (int, error) {
	b := a.line
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn != "" {
		io.WriteString(b.w, eraseLine)
		b.drawn = ""
	}
	n, err := a.w.Write(p)
	if n > 0 {
		b.open = !bytes.HasSuffix(p[:n], []byte("\n"))
	}
	b.draw()
	return n, err
}
