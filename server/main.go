// Hubbub-server is the hub of a chat in the terminal: everybody connects to it over TCP, and it shows everybody's
// messages to everybody, in one order. Run it with -h for its flags.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hubbub-server: "+err.Error())
	}
	os.Exit(exitStatus(err))
}
