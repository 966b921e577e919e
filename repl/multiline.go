package main

import (
	"strings"

	"hubbub/repl/internal/command"
	"hubbub/wire"
)

// multiline takes lines together to one text while it is on. The zero value is off. It is its owner's alone.
type multiline struct {
	on    bool
	lines []string
	size  int // of the text so far, in bytes
}

// begun reports whether there is a line already.
func (m *multiline) begun() bool { return len(m.lines) > 0 }

// add takes a line. Where it is on, an empty line ends the text, which is returned; a command is one only where a text
// would begin. What is returned is to be done now, and empty where there is nothing to do. Fits is false for a line
// that would make the text too long: it is not taken.
func (m *multiline) add(line string) (text string, fits bool) {
	if !m.begun() {
		if on, ok := command.IsMultiline(line); ok {
			m.on = on
		}
		if !m.on || command.IsCommand(line) {
			return line, true
		}
	}
	switch size := m.size + len(line) + 1; {
	case strings.TrimSpace(line) == "":
		return m.take(), true
	case size > wire.MaxText+1:
		return "", false
	default:
		m.lines = append(m.lines, line)
		m.size = size
		return "", true
	}
}

// take returns the text so far, and begins anew.
func (m *multiline) take() string {
	text := strings.Join(m.lines, "\n")
	m.lines, m.size = nil, 0
	return text
}
