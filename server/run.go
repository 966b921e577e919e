package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"hubbub/server/internal/console"
	"hubbub/server/internal/hub"
	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/server/internal/msglog/sqlitelog"
	"hubbub/server/internal/session"
	"hubbub/wire"
)

// The times of the protocol that no flag sets.
const (
	handshakeTime = 10 * time.Second // to join in
	idleTime      = 75 * time.Second // without a frame: a client pings after 30 s
	stallTime     = 30 * time.Second // without taking anything
	lingerTime    = 5 * time.Second  // to deliver what is queued when a connection ends
	oldGap        = 5 * time.Millisecond
)

// run is the whole program. It serves until ctx ends, and then stops within lingerTime. Its error is one sentence.
func run(ctx context.Context, args []string, lookupEnv func(string) (string, bool), stdout io.Writer) error {
	o, err := parseFlags(args, lookupEnv, stdout)
	if errors.Is(err, errDone) {
		return nil
	}
	if err != nil {
		return err
	}
	if o.version {
		fmt.Fprintln(stdout, "hubbub-server", version())
		return nil
	}
	greeting, err := readGreeting(o.motd)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", o.listen)
	if err != nil {
		return listenError(o.listen, err)
	}
	logger := newLogger(o, stdout)
	log, err := openLog(ctx, o, ln.Addr().String(), logger)
	if err != nil {
		ln.Close()
		if ctx.Err() != nil {
			return nil // stopped before it began
		}
		return err
	}
	err = serve(ctx, ln, log, logger, greeting, o)
	return errors.Join(err, log.Close())
}

// openLog opens the log that -data names, for the server at addr.
func openLog(ctx context.Context, o options, addr string, logger *slog.Logger) (msglog.Log, error) {
	switch o.data {
	case inMemory:
		return memlog.New(memlog.Options{Entries: o.history}), nil
	case "":
		return nil, fmt.Errorf("there is no home folder to keep the log in: say where with -data, or -data memory; %w",
			errUsage)
	}
	return sqlitelog.Open(ctx, o.data, sqlitelog.Options{Keep: o.history, Owner: addr, Logger: logger})
}

// serve runs the server on ln until ctx ends, and closes ln.
func serve(
	ctx context.Context, ln net.Listener, log msglog.Log, logger *slog.Logger, greeting string, o options,
) error {
	h, err := hub.New(context.WithoutCancel(ctx), hub.Config{
		Log: log, Logger: logger, Now: time.Now, Greeting: greeting,
		Limits: wire.Limits{
			Frame: wire.MaxFrame, Text: wire.MaxText, Name: wire.MaxName, Rate: o.rate, Burst: o.burst,
		},
		Stall: stallTime, Linger: lingerTime, OldGap: oldGap,
	})
	if err != nil {
		ln.Close()
		return err
	}
	server := session.New(session.Config{
		Hub: h, Log: log, Logger: logger,
		MaxClients: o.maxClients, MaxPerIP: o.maxPerIP, Rate: o.limit(), Burst: o.burst,
		Handshake: handshakeTime, Idle: idleTime, Linger: lingerTime,
	})
	logger.Info("starting", "addr", ln.Addr().String())

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case <-ctx.Done():
		logger.Info("stopping", "reason", "it was asked to")
	case err = <-failed:
		logger.Error("no more connections can be accepted; stopping", "error", err)
	}
	deadline, cancel := context.WithTimeout(context.Background(), lingerTime)
	defer cancel()
	if late := server.Shutdown(deadline); late != nil {
		logger.Warn("some clients did not take everything in time and were cut off", "time", lingerTime)
	}
	if err == nil {
		err = <-failed
	}
	return err
}

// readGreeting reads the -motd file, if there is one.
func readGreeting(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("-motd: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, 2*hub.MaxGreeting))
	if err != nil {
		return "", fmt.Errorf("-motd: %w", err)
	}
	greeting := strings.TrimRight(string(content), "\r\n")
	if len(greeting) > hub.MaxGreeting {
		return "", fmt.Errorf("-motd: %s must not be longer than %d bytes", file, hub.MaxGreeting)
	}
	if bad := wire.CheckText(greeting); bad != nil {
		return "", fmt.Errorf("-motd: %s can't be the greeting: %s", file, bad.Message)
	}
	return greeting, nil
}

// listenError says what to do where an address can't be listened on.
func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken, perhaps by another hubbub-server; choose another address with -listen", addr)
	}
	return fmt.Errorf("can't listen on %s: %w", addr, err)
}

// newLogger makes the log that -log and -log-level ask for. The forms for programs leave out what people say.
func newLogger(o options, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: o.logLevel, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == "text" {
			return slog.Attr{}
		}
		return a
	}}
	switch o.log {
	case "json":
		return slog.New(slog.NewJSONHandler(w, options))
	case "text":
		return slog.New(slog.NewTextHandler(w, options))
	default:
		return slog.New(console.New(w, o.logLevel))
	}
}

// version is the module's, as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
