package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
// timeout, ctx is done, or the connection has ended, and says then what is left; nil is nothing. For a person, who has
// just decided to leave, the time begins with the call; in a script it is that of [session.watch].
func (s *session) drain(ctx context.Context) *undelivered {
	if !s.said.Load() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	now, from := time.Now(), time.Time{}
	if s.view.person {
		from = now
	}
	defer s.watch(ctx, from, now, cancel)()
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

// awaitLogged waits, no longer than the timeout, until what was said here is in the log, which is asked what it has
// then. Where there is no connection, a person is told.
func (s *session) awaitLogged(ctx context.Context) error {
	switch status := s.client.Status(); {
	case status.Old:
		return errKeepsNothing
	case !status.Connected && s.view.person:
		return client.ErrOffline
	}
	limited, cancel := s.patience(ctx)
	defer cancel()
	switch err := s.client.Drain(limited); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fmt.Errorf("what was said before is not delivered: %w", s.stalled())
	}
	return client.ErrClosed
}

// watch has giveUp called when the server owes an acknowledgement and none has come for the timeout, counted from no
// earlier than from. Stop ends that and waits for its end.
//
// Where the server owes nothing, that is no reason to give up unless idle is given: the time counts from there then.
// That is for the end on an old server, which has everything but is away.
func (s *session) watch(ctx context.Context, from, idle time.Time, giveUp context.CancelCauseFunc) (stop func()) {
	if s.timeout == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			wait := s.timeout
			switch owing := s.client.Status().Owing; {
			case !owing.IsZero() && owing.Before(from):
				wait -= time.Since(from)
			case !owing.IsZero():
				wait -= time.Since(owing)
			case !idle.IsZero():
				wait -= time.Since(idle)
			}
			if wait <= 0 {
				giveUp(s.stalled())
				return
			}
			if sleep(ctx, wait) != nil {
				return
			}
		}
	})
	return func() { cancel(); watching.Wait() }
}

// whyEnded says why the connection ended, which has happened or is about to.
func (s *session) whyEnded() string {
	<-s.over
	if s.ended == nil {
		return errEnded.Error()
	}
	return plainly(s.ended)
}

// endStatus is the exit status where the connection has ended, or is about to, without anybody having asked for it.
func (s *session) endStatus() int {
	<-s.over
	var refused *wire.Error
	if errors.As(s.ended, &refused) {
		return statusRefused
	}
	return statusNoConnection
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
