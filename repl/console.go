package main

import (
	"os"
	"sync/atomic"

	"github.com/mattn/go-isatty"

	"hubbub/repl/internal/terminal"
)

// console is what a person types at: a [terminal.Terminal], or for screen readers and on terminals that can't be painted
// on a [plainConsole]. Each does what the Terminal's methods say.
type console interface {
	ReadLine() (string, error)
	Print(text string)
	SetPrompt(mark, prompt string)
	OfferDraft(text string)
	Bell()
	Clear()
	Size() (cols, rows int) // 0: lines are not to be wrapped
	Guard()                 // deferred by goroutines that may panic
	Close() error
	CloseKeeping(mark string) error
}

// canChat reports whether a person sits at in and out.
func canChat(in, out *os.File) bool { return isatty.IsTerminal(in.Fd()) && isatty.IsTerminal(out.Fd()) }

// isPlain reports whether nothing is to be painted on the terminal that in and out are.
func isPlain(o options, in, out *os.File) bool {
	return o.screenReader || !terminal.Interactive(in, out)
}

// openConsole takes the terminal over. For rests see [newPlainConsole].
func openConsole(o options, cfg terminal.Config, rests func() <-chan struct{}) (console, error) {
	if isPlain(o, cfg.In, cfg.Out) {
		return newPlainConsole(cfg, rests), nil
	}
	return terminal.Open(cfg)
}

// guarded does the work of goroutines that may run before there is a console. By itself it guards nothing.
type guarded struct{ console atomic.Pointer[console] }

// by has c given back before a panic ends the program.
func (g *guarded) by(c console) { g.console.Store(&c) }

// run calls work.
func (g *guarded) run(work func()) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if c := g.console.Load(); c != nil {
			defer (*c).Guard()
		}
		panic(r)
	}()
	work()
}
