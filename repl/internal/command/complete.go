package command

import (
	"slices"
	"strings"
	"unicode"
)

// A Completion says what the TAB key does to a line.
type Completion struct {
	Replace int      // how many characters before the cursor are taken away
	Insert  string   // what takes their place
	List    []string // what the word may become, where there is more than one and all they have in common stands there
}

// Complete completes what stands before pos, which counts characters, in line: commands, their arguments where those
// are known, and names, which are those of others in the room. Where several fit it inserts what they have in common
// and, where that is there already, lists them.
func Complete(line string, pos int, names []string) Completion {
	runes := []rune(line)
	pos = min(max(pos, 0), len(runes))
	before, after := string(runes[:pos]), runes[pos:]

	start := strings.LastIndexFunc(before, unicode.IsSpace) + 1
	word := before[start:]
	found := find(before[:start], word, names)
	switch len(found.candidates) {
	case 0:
		return Completion{}
	case 1:
		found.suffix += " "
		if len(after) > 0 && unicode.IsSpace(after[0]) {
			found.suffix = strings.TrimSuffix(found.suffix, " ")
		}
		return Completion{Replace: len([]rune(word)), Insert: found.prefix + found.candidates[0] + found.suffix}
	}
	slices.SortFunc(found.candidates, func(a, b string) int {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	})
	common := found.prefix + commonPrefix(found.candidates)
	if len(common) > len(word) {
		return Completion{Replace: len([]rune(word)), Insert: common}
	}
	return Completion{List: found.candidates}
}

// matches is what a word may become: prefix, one of the candidates and, if it is the only one, suffix.
type matches struct {
	prefix, suffix string
	candidates     []string
}

// find looks for what word may become behind the rest of its line.
func find(line, word string, names []string) matches {
	words := strings.Fields(line)
	if len(words) == 0 && strings.HasPrefix(word, "/") {
		return matches{prefix: "/", candidates: startingWith(word[1:], commandNames())}
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "/") {
		for _, c := range Table() {
			if !strings.EqualFold(words[0], "/"+c.Name) || c.complete == nil {
				continue
			}
			if candidates := c.complete(append(words[1:], word), names); candidates != nil {
				return matches{candidates: startingWith(word, candidates)}
			}
		}
	}
	if rest, ok := strings.CutPrefix(word, "@"); ok {
		return matches{prefix: "@", candidates: startingWith(rest, names)}
	}
	m := matches{candidates: startingWith(word, names)}
	if len(words) == 0 {
		m.suffix = ":"
	}
	return m
}

// startingWith returns the candidates that start with word, in whatever case.
func startingWith(word string, candidates []string) []string {
	var found []string
	want := []rune(word)
	for _, c := range candidates {
		have := []rune(c)
		if len(have) >= len(want) && strings.EqualFold(string(have[:len(want)]), word) {
			found = append(found, c)
		}
	}
	return found
}

// commonPrefix returns what all candidates start with, in whatever case, as the first one writes it.
func commonPrefix(candidates []string) string {
	prefix := []rune(candidates[0])
	for _, c := range candidates[1:] {
		have := []rune(c)
		n := 0
		for n < min(len(prefix), len(have)) && strings.EqualFold(string(prefix[n]), string(have[n])) {
			n++
		}
		prefix = prefix[:n]
	}
	return string(prefix)
}

func commandNames() []string {
	var names []string
	for _, c := range Table() {
		names = append(names, c.Name)
	}
	return names
}

func completeCommand(words, _ []string) []string {
	if len(words) > 1 {
		return []string{}
	}
	return commandNames()
}

// completeNothing is for what is neither a name nor a text with names.
func completeNothing(_, _ []string) []string { return []string{} }

func completeOnOff(words, _ []string) []string {
	if len(words) > 1 {
		return []string{}
	}
	return []string{"on", "off"}
}

// completeWait completes the name; what is waited for may hold names as any text does.
func completeWait(words, names []string) []string {
	if len(words) > 1 {
		return nil
	}
	return slices.Concat([]string{}, names)
}
