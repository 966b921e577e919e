package terminal

import (
	"unicode"

	"golang.org/x/text/width"
)

const (
	newlineSign = '⏎' // stands for a newline in a draft
	maskSign    = '*' // stands for each character of a secret
	brokenSign  = '\uFFFD'
)

// runeWidth returns how many columns terminals give to r: 0, 1 or 2. Ambiguous characters have one.
func runeWidth(r rune) int {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return 0
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), isJoiningJamo(r):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// isJoiningJamo reports whether r is a Hangul vowel or final consonant, which is drawn into the syllable before it.
func isJoiningJamo(r rune) bool {
	return r >= 0x1160 && r <= 0x11ff || r >= 0xd7b0 && r <= 0xd7ff
}

// shown returns the rune that stands for r on the screen, and its width; -1 stands for nothing at all.
//
// Terminals disagree about the width of what emoji sequences join: some draw one picture, others each part. So a
// draft is shown in parts that every terminal draws alike: joiners, variation selectors, skin tones and other
// invisible characters are left out, and a flag is shown as its two letters. Only the display is changed, never the
// text. A control character, which a pasted text or a damaged history file may hold, is made harmless.
func shown(r rune) (rune, int) {
	switch {
	case r == '\n':
		return newlineSign, 1
	case r == '\t':
		return ' ', 1
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return brokenSign, 1
	case r < 0x300 && r != 0xad:
		return r, 1
	case r >= 0x1f1e6 && r <= 0x1f1ff: // regional indicators
		return 'A' + r - 0x1f1e6, 1
	case r >= 0x1f3fb && r <= 0x1f3ff: // skin tones
		return -1, 0
	case r == 0x2028, r == 0x2029:
		return newlineSign, 1
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		return -1, 0
	}
	return r, runeWidth(r)
}
