//go:build unix

package ttytest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Patience is how long a condition may take before the test fails.
const Patience = 15 * time.Second

// holder runs the program and outlives it: when the leader of a session ends, the kernel resets the terminal's modes,
// and nobody could see how the program left them. It says the program's process id and later its exit status on file 3,
// and ends when file 4 is closed.
const holder = `sh -c 'echo $$ >&3; exec "$@" 3>&- 4<&-' sh "$@"; echo $? >&3; read -r _ <&4`

// A Terminal is a pseudo-terminal and the program in it.
type Terminal struct {
	// Set when the program is started, then only read.
	t      testing.TB
	cmd    *exec.Cmd
	pid    int
	master *os.File
	slave  *os.File      // kept open, so that the terminal outlives the program
	read   chan struct{} // closed when all output has been read
	exited chan struct{} // closed when the program has ended

	// Set before exited is closed.
	status int

	mu      sync.Mutex // guards the following
	engines []Engine
	raw     []byte
	changed chan struct{} // closed at the next output
	final   *Modes        // as the program left the terminal
	stty    string        // the same, as stty says it
}

// Start runs cmd in a terminal of the given size, which looks as each of the engines shows it. Without an engine it is
// an Emulator with the traits of xterm. The program is the only one in its session but for a shell that waits for it,
// so Ctrl-Z has nobody to return to. It is killed when the test ends. Of cmd, Path, Args, Env and Dir are used.
func Start(t testing.TB, cmd *exec.Cmd, cols, rows int, engines ...Engine) *Terminal {
	t.Helper()
	engines = slices.DeleteFunc(engines, func(e Engine) bool { return e == nil })
	if len(engines) == 0 {
		engines = []Engine{NewEmulator(cols, rows, Xterm)}
	}
	x := &Terminal{
		t:       t,
		read:    make(chan struct{}),
		exited:  make(chan struct{}),
		engines: engines,
		changed: make(chan struct{}),
	}
	if err := x.start(cmd, cols, rows); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	t.Cleanup(x.end)
	return x
}

func (x *Terminal) start(cmd *exec.Cmd, cols, rows int) (err error) {
	if x.master, x.slave, err = pty.Open(); err != nil {
		return err
	}
	if err := pty.Setsize(x.master, winsize(cols, rows)); err != nil {
		return err
	}
	news, newsIn, err := os.Pipe()
	if err != nil {
		return err
	}
	holdOut, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	x.cmd = exec.Command("/bin/sh", append([]string{"-c", holder, "sh", cmd.Path}, cmd.Args[1:]...)...)
	x.cmd.Env, x.cmd.Dir = cmd.Env, cmd.Dir
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = x.slave, x.slave, x.slave
	x.cmd.ExtraFiles = []*os.File{newsIn, holdOut}
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.cmd.Start(); err != nil {
		return err
	}
	newsIn.Close()
	holdOut.Close()
	lines := bufio.NewReader(news)
	if x.pid, err = readNumber(lines); err != nil {
		return fmt.Errorf("no process id: %w", err)
	}
	go x.copy()
	go x.reap(lines, news, hold)
	return nil
}

func readNumber(r *bufio.Reader) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

func winsize(cols, rows int) *pty.Winsize {
	return &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}
}

// copy renders what the program writes.
func (x *Terminal) copy() {
	defer close(x.read)
	buf := make([]byte, 64<<10)
	for {
		n, err := x.master.Read(buf)
		if n > 0 {
			x.mu.Lock()
			x.raw = append(x.raw, buf[:n]...)
			for _, e := range x.engines {
				_, _ = e.Write(buf[:n])
			}
			close(x.changed)
			x.changed = make(chan struct{})
			x.mu.Unlock()
		}
		if err != nil {
			return
		}
	}
}

// reap waits for the program, notes how it left the terminal, and lets the output end.
func (x *Terminal) reap(lines *bufio.Reader, news, hold *os.File) {
	status, err := readNumber(lines)
	if err != nil {
		status = -1 // the holder is gone
	}
	if modes, err := modesOf(x.slave); err == nil {
		stty := x.askStty()
		x.mu.Lock()
		x.final, x.stty = &modes, stty
		x.mu.Unlock()
	}
	news.Close()
	hold.Close()
	_ = x.cmd.Wait() // the holder's status says nothing
	x.slave.Close()
	<-x.read
	x.status = status
	close(x.exited)
}

// end kills what is left when the test is over.
func (x *Terminal) end() {
	select {
	case <-x.exited:
	default:
		_ = syscall.Kill(x.pid, syscall.SIGKILL)
		_ = syscall.Kill(x.pid, syscall.SIGCONT)
	}
	select {
	case <-x.exited:
	case <-time.After(Patience): // something else holds the terminal open
		_ = x.cmd.Process.Kill()
	}
	x.master.Close()
	<-x.exited
}

