// Faults breaks things while people talk, and checks that nothing that was acknowledged is lost or doubled: it kills the
// server and starts it again, and stands between it and the REPLs as a bad network that delays, stalls, cuts frames in
// half and resets connections. Everything is the real thing: two programs, TCP on loopback, a log on disk.
//
//	go run ./scripts/faults [-kills 20] [-cuts 200] [-writers 4] [-messages 5000] [-seed 1]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var p plan
	flag.IntVar(&p.kills, "kills", 20, "how often the server is killed")
	flag.IntVar(&p.cuts, "cuts", 200, "how many connections are cut, about")
	flag.IntVar(&p.writers, "writers", 4, "REPLs that write")
	flag.IntVar(&p.readers, "readers", 2, "REPLs that read")
	flag.IntVar(&p.messages, "messages", 5000, "messages of each writer")
	flag.Uint64Var(&p.seed, "seed", uint64(time.Now().UnixNano()), "what chance begins with; the same seed makes the same faults at about the same times")
	flag.DurationVar(&p.betweenKills, "between", time.Second, "how long the server lives, on average")
	limit := flag.Duration("limit", 10*time.Minute, "how long everything may take")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	figures, err := run(ctx, p)
	fmt.Print(figures)
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}
