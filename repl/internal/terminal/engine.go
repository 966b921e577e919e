package terminal

import (
	"io"
	"runtime"
	"slices"
	"unicode/utf8"

	"github.com/chzyer/readline"
)

// Runes that stand for something else on their way through the library. They are the last private ones of Unicode,
// which no font uses, and are dropped where they come from outside.
const (
	runeEdit rune = 0x10ff00 + iota // apply engine.edit
	runeQuit                        // end

	firstReserved = 0x10ff00
)

func isReserved(r rune) bool { return r >= firstReserved }

// An engine runs the readline library as a silent editor: it gets one rune at a time and paints nothing. What it does
// well stays with it: taking text, Home and End, and ending a line. Everything else is a change of the draft that the
// library is told of.
//
// The library has two goroutines, one that reads (and calls Read) and one that edits (and calls OnChange). They take
// turns: Read gives out the next rune only when OnChange has dealt with the last one. So the one whose turn it is may
// use the fields below without a lock, and knows exactly what the draft is.
type engine struct {
	// Set when the engine is made, then only read.
	lib     *readline.Instance
	nextKey func() (key, error)        // the next key; an error ends the engine
	handle  func(key) rune             // what the library gets for a key; 0: nothing
	show    func(line []rune, pos int) // shows the draft
	guard   func()                     // deferred by all that the library calls

	turn chan struct{} // capacity 1: Read may go on
	done chan struct{} // closed when no line will be read any more

	// Owned by the one whose turn it is.
	draft draft
	edit  func(draft) draft
	ended bool
}

func newEngine(
	nextKey func() (key, error), handle func(key) rune, show func([]rune, int), guard func(),
) (*engine, error) {
	e := &engine{
		nextKey: nextKey,
		handle:  handle,
		show:    show,
		guard:   guard,
		turn:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	e.turn <- struct{}{}
	lib, err := readline.NewEx(&readline.Config{
		Stdin:                  io.NopCloser(e),
		Stdout:                 io.Discard,
		Stderr:                 io.Discard,
		Listener:               e,
		HistoryLimit:           -1,
		DisableAutoSaveHistory: true,
		FuncIsTerminal:         func() bool { return false }, // or it would paint
		FuncMakeRaw:            func() error { return nil },
		FuncExitRaw:            func() error { return nil },
		FuncGetWidth:           func() int { return 80 },
		FuncOnWidthChanged:     func(func()) {},
	})
	if err != nil {
		return nil, err
	}
	e.lib = lib
	return e, nil
}

// readLine returns the next line. When the engine has ended it returns io.EOF.
func (e *engine) readLine() (string, error) {
	select {
	case <-e.done:
		return "", io.EOF
	default:
		return e.lib.Readline()
	}
}

// Read gives the library the rune for the next key. It is never told that the input has ended while there is a draft,
// since it would submit it.
func (e *engine) Read(p []byte) (int, error) {
	defer e.guard()
	if e.ended {
		return 0, io.EOF
	}
	<-e.turn
	for {
		k, err := e.nextKey()
		if err != nil {
			e.ended = true
			return utf8.EncodeRune(p, runeQuit), nil
		}
		if r := e.handle(k); r != 0 {
			return utf8.EncodeRune(p, r), nil
		}
	}
}

// OnChange is called by the library after each rune, and with a nil line when it starts to read one.
func (e *engine) OnChange(line []rune, pos int, r rune) (newLine []rune, newPos int, changed bool) {
	defer e.guard()
	if line == nil {
		return nil, 0, false
	}
	switch r {
	case runeQuit:
		e.quit()
	case readline.CharEnter, readline.CharInterrupt, readline.CharDelete:
		e.draft = draft{} // whoever takes the line commits it to the screen
	case runeEdit:
		// The library has put the rune into the line, before the cursor.
		e.draft = e.edit(draft{slices.Delete(line, pos-1, pos), pos - 1})
		e.show(e.draft.text, e.draft.pos)
		newLine, newPos, changed = slices.Clone(e.draft.text), e.draft.pos, true
	default:
		e.draft = draft{line, pos}
		e.show(line, pos)
	}
	e.turn <- struct{}{}
	return newLine, newPos, changed
}

// apply makes the library's next step an edit of the draft.
func (e *engine) apply(edit func(draft) draft) rune {
	e.edit = edit
	return runeEdit
}

// quit ends the library's editing goroutine, which calls it. The library itself has no way to: at the end of the input
// it would go round for ever. A line that is being read ends with io.EOF.
func (e *engine) quit() {
	close(e.done)
	e.lib.Operation.Close()
	runtime.Goexit()
}

// wait ends the library's goroutines. It is called once nextKey returns nothing but an error.
func (e *engine) wait() {
	e.lib.Terminal.KickRead() // it may be waiting for the next line to be asked for
	<-e.done
	for e.lib.Terminal.ReadRune() != 0 { // until the reading goroutine has ended
	}
	e.lib.Config.Stdin.Close()
}
