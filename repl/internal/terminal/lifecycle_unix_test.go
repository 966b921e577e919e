//go:build unix

package terminal

import (
	"io"
	"os"
	"sync"
	"testing"

	"github.com/creack/pty"
)

// openPair opens a Terminal on one end of a pseudo-terminal and returns the other end too.
func openPair(t *testing.T) (*Terminal, *os.File) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		master.Close()
		slave.Close()
	})
	history, err := OpenHistory("", 10)
	if err != nil {
		t.Fatal(err)
	}
	term, err := Open(Config{In: slave, Out: slave, Prompt: "> ", History: history})
	if err != nil {
		t.Fatal(err)
	}
	return term, master
}

// drain takes what the Terminal writes, until the other end is closed.
func drain(master *os.File) (wait func()) {
	var all sync.WaitGroup
	all.Go(func() { _, _ = io.Copy(io.Discard, master) })
	return all.Wait
}

func TestCloseBeforeReadLine(t *testing.T) {
	term, _ := openPair(t)
	if err := term.Close(); err != nil {
		t.Error(err)
	}
	if _, err := term.ReadLine(); err != ErrClosed {
		t.Errorf("ReadLine returns %v", err)
	}
	term.Print("dropped")
}

func TestCloseSeveralTimes(t *testing.T) {
	term, _ := openPair(t)
	var all sync.WaitGroup
	all.Go(func() {
		if line, err := term.ReadLine(); line != "" || err != ErrClosed {
			t.Errorf("ReadLine returns %q, %v", line, err)
		}
	})
	for range 3 {
		all.Go(func() {
			if err := term.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestHangUp(t *testing.T) {
	term, master := openPair(t)
	wait := drain(master)
	if _, err := master.WriteString("line\rhalf"); err != nil {
		t.Fatal(err)
	}
	if line, err := term.ReadLine(); line != "line" || err != nil {
		t.Fatalf("ReadLine returns %q, %v", line, err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for range 2 {
			if line, err := term.ReadLine(); line != "" || err != io.EOF {
				t.Errorf("ReadLine returns %q, %v", line, err)
			}
		}
	})
	master.Close()
	wait()
	all.Wait()
	_ = term.Close() // there is nothing left to restore
	if got := term.cfg.History.entry(1); got != "half" {
		t.Errorf("the half-typed line is not in the history, but %q", got)
	}
}

func TestOpenNoTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if Interactive(r, w) {
		t.Error("a pipe is a terminal")
	}
	if _, err := Open(Config{In: r, Out: w}); err == nil {
		t.Error("opened")
	}
}

func TestInteractive(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	for term, want := range map[string]bool{"xterm": true, "dumb": false, "": false} {
		t.Setenv("TERM", term)
		if got := Interactive(slave, slave); got != want {
			t.Errorf("TERM=%q: %v, want %v", term, got, want)
		}
	}
	devNull, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer devNull.Close()
	t.Setenv("TERM", "xterm")
	if Interactive(devNull, slave) || Interactive(slave, devNull) {
		t.Error("the null device is a terminal")
	}
}
