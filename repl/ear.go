package main

import (
	"strings"
	"sync"

	"hubbub/wire"
)

// earSize is how many messages an ear remembers; older ones are forgotten.
const earSize = 1024

// ear remembers what was said, so that a script that waits for words finds them also where they came first.
type ear struct {
	mu       sync.Mutex // guards the following
	messages []wire.Message
	change   chan struct{} // closed, and replaced, when something has happened
}

func newEar() *ear { return &ear{change: make(chan struct{})} }

// hear remembers a message.
func (e *ear) hear(m wire.Message) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.messages) == earSize {
		e.messages = e.messages[1:]
	}
	e.messages = append(e.messages, m)
}

// heard reports whether name has said what contains text. If so, that message and those before it are forgotten: the
// next one to ask is answered with what came later.
func (e *ear) heard(name, text string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, m := range e.messages {
		if strings.EqualFold(m.From, name) && strings.Contains(m.Text, text) {
			e.messages = e.messages[i+1:]
			return true
		}
	}
	return false
}

func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.messages = nil
}

// stir wakes who waits on what changed returned.
func (e *ear) stir() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.change)
	e.change = make(chan struct{})
}

// changed returns a channel that is closed when something happens.
func (e *ear) changed() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.change
}
