//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"hubbub/wire"
)

// drainTime is how long nothing may come while something is still to come.
const drainTime = 10 * time.Second

func countMessages(data []byte) int64 { return int64(bytes.Count(data, markerBytes)) }

// say has the next sender say something. It is written with the next turn.
func (c *crowd) say() {
	s := int(c.said) % c.senders
	m := &c.speakers()[s]
	c.said++
	m.own++
	text := string(appendText(nil, c.size, s, m.own, time.Since(c.began)))
	var frame wire.Frame = wire.Chat{Text: text, ID: wire.ID(m.own)}
	if c.target.bare { // what a hub would make of it
		frame = wire.Message{From: m.name, Text: text, Seq: wire.Seq(c.said), Time: wire.TimeOf(time.Now())}
	}
	m.out = wire.Append(m.out, frame)
}

// keepInFlight returns what says as much as it takes to have w messages on their way. A message is on its way until all
// receivers have it: as many have arrived as all have on average.
func (c *crowd) keepInFlight(w int) func() time.Duration {
	return func() time.Duration {
		for c.said < int64(w)+c.total/int64(c.active) {
			c.say()
		}
		c.tell("%d messages said", c.said)
		return mostTurn
	}
}

// keepRate returns what says that many messages a second.
func (c *crowd) keepRate(perSecond int) func() time.Duration {
	interval := time.Second / time.Duration(perSecond)
	next := time.Since(c.began)
	return func() time.Duration {
		now := time.Since(c.began)
		for ; next <= now; next += interval {
			c.late = max(c.late, now-next)
			c.say()
		}
		c.tell("%d messages said", c.said)
		return next - now
	}
}

// drain reads until everybody has everything that was said, and a moment longer for what should not come. It reports
// what is missing or too much. The bare broadcaster's order is not checked: it keeps none.
func (c *crowd) drain(ctx context.Context) error {
	c.now = time.Since(c.began)
	for start := c.now; !c.hasAll(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.turn(mostTurn); err != nil {
			return err
		}
		c.tell("reading what is left")
		if c.now-max(c.read, start) > drainTime {
			break
		}
	}
	if err := c.drive(ctx, quietTime/2, nothing); err != nil {
		return err
	}
	return c.verify()
}

// hasAll reports whether every receiver has been sent what was said, and every sender its last ack.
func (c *crowd) hasAll() bool {
	if c.total < c.said*int64(len(c.receivers())) {
		return false
	}
	for _, m := range c.speakers() {
		if !c.target.bare && m.checker.err == nil && m.checker.said[m.checker.self] < m.own {
			return false
		}
	}
	return true
}

// verify reports who was not sent every message once, or not in order.
func (c *crowd) verify() error {
	own := make([]int64, c.senders)
	for s, m := range c.speakers() {
		own[s] = m.own
	}
	for _, m := range c.receivers() {
		if !m.light && m.counted != c.said {
			return fmt.Errorf("%s was sent %d messages of %d", m.name, m.counted, c.said)
		}
	}
	if c.ruler != nil {
		if err := c.verifyLight(); err != nil {
			return err
		}
	}
	if c.target.bare {
		return nil
	}
	for _, m := range c.members {
		if m.checker == nil {
			continue
		}
		if err := m.checker.complete(own); err != nil {
			return fmt.Errorf("what %s was sent: %w", m.name, err)
		}
	}
	return nil
}
