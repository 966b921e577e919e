//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
)

// bench is what every measurement needs.
type bench struct {
	options
	home     string // for whatever a started server and its building leave behind
	progress *progress
}

// measurement is one case on one target.
type measurement struct {
	workload
	test testCase
	bare bool // on the bare broadcaster
}

// plan is what each run measures. The floor comes behind what is compared with it, so that both have the machine in the
// same mood.
func (b *bench) plan() (plan []measurement) {
	for _, w := range b.workloads {
		for _, t := range w.cases(&b.options) {
			plan = append(plan, measurement{w, t, false})
			if b.floor && t.floor {
				plan = append(plan, measurement{w, t, true})
			}
		}
	}
	return plan
}

// measureAll measures everything in every run, and goes on behind what fails.
func (b *bench) measureAll(ctx context.Context, r *report) error {
	var failed []error
	for run := range b.runs {
		for _, m := range b.plan() {
			what := fmt.Sprintf("run %d of %d: %s", run+1, b.runs, m)
			figures, err := b.measureOnThread(ctx, m, what)
			if ctx.Err() != nil {
				failed = append(failed, fmt.Errorf("ended in %s: %w", what, context.Cause(ctx)))
				return errors.Join(failed...)
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", what, err))
				b.progress.line("%v", failed[len(failed)-1])
				continue
			}
			r.add(m.test, run, m.bare, figures)
			b.progress.line("%s: %s", what, figures[0])
		}
	}
	return errors.Join(failed...)
}

// String names the measurement for who waits for it.
func (m measurement) String() string {
	s := fmt.Sprintf("%s, %d receivers", m.test.name(), m.test.n)
	if m.test.w > 0 {
		s += fmt.Sprintf(", %d in flight", m.test.w)
	}
	if m.bare {
		s += ", floor"
	}
	return s
}

// measureOnThread measures on a thread that does nothing else.
func (b *bench) measureOnThread(ctx context.Context, m measurement, what string) (figures []figure, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		figures, err = b.measure(ctx, m, what)
	}()
	<-done
	return figures, err
}

// measure measures once.
func (b *bench) measure(ctx context.Context, m measurement, what string) (figures []figure, err error) {
	var target *target
	if m.bare {
		target, err = startFloor(ctx, m.test.n, b.senders)
	} else {
		target, err = b.startServer(ctx, m.test.setup)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, target.stop()) }()
	tell := func(format string, args ...any) { b.progress.sometimes(what+": "+format, args...) }
	c, err := newCrowd(target, m.test, &b.options, tell)
	if err != nil {
		return nil, err
	}
	defer c.close()
	return m.run(ctx, c, m.test)
}

// progress tells who waits how it goes.
type progress struct {
	w    io.Writer
	last time.Time // of the last line
}

// line writes a line.
func (p *progress) line(format string, args ...any) {
	p.last = time.Now()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// sometimes writes a line if there was none for a while.
func (p *progress) sometimes(format string, args ...any) {
	const pause = 2 * time.Second
	if time.Since(p.last) > pause {
		p.line(format, args...)
	}
}
