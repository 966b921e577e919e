//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const (
	readBytes = 1 << 20 // what is read from one client at once
	mostTurn  = 100 * time.Millisecond
	// pingTime is how often a server hears from everybody: one that hears nothing ends the connection after 75 s.
	pingTime = 25 * time.Second
)

// crowd is the clients of one measurement: receivers, which read and count, and senders. One goroutine does everything,
// on a thread of its own, and never waits for a single client: what it costs is the same for every server.
type crowd struct {
	// Set when it is made, then only read.
	target  *target
	senders int
	size    int
	light   bool // those who need not read in full only count bytes
	began   time.Time
	tell    func(format string, args ...any) // says how it goes, to whom is waiting

	epoll   int
	events  []unix.EpollEvent
	buf     []byte
	members []member // receivers, then senders
	joined  int
	now     time.Duration // since began, as of the last turn
	read    time.Duration // when something was read last
	pinged  time.Duration

	active int    // receivers that read: the first ones
	total  int64  // messages that these have, all together
	bytes  int64  // the same in bytes, where there is a ruler
	ruler  *ruler // nil until the starting line, and where nobody is light
	said   int64
	late   time.Duration // the most that a message was said later than it should have been
}

// member is one client.
type member struct {
	fd      int
	name    string
	head    []byte // what has come before it was welcomed
	joined  bool
	light   bool     // its bytes are counted, and nothing else is known of them
	counted int64    // messages that it was sent, unless it is light
	bytes   int64    // that it was sent since the starting line, where there is a ruler
	checker *checker // nil for most receivers
	stamps  *stamps  // nil unless latency is measured

	// Of a sender only.
	own  int64  // messages that it has said
	out  []byte // what its socket has not taken
	acks *acks  // nil unless the time to them is measured
}

// newCrowd makes the clients of a measurement. They are not connected yet. It is to be closed.
func newCrowd(t *target, c testCase, o *options, tell func(string, ...any)) (*crowd, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	senders := o.senders
	switch {
	case c.silent:
		senders = 0
	case c.n == 0:
		senders = 1
	}
	cr := &crowd{
		target: t, senders: senders, size: o.size, light: c.light, began: time.Now(), tell: tell,
		epoll: epoll, events: make([]unix.EpollEvent, 1024), buf: make([]byte, readBytes),
		members: make([]member, c.n+senders), active: c.n,
	}
	tag := newTag()
	for i := range cr.members {
		cr.members[i] = member{fd: -1, name: fmt.Sprintf("%s-%d", tag, i)}
	}
	checked := min(o.check, c.n)
	for k := range checked { // each in the middle of its part: a server may serve them in the order in which they came
		cr.members[(2*k+1)*c.n/(2*checked)].checker = newChecker(receiver, senders)
	}
	for s := range cr.speakers() {
		cr.speakers()[s].checker = newChecker(s, senders)
	}
	return cr, nil
}

// close ends all connections.
func (c *crowd) close() {
	for i := range c.members {
		if fd := c.members[i].fd; fd >= 0 {
			unix.Close(fd)
		}
	}
	unix.Close(c.epoll)
}

func (c *crowd) receivers() []member { return c.members[:len(c.members)-c.senders] }
func (c *crowd) speakers() []member  { return c.members[len(c.members)-c.senders:] }

// drive has everything read and written for that long. It calls say before each turn, which returns how long that may
// wait when nothing comes.
func (c *crowd) drive(ctx context.Context, d time.Duration, say func() time.Duration) error {
	c.now = time.Since(c.began)
	for end := c.now + d; c.now < end; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.turn(min(say(), end-c.now)); err != nil {
			return err
		}
	}
	return nil
}

// nothing is for drive, to say nothing.
func nothing() time.Duration { return mostTurn }

