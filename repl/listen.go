package main

import (
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// listen shows what comes from the server until the connection has ended for good.
func (s *session) listen() {
	defer close(s.over)
	defer s.crowd.stop()
	defer func() { s.away.stop() }()
	for events := s.client.Events(); ; {
		select {
		case event, ok := <-events:
			if !ok {
				s.tellCrowd()
				s.view.flush()
				s.end(errEnded)
				return
			}
			s.receive(event)
			if len(events) == 0 {
				s.view.flush()
			}
			s.ear.stir()
		case <-s.crowd.due():
			s.tellCrowd()
			s.view.flush()
		case <-s.away.due():
			s.giveUp()
		}
	}
}

func (s *session) receive(event client.Event) {
	switch e := event.(type) {
	case client.Frame:
		if s.view.frame != nil {
			s.view.frame(e.Raw)
		}
		s.show(e.Frame)
	case client.Acknowledged:
		s.settled(e.ID)
		if e.Seq > s.away.through {
			s.endMissed()
		}
	case client.Refused:
		s.settled(e.ID)
		s.tellCrowd()
		s.refused(e)
	case client.Lost:
		s.goAway(e)
	case client.Resumed:
		s.comeBack(e)
	case client.Recognized:
		s.view.notice(recognizedNotice)
	case client.Disconnected:
		s.ended = e.Err
		s.offline(true)
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
		s.tellCrowd()
		s.beginMissed(f.Seq)
		s.ear.hear(f)
		now := time.Now()
		look := s.look()
		text, mention := look.Message(f, now)
		if f.Time != 0 {
			now = f.Time.Time()
		}
		s.lineOf(look, now, text)
		if mention && !s.isHistory(f) {
			s.named()
			if s.bellDue(time.Now()) {
				s.view.bell()
			}
		}
		s.reach(f.Seq)
	case wire.ServerMessage:
		s.announce(f)
	}
}

// announce shows an announcement: to a person, who comes and goes together with others who do, in a moment.
func (s *session) announce(f wire.ServerMessage) {
	now := time.Now()
	if !s.view.person || len(f.Users) == 0 || f.Event != wire.EventJoin && f.Event != wire.EventLeave {
		s.tellCrowd()
		look := s.look()
		s.lineOf(look, now, look.Server(f.Data, now))
		return
	}
	s.crowd.add(f, now)
	if s.crowd.Len() >= maxCrowd {
		s.tellCrowd()
	}
}

// tellCrowd shows who has come and gone, if anybody has: in front of what came later.
func (s *session) tellCrowd() {
	if sentence, at, ok := s.crowd.take(); ok {
		look := s.look()
		s.lineOf(look, at, look.Server(sentence, at))
	}
}

// lineOf shows a line of that time, which was rendered with look, behind its day if that is a new one.
func (s *session) lineOf(look render.Renderer, at time.Time, text string) {
	if day, ok := look.NewDay(&s.day, at, time.Now()); ok {
		s.line(day)
	}
	s.line(text)
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
