// Package client is a chat client's connection to its server: it dials, joins, keeps what was sent until it is
// acknowledged, and knows who is here. It knows no terminal.
//
// [Dial] returns a joined [Client]. What happens comes out of [Client.Events], in the order of the wire; what is said
// goes in through [Client.Send]. The way of one message through the package stands in message.go.
//
// An old server (PyNet's) acknowledges nothing: a text counts as sent there when it is written, and only the clean end
// that [Client.Drain] brings about shows that the server has read it.
package client

import (
	"context"
	"net"
	"sync"
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

	// Dialer connects to one address; nil: TCP. Draining on an old server needs a connection with a CloseWrite method,
	// as *net.TCPConn has.
	Dialer func(ctx context.Context, addr string) (net.Conn, error)

	Intervals Intervals
}

// Intervals are the client's clocks. A field that is 0 has its default.
type Intervals struct {
	Ping  time.Duration // silence after which the client asks whether the server is there; 30 s
	Gone  time.Duration // silence after which the connection is given up, longer than Ping; 75 s
	Stall time.Duration // after which a write that moves nothing is given up; 30 s
	Old   time.Duration // for the answer to a join, after which the server is taken for an old one; 2 s
	Pace  time.Duration // at least, between two writes to an old server; 50 ms
}

func (cfg Config) withDefaults() Config {
	if cfg.Session == "" {
		cfg.Session = wire.NewSessionID()
	}
	if cfg.Dialer == nil {
		cfg.Dialer = func(ctx context.Context, addr string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", addr)
		}
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&cfg.Timeout, 10 * time.Second},
		{&cfg.Intervals.Ping, 30 * time.Second},
		{&cfg.Intervals.Gone, 75 * time.Second},
		{&cfg.Intervals.Stall, 30 * time.Second},
		{&cfg.Intervals.Old, 2 * time.Second},
		{&cfg.Intervals.Pace, 50 * time.Millisecond},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	return cfg
}

// Client is one person's presence in a room. Its methods are safe for concurrent use.
type Client struct {
	// Set by Dial, then only read.
	cfg    Config
	link   *link
	cancel context.CancelFunc
	done   chan struct{} // closed when run has ended

	// Safe by themselves.
	outbox *outbox
	roster *roster

	events stream // written by Dial, then by the goroutine that reads the link, and after its end by run

	mu        sync.Mutex // guards the following
	name      string     // as the server normalised it
	room      string
	seq       wire.Seq // everything up to here has been seen, or was not asked for
	connected bool
}

// Dial connects to the first address where a server is, and joins. Where the server refuses, the error is its own
// [*wire.Error]; where none is, it is [ErrNoServer] and names every address. Canceling ctx ends the dialing only;
// the Client lives until Close.
//
// It takes Intervals.Old longer where the server is an old one, because such a server does not answer.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	c := &Client{
		cfg:       cfg,
		done:      make(chan struct{}),
		outbox:    newOutbox(),
		roster:    newRoster(),
		events:    newStream(),
		name:      cfg.Name,
		connected: true,
	}
	link, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	c.link = link
	if link.old.Load() {
		c.roster.add(cfg.Name)
	}
	for _, frame := range link.early {
		c.receive(ctx, link, frame)
	}
	link.early = nil
	running, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go c.run(running)
	return c, nil
}

// run serves the connection until it ends, and then says so. Close waits for it.
func (c *Client) run(ctx context.Context) {
	defer close(c.done)
	err := c.serve(ctx, c.link)
	c.mu.Lock()
	c.connected = false
	c.mu.Unlock()
	c.events.put(ctx, Disconnected{Err: err, Unacknowledged: c.outbox.close()})
	c.events.close()
}

// Close leaves at once. What is not written yet stays unsent, and is reported with what is not acknowledged in the
// [Disconnected] event; Drain before Close avoids that. When Close returns, the connection is closed, every goroutine
// of the Client has ended, and the channel of Events is closed with everything that was received still in it: nobody
// needs to read it for Close to return. The error is always nil; a second call does nothing.
func (c *Client) Close() error {
	c.cancel()
	<-c.done
	return nil
}

// Events returns every event in the order of the wire, the last of them [Disconnected], after which the channel is
// closed. It must be read: up to about 1,000 events wait in it, and then the client stops reading from the server,
// which serves it from its log later. No event is ever dropped.
func (c *Client) Events() <-chan Event { return c.events }

// Roster returns who is in the room, oneself included, in alphabetical order without regard to case. On an old server
// it is whom the client has heard or seen announced. It is never behind the events.
func (c *Client) Roster() []string { return c.roster.names() }

// Status is a snapshot of a Client.
type Status struct {
	Addr           string   // of the server, as given in Config.Addrs
	Name           string   // one's own, as the server normalised it
	Room           string   // empty on an old server
	Old            bool     // an old server: nothing is numbered, stored or acknowledged
	Seq            wire.Seq // of the last message seen; 0: none
	Unacknowledged int      // texts; on an old server, those that are not written yet
	Connected      bool
}

// Status tells how the connection stands. It is never behind the events.
func (c *Client) Status() Status {
	waiting := c.outbox.len()
	c.mu.Lock()
	defer c.mu.Unlock()
	return Status{
		Addr:           c.link.addr,
		Name:           c.name,
		Room:           c.room,
		Old:            c.link.old.Load(),
		Seq:            c.seq,
		Unacknowledged: waiting,
		Connected:      c.connected,
	}
}
