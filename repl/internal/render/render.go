// Package render turns what happens in a room into text for people. It is pure: no clock, no terminal, no network.
// With a width it wraps that text at words, each message under its sender.
//
// A [Renderer] holds how somebody wants to see things and makes the lines:
//
//	[Bob]: hello                   a message
//	* Bob waves                    an action
//	[SERVER]: Bob has left the chat.
//	14:05 [Bob]: hello             with the time
//
// An action travels as an ordinary text between two asterisks, "*waves*", because that reads well in every client:
// an old one shows "[Bob]: *waves*". [Action] makes such a text.
//
// Nothing that comes from other people reaches the terminal as anything but text. What a terminal would obey becomes a
// visible mark (␛, or <U+202E> where Unicode has no picture), a name also shows its invisible characters so, and a
// newline starts a continuation line that is indented by two blanks, so that no text can pass for a line of somebody
// else's. A person who is called SERVER is shown as [SERVER?].
package render

import (
	"strings"
	"time"

	"github.com/fatih/color"

	"hubbub/wire"
)

// indent stands before what follows a newline in somebody's text.
const indent = "  "

// Renderer says how lines are made. The zero value makes plain ones. It is a value: change a copy.
type Renderer struct {
	Color    bool           // with SGR sequences
	ShowTime bool           // the hour and minute in front of each line
	TimeLast bool           // the time stands behind the text instead, for those who hear it
	Cols     int            // how wide lines may be: longer ones are wrapped at words; 0: none is
	Dates    bool           // a line says when the day changes
	Name     string         // one's own; mentions of it stand out
	Location *time.Location // of the times shown; nil: UTC
}

// Message renders somebody's message, with its own time where it has one and else with the one when it was received.
// It also reports whether somebody else speaks of oneself in it.
func (r Renderer) Message(m wire.Message, received time.Time) (text string, mention bool) {
	if m.Time != 0 {
		received = m.Time.Time()
	}
	sender, body, mention := r.parts(m)
	return r.line(sender, body, received), mention
}

// parts renders who speaks in a message, and what they say.
func (r Renderer) parts(m wire.Message) (sender, body string, mention bool) {
	own := sameName(m.From, r.Name)
	if action, ok := actionOf(m.Text); ok {
		body, mention := r.body(action, own)
		return "* " + r.name(m.From) + " ", body, mention
	}
	body, mention = r.body(m.Text, own)
	return "[" + r.name(m.From) + "]: ", body, mention
}

// line puts a line together: the time, who speaks, and what they say, wrapped under itself.
func (r Renderer) line(sender, body string, at time.Time) string {
	before, after := r.clock(at), ""
	if r.TimeLast {
		before, after = "", before
	}
	return r.under(before+sender, body+after)
}

// under puts text behind what stands before it, wrapped under itself.
func (r Renderer) under(before, text string) string {
	if r.Cols <= 0 {
		return before + text
	}
	start := textColumns(before)
	return before + r.wrap(text, start, start)
}

// Messages renders messages one below the other, without the newline behind the last, and with Dates the days of those
// that are not of today.
func (r Renderer) Messages(messages []wire.Message, now time.Time) string {
	var lines []string
	var day Day
	for _, m := range messages {
		at := now
		if m.Time != 0 {
			at = m.Time.Time()
		}
		if line, ok := r.NewDay(&day, at, now); ok {
			lines = append(lines, line)
		}
		line, _ := r.Message(m, at)
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Server renders what the server says: an announcement, its greeting, an error's sentence.
func (r Renderer) Server(text string, received time.Time) string {
	return r.line(r.Faint("[SERVER]: "), r.Faint(Harmless(text)), received)
}

// Notice renders what the program has to say about itself.
func (r Renderer) Notice(text string) string {
	return r.Wrap(r.Faint("-- "+Harmless(text)), len("-- "))
}

// Faint sets text, which must be harmless, back behind what people say.
func (r Renderer) Faint(text string) string { return r.paint(text, indexed(grey)...) }

// Strong makes text, which must be harmless, stand out a little.
func (r Renderer) Strong(text string) string { return r.paint(text, color.Bold) }

// body renders the text of a message and reports a mention of one's own name, which is only looked for in what others
// say.
func (r Renderer) body(text string, own bool) (string, bool) {
	if own || r.Name == "" {
		return Harmless(text), false
	}
	spans := mentions(text, r.Name)
	var b strings.Builder
	rest := 0
	for _, s := range spans {
		b.WriteString(Harmless(text[rest:s.start]))
		b.WriteString(r.paint(Harmless(text[s.start:s.end]), color.Bold, color.ReverseVideo))
		rest = s.end
	}
	b.WriteString(Harmless(text[rest:]))
	return b.String(), len(spans) > 0
}

// name renders a sender's name in the sender's colour.
func (r Renderer) name(name string) string {
	shown := HarmlessName(name)
	if looksOfficial(shown) {
		shown += "?"
	}
	return r.paint(shown, indexed(colorOf(name))...)
}

func (r Renderer) clock(at time.Time) string {
	if !r.ShowTime {
		return ""
	}
	if r.TimeLast {
		return " " + r.Faint(r.local(at).Format("(15:04)"))
	}
	return r.Faint(r.local(at).Format("15:04")) + " "
}

func (r Renderer) local(at time.Time) time.Time {
	if r.Location == nil {
		return at.UTC()
	}
	return at.In(r.Location)
}

// Action makes the text that says that one does something.
func Action(what string) string { return "*" + what + "*" }

// actionOf returns what the sender does, if the text is an action: one line between two asterisks, without others or
// blanks beside them.
func actionOf(text string) (string, bool) {
	inner, ok := strings.CutPrefix(text, "*")
	if !ok {
		return "", false
	}
	inner, ok = strings.CutSuffix(inner, "*")
	if !ok || inner == "" || inner != strings.TrimSpace(inner) || strings.ContainsAny(inner, "*\n") {
		return "", false
	}
	return inner, true
}

// looksOfficial reports whether a name reads as what the program itself writes in brackets.
func looksOfficial(name string) bool {
	return sameName(name, "SERVER") || sameName(name, "SUCCESS")
}
