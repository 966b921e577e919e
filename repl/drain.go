package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// undelivered is what is left when drain gives up.
type undelivered struct {
	texts []client.Text
	why   string
}

// drain waits until everything that was said is acknowledged. It gives up when nothing has been acknowledged for the
// timeout, ctx is done, or the connection has ended, and says then what is left; nil is nothing.
func (s *session) drain(ctx context.Context) *undelivered {
	if !s.said.Load() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if s.timeout > 0 {
		done := make(chan struct{})
		go func() { defer close(done); s.watch(ctx, cancel) }()
		defer func() { cancel(nil); <-done }()
	}
	err := s.client.Drain(ctx)
	var left *client.Undelivered
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &left):
		return &undelivered{why: plainly(err)}
	case ctx.Err() != nil:
		return &undelivered{left.Texts, plainly(context.Cause(ctx))}
	}
	return &undelivered{left.Texts, s.whyEnded()}
}

// watch calls giveUp when the server has acknowledged nothing for the timeout. The client has no event for what it has
// written to an old server: hence the looking every now and then.
func (s *session) watch(ctx context.Context, giveUp context.CancelCauseFunc) {
	ticker := time.NewTicker(max(s.timeout/20, time.Millisecond))
	defer ticker.Stop()
	left, since := s.client.Status().Unacknowledged, time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if n := s.client.Status().Unacknowledged; n != left {
				left, since = n, now
			}
			if now.Sub(since) >= s.timeout {
				giveUp(s.stalled())
				return
			}
		}
	}
}

// whyEnded says why the connection ended, which has happened or is about to.
func (s *session) whyEnded() string {
	<-s.over
	if s.ended == nil {
		return errEnded.Error()
	}
	return plainly(s.ended)
}

// sentence says how much is left, and which text is the first of it, in the words of label.
func (u *undelivered) sentence(label func(wire.ID, string) string) string {
	if len(u.texts) == 0 {
		return "the server has not shown that it read everything: " + u.why
	}
	first := label(u.texts[0].ID, u.texts[0].Text)
	if len(u.texts) == 1 {
		return fmt.Sprintf("1 message is not acknowledged, %s: %s", first, u.why)
	}
	return fmt.Sprintf("%d messages are not acknowledged, the first is %s: %s", len(u.texts), first, u.why)
}

// excerpt is the beginning of a text, in quotes.
func excerpt(text string) string {
	const limit = 60 // characters
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return `"` + render.HarmlessName(text) + `"`
}
