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

// String is the prompt.
func (s promptState) String() string {
	text := promptText
	if s.more {
		text = promptMore
	}
	switch {
	case s.offline && s.unsent > 0:
		return fmt.Sprintf("(offline, %d unsent) %s", s.unsent, text)
	case s.offline:
		return "(offline) " + text
	case s.unsent > 0:
		return fmt.Sprintf("(%d unsent) %s", s.unsent, text)
	}
	return text
}

// prompt is the prompt of a console.
type prompt struct {
	mu    sync.Mutex // guards the following
	set   func(string)
	state promptState
}

// update changes the prompt, on the screen too where it has become another one.
func (p *prompt) update(change func(*promptState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.state
	change(&p.state)
	if p.state != before && p.set != nil {
		p.set(p.state.String())
	}
}
