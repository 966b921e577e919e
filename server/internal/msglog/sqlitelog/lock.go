package sqlitelog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrInUse is what [Open] returns where another has the log.
var ErrInUse = errors.New("the log is in use")

// lock is the ownership of a folder. The system takes it back when the process ends, however it does; the file, which
// names the owner, stays.
type lock struct {
	file *os.File
}

// acquireLock takes the folder dir for owner.
func acquireLock(dir, owner string) (*lock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	l := &lock{file: f}
	err = l.acquire(dir, owner)
	if err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

func (l *lock) acquire(dir, owner string) error {
	free, err := lockFile(l.file)
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%w by %s: stop that server, or give this one another folder than %s", ErrInUse, l.owner(), dir)
	}
	if err := l.file.Chmod(0o600); err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	self := fmt.Sprintf("process %d", os.Getpid())
	if owner != "" {
		self += " at " + owner
	}
	_, err = l.file.WriteAt([]byte(self+"\n"), 0)
	return err
}

// owner returns who the lock's file says has it.
func (l *lock) owner() string {
	text, err := io.ReadAll(io.LimitReader(l.file, 256))
	if line, _, whole := strings.Cut(string(text), "\n"); err == nil && whole {
		return line
	}
	return "another server" // which has not written its name yet
}

// release gives the folder up.
func (l *lock) release() error { return l.file.Close() }
