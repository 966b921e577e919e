package terminal

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/wire"
)

const (
	// A connection may falter anywhere. What comes late is then taken for keys, and in a paste each newline sends a line.
	escapeWait   = 500 * time.Millisecond // after which ESC alone was the key, as in a shell
	sequenceWait = time.Second            // after which a sequence or character that broke off is given up
	pasteWait    = 3 * time.Second        // after which a paste that broke off is taken as it is

	sequenceLimit = 64      // bytes of a sequence; what follows is text again
	stringLimit   = 4096    // bytes of an answer of the terminal, likewise
	pasteLimit    = 1 << 20 // bytes of a paste; what is longer is dropped whole
)

var pasteEnd = []byte("\x1b[201~")

// A scanner turns the bytes that a terminal sends into keys. They may come in any pieces.
type scanner struct {
	in   []byte // not understood yet
	keys []key

	pasting bool
	pasted  []byte
	dropped bool // the paste was too long
}

// feed takes what was read.
func (s *scanner) feed(b []byte) {
	s.in = append(s.in, b...)
	s.scan()
}

// next takes the first key. There may be none.
func (s *scanner) next() (key, bool) {
	if len(s.keys) == 0 {
		return key{}, false
	}
	k := s.keys[0]
	s.keys = s.keys[1:]
	return k, true
}

// patience returns how long to wait for more bytes before expire is called; 0 is for ever.
func (s *scanner) patience() time.Duration {
	switch {
	case s.pasting:
		return pasteWait
	case len(s.in) == 0:
		return 0
	case len(s.in) == 1 && s.in[0] == 0x1b, len(s.in) == 2 && startsString(s.in):
		return escapeWait
	}
	return sequenceWait
}

// expire is called when nothing came for as long as patience said.
func (s *scanner) expire() {
	switch {
	case s.pasting:
		s.in = nil
		s.endPaste()
	case len(s.in) == 1 && s.in[0] == 0x1b:
		s.in = nil
		s.emit(keyEscape)
	case len(s.in) > 0 && s.in[0] != 0x1b:
		s.in = nil
		s.emitText(utf8.RuneError)
	default:
		s.in = nil
	}
}

func (s *scanner) emit(code keyCode) {
	if code != keyNone {
		s.keys = append(s.keys, key{code: code})
	}
}

func (s *scanner) emitText(r rune) {
	if !isReserved(r) {
		s.keys = append(s.keys, key{code: keyText, text: []rune{r}})
	}
}

// scan takes everything from in that is whole.
func (s *scanner) scan() {
	for len(s.in) > 0 {
		n := 0
		switch b := s.in[0]; {
		case s.pasting:
			n = s.scanPaste()
		case b == 0x1b:
			n = s.scanEscape()
		case b < 0x20 || b == 0x7f:
			s.emit(controlKeys[b])
			n = 1
		default:
			n = s.scanText()
		}
		if n == 0 {
			return // more is needed
		}
		s.in = s.in[n:]
	}
	s.in = nil
}

func (s *scanner) scanText() int {
	if !utf8.FullRune(s.in) {
		return 0
	}
	r, n := utf8.DecodeRune(s.in)
	if !wire.Obeyed(r) {
		s.emitText(r)
	}
	return n
}

// scanEscape takes a sequence that starts with ESC and returns its length, 0 while it is not whole.
func (s *scanner) scanEscape() int {
	if len(s.in) < 2 {
		return 0
	}
	switch c := s.in[1]; {
	case c == '[':
		return s.scanCSI()
	case c == 'O':
		return s.scanSS3()
	case startsString(s.in):
		return s.scanString()
	case c == 0x1b:
		return 1 // Alt and a key that is a sequence itself
	case c < 0x80:
		s.emit(altKeys[c])
		return 2
	}
	if !utf8.FullRune(s.in[1:]) {
		return 0
	}
	_, n := utf8.DecodeRune(s.in[1:])
	return 1 + n // Alt and a letter that means nothing
}

