//go:build unix

package terminal

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/chzyer/readline"
	"golang.org/x/sys/unix"
)

const canPaint = true

const (
	// stopWait is half of how long it takes after Ctrl-Z until the process goes on if the kernel does not stop it.
	stopWait = 50 * time.Millisecond
	// continueWait is how long SIGCONT may take to arrive once the process goes on.
	continueWait = 2 * time.Second
)

var (
	errTimeout = errors.New("nothing came in time")
	errNudged  = errors.New("nudged")
)

// HasInput reports whether something can be read from in, or its end, at once.
func HasInput(in *os.File) bool { return hasInput(in, new(unix.Timeval)) }

// AwaitInput waits until HasInput is true. It returns false where that can't be waited for.
func AwaitInput(in *os.File) bool { return hasInput(in, nil) }

func hasInput(in *os.File, limit *unix.Timeval) bool {
	fd := int(in.Fd())
	if fd >= unix.FD_SETSIZE {
		return false
	}
	set, err := awaitAny(limit, fd)
	return err == nil && set.IsSet(fd)
}

// awaitAny waits until one of the files can be read, or for the limit (nil: for ever), and returns which can. Each is
// below unix.FD_SETSIZE.
func awaitAny(limit *unix.Timeval, fds ...int) (unix.FdSet, error) {
	for {
		var set unix.FdSet
		for _, fd := range fds {
			set.Set(fd)
		}
		// Not poll: on some systems it does not work with terminals.
		if _, err := unix.Select(slices.Max(fds)+1, &set, nil, nil, limit); !errors.Is(err, unix.EINTR) {
			return set, err
		}
	}
}

// A tty is the terminal as the kernel knows it: its modes, its size, its signals and its input.
type tty struct {
	// Set when the tty is opened, then only read.
	in, out      *os.File
	saved        *readline.State
	wakeR, wakeW *os.File // a pipe: a byte in it, or its end, ends a read
	signals      chan os.Signal
	watched      chan struct{} // closed when the watching goroutine has ended

	stopping atomic.Bool
	resumed  chan struct{} // capacity 1: continued while stopping
}

// openTTY makes the terminal raw: keys come one by one and mean nothing to the kernel.
func openTTY(in, out *os.File) (*tty, error) {
	wakeR, wakeW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if max(in.Fd(), wakeR.Fd()) >= unix.FD_SETSIZE {
		return nil, errors.Join(errors.New("too many open files"), wakeR.Close(), wakeW.Close())
	}
	saved, err := readline.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, errors.Join(err, wakeR.Close(), wakeW.Close())
	}
	return &tty{
		in:      in,
		out:     out,
		saved:   saved,
		wakeR:   wakeR,
		wakeW:   wakeW,
		signals: make(chan os.Signal, 4),
		watched: make(chan struct{}),
		resumed: make(chan struct{}, 1),
	}, nil
}

// watch starts the goroutine that looks after signals and defers guard. It calls continued when something else than the
// Ctrl-Z key had stopped the process, after the terminal was made raw again.
func (t *tty) watch(resized, continued, guard func()) {
	signal.Notify(t.signals, unix.SIGWINCH, unix.SIGCONT)
	go func() {
		defer guard()
		defer close(t.watched)
		for s := range t.signals {
			switch {
			case s == unix.SIGWINCH:
				resized()
			case t.stopping.Load():
				select {
				case t.resumed <- struct{}{}:
				default:
				}
			default:
				t.raw()
				continued()
			}
		}
	}()
}

// raw makes the terminal raw again. The modes to restore in the end stay those of the beginning.
func (t *tty) raw() {
	// Where this fails the terminal is gone, which the next read tells.
	_, _ = readline.MakeRaw(int(t.in.Fd()))
}

// read waits until the terminal has input, for the given time (0: for ever) or until nudge or wake is called. The
// errors are errTimeout, errNudged, ErrClosed, and io.EOF or that of the terminal when it is gone.
func (t *tty) read(buf []byte, patience time.Duration) (int, error) {
	in, wake := int(t.in.Fd()), int(t.wakeR.Fd())
	for {
		var limit *unix.Timeval
		if patience > 0 {
			tv := unix.NsecToTimeval(patience.Nanoseconds())
			limit = &tv
		}
		switch can, err := awaitAny(limit, in, wake); {
		case err != nil:
			return 0, err
		case can.IsSet(wake):
			if n, _ := unix.Read(wake, make([]byte, 1)); n > 0 {
				return 0, errNudged
			}
			return 0, ErrClosed
		case !can.IsSet(in):
			return 0, errTimeout
		}
		n, err := unix.Read(in, buf)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return 0, err
		case n <= 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// nudge ends the read that is waiting, or the next one.
func (t *tty) nudge() {
	_, _ = t.wakeW.Write([]byte{0}) // it fails where wake was called
}

// wake ends the read that is waiting, and all later ones.
func (t *tty) wake() {
	_ = t.wakeW.Close()
}

func (t *tty) size() (cols, rows int) {
	cols, rows, err := readline.GetSize(int(t.out.Fd()))
	if err != nil || cols <= 0 || rows <= 0 {
		return 80, 24
	}
	return cols, rows
}

// suspend gives the terminal back, stops the process group as Ctrl-Z does otherwise, and makes the terminal raw when
// the process is continued. Where the kernel does not stop the group, because nobody could continue it, it goes on at
// once.
func (t *tty) suspend() {
	t.stopping.Store(true)
	defer t.stopping.Store(false)
	select {
	case <-t.resumed: // of an earlier stop
	default:
	}
	t.restore()
	// SIGTSTP keeps its default, which the Go runtime would not give back after signal.Notify.
	if err := syscall.Kill(0, syscall.SIGTSTP); err == nil {
		t.awaitResumed()
	}
	t.raw()
}

// awaitResumed waits for SIGCONT, twice if need be: the first time runs out while the process is stopped, and the
// signal comes only a moment after it has been continued. Time that is missing says that it was stopped, if not that
// the machine is busy; then the moment may be longer.
func (t *tty) awaitResumed() {
	began, patience := time.Now(), stopWait
	for range 2 {
		select {
		case <-t.resumed:
			return
		case <-time.After(patience):
		}
		if time.Since(began) > 2*stopWait {
			patience = continueWait
		}
	}
}

// restore gives the terminal the modes that it had in the beginning.
func (t *tty) restore() {
	_ = readline.Restore(int(t.in.Fd()), t.saved)
}

// close restores the terminal's modes and ends the goroutine. No read may be going on.
func (t *tty) close() error {
	signal.Stop(t.signals)
	close(t.signals)
	<-t.watched
	_ = t.wakeR.Close()
	return readline.Restore(int(t.in.Fd()), t.saved)
}
