package terminal

import (
	"slices"
	"unicode"
)

// A draft is a line that is being edited. Its text is shared with the screen, so every edit makes a new one.
type draft struct {
	text []rune
	pos  int // of the cursor: 0 to len(text)
}

// replace puts text in the place of text[from:to], and the cursor behind it.
func (d draft) replace(from, to int, text []rune) draft {
	return draft{slices.Concat(d.text[:from], text, d.text[to:]), from + len(text)}
}

func (d draft) insert(text []rune) draft {
	return d.replace(d.pos, d.pos, text)
}

// kill cuts text[from:to] out and returns it.
func (d draft) kill(from, to int) (draft, []rune) {
	return d.replace(from, to, nil), slices.Clone(d.text[from:to])
}

// wordStart returns where the word before the cursor starts.
func (d draft) wordStart() int {
	i := d.pos
	for i > 0 && !inWord(d.text[i-1]) {
		i--
	}
	for i > 0 && inWord(d.text[i-1]) {
		i--
	}
	return i
}

// wordEnd returns where the word after the cursor ends.
func (d draft) wordEnd() int {
	i := d.pos
	for i < len(d.text) && !inWord(d.text[i]) {
		i++
	}
	for i < len(d.text) && inWord(d.text[i]) {
		i++
	}
	return i
}

// blankStart returns where what stands between the last blank and the cursor starts.
func (d draft) blankStart() int {
	i := d.pos
	for i > 0 && unicode.IsSpace(d.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(d.text[i-1]) {
		i--
	}
	return i
}

func inWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// edits are the keys that change a draft and need nothing else.
var edits = map[keyCode]func(draft) draft{
	keyLeft:      draft.left,
	keyRight:     draft.right,
	keyBackspace: draft.deletePrevious,
	keyDelete:    draft.deleteNext,
	keyTranspose: draft.transpose,
	keyWordLeft:  func(d draft) draft { return draft{d.text, d.wordStart()} },
	keyWordRight: func(d draft) draft { return draft{d.text, d.wordEnd()} },
}

// kills are the keys that cut something out, for keyYank to put back: they say from where to where.
var kills = map[keyCode]func(draft) (from, to int){
	keyKillLine:      func(d draft) (int, int) { return d.pos, len(d.text) },
	keyKillFront:     func(d draft) (int, int) { return 0, d.pos },
	keyKillWord:      func(d draft) (int, int) { return d.pos, d.wordEnd() },
	keyKillWordBack:  func(d draft) (int, int) { return d.wordStart(), d.pos },
	keyKillBlankBack: func(d draft) (int, int) { return d.blankStart(), d.pos },
}