func (s *scanner) scanSS3() int {
	i := 2
	for i < len(s.in) && (s.in[i] >= '0' && s.in[i] <= '9' || s.in[i] == ';') && i < sequenceLimit {
		i++
	}
	if i == sequenceLimit {
		return i
	}
	if i == len(s.in) {
		return 0
	}
	s.emitFinal(string(s.in[2:i]), s.in[i])
	return i + 1
}

// scanCSI takes ESC [, parameters and a final byte.
func (s *scanner) scanCSI() int {
	i := 2
	if len(s.in) > i && s.in[i] == '[' { // a function key of the Linux console
		if len(s.in) == i+1 {
			return 0
		}
		return i + 2
	}
	for i < len(s.in) && s.in[i] >= 0x20 && s.in[i] <= 0x3f && i < sequenceLimit {
		i++
	}
	if i == sequenceLimit {
		return i
	}
	if i == len(s.in) {
		return 0
	}
	arg, final := string(s.in[2:i]), s.in[i]
	switch {
	case final < 0x40 || final > 0x7e:
		return i // broken off by another key
	case final == 'M' && arg == "": // a mouse report: three bytes follow
		if len(s.in) < i+4 {
			return 0
		}
		return i + 4
	case final == '~' && arg == "200":
		s.pasting = true
		return i + 1
	}
	s.emitFinal(arg, final)
	return i + 1
}

func (s *scanner) emitFinal(arg string, final byte) {
	first, modifier, modified := strings.Cut(arg, ";")
	code := finalKeys[final]
	if final == '~' {
		code = tildeKeys[first]
	}
	if modified && modifier != "2" { // Shift alone changes nothing
		if m := modifiedKeys[code]; m != keyNone {
			code = m
		}
	}
	if strings.ContainsAny(arg, "<>?=:") {
		return // a report, not a key
	}
	s.emit(code)
}

// startsString reports whether in, which starts with ESC, may be an answer of the terminal and not a key.
func startsString(in []byte) bool {
	return bytes.IndexByte([]byte("]P_^"), in[1]) >= 0
}

// scanString takes what a terminal answers to a question, up to its end, and drops it.
func (s *scanner) scanString() int {
	for i := 2; i < len(s.in); i++ {
		switch {
		case s.in[i] == '\r', s.in[i] == 0x03, i > stringLimit:
			return i // no answer at all, but Alt and a key
		case s.in[i] == '\a':
			return i + 1
		case s.in[i] == 0x1b && i+1 < len(s.in) && s.in[i+1] == '\\':
			return i + 2
		}
	}
	return 0
}

// scanPaste takes pasted bytes up to the mark of their end, or as many of them as can't be a part of that mark.
func (s *scanner) scanPaste() int {
	n, ended := bytes.Index(s.in, pasteEnd), true
	if n < 0 {
		n, ended = len(s.in)-partOf(s.in, pasteEnd), false
	}
	if len(s.pasted)+n > pasteLimit {
		s.dropped, s.pasted = true, nil
	}
	if !s.dropped {
		s.pasted = append(s.pasted, s.in[:n]...)
	}
	if ended {
		s.endPaste()
		return n + len(pasteEnd)
	}
	return n
}

// partOf returns the length of the longest end of b that mark starts with.
func partOf(b, mark []byte) int {
	for n := min(len(b), len(mark)-1); n > 0; n-- {
		if bytes.HasSuffix(b, mark[:n]) {
			return n
		}
	}
	return 0
}

func (s *scanner) endPaste() {
	if s.dropped {
		s.emit(keyPasteTooLong)
	} else if text := cleanPaste(s.pasted); len(text) > 0 {
		s.keys = append(s.keys, key{code: keyPaste, text: text})
	}
	s.pasting, s.dropped, s.pasted = false, false, nil
}

// cleanPaste makes text of pasted bytes: newlines of one kind and none at the end, and no control characters but tabs.
// The invisible ones that order text of two directions are among those that go: many programs put them around a name
// that is copied there, and no server takes them.
func cleanPaste(b []byte) []rune {
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
	b = bytes.TrimRight(b, "\n")
	text := make([]rune, 0, len(b))
	for _, r := range string(b) {
		switch {
		case r == '\n', r == '\t':
		case wire.Obeyed(r), isReserved(r):
			continue
		}
		text = append(text, r)
	}
	return text
}
