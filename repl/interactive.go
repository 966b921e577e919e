package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-isatty"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/command"
	"hubbub/repl/internal/render"
	"hubbub/repl/internal/terminal"
	"hubbub/wire"
)

const (
	greeting     = "[SUCCESS] Connected to server. Type 'quit' to exit."
	joinHistory  = 20     // messages shown on joining
	inputHistory = 10_000 // lines kept of what was typed

	// leaveQuietly is how long the program waits for acknowledgements before it says that it does.
	leaveQuietly = 300 * time.Millisecond
)

// person is the program with somebody at the terminal.
type person struct {
	*session

	// Set when the person has joined, then only read.
	console  console
	worker   *worker
	working  context.Context // done when nothing can be sent any more
	commands *command.Room

	in      *os.File
	notices *output // for when the terminal is not taken over

	// Safe by themselves.
	prompt  prompt
	waiting *waiting

	painting atomic.Bool  // the terminal is taken over
	leaving  atomic.Bool  // nobody can say a text again
	lost     atomic.Int64 // texts that were not sent, or refused, while leaving

	// Owned by chat.
	multiline multiline
}

// interactive joins, asking for a name where it needs one, and chats until the person leaves, the connection ends for
// good or ctx is done.
func interactive(ctx context.Context, o options, in, out *os.File, stderr io.Writer) error {
	notices := newOutput(stderr, func(error) {}) // there is nowhere left to say it
	guarded := new(guarded)
	c, err := enter(ctx, o, in, out, notices, guarded.run)
	if c == nil {
		return err
	}
	defer c.Close()
	working, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	p := &person{in: in, notices: notices, working: working, waiting: newWaiting()}
	p.session = newSession(c, p.personView(), o, o.useColor(!isPlain(o, in, out)), end)
	p.setLook(func(r *render.Renderer) { r.TimeLast = o.screenReader })
	p.refused = p.reportRefusal
	p.settled = p.waiting.settle
	p.offline = func(is bool) { p.prompt.update(func(s *promptState) { s.offline = is }) }
	p.named = func() { p.prompt.mentioned(time.Now()) }
	p.prompt.style, p.prompt.awayAfter = p.look().Strong, o.awayAfter
	p.greet = true
	p.worker = newWorker(p.do)
	p.commands = p.room(true)
	p.commands.Say = p.sayText
	p.commands.Multiline = p.setMultiline
	if err := p.takeOver(o, in, out, p.openHistory(o.historyFile)); err != nil {
		return err
	}
	defer p.giveBack(console.Close)
	guarded.by(p.console)

	p.console.Print(p.look().Wrap(p.look().Faint(greeting), 2))
	if c.Status().Old {
		p.view.notice(oldServerNotice)
	}
	var goroutines sync.WaitGroup
	start := func(run func()) {
		goroutines.Go(func() {
			defer p.console.Guard()
			run()
		})
	}
	start(p.listen)
	start(p.worker.run)
	start(func() {
		p.waiting.watch(working, func(n int) { p.prompt.update(func(s *promptState) { s.unsent = n }) })
	})
	ask, lines := make(chan struct{}), make(chan typed, 1)
	start(func() { p.read(ask, lines) })
	p.chat(ctx, ask, lines)
	verdict := p.leave(ctx)
	end(nil)
	c.Close()
	goroutines.Wait()
	return verdict()
}

// openHistory opens the history of what was typed. Where that fails it says so; the history is in memory then.
func (p *person) openHistory(path string) *terminal.History {
	h, err := terminal.OpenHistory(path, inputHistory)
	if err != nil {
		p.view.notice(err.Error() + "; what you type is not kept")
		h, _ = terminal.OpenHistory("", inputHistory) // in memory, where nothing can fail
	}
	return h
}

func (p *person) takeOver(o options, in, out *os.File, history *terminal.History) error {
	c, err := openConsole(o, terminal.Config{
		In: in, Out: out, Prompt: p.prompt.style(promptText), History: history, MaxDraft: wire.MaxText, Notice: p.aside,
		Complete: func(line string, pos int) terminal.Completion {
			return terminal.Completion(p.complete(line, pos))
		},
		Pressed: func() {
			p.client.RetryNow()
			p.prompt.pressed(time.Now())
		},
	}, p.worker.rests)
	if err != nil {
		return err
	}
	p.console = c
	p.prompt.begin(c.SetPrompt, time.Now())
	p.painting.Store(true)
	return nil
}

// giveBack gives the terminal back as it was, with everything on it that was printed. It may be called twice.
func (p *person) giveBack(how func(console) error) {
	if !p.painting.Swap(false) {
		return
	}
	if err := how(p.console); err != nil {
		p.view.notice("giving the terminal back: " + err.Error())
	}
}

