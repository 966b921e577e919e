// Package terminal is the REPL's screen and keyboard: a line is edited at the bottom while text is printed above it.
//
// A Terminal has three parts. The engine edits the draft; inside it runs github.com/chzyer/readline, which nothing else
// imports. The screen alone writes to the terminal: it paints what was printed, the prompt and the draft, one frame at
// a time. The scanner turns what the terminal sends into keys. History is what was typed before.
//
// The way of a key: tty.read, scanner.feed, Terminal.handle, the library, engine.OnChange, screen.setLine,
// screen.paint. The way of a message: Terminal.Print, screen.paint.
package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/chzyer/readline"
)

var (
	// ErrInterrupt is returned for Ctrl-C on an empty line.
	ErrInterrupt = errors.New("interrupted")
	// ErrClosed is returned when the Terminal has been closed.
	ErrClosed = errors.New("the terminal is closed")
)

// Config says how a Terminal is to be. In, Out and Prompt are needed.
type Config struct {
	In, Out *os.File // one and the same terminal
	Prompt  string   // one line; may hold SGR colour sequences

	// History is what the arrow keys and Ctrl-R go through, and where each line is added; nil: none is kept.
	History *History

	// Complete is called on TAB, with the line and the cursor's place in it, in runes; nil: TAB does nothing. It is not
	// called while a secret is entered. It must not call the Terminal's Close or ReadLine.
	Complete func(line string, pos int) Completion

	// Pressed is called on each key, before what the key does; nil: nothing is. It must not block.
	Pressed func()

	// MaxDraft is how long a line may be, in bytes of UTF-8; 0: up to 65,536 characters. A longer one is not returned
	// on Enter; a notice says so, and the draft stays.
	MaxDraft int

	// Notice makes what the Terminal itself has to say into what is printed; nil: it is printed as it is.
	Notice func(text string) string
}

// A Terminal is a prompt at the bottom of a terminal, with text above it.
type Terminal struct {
	// Set when the Terminal is opened, then only read.
	cfg    Config
	tty    *tty
	screen *screen
	engine *engine

	// Owned by whoever has the engine's turn, and by ReadLine between two lines.
	scanner   scanner
	killed    []rune
	lastQuery []rune
	search    *search // nil: none is going on
	recall    recall
	gone      bool   // the terminal is
	left      []rune // what was half typed when the keys ended; nothing of a secret

	historyFailed bool // owned by ReadLine

	offer atomic.Pointer[string] // for the draft; nil: none

	closeOnce sync.Once
	closeErr  error
	closing   chan struct{}
}

// Interactive reports whether in and out are terminals on which Open can paint: TERM must be set, and not to "dumb". On
// systems other than Unix none can.
func Interactive(in, out *os.File) bool {
	if term := os.Getenv("TERM"); term == "" || term == "dumb" {
		return false
	}
	return canPaint && readline.IsTerminal(int(in.Fd())) && readline.IsTerminal(int(out.Fd()))
}

// rigid reports whether the terminal leaves what it shows as it is when its width changes. Nearly all wrap it anew;
// xterm does not, and says who it is to the programs in it. In tmux, what counts is tmux.
func rigid(getenv func(string) string) bool {
	return getenv("XTERM_VERSION") != "" && getenv("TMUX") == ""
}

// Open takes the terminal over, until Close gives it back. The prompt appears with the first ReadLine. Signals that end
// the process are the caller's, who must call Close then; those of a resized terminal and of a continued process are
// looked after.
func Open(cfg Config) (*Terminal, error) {
	tty, err := openTTY(cfg.In, cfg.Out)
	if err != nil {
		return nil, fmt.Errorf("open the terminal: %w", err)
	}
	t := &Terminal{cfg: cfg, tty: tty, closing: make(chan struct{})}
	t.screen = newScreen(surface{out: cfg.Out, size: tty.size, rigid: rigid(os.Getenv), guard: t.Guard}, cfg.Prompt)
	tty.watch(t.screen.resized, t.screen.unpark, t.Guard)
	if t.engine, err = newEngine(t.nextKey, t.handle, t.screen.setLine, t.Guard); err != nil {
		t.screen.close()
		tty.wake()
		return nil, errors.Join(fmt.Errorf("start the line editor: %w", err), tty.close())
	}
	return t, nil
}

