package wire

import (
	"sort"
	"unicode"
	"unicode/utf8"
)

// CheckName says what is wrong with a name, or nil: it must have 1 to [MaxName] characters, each a letter or digit of
// any script, a combining mark behind one of those (many scripts write vowels so), or one of "-", "_" and ".". A
// server normalises a name before it checks it.
func CheckName(name string) *Error {
	if name == "" {
		return Errorf(CodeBadName, "a name must not be empty")
	}
	if !utf8.ValidString(name) {
		return Errorf(CodeBadName, "a name must be UTF-8")
	}
	if n := utf8.RuneCountInString(name); n > MaxName {
		return Errorf(CodeBadName, "a name must not be longer than %d characters; this one has %d", MaxName, n)
	}
	var last rune
	for _, r := range name {
		if !nameRune(r) && !(unicode.In(r, unicode.Mn, unicode.Mc) && unicode.In(last, unicode.L, unicode.M)) {
			return Errorf(CodeBadName, "a name is made of letters, digits, -, _ and .; it can't have %q in it", r)
		}
		last = r
	}
	return nil
}

func nameRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nd) || r == '-' || r == '_' || r == '.'
}

// CheckText says what is wrong with a text, or nil: it must have 1 to [MaxText] bytes of UTF-8, and nothing in it that
// a terminal would obey.
func CheckText(text string) *Error {
	switch {
	case text == "":
		return Errorf(CodeBadText, "a text must not be empty")
	case len(text) > MaxText:
		return Errorf(CodeBadText, "a text must not be longer than %d bytes; this one has %d", MaxText, len(text))
	case !utf8.ValidString(text):
		return Errorf(CodeBadText, "a text must be UTF-8")
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && Obeyed(r) {
			return Errorf(CodeBadText, "a text must not hold the control character %U", r)
		}
	}
	return nil
}

// CheckSearch says what is wrong with the words of a search, or nil: they must have at most [MaxSearch] bytes of UTF-8,
// and a letter or digit among them.
func CheckSearch(words string) *Error {
	switch {
	case len(words) > MaxSearch:
		return Errorf(CodeBadFrame, "the words of a search must not be longer than %d bytes; these have %d",
			MaxSearch, len(words))
	case !utf8.ValidString(words):
		return Errorf(CodeBadFrame, "the words of a search must be UTF-8")
	}
	for _, r := range words {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return nil
		}
	}
	return Errorf(CodeBadFrame, "the words of a search must have a letter or digit in them")
}

// Obeyed reports whether a terminal may act on r instead of showing it: the control characters C0 (newline, tab and
// escape among them), DEL and C1, and the bidirectional embeddings, overrides and isolates (Unicode Standard Annex #9,
// section 2), which put text in another order than it was written in.
func Obeyed(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// SplitText cuts text, which must be UTF-8, into parts whose frames, as frame makes them, encode to at most limit
// bytes with their newline. Where it can it cuts behind a blank. A part is never empty, so one whose frame does not fit
// even with a single character is longer than limit.
func SplitText(text string, limit int, frame func(part string) Frame) []string {
	var parts []string
	var scratch []byte
	fits := func(part string) bool {
		scratch = Append(scratch[:0], frame(part))
		return len(scratch) <= limit
	}
	for !fits(text) {
		cut := longestPrefix(text, min(limit, len(text)), fits) // a text is never shorter in its frame
		if cut == len(text) {
			break
		}
		parts = append(parts, text[:cut])
		text = text[cut:]
	}
	return append(parts, text)
}

// longestPrefix returns the length in bytes, at least one character, of the longest prefix of at most most bytes that
// fits, or of the part of it that ends in a blank if that is at least half as long.
func longestPrefix(text string, most int, fits func(string) bool) int {
	_, cut := utf8.DecodeRuneInString(text)
	blank := 0
	longest := sort.Search(most, func(n int) bool { return !fits(text[:n+1]) })
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if end > longest {
			break
		}
		cut = end
		if r == ' ' || r == '\n' {
			blank = end
		}
	}
	if 2*blank >= cut {
		return blank
	}
	return cut
}
