//go:build !unix

package terminal

import (
	"errors"
	"os"
	"time"
)

// canPaint is false where the REPL works line by line only.
const canPaint = false

var (
	errTimeout = errors.New("nothing came in time")
	errNudged  = errors.New("nudged")
)

// HasInput is false where nobody can tell.
func HasInput(*os.File) bool { return false }

// AwaitInput does not wait where nobody can tell.
func AwaitInput(*os.File) bool { return false }

// A tty stands for a terminal that can't be painted on; there never is one.
type tty struct{}

func openTTY(_, _ *os.File) (*tty, error) { return nil, errors.ErrUnsupported }

func (*tty) watch(_, _, _ func())                    {}
func (*tty) read([]byte, time.Duration) (int, error) { return 0, errors.ErrUnsupported }
func (*tty) wake()                                   {}
func (*tty) nudge()                                  {}
func (*tty) size() (cols, rows int)                  { return 80, 24 }
func (*tty) suspend()                                {}
func (*tty) restore()                                {}
func (*tty) close() error                            { return nil }
