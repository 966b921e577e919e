//go:build linux

package main

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Sockets are used as the system has them: a crowd of net.Conns would cost a goroutine each.

// sources is how many loopback addresses clients come from: enough for each to stay below a server's limit for one
// address, and to have source ports for everybody.
const sources = 16

const connectTime = 10 * time.Second

// dial connects without blocking for longer than connectTime, client i from a loopback address of the i-th source. The
// socket never blocks, and delays nothing.
func dial(to netip.AddrPort, i int) (fd int, err error) {
	family, addr := sockaddr(to)
	fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("making a socket: %w", err)
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
			err = fmt.Errorf("connecting to %v: %w", to, err)
		}
	}()
	if to.Addr().Is4() && to.Addr().IsLoopback() {
		// The port is chosen on connecting, when it is known that it need only be free towards there.
		if err := unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
			return -1, err
		}
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(1 + i%sources)}}); err != nil {
			return -1, err
		}
	}
	err = unix.Connect(fd, addr)
	if errors.Is(err, unix.EINPROGRESS) {
		err = awaitConnected(fd)
	}
	if err != nil {
		return -1, err
	}
	return fd, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
}

func awaitConnected(fd int) error {
	for end := time.Now().Add(connectTime); ; {
		left := time.Until(end)
		if left <= 0 {
			return unix.ETIMEDOUT
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, milliseconds(left))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if n > 0 {
			break
		}
	}
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	return err
}

// listen listens on a free port of the loopback.
func listen() (fd int, at netip.AddrPort, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, at, err
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return -1, at, err
	}
	const queue = 4096
	if err := unix.Listen(fd, queue); err != nil {
		return -1, at, err
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		return -1, at, err
	}
	return fd, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(bound.(*unix.SockaddrInet4).Port)), nil
}

func sockaddr(to netip.AddrPort) (family int, addr unix.Sockaddr) {
	if to.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
}

// watch has epoll report when fd can be read, under the number id.
func watch(epoll, fd, id int) error {
	return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(id)})
}

// milliseconds rounds up, as the system's waits take it.
func milliseconds(d time.Duration) int { return int((d + time.Millisecond - 1) / time.Millisecond) }

// raiseFiles lets this process, and those that it starts, have as many open files as it may, which must be n.
func raiseFiles(n int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Max < uint64(n) {
		return fmt.Errorf("%d open files are needed, and the system allows %d; fewer receivers (-n) need fewer", n, limit.Max)
	}
	limit.Cur = limit.Max
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
}
