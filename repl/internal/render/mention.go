package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A span is a part of a text, in bytes.
type span struct{ start, end int }

// mentions finds a name in a text: in any case, with or without @, and not as a part of a longer word or name. In
// scripts that put no blank between words it may stand anywhere.
func mentions(text, name string) []span {
	var found []span
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		end, ok := matchFold(text, i, name)
		if !ok || joined(text[:i], name) || joinedAfter(name, text[end:]) {
			i += size
			continue
		}
		start := i
		if strings.HasSuffix(text[:i], "@") {
			start--
		}
		found = append(found, span{start, end})
		i = end
	}
	return found
}

// matchFold reports whether name stands in text at i, in whatever case, and where it ends.
func matchFold(text string, i int, name string) (end int, ok bool) {
	for _, want := range name {
		got, size := utf8.DecodeRuneInString(text[i:])
		if size == 0 || fold(got) != fold(want) {
			return 0, false
		}
		i += size
	}
	return i, true
}

// joined reports whether what ends in before goes on in name.
func joined(before, name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	before = strings.TrimSuffix(before, "@")
	last, size := utf8.DecodeLastRuneInString(before)
	if last == '-' || last == '.' {
		last, _ = utf8.DecodeLastRuneInString(before[:len(before)-size])
	}
	return wordRune(last) && !unbroken(last) && !unbroken(first)
}

// joinedAfter reports whether name goes on in after.
func joinedAfter(name, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(name)
	first, size := utf8.DecodeRuneInString(after)
	if first == '-' || first == '.' {
		first, _ = utf8.DecodeRuneInString(after[size:])
	}
	return wordRune(first) && !unbroken(first) && !unbroken(last)
}

func wordRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd) || r == '_'
}

// unbroken reports whether r belongs to a script that is written without blanks.
func unbroken(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar)
}

func sameName(a, b string) bool { return strings.EqualFold(a, b) }
