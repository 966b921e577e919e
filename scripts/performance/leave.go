//go:build linux

package main

import (
	"context"
	"errors"
	"syscall"
	"time"

	"hubbub/scripts/internal/programs"
)

// A wayOut is how somebody leaves a REPL with a half-typed draft.
type wayOut struct {
	name  string
	leave func(*terminal) error
}

// byKeys is the way out by keys that take the draft off first.
func byKeys(name, typed string) wayOut {
	return wayOut{name, func(t *terminal) error { return t.typeKeys("\x15" + typed) }}
}

// bySignal is the way out by a signal, with the draft as it is.
func bySignal(name string, s syscall.Signal) wayOut {
	return wayOut{name, func(t *terminal) error { return t.cmd.Process.Signal(s) }}
}

// leaving measures from the wish to leave until the program has ended: first while the server is there, then while it
// is gone.
func leaving(ctx context.Context, b bench) (figures []figure, err error) {
	hub, err := b.StartHub(ctx, b.dir, "-data", "memory")
	if err != nil {
		return nil, err
	}
	running := true
	defer func() {
		if running {
			err = errors.Join(err, hub.Stop())
		}
	}()
	for _, way := range []wayOut{
		bySignal("SIGTERM", syscall.SIGTERM), bySignal("SIGHUP", syscall.SIGHUP),
		byKeys("Ctrl-D", "\x04"), byKeys("`/quit`", "/quit\r"),
	} {
		t, err := b.draft(ctx, hub)
		if err != nil {
			return nil, err
		}
		f, err := way.measure(t)
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	t, err := b.draft(ctx, hub)
	if err != nil {
		return nil, err
	}
	running = false
	err = hub.Stop()
	if err == nil {
		err = t.waitFor(ctx, "(offline)")
	}
	if err != nil {
		t.kill()
		return nil, err
	}
	f, err := byKeys("`/quit` while the server is gone", "/quit\r").measure(t)
	if err != nil {
		return nil, err
	}
	return append(figures, f), nil
}

// draft joins and types half a line.
func (b bench) draft(ctx context.Context, hub *programs.Hub) (*terminal, error) {
	t, err := b.join(ctx, hub)
	if err != nil {
		return nil, err
	}
	if err = t.typeKeys("half a line"); err == nil {
		err = t.waitFor(ctx, "half a line")
	}
	if err != nil {
		t.kill()
		return nil, err
	}
	return t, nil
}

// measure takes the way out.
func (w wayOut) measure(t *terminal) (figure, error) {
	began := time.Now()
	if err := t.endBy(func() error { return w.leave(t) }); err != nil {
		return figure{}, err
	}
	took := time.Since(began)
	name := "half a line is typed: from " + w.name + " to the end"
	return figure{name, "ms", float64(took) / float64(time.Millisecond)}, nil
}
