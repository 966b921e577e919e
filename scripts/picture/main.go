//go:build unix

// Picture draws the README's picture: it has people chat through real REPLs, one of them in tmux, and writes what tmux
// shows as an SVG image, for light and dark pages. It needs tmux.
//
//	go run ./scripts/picture
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

	"hubbub/scripts/internal/programs"
)

func main() {
	out := flag.String("o", filepath.Join("docs", "session.svg"), "the `file` to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // the first build may fetch modules
	defer cancel()
	if err := run(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string) (err error) {
	dir, err := os.MkdirTemp("", "hubbub-picture-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	set, err := programs.Build(ctx, dir)
	if err != nil {
		return err
	}
	hub, err := set.StartHub(ctx, dir, "-data", "memory")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hub.Stop()) }()
	screen, err := perform(ctx, set, hub, dir)
	if err != nil {
		return err
	}
	return os.WriteFile(out, draw(screen), 0o644)
}
