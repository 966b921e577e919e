//go:build linux

package main

import (
	"context"
	"time"
)

// mostStop is how long receivers stop reading at the most. A server ends a connection that takes nothing for 30 s.
const mostStop = 20 * time.Second

// runSlow has half of the receivers stop reading for a while. The others' deliveries are compared with what they got
// before, for as long; the ones that stopped must be sent everything when they read again.
func runSlow(ctx context.Context, c *crowd, t testCase) ([]figure, error) {
	if err := c.gather(ctx); err != nil {
		return nil, err
	}
	say := c.keepInFlight(t.w)
	stop := min(t.duration, mostStop)
	reading := len(c.receivers()) / 2
	if err := c.drive(ctx, warmUp(stop), say); err != nil {
		return nil, err
	}
	before, err := c.phase(ctx, stop, reading, say)
	if err != nil {
		return nil, err
	}
	if err := c.pause(reading); err != nil {
		return nil, err
	}
	said := c.said
	stopped, err := c.phase(ctx, stop, reading, say)
	if err != nil {
		return nil, err
	}
	said = c.said - said
	if err := c.resume(); err != nil {
		return nil, err
	}
	resumed := time.Since(c.began)
	err = c.drain(ctx)
	figures := []figure{
		{"to the readers before", "M/s", before.rate / 1e6},
		{"to the readers while half stopped", "M/s", stopped.rate / 1e6},
		{"the same, of before", "", stopped.rate / max(before.rate, 1)},
		{"said while half stopped", "messages", float64(said)},
		{"until all had caught up", "s", (c.read - resumed).Seconds()},
	}
	if c.target.pid != 0 {
		caughtUp, err := readMemory(c.target.pid)
		if err != nil {
			return nil, err
		}
		figures = append(figures,
			figure{"server memory grew before", "MiB", before.grew / mebibyte},
			figure{"server memory grew while half stopped", "MiB", stopped.grew / mebibyte},
			figure{"server memory grew until all had caught up", "MiB",
				max(stopped.grew, caughtUp.peak-stopped.memory) / mebibyte},
			figure{"most server memory", "MiB", caughtUp.peak / mebibyte})
	}
	return figures, err
}

// phase is what has happened in one part of a measurement.
type phase struct {
	rate   float64 // deliveries a second to the readers
	memory float64 // the server's at the start, in bytes
	grew   float64 // by how many bytes more that was at the most
}

// phase drives the crowd and watches the server's memory. The readers are the first of the receivers.
func (c *crowd) phase(
	ctx context.Context, d time.Duration, readers int, say func() time.Duration,
) (p phase, err error) {
	const memoryStep = 100 * time.Millisecond
	var most, next float64
	var memoryErr error
	look := func() time.Duration {
		wait := say()
		if c.target.pid == 0 || c.now.Seconds() < next || memoryErr != nil {
			return wait
		}
		next = (c.now + memoryStep).Seconds()
		var m memory
		m, memoryErr = readMemory(c.target.pid)
		if p.memory == 0 {
			p.memory = m.now
		}
		most = max(most, m.now)
		return wait
	}
	counted := c.counted(readers)
	start := time.Since(c.began)
	err = c.drive(ctx, d, look)
	p.rate = float64(c.counted(readers)-counted) / (time.Since(c.began) - start).Seconds()
	p.grew = most - p.memory
	if err == nil {
		err = memoryErr
	}
	return p, err
}

// counted is how many messages the first n receivers have, all together.
func (c *crowd) counted(n int) (sum int64) {
	for _, m := range c.members[:n] {
		sum += m.counted
	}
	return sum
}
