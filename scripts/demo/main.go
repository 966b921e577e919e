// Demo shows Hubbub at work: it builds the hub and the REPL, starts a hub, has three people talk through real REPLs
// that read a script each, and prints the conversation as one of them sees it. It leaves nothing behind. Its status is
// 0 only if everybody got everything.
//
//	go run ./scripts/demo
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // the first build may fetch modules
	defer cancel()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}
