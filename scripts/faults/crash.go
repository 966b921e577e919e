package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// crash kills the server and starts it again while REPLs talk over a bad network. They come back by themselves, and
// whatever they are given to say is acknowledged in the end.
func crash(ctx context.Context, s *stage) error {
	if err := s.startServer(ctx); err != nil {
		return err
	}
	every := 0
	if s.cuts > 0 {
		every = s.bytesToCut()
	}
	proxy, err := s.startProxy(every)
	if err != nil {
		return err
	}
	for range s.plan.readers {
		if _, err := s.startReader(ctx, proxy.addr()); err != nil {
			return err
		}
	}
	writers, err := s.startWriters(ctx, proxy.addr(), s.writers, s.messages, s.betweenMessages())
	if err != nil {
		return err
	}
	written := make(chan error, 1)
	s.goroutines.Go(func() { written <- waitForAll(writers) })
	return s.killUntil(ctx, written)
}

// bytesToCut is how many bytes pass one way between two cuts, about, for as many as are planned.
func (p plan) bytesToCut() int {
	const frame = 110
	bytes := p.messages * p.writers * frame * (1 + p.readers + p.writers)
	return max(2000, bytes/max(1, p.cuts))
}

// betweenMessages is how long a writer pauses, so that it has something to say until the last kill.
func (p plan) betweenMessages() time.Duration {
	return p.betweenKills * time.Duration(p.kills) / time.Duration(max(1, p.messages))
}

// killUntil kills the server again and again until the plan is carried out, or what is being written is, and then waits
// for that.
func (s *stage) killUntil(ctx context.Context, written <-chan error) error {
	for {
		var pause <-chan time.Time
		if s.figures.kills < s.kills {
			pause = time.After(s.betweenKills/2 + time.Duration(s.chance.Int64N(int64(s.betweenKills))))
		}
		select {
		case err := <-written:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-pause:
		}
		if err := s.server.restart(ctx); err != nil {
			return err
		}
		s.figures.kills++
	}
}

// waitForAll waits for writers and returns what went wrong with them.
func waitForAll(writers []*writer) error {
	failed := make([]error, len(writers))
	var all sync.WaitGroup
	for i, w := range writers {
		all.Go(func() { failed[i] = w.wait() })
	}
	all.Wait()
	return errors.Join(failed...)
}
