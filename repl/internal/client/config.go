package client

import (
	"context"
	"net"
	"time"

	"hubbub/wire"
)

// Config says whom to join as whom. Only Addrs and Name have no default.
type Config struct {
	Addrs   []string       // host:port, tried in order: the next where nobody is there
	Name    string         // as the person chose it; the server normalises and judges it
	Session wire.SessionID // empty: a new one
	History int            // stored messages to show on joining
	Timeout time.Duration  // for connecting to one address, and for each of the server's answers; 0: 10 s

	// Reconnect has the Client find its way back when it loses its connection, and go on where it was: see [Lost]. Dial's
	// own connecting is not repeated.
	Reconnect bool

	// Dialer connects to one address; nil: TCP. Draining on an old server needs a connection with a CloseWrite method,
	// as *net.TCPConn has.
	Dialer func(ctx context.Context, addr string) (net.Conn, error)

	Intervals Intervals

	// Run does the work of each goroutine that the Client starts, in that goroutine: it calls work once and returns. nil:
	// work is just called. A panic in a goroutine ends the program without what others have deferred, so a program that
	// has to clean up first, as one that paints on a terminal, defers that here. Run is called from Dial on.
	Run func(work func())
}

// Intervals are the client's clocks. A field that is 0 has its default.
type Intervals struct {
	Ping  time.Duration // silence after which the client asks whether the server is there; 30 s
	Gone  time.Duration // silence after which the connection is given up, longer than Ping; 75 s
	Stall time.Duration // after which a write that moves nothing is given up; 30 s
	Old   time.Duration // for the answer to a join, after which the server is taken for an old one; 2 s
	Pace  time.Duration // at least, between two writes to an old server; 50 ms

	// The pauses before reconnecting: the first one, and the longest, up to which each is twice the one before. From
	// each, up to a half is taken off at random, so that the clients of a hub do not all come back at once. A connection
	// that has lasted for First, or brought anything new, begins anew.
	First   time.Duration // 250 ms
	Longest time.Duration // 30 s, or First where that is longer
}

// standardTimeout is the default of Config.Timeout, and the longest that one address may take when reconnecting: there
// may be a better one.
const standardTimeout = 10 * time.Second

func (cfg Config) withDefaults() Config {
	if cfg.Session == "" {
		cfg.Session = wire.NewSessionID()
	}
	if cfg.Dialer == nil {
		cfg.Dialer = func(ctx context.Context, addr string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", addr)
		}
	}
	if cfg.Run == nil {
		cfg.Run = func(work func()) { work() }
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&cfg.Timeout, standardTimeout},
		{&cfg.Intervals.Ping, 30 * time.Second},
		{&cfg.Intervals.Gone, 75 * time.Second},
		{&cfg.Intervals.Stall, 30 * time.Second},
		{&cfg.Intervals.Old, 2 * time.Second},
		{&cfg.Intervals.Pace, 50 * time.Millisecond},
		{&cfg.Intervals.First, 250 * time.Millisecond},
		{&cfg.Intervals.Longest, 30 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	cfg.Intervals.Longest = max(cfg.Intervals.Longest, cfg.Intervals.First)
	return cfg
}