// Type sends what somebody types, exactly as a terminal would.
func (x *Terminal) Type(keys string) {
	x.t.Helper()
	for rest := []byte(keys); len(rest) > 0; {
		n, err := x.master.Write(rest)
		if err != nil {
			x.t.Fatalf("type: %v", err)
		}
		rest = rest[n:]
	}
}

// Resize changes the size of the terminal and tells the program.
func (x *Terminal) Resize(cols, rows int) {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range x.engines {
		e.Resize(cols, rows)
	}
	if err := pty.Setsize(x.master, winsize(cols, rows)); err != nil {
		x.t.Fatalf("resize: %v", err)
	}
}

// ResizeDrawn is Resize for a program that draws anew when the size has changed, and waits until it has begun to: so
// that this is not still under way, for the old size, at the next change.
func (x *Terminal) ResizeDrawn(cols, rows int) {
	x.t.Helper()
	s, before := x.Screen(), len(x.Raw())
	x.Resize(cols, rows)
	if s.Cols == cols && s.Rows == rows {
		return // the program is told nothing
	}
	x.WaitFor("what is drawn anew", func(Screen) bool { return len(x.raw) > before }) // WaitFor holds the lock
}

// Screen returns what can be seen now, as the first engine shows it.
func (x *Terminal) Screen() Screen {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.engines[0].Screen()
}

// Rows returns the rows that can be seen now, without empty ones at the end.
func (x *Terminal) Rows() []string { return x.Screen().Shown() }

// Cursor returns where the cursor is, from 0.
func (x *Terminal) Cursor() (col, row int) {
	s := x.Screen()
	return s.Col, s.Row
}

// Raw returns every byte that was written so far.
func (x *Terminal) Raw() []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return bytes.Clone(x.raw)
}

// WaitFor waits until the screen is as wanted, whichever engine shows it, and returns it as the first one does. The
// test fails when it does not become so.
func (x *Terminal) WaitFor(what string, wanted func(Screen) bool) Screen {
	x.t.Helper()
	deadline := time.After(Patience)
	for {
		first, unlike, changed := x.look(wanted)
		if unlike == nil {
			return first
		}
		select {
		case <-changed:
		case <-deadline:
			x.t.Fatalf("waited in vain for %s; on the screen of %v is\n%s", what, unlike, x.screenOf(unlike))
		}
	}
}

// look returns the first engine's screen, the first engine whose screen is not as wanted, and what is closed at the
// next output.
func (x *Terminal) look(wanted func(Screen) bool) (first Screen, unlike Engine, changed <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, e := range x.engines {
		s := e.Screen()
		if i == 0 {
			first = s
		}
		if !wanted(s) {
			return first, e, x.changed
		}
	}
	return first, nil, x.changed
}

func (x *Terminal) screenOf(e Engine) Screen {
	x.mu.Lock()
	defer x.mu.Unlock()
	return e.Screen()
}

// PID returns the program's process id.
func (x *Terminal) PID() int { return x.pid }

// Signal sends a signal to the program, and not to others in its group.
func (x *Terminal) Signal(s syscall.Signal) {
	x.t.Helper()
	if err := syscall.Kill(x.pid, s); err != nil {
		x.t.Fatalf("send %v: %v", s, err)
	}
}

// Wait waits until the program has ended and all its output is there, and returns its exit status: 128 and the signal's
// number where a signal ended it.
func (x *Terminal) Wait() int {
	x.t.Helper()
	select {
	case <-x.exited:
		return x.status
	case <-time.After(Patience):
		x.t.Fatalf("the program does not end; on the screen is\n%s", x.Screen())
		return -1
	}
}

// Modes are what the kernel does with what is typed and written, as stty shows it. They can be compared with ==.
type Modes unix.Termios

// Modes returns how the terminal is set: by the program, or as it left it when it has ended.
func (x *Terminal) Modes() Modes {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.final != nil {
		return *x.final
	}
	modes, err := modesOf(x.slave)
	if err != nil {
		x.t.Fatalf("read the terminal's modes: %v", err)
	}
	return modes
}

// Stty returns what "stty -a" says of the terminal: of how the program left it when it has ended.
func (x *Terminal) Stty() string {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.final != nil {
		return x.stty
	}
	return x.askStty()
}

func (x *Terminal) askStty() string {
	stty := exec.Command("stty", "-a")
	stty.Stdin = x.slave
	out, err := stty.CombinedOutput()
	if err != nil {
		return err.Error()
	}
	return string(out)
}

func modesOf(f *os.File) (Modes, error) {
	termios, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		return Modes{}, err
	}
	return Modes(*termios), nil
}
