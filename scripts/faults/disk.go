package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/scripts/internal/programs"
)

const (
	talkers     = 3    // speakers while the disk fills
	lineBytes   = 1000 // of each of their lines
	mostLines   = 3    // in the log of one server about it: one, and one a minute
	freeMoments = 20   // lines of each that are stored between two times that the disk is full
)

// A medium is what the server stores its log on.
type medium interface {
	fill(*victim) error // from now on there is no room, or very little
	free(*victim) error // and now there is again
}

// fillAgain fills the medium and frees it again while clients talk. While there is no room whoever says something is
// told and keeps it, those who read go on, and the server's log says what to do: once, since each server sees the disk
// full twice within the minute. The second time it is killed in the middle of it.
func (s *stage) fillAgain(ctx context.Context, m medium, advice string) error {
	if _, err := s.startReader(ctx, s.server.addr); err != nil {
		return err
	}
	talking, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Bool
	var all sync.WaitGroup
	var failed [talkers]error
	var speakers [talkers]*speaker
	for i := range speakers {
		sp := newSpeaker(fmt.Sprintf("talker%d", i), fmt.Sprintf("talker%d", i), dialTo(s.server.addr))
		sp.padding = lineBytes
		speakers[i] = sp
		all.Go(func() {
			failed[i] = sp.sayAll(talking, func() bool { return !done.Load() })
		})
	}
	var err error
	for n := 0; n < s.fills && err == nil; n++ {
		if err = s.fillOnce(ctx, m, advice, speakers[:], n%2 == 1); err != nil {
			err = fmt.Errorf("the %d. time: %w", n+1, err)
		}
	}
	done.Store(true)
	if err != nil {
		cancel(err)
	}
	all.Wait()
	refused := int64(0)
	for _, sp := range speakers {
		for text, acknowledged := range sp.said {
			s.said[text] = acknowledged
		}
		refused += sp.refusals.Load()
	}
	s.figures.note = fmt.Sprintf("full %d times, %d lines refused and sent again", s.fills, refused)
	return errors.Join(append(failed[:], err)...)
}

// fillOnce fills the medium and frees it again, in between with a kill of the server or without.
func (s *stage) fillOnce(ctx context.Context, m medium, advice string, speakers []*speaker, kill bool) error {
	acks := func(sp *speaker) *atomic.Int64 { return &sp.acks }
	if !each(ctx, patience, speakers, acks, freeMoments) {
		return errors.New("nothing is acknowledged, though there is room")
	}
	if err := s.fillUp(ctx, m, speakers); err != nil {
		return err
	}
	stored, err := readAll(ctx, s.server.addr)
	if err != nil {
		return fmt.Errorf("while there is no room: %w", err)
	}
	if len(stored) < freeMoments*talkers {
		return fmt.Errorf("while there is no room, %d messages can be read", len(stored))
	}
	logged := func() bool { return s.server.console.count("takes no messages", advice) > 0 }
	if !eventually(ctx, patience, logged) || s.server.console.count("takes no messages") > mostLines ||
		s.server.console.count("takes messages again") > mostLines {
		return fmt.Errorf("the server logs %d times that %q, and %d times that this is over",
			s.server.console.count(advice), advice, s.server.console.count("takes messages again"))
	}
	if kill {
		s.server.kill()
		s.figures.kills++
	}
	if err := m.free(s.server); err != nil {
		return err
	}
	if kill {
		s.server.console.clear()
		return s.server.start(ctx)
	}
	if !each(ctx, patience, speakers, acks, 1) {
		return errors.New("nothing is acknowledged, though there is room again")
	}
	if !eventually(ctx, patience, func() bool { return s.server.console.count("takes messages again") > 0 }) {
		return errors.New("the server does not log that it stores messages again")
	}
	return nil
}

// each waits until a count of each of the speakers has grown by so many, and reports whether it has.
func each(
	ctx context.Context, limit time.Duration, speakers []*speaker, count func(*speaker) *atomic.Int64, by int64,
) bool {
	limits := make([]int64, len(speakers))
	for i, sp := range speakers {
		limits[i] = count(sp).Load() + by
	}
	return eventually(ctx, limit, func() bool {
		for i, sp := range speakers {
			if count(sp).Load() < limits[i] {
				return false
			}
		}
		return true
	})
}

// fillUp fills the medium until nobody's lines are stored any more, a REPL's neither, which must say so. Something may
// still fit in at first, or the server makes room by what it does in the background.
func (s *stage) fillUp(ctx context.Context, m medium, speakers []*speaker) error {
	refusals := func(sp *speaker) *atomic.Int64 { return &sp.refusals }
	for range 20 {
		if err := m.fill(s.server); err != nil {
			return err
		}
		if !each(ctx, time.Second, speakers, refusals, 3) {
			continue
		}
		stored, err := s.onlook(ctx)
		if err != nil || !stored {
			return err
		}
	}
	return errors.New("it is never full")
}

// onlook has a REPL say a line, and reports whether that is stored.
func (s *stage) onlook(ctx context.Context) (stored bool, err error) {
	const undelivered = 5
	text := line("onlooker", s.onlookers)
	s.onlookers++
	repl := programs.Command(ctx, s.dir, s.set.REPL,
		"-addr", s.server.addr, "-name", "onlooker", "-timeout", patience.String())
	repl.Stdin = strings.NewReader(text + "\n")
	out, _ := repl.CombinedOutput()
	status := repl.ProcessState.ExitCode()
	s.said[text] = status == 0
	if status != 0 && (status != undelivered || !strings.Contains(string(out), "could not store this message")) {
		return false, fmt.Errorf("a REPL whose line is not stored ends with status %d and says %.300q", status, out)
	}
	return status == 0, nil
}
