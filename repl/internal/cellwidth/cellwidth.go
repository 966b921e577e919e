// Package cellwidth knows how wide characters are on terminals.
package cellwidth

import (
	"unicode"

	"golang.org/x/text/width"
)

// Of returns how many columns terminals give to r by itself: 0, 1 or 2. Ambiguous characters have one, control
// characters none. About what is joined to one picture, as families and flags are, terminals disagree.
func Of(r rune) int {
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
