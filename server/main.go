// Hubbub-server is the hub of a chat in the terminal: everybody connects to it over TCP, and it shows everybody's
// messages to everybody, in one order. Run it with -h for its flags.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	var keeper sync.WaitGroup
	if _, set := os.LookupEnv("GOGC"); !set {
		keeper.Go(func() { keepMemorySmall(ctx) })
	}
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout)
	stop()
	keeper.Wait()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hubbub-server: "+err.Error())
	}
	os.Exit(exitStatus(err))
}
