package main

import (
	"fmt"
	"strings"
)

// people are who talks, viewer the one whose screen is shown.
var people = []string{"Carol", "Alice", "Bob"}

const viewer = "Carol"

// line is one thing that is said.
type line struct{ from, text string }

// conversation is what is said. Everybody waits for the line before their own, so that it makes sense.
var conversation = []line{
	{"Alice", "Hello! Is everybody here?"},
	{"Bob", "Here. 你好, Alice 👋"},
	{"Carol", "Here too, and listening."},
	{"Alice", "The build is green, and make(1) told us so through a pipe."},
	{"Bob", "So the script that said it knows that we have it: its REPL ended with status 0."},
	{"Carol", "//quit starts with a slash, and is said all the same."},
	{"Alice", "Then let's call it a day."},
	{"Bob", "Bye!"},
	{"Carol", "Bye, both of you."},
	{"Alice", "Bye!"},
}

// said is how the others read a line: a text that starts with a slash is typed with two.
func (l line) said() string {
	if rest, ok := strings.CutPrefix(l.text, "//"); ok {
		return "/" + rest
	}
	return l.text
}

// script is what name's REPL reads: waiting for the others, waiting for one's turn, and the end of the conversation.
func script(name string) string {
	var b strings.Builder
	for _, other := range people {
		if other != name {
			fmt.Fprintf(&b, "/wait %s\n", other)
		}
	}
	for i, l := range conversation {
		switch {
		case l.from == name:
			fmt.Fprintln(&b, l.text)
		default:
			fmt.Fprintf(&b, "/wait %s %s\n", conversation[i].from, l.said())
		}
	}
	fmt.Fprintln(&b, "/quit")
	return b.String()
}

// heard is what name's REPL must print of what the others say, line by line.
func heard(name string) []string {
	var lines []string
	for _, l := range conversation {
		if l.from != name {
			lines = append(lines, fmt.Sprintf("[%s]: %s", l.from, l.said()))
		}
	}
	return lines
}
