package terminal

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/chzyer/readline"
)

// draftLimit is how many characters a draft takes. Where a line ends up as a message, Config.MaxDraft is far below.
const draftLimit = 64 << 10

// libraryKeys are the keys that the library does well.
var libraryKeys = map[keyCode]rune{
	keyHome:      readline.CharLineStart,
	keyEnd:       readline.CharLineEnd,
	keyInterrupt: readline.CharInterrupt,
}

// actions are the keys that need the Terminal. An action returns what the library gets, 0 where it gets nothing.
var actions = map[keyCode]func(*Terminal, key) rune{
	keyText:         (*Terminal).typeText,
	keyPaste:        (*Terminal).paste,
	keyPasteTooLong: (*Terminal).refusePaste,
	keyNewline:      (*Terminal).newline,
	keyEnter:        (*Terminal).enter,
	keyEOF:          (*Terminal).endOfInput,
	keyYank:         (*Terminal).yank,
	keyTab:          (*Terminal).complete,
	keyUp:           (*Terminal).walk,
	keyDown:         (*Terminal).walk,
	keySuspend:      (*Terminal).suspend,
	keyClear:        (*Terminal).clearScreen,

	keySearchBack:    (*Terminal).startSearch,
	keySearchForward: (*Terminal).startSearch,
}

// nextKey waits for a key. An error says that none will come any more.
func (t *Terminal) nextKey() (key, error) {
	buf := make([]byte, 4096)
	for {
		if t.isClosing() {
			return t.noKey(ErrClosed)
		}
		if text := t.offer.Swap(nil); text != nil {
			return key{keyOffer, []rune(*text)}, nil
		}
		if k, ok := t.scanner.next(); ok {
			return k, nil
		}
		n, err := t.tty.read(buf, t.scanner.patience())
		switch {
		case errors.Is(err, errNudged):
		case errors.Is(err, errTimeout):
			t.scanner.expire()
		case err != nil:
			return t.noKey(err)
		default:
			t.scanner.feed(buf[:n])
		}
	}
}

// noKey takes note of why the keys end, and in the middle of what. Whoever enters a secret may not know of the end yet.
func (t *Terminal) noKey(err error) (key, error) {
	t.gone = !errors.Is(err, ErrClosed)
	switch {
	case t.screen.masked():
	case t.search != nil:
		t.left = t.search.before.text
	default:
		t.left = t.engine.draft.text
	}
	return key{}, err
}

// handle does what a key says and returns what the library gets for it, 0 where it gets nothing.
func (t *Terminal) handle(k key) rune {
	if k.code == keyOffer {
		return t.takeOffer(k)
	}
	if t.cfg.Pressed != nil {
		t.cfg.Pressed()
	}
	if t.search != nil {
		if r, ok := t.continueSearch(k); ok {
			return r
		}
	}
	if r, ok := libraryKeys[k.code]; ok {
		return r
	}
	if edit, ok := edits[k.code]; ok {
		return t.engine.apply(edit)
	}
	if cut, ok := kills[k.code]; ok {
		return t.kill(cut)
	}
	if action, ok := actions[k.code]; ok {
		return action(t, k)
	}
	return 0
}

func (t *Terminal) typeText(k key) rune {
	if !t.fits(k.text) {
		return 0
	}
	return k.text[0]
}

func (t *Terminal) paste(k key) rune { return t.insert(k.text) }

// takeOffer makes the draft what it is offered, where it has nothing to lose.
func (t *Terminal) takeOffer(k key) rune {
	if t.search != nil || t.screen.masked() || len(t.engine.draft.text) > 0 {
		return 0
	}
	return t.insert(k.text)
}

func (t *Terminal) newline(key) rune { return t.insert([]rune{'\n'}) }

func (t *Terminal) yank(key) rune { return t.insert(t.killed) }

func (t *Terminal) insert(text []rune) rune {
	if len(text) == 0 || !t.fits(text) {
		return 0
	}
	return t.engine.apply(func(d draft) draft { return d.insert(text) })
}

func (t *Terminal) fits(text []rune) bool {
	if len(t.engine.draft.text)+len(text) <= draftLimit {
		return true
	}
	t.notify(fmt.Sprintf("a line takes up to %d characters, this would be more", draftLimit))
	return false
}

func (t *Terminal) refusePaste(key) rune {
	t.notify(fmt.Sprintf("what was pasted is too long: a line takes up to %d characters", draftLimit))
	return 0
}

func (t *Terminal) kill(cut func(draft) (from, to int)) rune {
	rest, killed := t.engine.draft.kill(cut(t.engine.draft))
	if len(killed) == 0 {
		return 0
	}
	if !t.screen.masked() {
		t.killed = killed
	}
	return t.engine.apply(func(draft) draft { return rest })
}

// enter ends the line, unless it is too long: then the draft stays, so that it can be made shorter.
func (t *Terminal) enter(key) rune {
	size := 0
	for _, r := range t.engine.draft.text {
		size += utf8.RuneLen(r)
	}
	if t.cfg.MaxDraft > 0 && size > t.cfg.MaxDraft {
		t.notify(fmt.Sprintf("too long: this is %d bytes, a line may have %d", size, t.cfg.MaxDraft))
		return 0
	}
	return readline.CharEnter
}

// endOfInput deletes the next character, as long as there is a draft.
func (t *Terminal) endOfInput(key) rune {
	if len(t.engine.draft.text) == 0 {
		return readline.CharDelete // the library's end of input
	}
	return t.engine.apply(draft.deleteNext)
}

func (t *Terminal) complete(key) rune {
	if t.cfg.Complete == nil || t.screen.masked() {
		return 0
	}
	d := t.engine.draft
	c := t.cfg.Complete(string(d.text), d.pos)
	if len(c.List) > 0 {
		cols, _ := t.tty.size()
		t.screen.print(columns(c.List, cols))
	}
	from := d.pos - min(max(c.Replace, 0), d.pos)
	next := d.replace(from, d.pos, []rune(c.Insert))
	if string(next.text) == string(d.text) {
		if len(c.List) == 0 {
			t.screen.ring()
		}
		return 0
	}
	if !t.fits([]rune(c.Insert)) {
		return 0
	}
	return t.engine.apply(func(draft) draft { return next })
}

// walk goes up or down in the history.
func (t *Terminal) walk(k key) rune {
	if t.screen.masked() {
		return 0
	}
	step := t.recall.older
	if k.code == keyDown {
		step = t.recall.newer
	}
	next, ok := step(t.engine.draft)
	if !ok {
		t.screen.ring()
		return 0
	}
	return t.engine.apply(func(draft) draft { return next })
}

func (t *Terminal) clearScreen(key) rune {
	t.screen.clear()
	return 0
}

func (t *Terminal) suspend(key) rune {
	t.screen.park()
	t.tty.suspend()
	t.screen.unpark()
	return 0
}
