package main

import (
	"time"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

const (
	crowdGap  = 200 * time.Millisecond // who comes so soon after the last one is announced with them
	crowdWait = time.Second            // but nobody is kept back for longer
	maxCrowd  = 1000                   // people who are announced together, at the most
)

// crowd is who has come and gone and is not announced yet. The zero value is nobody. It is its owner's alone.
type crowd struct {
	render.Crowd
	began time.Time // when the first one came
	timer *time.Timer
}

// add takes an announcement that has just come.
func (c *crowd) add(m wire.ServerMessage, now time.Time) {
	if c.Len() == 0 {
		c.began = now
	}
	c.Add(m)
	wait := min(crowdGap, c.began.Add(crowdWait).Sub(now))
	if c.timer == nil {
		c.timer = time.NewTimer(wait)
		return
	}
	c.timer.Reset(wait)
}

// due returns what is sent when the announcement is to be made; nil: there is none.
func (c *crowd) due() <-chan time.Time {
	if c.Len() == 0 {
		return nil
	}
	return c.timer.C
}

// take returns the announcement and the time of its beginning, and false where there is none.
func (c *crowd) take() (sentence string, at time.Time, ok bool) {
	if c.Len() == 0 {
		return "", time.Time{}, false
	}
	c.timer.Stop()
	sentence = c.Sentence()
	c.Crowd = render.Crowd{}
	return sentence, c.began, true
}

// stop ends the timer.
func (c *crowd) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
}
