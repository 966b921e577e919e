package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/scripts/internal/programs"
)

// The same as the program, in short.
func TestNothingIsLostOrDoubled(t *testing.T) {
	p := plan{
		seed: 1, kills: 5, cuts: 20, writers: 2, readers: 2, messages: 400, betweenKills: 300 * time.Millisecond,
		leavers: 6, fills: 3, turns: 40, missed: 20_000,
	}
	dir := t.TempDir()
	set, err := programs.Build(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := c.run(t.Context(), set, dir, p)
			t.Logf("\n%s\n%-8s %v", heading, c.name, f)
			if err != nil {
				t.Fatal(err)
			}
			if f.skipped != nil {
				t.Skipf("NOT TESTED: %v", f.skipped)
			}
			if c.name == "crash" && (f.kills == 0 || f.cuts == 0) {
				t.Error("nothing was broken")
			}
		})
	}
}

// A server that lives for no time can't be killed in the middle of something.
func TestBetweenMustBeSomeTime(t *testing.T) {
	for _, between := range []time.Duration{0, -time.Second} {
		err := runAll(t.Context(), plan{betweenKills: between}, "crash")
		if err == nil || !strings.Contains(err.Error(), "-between") {
			t.Errorf("%v: %v", between, err)
		}
	}
}

// A case that breaks off in the middle leaves nothing behind: no program, and no goroutine that feeds one.
func TestWhatBreaksOffLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	set, err := programs.Build(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	var left []*process
	c := faultCase{"breaksoff", func(ctx context.Context, s *stage) error {
		defer func() { left = s.processes }()
		if err := s.startServer(ctx); err != nil {
			return err
		}
		if _, err := s.startReader(ctx, s.server.addr); err != nil {
			return err
		}
		if _, err := s.startWriters(ctx, s.server.addr, 2, 10, time.Hour); err != nil {
			return err
		}
		if _, err := s.startLeaver(ctx, "leaver"); err != nil {
			return err
		}
		return enough
	}}
	if _, err := c.run(t.Context(), set, dir, plan{}); !errors.Is(err, enough) {
		t.Error(err)
	}
	if len(left) != 4 {
		t.Errorf("%d programs were started", len(left))
	}
	for _, p := range left {
		if p.cmd.ProcessState == nil {
			t.Errorf("%v was not awaited", p.cmd.Args)
		}
	}
	goleak.VerifyNone(t)
}
