package terminal

import (
	"unicode"

	"hubbub/repl/internal/cellwidth"
	"hubbub/wire"
)

const (
	newlineSign = '⏎' // stands for a newline in a draft
	maskSign    = '*' // stands for each character of a secret
	brokenSign  = '\uFFFD'
)

// shown returns the rune that stands for r on the screen, and its width; -1 stands for nothing at all.
//
// Terminals disagree about the width of what emoji sequences join: some draw one picture, others each part. So a
// draft is shown in parts that every terminal draws alike: joiners, variation selectors, skin tones and other
// invisible characters are left out, and a flag is shown as its two letters. Only the display is changed, never the
// text. A control character, which a history file may hold, is made harmless and visible: no server takes it, and whoever
// is told so has to find it.
func shown(r rune) (rune, int) {
	switch {
	case r == '\n':
		return newlineSign, 1
	case r == '\t':
		return ' ', 1
	case wire.Obeyed(r):
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
	return r, cellwidth.Of(r)
}
