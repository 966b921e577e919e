package main

import (
	"context"
	"errors"
	"sync"
)

// finish waits until what was said is delivered, but not after patient is done, and returns what tells what has become
// of it all. That is to be called when everything that was received is shown: until then not every refusal is counted.
func (p *pipe) finish(ctx, patient context.Context) (verdict func() error) {
	cause := context.Cause(ctx)
	waiting := patient
	if errors.Is(cause, errStalled) || errors.Is(cause, errAway) {
		waiting = ctx
	}
	left := p.drain(waiting)
	why, gone := p.whyGone(cause)
	status := statusNoConnection
	if errors.Is(cause, errEnded) {
		status = p.endStatus()
	}
	said := why
	if left != nil {
		said = left.sentence(p.sent.label)
	}
	return func() error {
		switch lost := p.lost + int(p.refusals.Load()); {
		case p.unread || gone && !p.complete:
			return fail(statusUndelivered, "%s; what follows line %d of the input was not sent", said, p.number)
		case left != nil:
			return fail(statusUndelivered, "%s", said)
		case lost == 1:
			return fail(statusUndelivered, "1 line was not delivered")
		case lost > 1:
			return fail(statusUndelivered, "%d lines were not delivered", lost)
		case gone:
			return fail(status, "%s", why)
		case p.failed:
			return &failure{status: statusFailed}
		}
		return nil
	}
}

// tellWaiting says at a signal that what was said is still being delivered, if that takes its time. Stop ends that.
func (p *pipe) tellWaiting(signaled context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(signaled))
	var telling sync.WaitGroup
	telling.Go(func() {
		select {
		case <-signaled.Done():
		case <-ctx.Done():
			return
		}
		if sleep(ctx, leaveQuietly) == nil {
			p.view.notice(stillWaiting)
		}
	})
	return func() { cancel(); telling.Wait() }
}

// whyGone says why the end came before that of the input, and reports whether it came because the server is gone.
func (p *pipe) whyGone(cause error) (why string, gone bool) {
	switch {
	case errors.Is(cause, errEnded):
		return p.whyEnded(), true
	case errors.Is(cause, errAway), errors.Is(cause, errStalled):
		return cause.Error(), true
	case errors.Is(cause, errOutput) && isClosedOutput(cause):
		return "nobody reads the output", false
	case errors.Is(cause, errOutput):
		return cause.Error(), false
	}
	return "interrupted", false
}
