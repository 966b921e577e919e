//go:build linux

package main

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A light receiver leaves more of the cores to the server: it has the system throw away what comes, and counts the
// bytes. From the starting line on all receivers are sent the same bytes. So those who read theirs in full, for their
// checkers, tell what the bytes of the others are (ruler.go), and in the end all must have as many.

// draw draws the starting line: everybody has been told about everybody, and nothing has been said. From here on there
// are no pings, as each one's pong would stand somewhere else. The server heard from everybody just before, and bears
// to hear nothing for longer than -duration may be.
func (c *crowd) draw() {
	c.ruler = newRuler()
	for i := range c.receivers() {
		c.members[i].light = c.members[i].checker == nil
	}
}

// discard has the system throw away what can be read, at most as much as fits into buf, and returns how much it was. It
// neither waits nor copies: see MSG_TRUNC in tcp(7). It makes the call itself, as [unix.Recvfrom] allocates an address.
func discard(fd int, buf []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)),
		unix.MSG_TRUNC|unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// verifyLight reports who was not sent the bytes of the others. Whether those were the right ones is not its business.
func (c *crowd) verifyLight() error {
	want := c.ruler.end().bytes
	for _, m := range c.receivers() {
		if m.bytes != want {
			return fmt.Errorf("%s was sent %d bytes, and others %d: something was lost or doubled, "+
				"or it fell so far behind that it was told again who is here", m.name, m.bytes, want)
		}
	}
	return nil
}
