package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hubbub/scripts/internal/programs"
)

// run is the whole demo. Everything that it makes is in a temporary folder, which it removes.
func run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "hubbub-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	say := func(format string, args ...any) { fmt.Fprintf(out, "# "+format+"\n", args...) }
	say("building the hub server and the REPL")
	set, err := programs.Build(ctx, dir)
	if err != nil {
		return err
	}
	hub, err := set.StartHub(ctx, dir, "-data", filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hub.Stop()) }()
	say("a hub is listening on %s", hub.Addr)
	say("%s join, each through a REPL of its own that reads a script", strings.Join(people, ", "))
	say("this is what %s sees:", viewer)
	talkers := make([]*talker, len(people))
	for i, name := range people {
		talkers[i] = newTalker(ctx, dir, set.REPL, hub.Addr, name)
	}
	if err := talk(talkers, out); err != nil {
		return err
	}
	say("everybody has left with status 0, which says: delivered")
	for _, t := range talkers {
		if err := t.check(); err != nil {
			return err
		}
	}
	say("%d people said %d things, and each got every line of the others once and in order",
		len(people), len(conversation))
	say("the hub stops, and nothing is left behind")
	return nil
}

// talk runs all talkers to their end and prints what the viewer sees.
func talk(talkers []*talker, out io.Writer) error {
	for i, t := range talkers {
		if err := t.start(); err != nil {
			for _, started := range talkers[:i] {
				started.kill()
			}
			return err
		}
	}
	var failed []error
	for _, t := range talkers {
		if t.name == viewer {
			t.show(out)
		}
		failed = append(failed, t.wait())
	}
	return errors.Join(failed...)
}
