package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// suspend stops a process where it is, until resume.
func suspend(pid int) error { return unix.Kill(pid, unix.SIGSTOP) }

func resume(pid int) error { return unix.Kill(pid, unix.SIGCONT) }

// peakMemory returns the most memory that a process has had, in bytes.
func peakMemory(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, value, _ := bytes.Cut(status, []byte("VmHWM:"))
	fields := bytes.Fields(value)
	if len(fields) == 0 {
		return 0, errors.New("the system does not say how much memory a process has had")
	}
	kib, err := strconv.Atoi(string(fields[0]))
	return kib << 10, err
}

// fileLimit has the system refuse the server's files to grow: what they hold is all that there is room for. That is
// what a quota does too, and needs no rights.
func fileLimit(ctx context.Context, s *stage) error {
	if err := s.startServer(ctx); err != nil {
		return err
	}
	return s.fillAgain(ctx, sizeLimit{s}, "look at the disk's space")
}

type sizeLimit struct{ stage *stage }

// fill has writes fail from somewhere in the write-ahead log on, in the middle of one of them.
func (l sizeLimit) fill(v *victim) error {
	wal, err := os.Stat(filepath.Join(v.data(), "log.db-wal"))
	if err != nil {
		return err
	}
	return l.set(v, l.stage.chance.Uint64N(uint64(wal.Size())+20_000))
}

func (l sizeLimit) free(v *victim) error {
	if v.hub == nil {
		return nil // the next one has no limit
	}
	return l.set(v, unix.RLIM_INFINITY)
}

// set changes the limit that needs no rights to be raised again, up to the one that does.
func (sizeLimit) set(v *victim, bytes uint64) error {
	pid := v.hub.Process().Pid
	var limit unix.Rlimit
	err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &limit)
	if err == nil {
		limit.Cur = min(bytes, limit.Max)
		err = unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil)
	}
	if err != nil {
		return fmt.Errorf("limiting the server's files: %w", err)
	}
	return nil
}

// diskBytes is the size of the small file system.
const diskBytes = 64 << 20

// fullDisk has the log on a small file system, which something else fills.
func fullDisk(ctx context.Context, s *stage) error {
	dir := filepath.Join(s.dir, "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", diskBytes)); err != nil {
		return fmt.Errorf("%w: mounting a small file system: %w", errNotHere, err)
	}
	s.unmount = func() error { return unix.Unmount(dir, 0) }
	s.home = dir
	if err := s.startServer(ctx); err != nil {
		return err
	}
	return s.fillAgain(ctx, ballast(filepath.Join(dir, "ballast")), "make room there")
}

// ballast is a file that fills what is left of a file system.
type ballast string

func (b ballast) fill(*victim) error {
	f, err := os.Create(string(b))
	if err != nil {
		return err
	}
	defer f.Close()
	for _, block := range []int{64 << 10, 512} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, block))
		}
		if !errors.Is(err, unix.ENOSPC) {
			return err
		}
	}
	return nil
}

func (b ballast) free(*victim) error { return os.Remove(string(b)) }
