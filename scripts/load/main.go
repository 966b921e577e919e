//go:build linux

// Load measures how fast a hub delivers, and at which cost, with crowds of cheap clients on this machine: each workload
// is a crowd of its own, run several times, and its medians stand in a table. Every receiver is counted, and a sample
// of them, with all senders, is checked for every message once and in order; a message that is lost or doubled is a
// failure. With -light those that are not checked have the system throw away what they are sent, and only count bytes
// (light.go).
//
//	go run ./scripts/load [-workload fanout,latency] [-floor] [-runs 5]
//
// Without -addr it builds the server and starts a new one for each measurement. With -floor each measurement is
// followed by the same one of a bare broadcaster in a process of its own (floor.go), which is about what this machine
// can do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hubbub/scripts/internal/machine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "load: "+err.Error())
	}
	os.Exit(exitStatus(err))
}

// exitStatus is the process's for run's error: 0 measured, 1 something failed, 2 called wrongly.
func exitStatus(err error) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		return 1
	}
}

// run is the whole program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	if len(args) > 0 && args[0] == floorFlag {
		return runFloor(args[1:], stdout)
	}
	o, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	if err := raiseFiles(o.mostFiles()); err != nil {
		return err
	}
	where, err := machine.Describe()
	if err != nil {
		return err
	}
	b := bench{options: o, progress: &progress{w: stderr, last: time.Now()}}
	if o.addr == "" {
		cleanUp, err := b.prepareServer(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, cleanUp()) }()
	}
	r := report{json: o.json, w: stdout}
	r.machine(where)
	err = b.measureAll(ctx, &r)
	after, loadErr := machine.LoadAverage()
	fmt.Fprintf(stdout, "%s; at the end %s\n\n%s", where, after, r.table())
	return errors.Join(err, loadErr)
}
