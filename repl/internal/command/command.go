// Package command holds the slash-commands of the REPL, in one table: their names, arguments, help, completion and what
// they do. [Do] handles a line that somebody typed, [Complete] answers the TAB key, and [Table] is what help and the
// manual page are made from. What commands act on is a [Room], so that they know neither terminal nor network.
package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// A Command is one row of the table.
type Command struct {
	Name string // without the slash
	Args string // as usage shows them: <needed> and [optional]; empty for none
	Help string // one sentence: what it does

	// complete returns what the last of the words behind the command's name may be, or nil where nobody knows.
	complete func(words []string, names []string) []string
	run      func(ctx context.Context, room *Room, args string) error
}

// Usage is how the command is written: "/time on|off".
func (c Command) Usage() string { return strings.TrimSpace("/" + c.Name + " " + c.Args) }

// Table returns all commands in the order in which help lists them.
func Table() []Command {
	return []Command{
		{"help", "[command]", "List the commands, or say what one does.", completeCommand, help},
		{"who", "", "Say who is here.", nil, who},
		{"me", "<action>", "Say that you do something: /me waves.", nil, me},
		{"history", "[n]", "Show older messages: 20, or as many as you say.", nil, history},
		{"search", "[words]", "Find messages, newest first; alone: older ones.", nil, search},
		{"save", "<file>", "Write what was shown here to a new file, as text or .jsonl.", completeNothing, save},
		{"time", "on|off", "Show the time in front of each line, or don't.", completeOnOff, showTime},
		{"multiline", "on|off", "Enter adds a line, and an empty line sends; or not.", completeOnOff, multiline},
		{"status", "", "Show how the connection to the server stands.", nil, status},
		{"clear", "", "Clear the screen.", nil, clearScreen},
		{"sleep", "<duration>", "For scripts: wait that long, for example 500ms.", nil, sleep},
		{"wait", "<name> [text]", "For scripts: wait until they are here, or say the text.", completeWait, wait},
		{"quit", "", "Leave. So do quit, Ctrl-D, and Ctrl-C on an empty line.", nil, quit},
	}
}

// Room is what commands may do. Its functions are called by one goroutine at a time. None is nil.
type Room struct {
	// Say sends a text.
	Say func(ctx context.Context, text string) error
	// Answer shows the person what a command answers, in one or more lines.
	Answer func(text string)
	// Who renders who is here.
	Who func() string
	// History renders the n messages before the oldest one that is shown.
	History func(ctx context.Context, n int) (string, error)
	// Search renders messages that have all of the words, or where there are none the next ones of the last search.
	Search func(ctx context.Context, words string) (string, error)
	// Save writes the transcript to the file of that name, and returns a sentence about it.
	Save func(ctx context.Context, file string) (string, error)
	// Status asks for the round trip and renders the connection's status.
	Status func(ctx context.Context) (string, error)
	// Look returns how answers are to be laid out.
	Look func() render.Renderer
	// Multiline says that what is typed is taken together until an empty line, or is not. Its error is shown.
	Multiline func(on bool) error
	// ShowTime switches the time in front of lines on or off.
	ShowTime func(on bool)
	// Clear clears the screen, where there is one.
	Clear func()
	// Wait blocks until name is here or, if text is not empty, until name has said something that contains it.
	Wait func(ctx context.Context, name, text string) error
}

// ErrQuit is what [Do] returns when the person wants to leave.
var ErrQuit = errors.New("quit")

// An Error says what is wrong with a command as it was written.
type Error struct{ Sentence string }

// Error implements error.
func (e *Error) Error() string { return e.Sentence }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Do handles one line: it runs the command that it is, or says it as a text. It returns [ErrQuit] when the line says
// so, an [*Error] when a command is written wrongly, and otherwise what the room's functions return. It blocks as long
// as they do.
func Do(ctx context.Context, room *Room, line string) error {
	text, name, args := parse(line)
	if text != "" {
		return room.Say(ctx, text)
	}
	for _, c := range Table() {
		if c.Name == name {
			return c.run(ctx, room, args)
		}
	}
	return unknown(name)
}

// IsQuit reports whether [Do] would return [ErrQuit] for line.
func IsQuit(line string) bool {
	_, name, args := parse(line)
	return name == "quit" && args == ""
}

// IsMultiline reports whether line is the command that switches taking lines together, and whether it switches it on.
func IsMultiline(line string) (on, ok bool) {
	_, name, args := parse(line)
	if name != "multiline" {
		return false, false
	}
	return parseOnOff(args)
}

// IsCommand reports whether [Do] would take line for a command, and not for a text.
func IsCommand(line string) bool {
	text, _, _ := parse(line)
	return text == "" && line != ""
}

// Line returns the line that says text.
func Line(text string) string {
	if strings.HasPrefix(text, "//") || IsCommand(text) {
		return "/" + text
	}
	return text
}

// parse tells a text from a command. A line is a command where it starts with a slash and its first word has no second
// one, as a path would. Two slashes stand for a text that starts with one.
func parse(line string) (text, name, args string) {
	if strings.EqualFold(strings.TrimSpace(line), "quit") {
		return "", "quit", ""
	}
	rest, ok := strings.CutPrefix(line, "/")
	if !ok {
		return line, "", ""
	}
	if strings.HasPrefix(rest, "/") {
		return rest, "", ""
	}
	name = rest
	if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 {
		name, args = rest[:i], strings.TrimSpace(rest[i:])
	}
	if strings.Contains(name, "/") {
		return line, "", ""
	}
	return "", strings.ToLower(name), args
}

// unknown says that there is no such command, and which one may have been meant.
func unknown(name string) error {
	if name == "" {
		return errorf("a slash starts a command; /help lists them, and // starts a text with a slash")
	}
	name = shown(name)
	if near, ok := nearest(name); ok {
		return errorf("there is no command /%s; did you mean /%s?", name, near)
	}
	return errorf("there is no command /%s; /help lists the commands, and //%s sends it as a text", name, name)
}

// shown makes what somebody wrote fit for a sentence.
func shown(word string) string {
	word = strings.Map(func(r rune) rune {
		if wire.Obeyed(r) {
			return unicode.ReplacementChar
		}
		return r
	}, word)
	const limit = 40
	if runes := []rune(word); len(runes) > limit {
		word = string(runes[:limit]) + "…"
	}
	return word
}
