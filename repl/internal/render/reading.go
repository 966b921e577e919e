package render

import (
	"fmt"
	"strings"

	"hubbub/wire"
)

// Found renders stored messages that were looked for, each with its number, date and time, one below the other.
func (r Renderer) Found(messages []wire.Message) string {
	digits := 0
	for _, m := range messages {
		digits = max(digits, len(fmt.Sprint(m.Seq)))
	}
	lines := make([]string, len(messages))
	for i, m := range messages {
		number := fmt.Sprintf("#%-*d ", digits, m.Seq)
		date := r.local(m.Time.Time()).Format("2006-01-02 15:04")
		sender, body, _ := r.parts(m)
		if r.TimeLast {
			lines[i] = r.under(r.Faint(number)+sender, body+" "+r.Faint("("+date+")"))
			continue
		}
		lines[i] = r.under(r.Faint(number+date)+" "+sender, body)
	}
	return strings.Join(lines, "\n")
}

// Entry renders a message as a transcript has it: with date, time and time zone, and not wrapped.
func (r Renderer) Entry(m wire.Message) string {
	sender, body, _ := r.parts(m)
	return r.local(m.Time.Time()).Format("2006-01-02 15:04:05 -0700 ") + sender + body
}
