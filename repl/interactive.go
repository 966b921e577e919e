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

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/command"
	"hubbub/repl/internal/render"
	"hubbub/repl/internal/terminal"
	"hubbub/wire"
)

const (
	prompt       = "You: "
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
	terminal *terminal.Terminal
	worker   *worker
	working  context.Context // done when nothing can be sent any more
	commands *command.Room

	notices *output // for when the terminal is not taken over

	painting atomic.Bool  // the terminal is taken over
	leaving  atomic.Bool  // nobody can say a text again
	lost     atomic.Int64 // texts that were not sent, or refused, while leaving
}

// interactive joins, asking for a name where it needs one, and chats until the person leaves, the connection ends or ctx
// is done.
func interactive(ctx context.Context, o options, in, out *os.File, stderr io.Writer) error {
	notices := newOutput(stderr, func(error) {}) // there is nowhere left to say it
	c, err := enter(ctx, o, in, out, notices)
	if c == nil {
		return err
	}
	defer c.Close()
	working, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	p := &person{notices: notices, working: working}
	p.session = newSession(c, p.personView(), o, o.useColor(true), end)
	p.refused = p.reportRefusal
	p.greet = true
	p.worker = newWorker(p.do)
	p.commands = p.room(true)
	p.commands.Say = p.sayText
	if err := p.takeOver(in, out, p.openHistory(o.historyFile)); err != nil {
		return err
	}
	defer p.giveBack()

	p.terminal.Print(p.look().Faint(greeting))
	if c.Status().Old {
		p.view.notice(oldServerNotice)
	}
	var goroutines sync.WaitGroup
	goroutines.Go(p.listen)
	goroutines.Go(p.worker.run)
	ask, lines := make(chan struct{}), make(chan typed, 1)
	goroutines.Go(func() { p.read(ask, lines) })
	p.chat(ctx, ask, lines)
	result := p.leave(ctx)
	end(nil)
	c.Close()
	goroutines.Wait()
	return result
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

func (p *person) takeOver(in, out *os.File, history *terminal.History) error {
	t, err := terminal.Open(terminal.Config{
		In: in, Out: out, Prompt: prompt, History: history, MaxDraft: wire.MaxText, Notice: p.aside,
		Complete: func(line string, pos int) terminal.Completion {
			return terminal.Completion(p.complete(line, pos))
		},
	})
	if err != nil {
		return err
	}
	p.terminal = t
	p.painting.Store(true)
	return nil
}

// giveBack gives the terminal back as it was, with everything on it that was printed. It may be called twice.
func (p *person) giveBack() {
	if !p.painting.Swap(false) {
		return
	}
	if err := p.terminal.Close(); err != nil {
		p.view.notice("giving the terminal back: " + err.Error())
	}
}

// personView shows everything above the prompt, and notices on stderr while there is no prompt.
func (p *person) personView() view {
	print := func(text string) { p.terminal.Print(text) }
	return view{
		line:   print,
		answer: print,
		notice: func(text string) {
			if p.painting.Load() {
				p.terminal.Print(p.aside(text))
				return
			}
			p.notices.line("hubbub: " + text)
			p.notices.flush()
		},
		flush: func() {},
		bell:  func() { p.terminal.Bell() },
		clear: func() { p.terminal.Clear() },
	}
}

// aside is how the program says something about itself among what people say.
func (p *person) aside(text string) string { return p.look().Faint("-- " + render.Harmless(text)) }

// typed is what a ReadLine returned.
type typed struct {
	line string
	err  error
}

// read reads a line whenever one is asked for, until nobody will ask any more.
func (p *person) read(ask <-chan struct{}, lines chan<- typed) {
	for range ask {
		line, err := p.terminal.ReadLine()
		lines <- typed{line, err}
	}
}

// chat has done what the person types, until they want to leave, the connection has ended or ctx is done. What is read
// goes to lines, which has room for one; there is nobody to take the last one.
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
		switch {
		case errors.Is(t.err, terminal.ErrInterrupt) && !interrupted && p.worker.interrupt():
			interrupted = true
			continue
		case t.err != nil || command.IsQuit(t.line):
			return
		}
		interrupted = false
		if strings.TrimSpace(t.line) == "" {
			continue
		}
		select {
		case p.worker.lines <- t.line:
		case <-p.over:
			return
		case <-ctx.Done():
			return
		}
	}
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
	_, err := p.say(p.working, text)
	if err == nil {
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
	return fmt.Errorf("%s is not sent: %s", excerpt(text), plainly(err))
}

func (p *person) reportRefusal(r client.Refused) {
	if p.leaving.Load() {
		p.lost.Add(1)
	}
	p.view.notice("the server refuses " + excerpt(r.Text) + ": " + r.Err.Message)
}
