// Hubbub-server is the hub of a chat in the terminal: everybody connects to it over TCP, and it shows everybody's
// messages to everybody, in one order. Run it with -h for its flags.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// gcPercent is how much memory the garbage collector may have in reserve, in percent of what is in use. Less of it than
// usual costs hardly any time here: most of what the server holds is bytes, which the collector does not look at.
const gcPercent = 40

func main() {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hubbub-server: "+err.Error())
	}
	os.Exit(exitStatus(err))
}
