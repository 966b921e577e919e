//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile keeps other processes from locking the file until it is closed.
func lockFile(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != unix.EINTR {
			return err
		}
	}
}
