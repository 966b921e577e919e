//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"github.com/creack/pty"
)

// terminal is a program on a pseudo-terminal of 80 columns and 24 rows.
type terminal struct {
	cmd    *exec.Cmd
	master *os.File
	read   chan struct{} // closed when all output has been read

	mu      sync.Mutex // guards the following
	tail    []byte     // the end of what was written
	written int        // bytes, all in all
	changed chan struct{}
}

// tailSize is how much of the output is kept, in bytes.
const tailSize = 64 << 10

func startOnTerminal(cmd *exec.Cmd) (*terminal, error) {
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		return nil, err
	}
	t := &terminal{cmd: cmd, master: master, read: make(chan struct{}), changed: make(chan struct{})}
	go t.copy()
	return t, nil
}

// copy keeps the end of what the program writes.
func (t *terminal) copy() {
	defer close(t.read)
	buf := make([]byte, 64<<10)
	for {
		n, err := t.master.Read(buf)
		t.mu.Lock()
		t.written += n
		t.tail = append(t.tail, buf[:n]...)
		t.tail = t.tail[max(0, len(t.tail)-tailSize):]
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// waitFor waits until the program has written text.
func (t *terminal) waitFor(ctx context.Context, text string) error {
	for {
		t.mu.Lock()
		found, changed := bytes.Contains(t.tail, []byte(text)), t.changed
		t.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-changed:
		case <-t.read:
			return fmt.Errorf("%s ended and did not write %q", t.cmd.Path, text)
		case <-ctx.Done():
			return fmt.Errorf("%s did not write %q: %w", t.cmd.Path, text, ctx.Err())
		}
	}
}

// forget lets waitFor look at what is written from now on only, and counts that.
func (t *terminal) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tail, t.written = nil, 0
}

// bytesWritten returns how much was written since forget.
func (t *terminal) bytesWritten() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written
}

func (t *terminal) typeKeys(keys string) error {
	_, err := io.WriteString(t.master, keys)
	return err
}

// end types what ends the program, and waits until it has ended.
func (t *terminal) end(keys string) error {
	return t.endBy(func() error { return t.typeKeys(keys) })
}

// endBy does what ends the program, and waits until it has ended.
func (t *terminal) endBy(leave func() error) error {
	if err := leave(); err != nil {
		t.kill()
		return err
	}
	<-t.read
	defer t.master.Close()
	if err := t.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", t.cmd.Path, err)
	}
	return nil
}

// kill ends the program at once.
func (t *terminal) kill() {
	_ = t.cmd.Process.Kill()
	<-t.read
	_ = t.cmd.Wait()
	t.master.Close()
}