// ReadLine returns the next line that is entered, after it was moved up into the text above the prompt. A pasted line
// may hold newlines. Only one goroutine may call ReadLine at a time. The error is io.EOF after Ctrl-D on an empty line
// or when the terminal is gone, ErrInterrupt after Ctrl-C on an empty line, and ErrClosed after Close. With an error
// there is never a line: what was half typed is dropped, or kept by
// CloseKeeping.
func (t *Terminal) ReadLine() (string, error) {
	t.screen.show()
	for {
		t.recall = newRecall(t.cfg.History)
		line, err := t.engine.readLine()
		switch {
		case t.isClosing():
			return "", ErrClosed
		case err == nil:
			t.commit(line)
			return line, nil
		case !errors.Is(err, readline.ErrInterrupt):
			return "", io.EOF
		}
		t.screen.commit(line, "^C")
		if line == "" {
			return "", ErrInterrupt
		}
	}
}

// commit takes an entered line over to the text above the prompt and into the history.
func (t *Terminal) commit(line string) {
	secret := t.screen.masked()
	t.screen.commit(line, "")
	if t.cfg.History == nil || secret {
		return
	}
	if err := t.cfg.History.Add(line); err != nil && !t.historyFailed {
		t.historyFailed = true // said once: the next lines would fail as well
		t.notify(err.Error())
	}
}

// Print shows text above the prompt: one line, or several with newlines between them. It may hold SGR sequences and
// must not hold other control characters. It may be called from any goroutine. When more than 1 MiB waits to be drawn,
// it blocks until the terminal has taken some. After Close it does nothing.
func (t *Terminal) Print(text string) { t.screen.print(text) }

// SetPrompt changes the prompt. The mark stands in front of it while a line is edited; it does not stay with a line
// that has been entered.
func (t *Terminal) SetPrompt(mark, prompt string) { t.screen.setPrompt(mark, prompt) }

// SetMask says whether a secret is entered: it is shown as stars and kept out of the history.
func (t *Terminal) SetMask(on bool) { t.screen.setMask(on) }

// OfferDraft makes text the draft, unless there is one already, something is being searched or a secret is entered:
// then it does nothing. It does not wait for that; between two lines it is about the next one. A later offer stands in
// for one that was not looked at yet.
func (t *Terminal) OfferDraft(text string) {
	if t.offer.Swap(&text) == nil {
		t.tty.nudge()
	}
}

// Clear empties the screen.
func (t *Terminal) Clear() { t.screen.clear() }

// Bell rings.
func (t *Terminal) Bell() { t.screen.ring() }

// Size returns how large the terminal is: 80 by 24 where it does not know.
func (t *Terminal) Size() (cols, rows int) { return t.tty.size() }

// Close gives the terminal back as it was. What was printed before is drawn, prompt and draft are taken off, and all
// goroutines have ended when it returns; only a terminal that takes nothing any more is left after half a second with
// one goroutine writing to it. It may be called at any time and several times.
//
// Where the terminal is gone, a half-typed line goes into the history.
func (t *Terminal) Close() error { return t.close(false, "") }

// CloseKeeping is Close where the end is not the wish of whoever types: a half-typed line stays on the screen, with mark
// behind it, and goes into the history. A secret does neither.
func (t *Terminal) CloseKeeping(mark string) error { return t.close(true, mark) }

func (t *Terminal) close(keep bool, mark string) error {
	t.closeOnce.Do(func() {
		secret := t.screen.masked() // who enters it takes the mask off when ReadLine returns
		close(t.closing)
		t.tty.wake()
		if keep && !secret {
			t.screen.abandon(mark)
		}
		drawn := t.screen.close()
		t.engine.wait()
		var unkept error
		if t.cfg.History != nil && (keep || t.gone) {
			unkept = t.cfg.History.Add(string(t.left))
		}
		t.closeErr = errors.Join(t.tty.close(), unkept)
		if !drawn && t.closeErr == nil {
			t.closeErr = errors.New("the terminal takes no output")
		}
	})
	return t.closeErr
}

// Guard is to be deferred, directly, by goroutines that may panic while the Terminal is open: Go ends the process then
// without running what others have deferred, and would leave the terminal raw. Guard gives the terminal back and lets
// the panic go on. The Terminal's own goroutines have it, and so has everything that it calls back.
func (t *Terminal) Guard() {
	if r := recover(); r != nil {
		t.tty.restore()
		_, _ = t.cfg.Out.WriteString("\r\n\x1b[J" + pasteOff)
		panic(r)
	}
}

func (t *Terminal) isClosing() bool {
	select {
	case <-t.closing:
		return true
	default:
		return false
	}
}

func (t *Terminal) notify(text string) {
	if t.cfg.Notice != nil {
		text = t.cfg.Notice(text)
	}
	t.screen.ring()
	t.screen.print(text)
}
