package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// errInterrupted is the cause that ends the waiting for acknowledgements at a second signal.
var errInterrupted = errors.New("interrupted")

// notifySignals returns a context that is done at the first signal that says to end. Where nobody is impatient, the
// second one ends the program on the spot.
func notifySignals() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	return ctx
}

// impatient returns a context that is done at the second signal that says to end from now on, with [errInterrupted] as
// its cause; a third one ends the program on the spot. Stop ends that.
func impatient() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var counting sync.WaitGroup
	counting.Go(func() {
		defer signal.Stop(signals)
		for range cap(signals) {
			select {
			case <-signals:
			case <-ctx.Done():
				return
			}
		}
		cancel(errInterrupted)
	})
	return ctx, func() { cancel(nil); counting.Wait() }
}
