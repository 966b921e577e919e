package render

import (
	"fmt"
	"strings"
	"unicode"

	"hubbub/wire"
)

// Harmless makes text from elsewhere fit for a terminal. Newlines become newlines with two blanks behind them, tabs
// blanks, and what a terminal might obey a visible mark. Newlines at the end are left out. What is not UTF-8 becomes
// U+FFFD.
func Harmless(text string) string {
	if plain(text) {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.TrimRight(text, "\n")
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteString("\n" + indent)
		case r == '\t':
			b.WriteByte(' ')
		case wire.Obeyed(r) || unicode.In(r, unicode.Zl, unicode.Zp) || invisible(r) && !writing(r):
			b.WriteString(mark(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// HarmlessName is Harmless for names, which have one line and in which nothing is invisible.
func HarmlessName(name string) string {
	if plain(name) {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		if invisible(r) || !unicode.IsPrint(r) && r != unicode.ReplacementChar {
			b.WriteString(mark(r))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain reports whether text is of visible ASCII and blanks only: most is.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// invisible reports whether r is shown as nothing, or as nothing of its own.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r == '\u2800' // braille pattern blank
}

// writing reports whether the invisible r belongs to ordinary texts: Persian and Indic words need the joiners, emoji
// are put together with joiners, variation selectors and tags, texts of two directions have marks.
func writing(r rune) bool {
	switch {
	case r >= 0x200C && r <= 0x200F, r == 0x061C: // ZWNJ, ZWJ, LRM, RLM, ALM
		return true
	case r >= 0xE0020 && r <= 0xE007F: // tags
		return true
	}
	return unicode.In(r, unicode.Variation_Selector, unicode.Prepended_Concatenation_Mark, unicode.Mn)
}

// mark stands for r where r itself must not be shown.
func mark(r rune) string {
	switch {
	case r < ' ':
		return string('␀' + r)
	case r == 0x7F:
		return "␡"
	}
	return fmt.Sprintf("<%U>", r)
}