// turn writes what waits to be written, waits that long for something to read, and reads it.
func (c *crowd) turn(wait time.Duration) error {
	const retry = 2 * time.Millisecond
	waiting, err := c.flush()
	if err != nil {
		return err
	}
	if waiting {
		wait = min(wait, retry)
	}
	n, err := unix.EpollWait(c.epoll, c.events, milliseconds(wait))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("waiting for something to read: %w", err)
	}
	for _, e := range c.events[:max(n, 0)] {
		if err := c.receive(int(e.Fd)); err != nil {
			return err
		}
	}
	c.now = time.Since(c.began)
	if n > 0 {
		c.read = c.now
	}
	if c.ruler != nil {
		c.total = c.ruler.messages(c.bytes, int64(c.active))
		return nil
	}
	if c.now-c.pinged > pingTime {
		c.ping()
	}
	return nil
}

// receive reads once from member i.
func (c *crowd) receive(i int) error {
	m := &c.members[i]
	read := unix.Read
	if m.light {
		read = discard
	}
	n, err := read(m.fd, c.buf)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("the connection of %s broke: %w", m.name, err)
	case n == 0:
		return fmt.Errorf("the server ended the connection of %s", m.name)
	}
	if c.ruler != nil && i < c.active {
		m.bytes += int64(n)
		c.bytes += int64(n)
	}
	if m.light {
		return nil
	}
	data := c.buf[:n]
	if m.checker != nil {
		m.checker.take(data)
	}
	if !m.joined {
		return c.awaitWelcome(m, data)
	}
	messages := countMessages(data)
	m.counted += messages
	switch {
	case i >= c.active:
	case c.ruler != nil:
		c.ruler.lay(m.bytes, m.counted)
	default:
		c.total += messages
	}
	if m.acks != nil {
		m.acks.take(m.checker.said[m.checker.self], time.Since(c.began))
	}
	if m.stamps != nil {
		m.stamps.take(data, time.Since(c.began))
	}
	return nil
}

// flush writes what the senders have to say, and reports whether some of it has to wait.
func (c *crowd) flush() (waiting bool, err error) {
	speakers := c.speakers()
	for i := range speakers {
		m := &speakers[i]
		if len(m.out) == 0 {
			continue
		}
		n, err := unix.Write(m.fd, m.out)
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return false, fmt.Errorf("writing to the connection of %s: %w", m.name, err)
		}
		m.out = append(m.out[:0], m.out[max(n, 0):]...)
		waiting = waiting || len(m.out) > 0
	}
	return waiting, nil
}

// measure is what has been delivered by now, and at which cost.
type measure struct {
	at     time.Duration
	total  int64
	server time.Duration // CPU
	own    time.Duration // CPU of this process
}

func (c *crowd) measure() (measure, error) {
	m := measure{at: time.Since(c.began), total: c.total}
	var err, ownErr error
	if c.target.pid != 0 {
		m.server, err = processorTime(c.target.pid)
	}
	m.own, ownErr = ownProcessorTime()
	return m, errors.Join(err, ownErr)
}

// measureWhile drives the crowd for d, and measures before and after.
func (c *crowd) measureWhile(
	ctx context.Context, d time.Duration, say func() time.Duration,
) (before, after measure, err error) {
	if before, err = c.measure(); err != nil {
		return before, after, err
	}
	if err = c.drive(ctx, d, say); err != nil {
		return before, after, err
	}
	after, err = c.measure()
	return before, after, err
}

// pause has the receivers from the first one on stop reading, and no longer counts on them.
func (c *crowd) pause(first int) error {
	for i := first; i < len(c.receivers()); i++ {
		if err := unix.EpollCtl(c.epoll, unix.EPOLL_CTL_DEL, c.members[i].fd, nil); err != nil {
			return err
		}
		c.total -= c.members[i].counted
	}
	c.active = first
	return nil
}

// resume has all receivers read again.
func (c *crowd) resume() error {
	for i := c.active; i < len(c.receivers()); i++ {
		if err := watch(c.epoll, c.members[i].fd, i); err != nil {
			return err
		}
		c.total += c.members[i].counted
	}
	c.active = len(c.receivers())
	return nil
}
