package terminal

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A search walks through the history for lines that hold what is typed, newest first.
type search struct {
	history *History
	before  draft // when the search began, and again when it is cancelled
	query   []rune
	forward bool
	failed  bool
	found   draft // the cursor stands where the query was found
	at      int   // the entry that was found; history.length(): none yet
}

func newSearch(h *History, d draft, forward bool) *search {
	return &search{history: h, before: d, found: d, forward: forward, at: h.length()}
}

// prompt returns what stands in place of the prompt, as people know it from their shell.
func (s *search) prompt() string {
	name := "reverse-i-search"
	if s.forward {
		name = "i-search"
	}
	if s.failed {
		name = "failed " + name
	}
	return "(" + name + ")`" + string(s.query) + "': "
}

// add looks for a longer text, from the entry on that holds the shorter one.
func (s *search) add(text []rune) {
	s.query = slices.Concat(s.query, text)
	s.look(s.at)
}

// shorten takes the last character back.
func (s *search) shorten() {
	if len(s.query) == 0 {
		return
	}
	s.query = s.query[:len(s.query)-1]
	if len(s.query) == 0 {
		s.found, s.at, s.failed = s.before, s.history.length(), false
		return
	}
	s.look(s.at)
}

// again looks for the next entry, in the given direction. Without a query it takes the last one.
func (s *search) again(forward bool, last []rune) {
	s.forward = forward
	if len(s.query) == 0 {
		s.query = last
		s.look(s.at)
		return
	}
	if forward {
		s.look(s.at + 1)
	} else {
		s.look(s.at - 1)
	}
}

// look goes through the entries from the given one on. Where none fits, what was found before stays.
func (s *search) look(from int) {
	if len(s.query) == 0 {
		return
	}
	query, step := string(s.query), -1
	if s.forward {
		step = 1
	} else {
		from = min(from, s.history.length()-1)
	}
	for i := from; i >= 0 && i < s.history.length(); i += step {
		line := s.history.entry(i)
		at := strings.LastIndex(line, query)
		if at < 0 {
			continue
		}
		if line == string(s.found.text) && i != s.at && s.at < s.history.length() {
			continue // the same line again would look as if the key did nothing
		}
		s.found = draft{[]rune(line), utf8.RuneCountInString(line[:at])}
		s.at, s.failed = i, false
		return
	}
	s.failed = true
}
