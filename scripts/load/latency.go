//go:build linux

package main

import (
	"context"
	"slices"
)

// latencyRate is how many messages a second are said where it is measured how long each takes.
const latencyRate = 100

// runLatency measures how long each message takes to each receiver, from being handed to the sender's socket to being
// read. Everything is read by one thread, so it holds the time that this takes for those before, with every server
// alike.
func runLatency(ctx context.Context, c *crowd, t testCase) ([]figure, error) {
	if err := c.gather(ctx); err != nil {
		return nil, err
	}
	if err := c.drive(ctx, warmUp(t.duration), c.keepRate(latencyRate)); err != nil {
		return nil, err
	}
	if err := c.drain(ctx); err != nil { // so that each message is measured either everywhere or nowhere
		return nil, err
	}
	for i := range c.receivers() {
		expected := int(latencyRate*t.duration.Seconds()) + 1
		c.members[i].stamps = &stamps{micros: make([]uint32, 0, expected)}
	}
	c.late = 0
	before, after, err := c.measureWhile(ctx, t.duration, c.keepRate(latencyRate))
	if err != nil {
		return nil, err
	}
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	figures := append(latencies(c.receivers()), figure{"latest sending", "ms", c.late.Seconds() * 1000})
	if c.target.pid != 0 {
		cores := (after.server - before.server).Seconds() / (after.at - before.at).Seconds()
		figures = append(figures, figure{"server CPU", "cores", cores})
	}
	return figures, nil
}

// latencies sums up what the receivers have measured.
func latencies(receivers []member) []figure {
	var all []uint32
	worst := uint32(0)
	for _, m := range receivers {
		slices.Sort(m.stamps.micros)
		worst = max(worst, percentile(m.stamps.micros, 990))
		all = append(all, m.stamps.micros...)
	}
	slices.Sort(all)
	at := func(permille int) float64 { return float64(percentile(all, permille)) / 1000 }
	return []figure{
		{"p50", "ms", at(500)}, {"p99", "ms", at(990)}, {"p99.9", "ms", at(999)}, {"most", "ms", at(1000)},
		{"p99 of the worst receiver", "ms", float64(worst) / 1000},
	}
}
