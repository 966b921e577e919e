//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// floorFlag, as the first argument, makes this program the bare broadcaster, which is the yardstick: it reads from every
// sender that has something and writes all of that to each receiver, with no protocol, no log and no order to keep. It
// is a process of its own so that its CPU can be measured like a server's. Two numbers follow, of receivers and of
// senders.
const floorFlag = "-floor-process"

// errFloorOver is when the process that has started this one wants no more of it, or has ended.
var errFloorOver = errors.New("the measurement is over")

// stdin is read by nobody: its end is the floor's.
const stdin = 0

// runFloor listens on the loopback, says where on out, accepts the receivers and then the senders, and broadcasts until
// the standard input ends.
func runFloor(args []string, out io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("%s needs two numbers; %w", floorFlag, errUsage)
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	senders, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	if err := raiseFiles(n + senders); err != nil {
		return err
	}
	runtime.LockOSThread()
	f := floor{buf: make([]byte, readBytes)}
	err = f.serve(n, senders, out)
	if errors.Is(err, errFloorOver) || errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}

type floor struct {
	receivers []int
	epoll     int
	buf       []byte
}

func (f *floor) serve(n, senders int, out io.Writer) error {
	ln, at, err := listen()
	if err != nil {
		return err
	}
	if f.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if err := watch(f.epoll, stdin, stdin); err != nil {
		return err
	}
	fmt.Fprintln(out, at)
	for i := range n + senders {
		fd, err := f.accept(ln)
		if err != nil {
			return err
		}
		if i < n {
			f.receivers = append(f.receivers, fd)
		} else if err := watch(f.epoll, fd, fd); err != nil {
			return err
		}
	}
	events := make([]unix.EpollEvent, 16)
	for {
		k, err := unix.EpollWait(f.epoll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		n := 0
		for _, e := range events[:max(k, 0)] {
			if e.Fd == stdin {
				return errFloorOver
			}
			got, err := f.read(int(e.Fd), f.buf[n:])
			if err != nil {
				return err
			}
			n += got
		}
		if err := f.broadcast(f.buf[:n]); err != nil {
			return err
		}
	}
}

// accept waits for the next client.
func (f *floor) accept(ln int) (int, error) {
	if err := awaitFloor(ln, unix.POLLIN); err != nil {
		return -1, err
	}
	fd, _, err := unix.Accept4(ln, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return -1, err
	}
	return fd, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
}

// read reads once from a sender, as much as there is room for.
func (f *floor) read(sender int, room []byte) (int, error) {
	if len(room) == 0 {
		return 0, nil
	}
	n, err := unix.Read(sender, room)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return 0, nil
	case err == nil && n == 0:
		err = errFloorOver
	}
	return max(n, 0), err
}

// broadcast writes what was read from all senders that had something to each receiver.
func (f *floor) broadcast(text []byte) error {
	for _, fd := range f.receivers {
		for left := text; len(left) > 0; {
			k, err := unix.Write(fd, left)
			if errors.Is(err, unix.EAGAIN) {
				err = awaitFloor(fd, unix.POLLOUT)
			}
			if err != nil && !errors.Is(err, unix.EINTR) {
				return err
			}
			left = left[max(k, 0):]
		}
	}
	return nil
}

// awaitFloor waits until fd is ready.
func awaitFloor(fd int, events int16) error {
	for {
		fds := []unix.PollFd{{Fd: int32(fd), Events: events}, {Fd: stdin, Events: unix.POLLIN}}
		n, err := unix.Poll(fds, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if n > 0 && fds[1].Revents != 0 {
			return errFloorOver
		}
		if n > 0 {
			return nil
		}
	}
}
