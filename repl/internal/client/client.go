// Package client is a chat client's presence on a server: it dials, joins, keeps what was sent until it is
// acknowledged, knows who is here, and finds its way back when the connection is lost. It knows no terminal.
//
// [Dial] returns a joined [Client]. What happens comes out of [Client.Events], in the order of the wire; what is said
// goes in through [Client.Send]. The way of one message through the package stands in message.go, that of a lost
// connection in reconnect.go.
//
// With Config.Reconnect nothing is lost or doubled in either direction while connections come and go: the client tells
// the server which message it saw last and is shown what it missed; it sends what is unacknowledged again under the
// same numbers, by which the log knows what it already has.
//
// An old server (PyNet's) numbers, stores and acknowledges nothing. There a text counts as sent when it is written, and
// only the clean end that [Client.Drain] brings about shows that the server has read it. When the connection is lost,
// what is not written yet goes to the next one, and the text that was being written goes again, whole; what was written
// may be lost, and what others said meanwhile is. A Client that has ever been welcomed by a server of today takes none
// for an old one any more, however long it is silent, since it could not go on there with what it has promised.
package client

import (
	"context"
	"sync"
	"time"

	"hubbub/wire"
)

// Client is one person's presence in a room. Its methods are safe for concurrent use.
type Client struct {
	// Set by Dial, then only read.
	cfg    Config
	cancel context.CancelFunc
	done   chan struct{} // closed when run has ended
	over   chan struct{} // closed when there will be no further connection

	// Safe by themselves.
	outbox *outbox
	roster *roster

	events *stream // written by Dial, then by the goroutine that reads the link, and where there is no link by run

	// Set before over is closed, then only read.
	err error // why there is no further connection; nil where that was this end's wish

	mu        sync.Mutex // guards the following
	link      *link      // the last one that has joined
	name      string     // as the server normalised it
	room      string
	seq       wire.Seq   // everything up to here has been seen, or was not asked for
	first     wire.Seq   // from here on everything has been seen or is to come; 0: nothing is numbered
	numbered  bool       // a server has sent a welcome, so seq means something
	log       wire.LogID // that seq counts in; empty: the server does not tell
	others    int        // logs that seq has counted in before
	connected bool
	ended     bool          // over is closed, or about to be
	retryAt   time.Time     // the end of the pause before the next attempt; zero: there is no pause
	hurry     chan struct{} // ends that pause when it is closed; nil: there is none
	changed   chan struct{} // closed, and replaced, when link or connected has changed
}

// Dial connects to the first address where a server is, and joins. Where the server refuses, the error is its own
// [*wire.Error]; where none is, it is [ErrNoServer] and names every address. Canceling ctx ends the dialing only;
// the Client lives until Close.
//
// It takes Intervals.Old longer where the server is an old one, because such a server does not answer.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	c := &Client{
		cfg:     cfg,
		done:    make(chan struct{}),
		over:    make(chan struct{}),
		outbox:  newOutbox(),
		roster:  newRoster(),
		events:  newStream(),
		name:    cfg.Name,
		changed: make(chan struct{}),
	}
	l, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	c.enter(ctx, l)
	running, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go c.cfg.Run(func() { c.run(running) })
	return c, nil
}

// Close leaves at once, also in the middle of reconnecting. What is not written yet stays unsent, and is reported with
// what is not acknowledged in the [Disconnected] event; Drain before Close avoids that. When Close returns, the
// connection is closed, every goroutine of the Client has ended, and the channel of Events is closed with everything
// that was received still in it: nobody needs to read it for Close to return.
//
// There is one exception. Where so many events are untaken that the channel is full, one goroutine stays to hand over
// the last few, and closes the channel: it ends when they have been taken.
//
// The error is always nil; a second call does nothing.
func (c *Client) Close() error {
	c.cancel()
	<-c.done
	return nil
}

// Events returns every event in the order of the wire, the last of them [Disconnected], after which the channel is
// closed. It must be read: up to about 1,000 events wait in it, and then the client stops reading from the server,
// which serves it from its log later. No event is ever dropped.
func (c *Client) Events() <-chan Event { return c.events.events }

// Roster returns who is in the room, oneself included, in alphabetical order without regard to case. On an old server
// it is whom the client has heard or seen announced. It is never behind the events. While there is no connection it is
// who was there.
func (c *Client) Roster() []string { return c.roster.names() }

// Status is a snapshot of a Client.
type Status struct {
	Addr           string    // of the server, as given in Config.Addrs; while there is no connection, of the last one
	Name           string    // one's own, as the server normalised it
	Room           string    // empty on an old server
	Old            bool      // an old server: nothing is numbered, stored or acknowledged
	Seq            wire.Seq  // of the last message seen; 0: none
	First          wire.Seq  // of the messages that came, or will, without being asked for; 0 on an old server
	Others         int       // logs before this one: where that has grown, numbers noted earlier mean nothing
	Unacknowledged int       // texts; on an old server, those that are not written yet
	Owing          time.Time // since when the server has acknowledged nothing though it owes it; zero: it owes nothing
	Connected      bool      // false while reconnecting, and in the end
	Retry          time.Time // when the next attempt to reconnect starts; zero where none is waited for
}

// Status tells how the connection stands. It is never behind the events. An old server acknowledges a text by taking
// it, and at the end of a Drain everything by ending the connection.
func (c *Client) Status() Status {
	waiting, owing := c.outbox.waiting()
	c.mu.Lock()
	defer c.mu.Unlock()
	return Status{
		Addr:           c.link.addr,
		Name:           c.name,
		Room:           c.room,
		Old:            c.link.old.Load(),
		Seq:            c.seq,
		First:          c.first,
		Others:         c.others,
		Unacknowledged: waiting,
		Owing:          owing,
		Connected:      c.connected,
		Retry:          c.retryAt,
	}
}

// current returns the last link that has joined, whether it still is a connection, and a channel that is closed when
// either changes.
func (c *Client) current() (l *link, connected bool, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link, c.connected, c.changed
}

// changedLocked wakes who waits on what current returned.
func (c *Client) changedLocked() {
	close(c.changed)
	c.changed = make(chan struct{})
}
