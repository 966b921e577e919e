package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/wire"
)

// forever is what a timeout of 0 means to the client package, for which 0 is a default.
const forever time.Duration = math.MaxInt64

// oldServerNotice is said where the server is PyNet's.
const oldServerNotice = "this is an old server: it can't confirm that messages are delivered"

// recognizedNotice takes oldServerNotice back.
const recognizedNotice = "the server answers after all: delivery is confirmed from here on"

// dial joins the server under that name. Its error is a failure. For run see [client.Config].
func dial(
	ctx context.Context, o options, name string, history int, run func(work func()),
) (*client.Client, error) {
	timeout := o.timeout
	if timeout == 0 {
		timeout = forever
	}
	c, err := client.Dial(ctx, client.Config{
		Addrs: o.addrs, Name: name, History: history, Timeout: timeout, Reconnect: true, Intervals: o.intervals,
		Run: run,
	})
	var refused *wire.Error
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, fail(statusNoConnection, "interrupted before the connection was made")
	case errors.As(err, &refused):
		return nil, &failure{statusRefused, fmt.Sprintf("the server refuses %q: %s", name, refused.Message), refused}
	case errors.Is(err, client.ErrNoServer):
		return nil, fail(statusNoConnection, "%w; start one with hubbub-server, or say with -addr where it is", err)
	}
	return nil, fail(statusNoConnection, "%w", err)
}

// plainly returns what an error says to people: of one of the protocol the sentence, without its code.
func plainly(err error) string {
	var refused *wire.Error
	if errors.As(err, &refused) {
		return refused.Message
	}
	return err.Error()
}
