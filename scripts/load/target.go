//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hubbub/scripts/internal/programs"
)

const (
	startTime = 30 * time.Second // for a process to listen; a log on disk is opened before
	stopTime  = 15 * time.Second // for a process to end once it was asked to
)

// target is what a crowd joins: a hub, or the bare broadcaster.
type target struct {
	addr string
	pid  int  // 0: not known
	bare bool // understands no protocol
	stop func() error
}

// prepareServer builds the server, unless it is there, and returns what cleans up behind it and everything it is given.
func (b *bench) prepareServer(ctx context.Context) (cleanUp func() error, err error) {
	if b.home, err = os.MkdirTemp("", "hubbub-load-"); err != nil {
		return nil, err
	}
	cleanUp = func() error { return os.RemoveAll(b.home) }
	if b.server == "" {
		b.progress.line("building the server")
		set, err := programs.Build(ctx, b.home)
		if err != nil {
			return nil, errors.Join(err, cleanUp())
		}
		b.server = set.Server
	}
	return cleanUp, nil
}

// startServer starts a server that holds nobody back, or takes the one at -addr.
func (b *bench) startServer(ctx context.Context, s setup) (*target, error) {
	if b.addr != "" {
		return &target{addr: b.addr, pid: b.pid, stop: func() error { return nil }}, nil
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	data := s.data
	if data != inMemory {
		if data, err = filepath.Abs(data); err != nil {
			return nil, err
		}
	}
	// The line that says where it listens is not of level warn. Below that, each message would be logged.
	cmd := programs.Command(ctx, b.home, b.server, "-listen", addr, "-data", data, "-log-level", "warn",
		"-rate", "0", "-max-per-ip", strconv.Itoa(2*mostReceivers), "-max-clients", strconv.Itoa(2*mostReceivers))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTime
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if s.procs > 0 {
		cmd.Env = append(cmd.Env, "GOMAXPROCS="+strconv.Itoa(s.procs))
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t := &target{addr: addr, pid: cmd.Process.Pid}
	t.stop = func() error {
		_ = cmd.Process.Signal(os.Interrupt) // an error says that it has ended
		timer := time.AfterFunc(stopTime, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		if err := <-ended; err != nil {
			return fmt.Errorf("the server failed: %w", err)
		}
		return nil
	}
	if err := awaitListening(addr, ended); err != nil {
		return nil, errors.Join(err, t.stop())
	}
	return t, nil
}

// freeAddress returns an address on the loopback that nobody listens on.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// awaitListening returns when addr can be connected to, or the process there has ended.
func awaitListening(addr string, ended chan error) error {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return err
	}
	for start := time.Now(); ; {
		fd, err := dial(to, 0)
		if err == nil {
			return unix.Close(fd)
		}
		if time.Since(start) > startTime {
			return fmt.Errorf("the server does not listen after %v: %w", startTime, err)
		}
		select {
		case err := <-ended:
			ended <- err // for stop
			return errors.New("the server has ended at once")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// startFloor starts this program as the bare broadcaster.
func startFloor(ctx context.Context, n, senders int) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, floorFlag, strconv.Itoa(n), strconv.Itoa(senders))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() error {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("the floor failed: %w", err)
		}
		return nil
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the floor did not start: %w", err), stop())
	}
	return &target{addr: strings.TrimSpace(line), pid: cmd.Process.Pid, bare: true, stop: stop}, nil
}
