package main

import (
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// listen shows what comes from the server until the connection has ended.
func (s *session) listen() {
	defer close(s.over)
	events := s.client.Events()
	for event := range events {
		s.receive(event)
		if len(events) == 0 {
			s.view.flush()
		}
		s.ear.stir()
	}
	s.end(errEnded)
}

func (s *session) receive(event client.Event) {
	switch e := event.(type) {
	case client.Frame:
		if s.view.frame != nil {
			s.view.frame(e.Raw)
		}
		s.show(e.Frame)
	case client.Refused:
		s.refused(e)
	case client.Disconnected:
		s.ended = e.Err
	}
}

// show shows the frames that people read. Errors are not among them: they come back as the error of what they answer.
func (s *session) show(frame wire.Frame) {
	switch f := frame.(type) {
	case wire.Welcome:
		s.joinedAt = f.Seq
		s.setLook(func(r *render.Renderer) { r.Name = f.Name })
		if s.greet && f.Greeting != "" {
			s.line(s.look().Server(f.Greeting, time.Now()))
		}
	case wire.Message:
		s.ear.hear(f)
		text, mention := s.look().Message(f, time.Now())
		s.line(text)
		if mention && !s.isHistory(f) && s.bellDue(time.Now()) {
			s.view.bell()
		}
	case wire.ServerMessage:
		s.line(s.look().Server(f.Data, time.Now()))
	}
}

func (s *session) line(text string) {
	if s.view.frame == nil {
		s.view.line(text)
	}
}

// isHistory reports whether a message is older than one's joining. An old server has no history.
func (s *session) isHistory(m wire.Message) bool { return m.Seq != 0 && m.Seq <= s.joinedAt }

// bellDue reports whether the bell may ring now, which is once a second.
func (s *session) bellDue(now time.Time) bool {
	if now.Sub(s.rung) < time.Second {
		return false
	}
	s.rung = now
	return true
}
