package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

const (
	promptText = "You: "
	promptMore = "...  " // for the lines behind the first
)

// awayAfter is how long after their last key a person counts as away.
const awayAfter = 10 * time.Second

// promptState is what the prompt shows.
type promptState struct {
	offline  bool // the connection is lost
	unsent   int  // texts that have waited for an acknowledgement for some time
	mentions int  // of the person, that came while they were away
	more     bool // lines are taken together, and there is one already
}

// text is the prompt itself.
func (s promptState) text() string {
	if s.more {
		return promptMore
	}
	return promptText
}

// mark is what stands in front of the prompt while it is true.
func (s promptState) mark() string {
	var parts []string
	if s.offline {
		parts = append(parts, "offline")
	}
	if s.unsent > 0 {
		parts = append(parts, fmt.Sprintf("%d unsent", s.unsent))
	}
	if s.mentions > 0 {
		parts = append(parts, fmt.Sprintf("@%d", s.mentions))
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ", ") + ") "
}

// prompt is the prompt of a console.
type prompt struct {
	// Set before the console is taken over, then only read.
	style     func(text string) string
	awayAfter time.Duration

	mu    sync.Mutex // guards the following
	set   func(mark, prompt string)
	state promptState
	key   time.Time // when the last one was pressed
}

// begin has the prompt shown by set. The person has just started the program, so they are there.
func (p *prompt) begin(set func(mark, prompt string), now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set, p.key = set, now
}

// update changes the prompt, on the screen too where it has become another one.
//
// It calls set with mu held, so that of two changes the later one is on the screen in the end. That is right because
// set, a console's SetPrompt, calls nothing back, and waits at most for a plain console's line to be written.
func (p *prompt) update(change func(*promptState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.state
	change(&p.state)
	if p.state != before && p.set != nil {
		p.set(p.state.mark(), p.style(p.state.text()))
	}
}

// pressed says that a key was: whoever pressed it is there and sees what was said.
func (p *prompt) pressed(now time.Time) {
	p.update(func(s *promptState) { s.mentions, p.key = 0, now })
}

// mentioned says that somebody has spoken of the person. It counts where they are away, so that the prompt stays as it
// is under a hand that types.
func (p *prompt) mentioned(now time.Time) {
	p.update(func(s *promptState) {
		if now.Sub(p.key) >= p.awayAfter {
			s.mentions++
		}
	})
}
