package render

import (
	"unicode/utf8"

	"hubbub/repl/internal/cellwidth"
)

// nextCharacter returns the length, in bytes, of what must not be taken apart at the start of s, and its width. That is
// a character with its marks, or an emoji with what is joined to it. Terminals disagree about the width of the latter;
// this is what the widest ones need.
func nextCharacter(s string) (size, cols int) {
	if n := sequence(s); n > 0 {
		return n, 0
	}
	r, size := utf8.DecodeRuneInString(s)
	if r < 0x300 && (size == len(s) || s[size] < utf8.RuneSelf) {
		return size, 1
	}
	cols = cellwidth.Of(r)
	joined, flag := false, isFlagLetter(r)
	for size < len(s) {
		next, n := utf8.DecodeRuneInString(s[size:])
		w := cellwidth.Of(next)
		if next < ' ' || w > 0 && !joined && !isSkinTone(next) && !(flag && isFlagLetter(next)) {
			break
		}
		cols += w
		if next == 0xFE0F && cols == 1 {
			cols = 2 // shown as a picture
		}
		joined, flag = next == 0x200D, false
		size += n
	}
	return size, cols
}

func isSkinTone(r rune) bool   { return r >= 0x1F3FB && r <= 0x1F3FF }
func isFlagLetter(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// textColumns returns how many columns text takes, in which there may be colours.
func textColumns(text string) int {
	cols := 0
	for text != "" {
		size, w := nextCharacter(text)
		cols += w
		text = text[size:]
	}
	return cols
}
