package main

import (
	"bufio"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/repl/internal/terminal"
	"hubbub/wire"
)

// promptWait is how long the prompt waits for the answer to the last line, so that it stands behind it.
const promptWait = 200 * time.Millisecond

// plainConsole is a terminal on which nothing is painted, for people who hear what is written, or feel it: lines are
// added at the end, and the terminal edits the line that is typed. A message does not keep that line whole on the
// screen, though it is whole when it is entered.
type plainConsole struct {
	// Set when the console is made, then only read.
	cfg    terminal.Config
	out    *output
	rests  func() <-chan struct{}
	ask    chan struct{} // asks the reading goroutine for a line
	lines  chan inputLine
	closed chan struct{}

	close sync.Once
	has   atomic.Bool // the line that was asked for has begun to be read

	begun bool // a prompt was waited for already; owned by ReadLine

	mu       sync.Mutex // guards the following, and the order of what is written
	prompt   string
	prompted bool // the prompt stands at the end of what was written
}

// newPlainConsole makes a console. Of cfg, History and Complete are not used. Rests returns a channel that is closed once
// what was entered is done, and answered; with nil that is always so.
func newPlainConsole(cfg terminal.Config, rests func() <-chan struct{}) *plainConsole {
	c := &plainConsole{
		cfg:    cfg,
		rests:  rests,
		out:    newOutput(cfg.Out, func(error) {}), // reading from it tells that the terminal is gone
		ask:    make(chan struct{}),
		lines:  make(chan inputLine),
		closed: make(chan struct{}),
		prompt: cfg.Prompt,
	}
	go c.read()
	return c
}

// read reads a line whenever one is asked for: what the terminal says to be the end may be followed by more. A read
// can't be taken back: where Close comes in the middle of one, the goroutine stays until it returns.
func (c *plainConsole) read() {
	in := bufio.NewReader(c.cfg.In)
	for {
		select {
		case <-c.ask:
		case <-c.closed:
			return
		}
		if in.Buffered() > 0 || terminal.AwaitInput(c.cfg.In) {
			c.has.Store(true) // before it is taken from where HasInput sees it
		}
		line, ok := readLine(in)
		if !ok {
			line.err = io.EOF
		}
		select {
		case c.lines <- line:
		case <-c.closed:
			return
		}
	}
}

// ReadLine returns what is entered. It writes the prompt when the line before is done, or takes its time, and once more
// when that is done late with something in between. What others say brings no prompt: there would be as many to listen to
// as messages, and what is half typed would seem to be gone.
func (c *plainConsole) ReadLine() (string, error) {
	for {
		c.mu.Lock()
		c.startLine() // after Ctrl-D the prompt still stands
		c.mu.Unlock()
		c.has.Store(false)
		select {
		case c.ask <- struct{}{}:
		case <-c.closed:
			return "", terminal.ErrClosed
		}
		line, err := c.await()
		switch {
		case err != nil:
			return "", err
		case line.err != nil:
			return "", io.EOF
		}
		c.entered()
		if line.size > 0 && line.text == "" || len(line.text) > wire.MaxText {
			c.notify(fmt.Sprintf("too long: this is %d bytes, a line may have %d", line.size, wire.MaxText))
			continue
		}
		return line.text, nil
	}
}

// await waits for the line that was asked for, and writes the prompt meanwhile.
func (c *plainConsole) await() (inputLine, error) {
	var rests <-chan struct{}
	switch {
	case c.rests == nil:
		c.ensurePrompt()
	case c.begun:
		rests = c.rests()
	default: // what comes with the joining stands before the prompt
		c.begun = true
	}
	late := time.NewTimer(promptWait)
	defer late.Stop()
	for {
		select {
		case line := <-c.lines:
			return line, nil
		case <-rests:
			rests = nil
			late.Stop()
			c.ensurePrompt()
		case <-late.C:
			c.ensurePrompt()
		case <-c.closed:
			return inputLine{}, terminal.ErrClosed
		}
	}
}

// ensurePrompt writes the prompt where it does not stand, and nothing was entered ahead of it: the line of that has ended
// on the screen already, and whatever follows would stand behind the prompt.
func (c *plainConsole) ensurePrompt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.prompted && !c.hasLine() {
		c.out.text(c.prompt)
		c.out.flush()
		c.prompted = true
	}
}

// hasLine reports whether the line that was asked for has been entered already.
func (c *plainConsole) hasLine() bool {
	waits := terminal.HasInput(c.cfg.In)
	return waits || c.has.Load() // in this order: where it was taken meanwhile, has was set first
}

func (c *plainConsole) notify(text string) {
	if c.cfg.Notice != nil {
		text = c.cfg.Notice(text)
	}
	c.Print(text)
}

// entered says that the terminal has ended the prompt's line itself.
func (c *plainConsole) entered() {
	if c.cfg.Pressed != nil {
		c.cfg.Pressed()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prompted = false
}

// startLine ends the prompt's line, if that is where the writing stands. It is called with mu held.
func (c *plainConsole) startLine() {
	if c.prompted {
		c.out.text("\n")
		c.prompted = false
	}
}

// Print adds lines.
func (c *plainConsole) Print(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.startLine()
	c.out.line(text)
	c.out.flush()
}

// Guard has nothing to give back.
func (c *plainConsole) Guard() {}

// SetPrompt changes the prompt of the lines to come.
func (c *plainConsole) SetPrompt(mark, prompt string) {
	prompt = mark + prompt
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prompt = prompt
}

// OfferDraft does nothing: the terminal has the line.
func (c *plainConsole) OfferDraft(string) {}

// Bell rings.
func (c *plainConsole) Bell() {
	c.out.text("\a")
	c.out.flush()
}

// Clear does nothing: what was written stays.
func (c *plainConsole) Clear() {}

// Size says that lines are not to be wrapped.
func (c *plainConsole) Size() (cols, rows int) { return 0, 0 }

// CloseKeeping is Close: what was half typed is with the terminal, on the screen too.
func (c *plainConsole) CloseKeeping(string) error { return c.Close() }

// Close ends a ReadLine. It may be called at any time and several times.
func (c *plainConsole) Close() error {
	c.close.Do(func() {
		close(c.closed)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.startLine()
		c.out.flush()
	})
	return nil
}
