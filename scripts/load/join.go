//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hubbub/wire"
)

const (
	// joinAhead is how many connections wait to be welcomed while more are made. It is less than a server's queue of
	// connections to accept, beyond which the system would have connecting take a second.
	joinAhead = 1000
	joinTime  = 3 * time.Minute // for everybody to be welcomed
	quietTime = 200 * time.Millisecond
	quietMost = time.Minute // until everybody has been told about everybody
)

// newTag draws what the names of a crowd begin with, so that they are not those of the one before.
func newTag() string { return strings.ToLower(rand.Text()[:4]) }

// join connects everybody and returns how long it took until all were welcomed.
func (c *crowd) join(ctx context.Context) (time.Duration, error) {
	to, err := netip.ParseAddrPort(c.target.addr)
	if err != nil {
		return 0, err
	}
	start := time.Since(c.began)
	for i := range c.members {
		if err := c.connect(i, to); err != nil {
			return 0, err
		}
		for wait := time.Duration(0); ; wait = mostTurn {
			if err := c.turn(wait); err != nil {
				return 0, err
			}
			c.tell("%d of %d have joined", c.joined, len(c.members))
			if i < len(c.members)-1 && i-c.joined < joinAhead || c.joined == len(c.members) {
				break
			}
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			if c.now-start > joinTime {
				return 0, fmt.Errorf("after %v only %d of %d have been welcomed", joinTime, c.joined, len(c.members))
			}
		}
	}
	return c.now - start, nil
}

// connect makes the connection of member i and sends its join.
func (c *crowd) connect(i int, to netip.AddrPort) error {
	m := &c.members[i]
	fd, err := dial(to, i)
	if err != nil {
		return err
	}
	m.fd = fd
	if err := watch(c.epoll, fd, i); err != nil {
		return err
	}
	if c.target.bare {
		m.joined = true
		c.joined++
		return nil
	}
	join := wire.Append(nil, wire.Join{Name: m.name, V: wire.Version, Session: wire.NewSessionID()})
	if _, err := unix.Write(fd, join); err != nil {
		return fmt.Errorf("joining: %w", err)
	}
	return nil
}

// awaitWelcome looks at the first bytes that a member is sent.
func (c *crowd) awaitWelcome(m *member, data []byte) error {
	const welcome = `{"type":"welcome"`
	m.head = append(m.head, data[:min(len(data), wire.MaxFrame)]...)
	switch {
	case bytes.HasPrefix(m.head, []byte(welcome)):
		m.head = nil
		m.joined = true
		c.joined++
	case len(m.head) >= len(welcome):
		return fmt.Errorf("%s was not welcomed: %.200s", m.name, m.head)
	}
	return nil
}

// awaitQuiet reads until nothing has come for a while: everybody has been told about everybody. It returns when the
// last of it came.
func (c *crowd) awaitQuiet(ctx context.Context) (time.Duration, error) {
	for start := time.Since(c.began); ; {
		if err := c.drive(ctx, quietTime/4, nothing); err != nil {
			return 0, err
		}
		c.tell("reading who has joined")
		switch {
		case c.now-c.read > quietTime:
			return c.read, nil
		case c.now-start > quietMost:
			return 0, fmt.Errorf("the server still says something %v after all had joined, with nothing being said to it",
				quietMost)
		}
	}
}

// ping has the server hear from everybody. It is best effort: who can't be written to now is heard anyway, or is gone.
func (c *crowd) ping() {
	c.pinged = c.now
	if c.target.bare {
		return
	}
	frame := wire.Append(nil, wire.Ping{Data: "x"})
	for i := range c.members {
		if m := &c.members[i]; m.joined && len(m.out) == 0 {
			_, _ = unix.Write(m.fd, frame)
		}
	}
}
