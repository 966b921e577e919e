//go:build unix

package ttytest

import (
	"bytes"
	"os/exec"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTerminal(t *testing.T) {
	x := Start(t, exec.Command("/bin/sh", "-c",
		`stty -echo; printf 'ready\r\n'; read -r a; echo "<$a>"; stty size; exit 7`), 20, 5, nil)
	x.WaitFor("the program", func(s Screen) bool { return s.Contains("ready") })
	if x.Modes().Lflag&unix.ECHO != 0 {
		t.Error("echo is on")
	}
	x.Resize(30, 6)
	x.Type("hello\r")
	if status := x.Wait(); status != 7 {
		t.Errorf("status %d", status)
	}
	rows := x.Rows()
	if len(rows) != 3 || rows[1] != "<hello>" || rows[2] != "6 30" {
		t.Errorf("rows %q", rows)
	}
	if col, row := x.Cursor(); col != 0 || row != 3 {
		t.Errorf("cursor at column %d of row %d", col, row)
	}
	if x.Modes().Lflag&unix.ECHO != 0 {
		t.Error("how the program left the terminal is forgotten")
	}
	if !bytes.HasPrefix(x.Raw(), []byte("ready\r")) {
		t.Errorf("raw %q", x.Raw())
	}
}

func TestSignal(t *testing.T) {
	x := Start(t, exec.Command("/bin/sh", "-c", "echo ready; exec sleep 1000"), 20, 5, nil)
	x.WaitFor("the program", func(s Screen) bool { return s.Contains("ready") })
	x.Signal(syscall.SIGTERM)
	if status := x.Wait(); status != 128+int(syscall.SIGTERM) {
		t.Errorf("status %d", status)
	}
}

func TestEndsWithTheTest(t *testing.T) {
	Start(t, exec.Command("/bin/sleep", "1000"), 20, 5, nil)
}
