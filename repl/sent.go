package main

import (
	"fmt"
	"sync"

	"hubbub/wire"
)

// sentLines knows from which line of the input a text came, for as many as can be unacknowledged, and more.
type sentLines struct {
	mu      sync.Mutex // guards the following
	sending int        // the line that is being sent: the server may answer before its id is known here
	last    wire.ID
	ring    [2048]struct {
		id   wire.ID
		line int
	}
}

// begin says that a line is about to be sent.
func (s *sentLines) begin(line int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sending = line
}

// add says under which id the line was sent. Ids grow.
func (s *sentLines) add(id wire.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = id
	at := &s.ring[id%wire.ID(len(s.ring))]
	at.id, at.line = id, s.sending
}

// label names the text with that id: by its line where that is known, and else by its words.
func (s *sentLines) label(id wire.ID, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id > s.last {
		return fmt.Sprintf("line %d", s.sending)
	}
	if at := s.ring[id%wire.ID(len(s.ring))]; at.id == id {
		return fmt.Sprintf("line %d", at.line)
	}
	return excerpt(text)
}
