//go:build linux

package main

import (
	"context"
	"math"
	"time"
)

const (
	settleStep = 500 * time.Millisecond
	settleFor  = 4 // steps in which the memory must not change
	settleMost = 15 * time.Second
	mebibyte   = 1 << 20
)

// runIdle measures how long it takes until all have joined, and how much memory they take when nothing happens.
func runIdle(ctx context.Context, c *crowd, t testCase) ([]figure, error) {
	var before memory
	var err error
	if c.target.pid != 0 {
		if before, err = readMemory(c.target.pid); err != nil {
			return nil, err
		}
	}
	start, err := c.measure()
	if err != nil {
		return nil, err
	}
	joined, err := c.join(ctx)
	if err != nil {
		return nil, err
	}
	quiet, err := c.awaitQuiet(ctx)
	if err != nil {
		return nil, err
	}
	end, err := c.measure()
	if err != nil {
		return nil, err
	}
	figures := []figure{
		{"until all have joined", "s", joined.Seconds()},
		{"until all know about all", "s", (quiet - start.at).Seconds()},
	}
	if c.target.pid == 0 {
		return figures, nil
	}
	after, err := c.settle(ctx)
	if err != nil {
		return nil, err
	}
	return append(figures,
		figure{"server CPU until then", "s", (end.server - start.server).Seconds()},
		figure{"server memory", "MiB", after.now / mebibyte},
		figure{"server memory for a connection", "KiB", (after.now - before.now) / 1024 / float64(t.n)},
		figure{"most server memory", "MiB", after.peak / mebibyte},
	), nil
}

// settle waits until the server's memory no longer changes: a garbage collector gives it back bit by bit.
func (c *crowd) settle(ctx context.Context) (last memory, err error) {
	for same, start := 0, c.now; same < settleFor && c.now-start < settleMost; {
		if err := c.drive(ctx, settleStep, nothing); err != nil {
			return last, err
		}
		m, err := readMemory(c.target.pid)
		if err != nil {
			return last, err
		}
		const change = 0.005
		if math.Abs(m.now-last.now) < change*m.now {
			same++
		} else {
			same = 0
		}
		last = m
		c.tell("waiting for the server's memory, %.1f MiB, to settle", m.now/mebibyte)
	}
	return last, nil
}
