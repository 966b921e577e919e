package main

import (
	"context"
	"time"

	"hubbub/wire"
)

// stillWaiting is said at the end where delivering takes its time.
const stillWaiting = "waiting until everything is delivered; Ctrl-C ends that"

// leave gives the terminal back, waits until what was typed is delivered, and returns what tells what has become of it
// all. That is to be called when listen has ended: until then not every refusal is counted. Ctrl-C ends the waiting;
// where ctx is done already, only a second signal does, which ends the program.
func (p *person) leave(ctx context.Context) (verdict func() error) {
	hasEnded := p.hasEnded()
	closeConsole := keepingDraft
	switch {
	case hasEnded:
		p.view.notice(p.whyEnded() + "; hubbub has ended")
	case ctx.Err() != nil:
		p.view.notice("a signal has ended hubbub")
	default:
		closeConsole = console.Close
	}
	p.leaving.Store(true)
	p.client.RetryNow()
	p.worker.leave()
	p.giveBack(closeConsole)

	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	slow := time.AfterFunc(leaveQuietly, func() {
		p.view.notice(stillWaiting)
	})
	defer slow.Stop()
	select {
	case <-p.worker.done:
	case <-ctx.Done():
		p.end(ctx.Err())
		<-p.worker.done
	}
	left := p.drain(ctx)
	return func() error {
		switch lost := p.lost.Load(); {
		case left != nil:
			return fail(statusUndelivered, "%s", left.sentence(func(_ wire.ID, text string) string { return excerpt(text) }))
		case lost > 0:
			return fail(statusUndelivered, "%d of the last messages were not delivered", lost)
		case hasEnded:
			return &failure{status: p.endStatus()}
		}
		return nil
	}
}

// keepingDraft closes a console where the end is not the person's wish: what was half typed is not sent, and not lost.
func keepingDraft(c console) error { return c.CloseKeeping(" (not sent)") }

// hasEnded reports whether the connection has.
func (p *person) hasEnded() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}