// personView shows everything above the prompt, and notices on stderr while there is no prompt.
func (p *person) personView() view {
	print := func(text string) { p.console.Print(text) }
	return view{
		line:   print,
		answer: print,
		notice: func(text string) {
			if p.painting.Load() {
				p.console.Print(p.aside(text))
				return
			}
			p.notices.line("hubbub: " + text)
			p.notices.flush()
		},
		flush: func() {},
		bell:  func() { p.console.Bell() },
		clear: func() { p.console.Clear() },
		cols: func() int {
			if !p.painting.Load() {
				return 0
			}
			cols, _ := p.console.Size()
			return cols
		},
		person: true,
	}
}

// aside is how the program says something about itself among what people say.
func (p *person) aside(text string) string { return p.look().Notice(text) }

// typed is what a ReadLine returned.
type typed struct {
	line string
	err  error
}

// read reads a line whenever one is asked for, until nobody will ask any more.
func (p *person) read(ask <-chan struct{}, lines chan<- typed) {
	for range ask {
		line, err := p.console.ReadLine()
		lines <- typed{line, err}
	}
}

// chat has done what the person types, until they want to leave, the connection has ended for good or ctx is done. What
// is read goes to lines, which has room for one; there is nobody to take the last one.
func (p *person) chat(ctx context.Context, ask chan<- struct{}, lines <-chan typed) {
	defer close(ask)
	interrupted := false // by the last key that ended a line
	for {
		ask <- struct{}{}
		var t typed
		select {
		case t = <-lines:
		case <-p.over:
			return
		case <-ctx.Done():
			return
		}
		switch begun := p.multiline.begun(); {
		case begun && errors.Is(t.err, terminal.ErrInterrupt):
			p.dropLines()
			continue
		case begun && errors.Is(t.err, io.EOF) && isatty.IsTerminal(p.in.Fd()):
			t = typed{} // it ends the text, as an empty line does
		case errors.Is(t.err, terminal.ErrInterrupt) && !interrupted && p.worker.interrupt():
			interrupted = true
			continue
		case t.err != nil || !begun && command.IsQuit(t.line):
			return
		}
		interrupted = false
		text := p.takeLine(t.line)
		if strings.TrimSpace(text) == "" {
			continue
		}
		p.worker.count(1)
		select {
		case p.worker.lines <- text:
		case <-p.over:
			return
		case <-ctx.Done():
			return
		}
	}
}

// takeLine takes an entered line, and returns what is to be done now.
func (p *person) takeLine(line string) string {
	text, fits := p.multiline.add(line)
	if !fits {
		p.view.notice(fmt.Sprintf("too long: a text may have %d bytes, and this line does not fit in; "+
			"an empty line sends the others", wire.MaxText))
	}
	p.showMultiline()
	return text
}

// dropLines drops the lines that were taken together.
func (p *person) dropLines() {
	p.multiline.take()
	p.showMultiline()
	p.view.notice("dropped")
}

func (p *person) showMultiline() {
	begun := p.multiline.begun()
	p.prompt.update(func(s *promptState) { s.more = begun })
}

// setMultiline says what chat has done about it already.
func (p *person) setMultiline(on bool) error {
	_, plain := p.console.(*plainConsole) // where Ctrl-C ends the program
	switch {
	case !on:
		p.view.notice("Enter sends the line")
	case plain:
		p.view.notice("Enter adds a line; an empty line, or Ctrl-D on one, sends them all")
	default:
		p.view.notice("Enter adds a line; an empty line, or Ctrl-D on one, sends them all; Ctrl-C drops them")
	}
	return nil
}

// do does one line. It is the worker's.
func (p *person) do(ctx context.Context, line string) {
	err := command.Do(ctx, p.commands, line)
	switch {
	case err == nil, errors.Is(err, client.ErrClosed): // the end of the connection is told once
	case p.leaving.Load() && errors.Is(err, context.Canceled):
	case errors.Is(err, context.Canceled):
		p.view.notice("interrupted")
	default:
		p.view.notice(plainly(err))
	}
}

// sayText sends a text. The person can't interrupt that: it would be the text's end.
func (p *person) sayText(_ context.Context, text string) error {
	id, err := p.say(p.working, text)
	if err == nil {
		if !p.client.Status().Old { // which acknowledges nothing
			p.waiting.add(id, time.Now())
		}
		return nil
	}
	ended := errors.Is(err, client.ErrClosed)
	if p.leaving.Load() || ended {
		p.lost.Add(1)
		if errors.Is(err, errStalled) {
			p.end(err) // the texts behind it would wait as long
		}
	}
	if ended {
		return err
	}
	p.offer(text)
	return fmt.Errorf("%s is not sent: %s", excerpt(text), plainly(err))
}

func (p *person) reportRefusal(r client.Refused) {
	if p.leaving.Load() {
		p.lost.Add(1)
	}
	p.view.notice("the server refuses " + excerpt(r.Text) + ": " + r.Err.Message)
	p.offer(r.Text)
}

// offer makes a text that was not taken the draft again, where there is none.
func (p *person) offer(text string) {
	if p.painting.Load() {
		p.console.OfferDraft(command.Line(text))
	}
}
