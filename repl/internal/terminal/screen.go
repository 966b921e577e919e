package terminal

import (
	"io"
	"strings"
	"sync"
	"time"
)

const (
	frameGap   = 8 * time.Millisecond   // between two frames: a flood is drawn at 125 frames a second
	queueLimit = 1 << 20                // bytes of text that may wait to be drawn
	closeWait  = 500 * time.Millisecond // for the last frame, when the terminal takes nothing any more
)

// How much of the screen is painted.
type mode int

const (
	hidden mode = iota // text, but neither prompt nor draft
	live               // everything
	frozen             // nothing: the process is being stopped, and another one has the terminal
)

// A surface is what a screen paints on.
type surface struct {
	out   io.Writer
	size  func() (cols, rows int)
	rigid bool   // what is shown is not wrapped anew when the width changes
	guard func() // deferred by the goroutine that paints; nil: nothing is
}

// A screen paints queued text, and under it the prompt and the draft. One goroutine paints; everything else only
// changes what is to be painted.
type screen struct {
	// Set when the screen is made, then only read.
	surface
	wake chan struct{} // capacity 1: something has changed
	done chan struct{} // closed when the painter has ended

	mu      sync.Mutex // guards the following
	changed sync.Cond  // a frame has been written, or the screen is closing
	want    state
	queue   []byte // text above the prompt, in whole lines
	asked   uint64 // changes so far
	painted uint64 // the changes that frames have shown
	closing bool

	// Owned by the painter.
	shown     *block // what stands under the text; nil: nothing
	shownCols int    // the width for which it was laid out
	built     built
}

// state is what the next frame has to show.
type state struct {
	mode   mode
	mark   []cell // stands in front of the prompt of a line that is not finished
	prompt []cell
	search []cell // stands in for the prompt while a search lasts; nil: no search
	before []rune // what the search stands in for, of the line
	line   []rune // never written to once it is here
	pos    int
	masked bool

	version uint64 // of all the above; grows with every change
	pasting bool   // the terminal brackets what is pasted
	adrift  bool   // the cursor stands somewhere else than it was left
	bell    bool
}

// built is a block together with what it was built from.
type built struct {
	block      *block
	version    uint64
	cols, rows int
}

func newScreen(on surface, prompt string) *screen {
	if on.guard == nil {
		on.guard = func() {}
	}
	s := &screen{
		surface: on,
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	s.changed.L = &s.mu
	s.want.prompt = promptCells(prompt)
	s.want.pasting = true
	go s.paint()
	return s
}

// update changes what is to be shown.
func (s *screen) update(change func(*state)) {
	s.mu.Lock()
	change(&s.want)
	s.want.version++
	s.asked++
	s.mu.Unlock()
	s.nudge()
}

func (s *screen) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// print queues text. While the queue is full it blocks; once the screen is closing, text is dropped.
func (s *screen) print(text string) {
	text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n") + "\r\n"
	s.mu.Lock()
	for len(s.queue) > 0 && len(s.queue)+len(text) > queueLimit && !s.closing {
		s.changed.Wait()
	}
	if !s.closing {
		s.enqueue(text)
	}
	s.mu.Unlock()
	s.nudge()
}

// enqueue is called with mu held.
func (s *screen) enqueue(text string) {
	s.queue = append(s.queue, text...)
	s.asked++
}

// show makes prompt and draft appear, if they are not there.
func (s *screen) show() {
	s.update(func(w *state) {
		if w.mode == hidden && !s.closing {
			w.mode = live
		}
	})
}

// resized is called when the terminal may have another size: each frame asks for it.
func (s *screen) resized() {
	s.update(func(*state) {})
}

func (s *screen) setLine(line []rune, pos int) {
	s.update(func(w *state) { w.line, w.pos = line, pos })
}

func (s *screen) setPrompt(mark, prompt string) {
	front, cells := promptCells(mark), promptCells(prompt)
	s.update(func(w *state) { w.mark, w.prompt = front, cells })
}

// setSearch shows a search in place of the prompt, which began with the line before; with an empty text the prompt is
// back.
func (s *screen) setSearch(prompt string, before []rune) {
	cells := promptCells(prompt)
	s.update(func(w *state) { w.search, w.before = cells, before })
}

func (s *screen) setMask(on bool) {
	s.update(func(w *state) { w.masked = on })
}

func (s *screen) masked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.want.masked
}

func (s *screen) ring() {
	s.update(func(w *state) { w.bell = true })
}

// clear empties the screen in its place among the queued text: what was printed before is gone, what comes after stays.
func (s *screen) clear() {
	s.mu.Lock()
	s.enqueue("\x1b[H\x1b[2J")
	s.mu.Unlock()
	s.nudge()
}

// commit moves the draft up into the text, as it was shown, and empties it. Of a secret only the prompt stays.
func (s *screen) commit(line, mark string) {
	s.mu.Lock()
	if s.want.masked {
		line = ""
	}
	s.enqueue(committed(s.want.prompt, line, mark))
	s.want.line, s.want.pos = nil, 0
	s.want.version++
	s.mu.Unlock()
	s.nudge()
}

// abandon moves what was half typed up into the text, with the mark behind it, if there is anything. It must not be a
// secret.
func (s *screen) abandon(mark string) {
	s.mu.Lock()
	line := s.want.line
	if s.want.search != nil {
		line = s.want.before
	}
	s.mu.Unlock()
	if len(line) > 0 {
		s.commit(string(line), mark)
	}
}

// committed returns what stays on the screen of a finished draft: prompt and text, further lines indented.
func committed(prompt []cell, line, mark string) string {
	var b strings.Builder
	write := func(c cell) {
		if c.esc != "" {
			b.WriteString(c.esc)
		} else if c.r >= 0 {
			b.WriteRune(c.r)
		}
	}
	for _, c := range prompt {
		write(c)
	}
	for _, r := range line {
		if r == '\n' {
			b.WriteString("\r\n  ")
			continue
		}
		write(draftCell(r, false))
	}
	b.WriteString(mark + "\r\n")
	return b.String()
}

// flush returns when everything that was asked for before has been drawn.
func (s *screen) flush() {
	s.nudge()
	s.mu.Lock()
	defer s.mu.Unlock()
	for target := s.asked; s.painted < target && !s.closing; {
		s.changed.Wait()
	}
}

// park takes prompt and draft off the screen and stops painting. Text that is printed meanwhile waits.
func (s *screen) park() {
	s.update(func(w *state) { w.mode, w.pasting = hidden, false })
	s.flush()
	s.update(func(w *state) { w.mode = frozen })
}

// unpark paints again, from wherever the cursor stands.
func (s *screen) unpark() {
	s.update(func(w *state) {
		if s.closing {
			return
		}
		w.pasting, w.adrift = true, true
		if w.mode == frozen {
			w.mode = live
		}
	})
}

// close draws what is queued without prompt and draft, and ends the painter. It reports whether that was possible: a
// terminal that takes nothing more is given up after a while, and the painter then ends with its write.
func (s *screen) close() bool {
	s.mu.Lock()
	s.closing = true
	s.want.mode, s.want.pasting = hidden, false
	s.want.version++
	s.changed.Broadcast()
	s.mu.Unlock()
	s.nudge()
	select {
	case <-s.done:
		return true
	case <-time.After(closeWait):
		return false
	}
}
