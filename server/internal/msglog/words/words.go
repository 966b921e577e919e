// Package words says what the words of a text are, so that every store finds the same messages by them.
//
// A word is a run of letters and digits of any script, with the combining marks behind them; whatever else there is
// stands between words. Words are compared without regard to case and to compatibility forms: "Ａ" is "a", "ß" is "ss"
// (Unicode's NFKC and full case folding). Accents count. Scripts that are written without blanks, such as Chinese and
// Thai, have one word for each character, so that any part of their text can be found.
//
// A [Query] is found in a text that has all of its phrases. A phrase is a run of letters and digits as it was asked
// for: one word, or several of a script without blanks, which must then follow one another. If the query ends in a
// word, and that has two characters or more, then words that begin with it are found too: somebody may still be typing
// it. A blank or a full stop behind it asks for that word alone.
package words

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Append appends the words of text, folded, with one blank in front of the first, between them, and behind the last. A
// text without words is one blank.
func Append(dst []byte, text string) []byte {
	dst = append(dst, ' ')
	cut(text, func(w word) {
		dst = append(append(dst, w.folded...), ' ')
	})
	return dst
}

// Phrase is words that follow one another.
type Phrase struct {
	Words  string // folded, with one blank between them; there are letters, digits and marks in it and nothing else
	Prefix bool   // the last one may go on

	sought []byte // in what Append makes
}

func newPhrase(words []string, prefix bool) Phrase {
	p := Phrase{Words: strings.Join(words, " "), Prefix: prefix}
	p.sought = append(append(p.sought, ' '), p.Words...)
	if !prefix {
		p.sought = append(p.sought, ' ')
	}
	return p
}

// Query is what is searched for: all of its phrases. One without phrases is found nowhere.
type Query []Phrase

// prefixChars is how many characters a word must have to be found as the beginning of others.
const prefixChars = 2

// Parse reads a query. Nothing in it is syntax.
func Parse(text string) Query {
	var q Query
	var run []string
	var last word
	end := func(prefix bool) {
		if len(run) == 0 {
			return
		}
		p := newPhrase(run, prefix)
		if !slices.ContainsFunc(q, func(other Phrase) bool { return bytes.Equal(other.sought, p.sought) }) {
			q = append(q, p)
		}
		run = nil
	}
	open := cut(text, func(w word) {
		if !w.joined {
			end(false)
		}
		last = w
		run = append(run, w.folded)
	})
	end(open && !last.alone && utf8.RuneCountInString(last.folded) >= prefixChars)
	return q
}

// Match reports whether the query is found in a text, given as [Append] has it.
func (q Query) Match(folded []byte) bool {
	for _, p := range q {
		if !bytes.Contains(folded, p.sought) {
			return false
		}
	}
	return len(q) > 0
}

// word is a word of a text.
type word struct {
	folded string
	joined bool // nothing stands between it and the one in front
	alone  bool // it is one character of a script without blanks
}

// cut calls yield for each word of text, in order. It reports whether the text ends in a word.
func cut(text string, yield func(word)) (open bool) {
	text = fold(text)
	start := -1 // of the word that is open; -1: none is
	var joined, alone bool
	end := func(at int) {
		if start >= 0 {
			yield(word{folded: text[start:at], joined: joined, alone: alone})
		}
		start = -1
	}
	for i, r := range text {
		switch in := wordRune(r); {
		case !in && start >= 0 && r >= utf8.RuneSelf && unicode.IsMark(r):
		case !in:
			end(i)
			joined = false
		case start < 0:
			start, alone = i, unspaced(r)
		case alone || unspaced(r):
			end(i)
			start, joined, alone = i, true, unspaced(r)
		}
	}
	open = start >= 0
	end(len(text))
	return open
}

// wordRune reports whether r is a letter or a digit, in a folded text.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// fold makes texts that differ only in case or in compatibility forms the same.
func fold(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return cases.Fold().String(norm.NFKC.String(text))
		}
	}
	return strings.ToLower(text)
}

// unspacedScripts are written without blanks between words.
var unspacedScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Thai,
	unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// unspaced reports whether r is a letter of such a script.
func unspaced(r rune) bool {
	const prolonged = 'ー' // of Hiragana and of Katakana
	return r >= 0xE00 && (r == prolonged || unicode.In(r, unspacedScripts...)) && unicode.IsLetter(r)
}
