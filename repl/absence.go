package main

import (
	"errors"
	"fmt"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/wire"
)

// absence is a lost connection, and after its return what was missed, until that is shown. The zero value is neither.
// It is listen's alone.
type absence struct {
	lost  bool
	why   error       // the connection, or the last attempt to get it back, has failed
	limit *time.Timer // ends the patience with it; nil: there is no end to that

	through wire.Seq // messages up to this one were missed; 0: none was
	told    bool     // that this is what they are
}

// errAway is what errors are when the connection has been lost for longer than the timeout.
var errAway = errors.New("there has been no connection")

// goAway tells that the connection is lost, once until it is back.
func (s *session) goAway(e client.Lost) {
	s.away.why = e.Err
	if s.away.lost {
		return
	}
	s.tellCrowd()
	s.endMissed()
	s.away.lost = true
	s.greet = false
	if s.timeout > 0 && !s.view.person { // who decides when to go
		s.away.limit = time.NewTimer(s.timeout)
	}
	s.offline(true)
	s.view.notice("the connection is lost: " + plainly(e.Err) + "; trying again")
}

// comeBack tells that the connection is there again.
func (s *session) comeBack(e client.Resumed) {
	s.away.stop()
	s.away = absence{through: e.Through}
	s.joinedAt = 0 // what was missed is news, and no history
	s.offline(false)
	if s.addrs > 1 {
		s.view.notice("connected again, to " + e.Addr)
	} else {
		s.view.notice("connected again")
	}
	if e.Gap {
		s.view.notice("some of what was said meanwhile may be missing: the server does not have all of it")
	}
}

// beginMissed is called before a message is shown. To a person it says where what was missed begins.
func (s *session) beginMissed(seq wire.Seq) {
	switch {
	case s.away.through == 0:
	case seq > s.away.through:
		s.endMissed()
	case !s.away.told && s.view.person:
		s.away.told = true
		s.view.notice("what was said meanwhile:")
	}
}

// reach is called when everything up to seq has been shown. The last one that was missed may be one's own, whose ack
// came earlier: then what comes next tells that it is over.
func (s *session) reach(seq wire.Seq) {
	if s.away.through != 0 && seq >= s.away.through {
		s.endMissed()
	}
}

func (s *session) endMissed() {
	if s.away.told {
		s.view.notice("end of what was said meanwhile")
	}
	s.away.through, s.away.told = 0, false
}

// due returns what is sent when the connection has been lost for too long; nil: that has no limit.
func (a *absence) due() <-chan time.Time {
	if a.limit == nil {
		return nil
	}
	return a.limit.C
}

// stop ends the timer.
func (a *absence) stop() {
	if a.limit != nil {
		a.limit.Stop()
	}
}

// giveUp ends the session with errAway, unless the connection has come back just now.
func (s *session) giveUp() {
	s.away.limit = nil
	if !s.client.Status().Connected {
		s.end(fmt.Errorf("%w for %v: %s", errAway, s.timeout, plainly(s.away.why)))
	}
}
