//go:build linux

package main

import (
	"context"
	"slices"
	"time"
)

// acks takes the time from saying a message to reading its ack, for a sender that is alone.
type acks struct {
	said   [mostInFlight]time.Duration // when the sender said its message n, at n modulo mostInFlight
	acked  int64                       // the number of the last message whose ack was read
	micros []uint32                    // for each ack
}

// take notes that the acks up to message n had been read at that time.
func (a *acks) take(n int64, at time.Duration) {
	for a.acked < n {
		a.acked++
		a.micros = append(a.micros, uint32((at - a.said[a.acked%mostInFlight]).Microseconds()))
	}
}

// runAppends measures how many messages a second are acknowledged to a single client, which is alone, and how long each
// one takes: what it costs to put a message into the log and say so.
func runAppends(ctx context.Context, c *crowd, t testCase) ([]figure, error) {
	if err := c.gather(ctx); err != nil {
		return nil, err
	}
	sender := &c.speakers()[0]
	sender.acks = new(acks)
	say := func() time.Duration {
		for sender.own-sender.acks.acked < int64(t.w) {
			c.say()
			sender.acks.said[sender.own%mostInFlight] = time.Since(c.began)
		}
		c.tell("%d messages said", c.said)
		return mostTurn
	}
	if err := c.drive(ctx, warmUp(t.duration), say); err != nil {
		return nil, err
	}
	sender.acks.micros = nil
	before, after, err := c.measureWhile(ctx, t.duration, say)
	if err != nil {
		return nil, err
	}
	micros := sender.acks.micros
	slices.Sort(micros)
	figures := []figure{
		{"acknowledged", "a second", float64(len(micros)) / (after.at - before.at).Seconds()},
		{"p50", "ms", float64(percentile(micros, 500)) / 1000},
		{"p99", "ms", float64(percentile(micros, 990)) / 1000},
	}
	if c.target.pid != 0 {
		cpu := (after.server - before.server).Seconds() * 1e6
		figures = append(figures, figure{"server CPU for a message", "µs", cpu / max(float64(len(micros)), 1)})
	}
	return figures, c.drain(ctx)
}
