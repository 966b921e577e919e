//go:build linux

// Performance builds both programs, measures them on this machine, and prints what it measured: how long a REPL takes
// from its start to its prompt, against bash, and from the wish to leave to its end; how much memory the two programs
// take; what 5,000 messages cost somebody who is typing; how many lines a second go through a pipe until they are
// acknowledged; and what a log of a million messages costs who writes, opens, joins and searches it. All of it stays on
// the loopback, and nothing is left behind.
//
//	go run ./scripts/performance
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"hubbub/scripts/internal/machine"
	"hubbub/scripts/internal/programs"
)

func main() {
	runs := flag.Int("runs", 20, "how often the start is measured; the rest a quarter as often, but at least five times")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	if err := run(ctx, max(*runs, 1)); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

// bench is what every measurement needs.
type bench struct {
	programs.Set
	dir string // for whatever is written
}

// measurement makes one row or more of the table. It is run several times.
type measurement struct {
	what string
	runs int
	run  func(ctx context.Context, b bench) ([]figure, error)
}

func run(ctx context.Context, runs int) (err error) {
	dir, err := os.MkdirTemp("", "hubbub-performance-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintln(os.Stderr, "building the programs")
	set, err := programs.Build(ctx, dir)
	if err != nil {
		return err
	}
	where, err := machine.Describe()
	if err != nil {
		return err
	}
	fewer := max(runs/4, min(runs, 5))
	log := storedLog{filepath.Join(dir, "log")}
	var t table
	for _, m := range []measurement{
		{"start to prompt", runs, startToPrompt},
		{"the ways out", runs, leaving},
		{"memory when idle", fewer, idleMemory},
		{"5,000 messages with a long draft", fewer, incoming},
		{"100,000 lines through a pipe", fewer, pipe},
		{"1,000,000 lines into SQLite", 1, log.fill},
		{"a log of 1,000,000 messages", fewer, log.open},
	} {
		fmt.Fprintf(os.Stderr, "measuring %s, %d times\n", m.what, m.runs)
		for range m.runs {
			figures, err := m.run(ctx, bench{set, dir})
			if err != nil {
				return fmt.Errorf("%s: %w", m.what, err)
			}
			t.add(figures)
		}
	}
	fmt.Printf("%s\n\n%s", where, t.String())
	return nil
}
