// Faults breaks things while people talk, and checks that nothing that was acknowledged is lost or doubled. Everything
// is the real thing: two programs, TCP on loopback, a log on disk. Its cases, of which -case chooses some:
//
//   - crash: the server is killed and started again, and the network between it and the REPLs delays, stalls, cuts
//     frames in half and resets connections
//   - client: REPLs are ended by SIGTERM or SIGKILL, or lose patience with lines that are not acknowledged
//   - limit: the server's files can't grow, as on a full disk, and then can again
//   - disk: the same on a small file system that really is full; only where one may be mounted
//   - name: two clients race for one name, while connections are reset
//   - sleeper: a reader sleeps for a hundred thousand messages, and then reads them all
//
// After each, every acknowledged message must be in the store and with every reader exactly once, all in the same
// order. The exit status is 1 where that is not so.
//
//	go run ./scripts/faults [-case crash,name] [-kills 20] [-cuts 200] [-messages 5000] [-seed 1]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"hubbub/scripts/internal/programs"
)

func main() {
	var p plan
	flag.IntVar(&p.kills, "kills", 20, "how often the server is killed in crash")
	flag.IntVar(&p.cuts, "cuts", 200, "how many connections are cut in crash, about")
	flag.IntVar(&p.writers, "writers", 4, "REPLs that write in crash")
	flag.IntVar(&p.readers, "readers", 2, "REPLs that read in crash")
	flag.IntVar(&p.messages, "messages", 5000, "messages of each writer in crash")
	flag.DurationVar(&p.betweenKills, "between", time.Second, "how long the server lives in crash, on average")
	flag.IntVar(&p.leavers, "leavers", 15, "REPLs that end too early in client")
	flag.IntVar(&p.fills, "fills", 10, "how often the disk fills in limit and in disk")
	flag.IntVar(&p.turns, "turns", 500, "how often each of two takes the name in name")
	flag.IntVar(&p.missed, "missed", 100_000, "messages that the reader sleeps for in sleeper")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()),
		"what chance begins with; the same seed makes the same faults at about the same times")
	names := flag.String("case", "", "which `cases`, with commas between; empty: all")
	limit := flag.Duration("limit", 15*time.Minute, "how long everything may take")
	flag.Parse()
	p.seed = *seed

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := runAll(ctx, p, *names); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

// runAll runs the cases of those names one after the other and prints what has happened in each.
func runAll(ctx context.Context, p plan, names string) error {
	if p.betweenKills <= 0 {
		return fmt.Errorf("the server can't live for %v; -between must be more than that", p.betweenKills)
	}
	chosen, err := choose(names)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "hubbub-faults-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	set, err := programs.Build(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Printf("seed %d\n%s\n", p.seed, heading)
	failed := false
	for _, c := range chosen {
		f, err := c.run(ctx, set, dir, p)
		if f.skipped != nil {
			fmt.Printf("%-8s NOT DONE: %v\n", c.name, f.skipped)
		} else {
			fmt.Printf("%-8s %v\n", c.name, f)
		}
		if err != nil {
			failed = true
			fmt.Printf("%-8s BROKEN: %s\n", c.name, strings.ReplaceAll(err.Error(), "\n", "\n         "))
		}
	}
	if failed {
		return fmt.Errorf("a promise is broken; -seed %d breaks about the same things again", p.seed)
	}
	return nil
}
