//go:build !windows

package endtoend

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// nobody is a user without rights.
const nobody = 65534

// asNobody has a command run as a user who has to keep to permissions, as root need not.
func asNobody(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		return cmd
	}
	if err := os.Chmod(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return cmd
}

// A server that may not write in its folder says so and ends. One whose folder becomes so while it runs has its files
// open already, and goes on.
func TestStoreThatMayNotBeWritten(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "log")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		err := errors.Join(os.Chown(dir, nobody, nobody), os.Chmod(above, 0o755), os.Chmod(filepath.Dir(above), 0o755))
		if err != nil {
			t.Fatal(err)
		}
	}
	s := startServerAs(t, func(cmd *exec.Cmd) { asNobody(t, cmd) }, "127.0.0.1:0", "-data", dir)
	say(t, s.addr, "Alice", "one\n").ends(0)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	for _, file := range []string{"log.db", "log.db-wal", "log.db-shm", "lock"} {
		if err := os.Chmod(filepath.Join(dir, file), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	say(t, s.addr, "Alice", "two\n").ends(0)
	s.stop(syscall.SIGKILL)

	again := asNobody(t, program(t, "hubbub-server", "-listen", "127.0.0.1:0", "-data", dir))
	wantSentence(t, run(again), again.ProcessState.ExitCode(),
		dir, "can't be written", "give the server's user the right to")
	for path, mode := range map[string]os.FileMode{
		dir: 0o700, filepath.Join(dir, "lock"): 0o600, filepath.Join(dir, "log.db"): 0o600,
		filepath.Join(dir, "log.db-wal"): 0o600, filepath.Join(dir, "log.db-shm"): 0o600,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	s = startServerAs(t, func(cmd *exec.Cmd) { asNobody(t, cmd) }, "127.0.0.1:0", "-data", dir)
	bob := say(t, s.addr, "Bob", "/history\n")
	bob.ends(0)
	if got := bob.said(); len(got) != 2 {
		t.Errorf("what was acknowledged is %q", got)
	}
}
