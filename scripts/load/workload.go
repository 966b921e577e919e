//go:build linux

package main

import (
	"context"
	"slices"
	"strings"
	"time"
)

// testCase is one workload with its numbers.
type testCase struct {
	workload string
	n        int           // receivers
	w        int           // messages in flight; 0 where it is not for that
	duration time.Duration // of what is measured
	silent   bool          // nobody says anything: there are no senders
	floor    bool          // the bare broadcaster can do it too
	light    bool          // receivers are light, but for those that are checked
	setup
}

// name is the workload's, with what else a reader of its figures has to know: that the receivers were light, and how
// the server was started where that is compared.
func (t testCase) name() string {
	var notes []string
	if t.light {
		notes = append(notes, "light")
	}
	for _, part := range []string{t.store, t.gomaxprocs} {
		if part != "" {
			notes = append(notes, part)
		}
	}
	if len(notes) == 0 {
		return t.workload
	}
	return t.workload + " (" + strings.Join(notes, ", ") + ")"
}

// figure is one measured value.
type figure struct {
	name  string
	unit  string
	value float64
}

// workload is what a crowd does, and what is measured.
type workload struct {
	name     string
	n, w     []int // where the flags don't say: the receivers, and the messages in flight; no w: it is not for that
	duration time.Duration
	silent   bool
	alone    bool // one sender and no receivers
	floor    bool
	light    bool // can be done with light receivers: it counts deliveries, and does not look at messages
	run      func(ctx context.Context, c *crowd, t testCase) ([]figure, error)
}

// workloads is set here and then only read. Each run has a crowd to itself, on a server to itself where one is started.
var workloads = []workload{
	{
		name: "fanout", n: []int{100, 1000}, w: []int{1, 64, 1024}, duration: 3 * time.Second, floor: true,
		light: true, run: runFanout,
	},
	{name: "latency", n: []int{1000}, duration: 10 * time.Second, floor: true, run: runLatency},
	{name: "idle", n: []int{1000, 10_000}, silent: true, run: runIdle},
	{name: "appends", w: []int{1, 64, 1024}, duration: 3 * time.Second, alone: true, run: runAppends},
	{name: "slow", n: []int{1000}, w: []int{64}, duration: 10 * time.Second, run: runSlow},
	{
		name: "scale", n: []int{10, 100, 1000, 10_000}, w: []int{64}, duration: 3 * time.Second, floor: true,
		light: true, run: runFanout,
	},
}

// lightOnes are the workloads that go with light receivers.
func lightOnes() []workload {
	return slices.DeleteFunc(slices.Clone(workloads), func(w workload) bool { return !w.light })
}

func namesOf(workloads []workload) string {
	var names []string
	for _, w := range workloads {
		names = append(names, w.name)
	}
	return strings.Join(names, ", ")
}

// cases returns the workload's cases with what the flags say.
func (w workload) cases(o *options) []testCase {
	ns, ws, duration := w.n, w.w, w.duration
	switch {
	case w.alone:
		ns = []int{0}
	case len(o.n) > 0:
		ns = o.n
	}
	if len(o.w) > 0 && len(ws) > 0 {
		ws = o.w
	}
	if len(ws) == 0 {
		ws = []int{0}
	}
	if o.duration > 0 {
		duration = o.duration
	}
	var cases []testCase
	for _, n := range ns {
		for _, inFlight := range ws {
			for _, s := range o.setups() {
				cases = append(cases, testCase{
					workload: w.name, n: n, w: inFlight, duration: duration, silent: w.silent, floor: w.floor,
					light: o.light, setup: s,
				})
			}
		}
	}
	return cases
}

// gather has everybody join and be told about everybody else.
func (c *crowd) gather(ctx context.Context) error {
	if _, err := c.join(ctx); err != nil {
		return err
	}
	if c.light {
		c.ping() // for the last time: see draw
	}
	if _, err := c.awaitQuiet(ctx); err != nil {
		return err
	}
	if c.light {
		c.draw()
	}
	return nil
}

// warmUp is how long a workload runs before it is measured.
func warmUp(duration time.Duration) time.Duration { return min(duration/4, time.Second) }

// during returns what was delivered between two measures, and at which cost.
func (t *target) during(before, after measure) []figure {
	const each = " for a delivery"
	deliveries := max(float64(after.total-before.total), 1)
	figures := []figure{{"deliveries", "M/s", deliveries / 1e6 / (after.at - before.at).Seconds()}}
	if t.pid != 0 {
		cpu := after.server - before.server
		figures = append(figures,
			figure{"server CPU" + each, "µs", cpu.Seconds() * 1e6 / deliveries},
			figure{"server CPU", "cores", cpu.Seconds() / (after.at - before.at).Seconds()})
	}
	own := after.own - before.own
	return append(figures, figure{"generator CPU" + each, "µs", own.Seconds() * 1e6 / deliveries})
}

// runFanout keeps so many messages in flight and counts.
func runFanout(ctx context.Context, c *crowd, t testCase) ([]figure, error) {
	if err := c.gather(ctx); err != nil {
		return nil, err
	}
	say := c.keepInFlight(t.w)
	if err := c.drive(ctx, warmUp(t.duration), say); err != nil {
		return nil, err
	}
	before, after, err := c.measureWhile(ctx, t.duration, say)
	if err != nil {
		return nil, err
	}
	return c.target.during(before, after), c.drain(ctx)
}
