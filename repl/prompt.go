package main

import (
	"fmt"
	"sync"
)

const (
	promptText = "You: "
	promptMore = "...  " // for the lines behind the first
)

// promptState is what the prompt shows.
type promptState struct {
	offline bool // the connection is lost
	unsent  int  // texts that have waited for an acknowledgement for some time
	more    bool // lines are taken together, and there is one already
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
	switch {
	case s.offline && s.unsent > 0:
		return fmt.Sprintf("(offline, %d unsent) ", s.unsent)
	case s.offline:
		return "(offline) "
	case s.unsent > 0:
		return fmt.Sprintf("(%d unsent) ", s.unsent)
	}
	return ""
}

// prompt is the prompt of a console.
type prompt struct {
	mu    sync.Mutex // guards the following
	set   func(mark, prompt string)
	state promptState
}

// update changes the prompt, on the screen too where it has become another one.
func (p *prompt) update(change func(*promptState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.state
	change(&p.state)
	if p.state != before && p.set != nil {
		p.set(p.state.mark(), p.state.text())
	}
}
