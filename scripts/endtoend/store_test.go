package endtoend

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A server that can't have its folder says in one sentence why and what to do, and ends with status 1.
func TestStoreThatCannotBeOpened(t *testing.T) {
	first := startServer(t, "127.0.0.1:0")
	for _, c := range []struct {
		name string
		data func(t *testing.T) string
		says []string
	}{
		{"in use", func(*testing.T) string { return first.data }, []string{
			fmt.Sprintf("in use by process %d at %s", first.cmd.Process.Pid, first.addr), "stop that server",
		}},
		{"damaged", damagedFolder, []string{"it is damaged; restore a backup, or move the files log.db* away"}},
		{"not a folder", func(t *testing.T) string {
			file := filepath.Join(t.TempDir(), "file")
			write(t, file, []byte("x"))
			return file
		}, []string{"not a directory"}},
		{"of a later version", func(t *testing.T) string {
			dir := usedFolder(t)
			overwrite(t, filepath.Join(dir, "log.db"), 60, []byte{0, 0, 0x10, 0}) // user_version
			return dir
		}, []string{"made by a newer Hubbub", "use that one"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := c.data(t)
			second := program(t, "hubbub-server", "-listen", "127.0.0.1:0", "-data", dir)
			wantSentence(t, run(second), second.ProcessState.ExitCode(), append(c.says, dir)...)
		})
	}
}

// run runs a program to its end and returns what it has written.
func run(cmd *exec.Cmd) string {
	out, _ := cmd.CombinedOutput()
	return string(out)
}

// wantSentence checks that a server said these things in one line and ended with status 1.
func wantSentence(t *testing.T, got string, status int, parts ...string) {
	t.Helper()
	if status != 1 || strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "hubbub-server: ") {
		t.Errorf("status %d, %q", status, got)
	}
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%q does not say %q", got, part)
		}
	}
}

// usedFolder returns the folder of a log with messages, which no server has.
func usedFolder(t *testing.T) string {
	t.Helper()
	s := startServer(t, "127.0.0.1:0")
	say(t, s.addr, "Alice", strings.Repeat("stored before\n", 300)).ends(0)
	s.stop(os.Interrupt)
	return s.data
}

// damagedFolder returns one whose log is damaged from its first page on.
func damagedFolder(t *testing.T) string {
	dir := usedFolder(t)
	overwrite(t, filepath.Join(dir, "log.db"), 0, bytes.Repeat([]byte{0xa5}, 8192))
	return dir
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// overwrite writes over what a file has there.
func overwrite(t *testing.T, path string, at int64, content []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(content, at); err != nil {
		t.Fatal(err)
	}
}

// The log is damaged while the server runs. Who says something is told, who reads goes on with what is new, the server
// lives and says once what to do; with a backup in place it goes on from there.
func TestStoreDamagedWhileServing(t *testing.T) {
	dir := usedFolder(t)
	path := filepath.Join(dir, "log.db")
	backup, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, "127.0.0.1:0", "-data", dir)
	bob := startREPL(t, s.addr, "Bob", "-follow")
	s.console.await(t, "["+clientAddr(t, s)+"] User 'Bob'")
	overwrite(t, path, 4096, bytes.Repeat([]byte{0xa5}, len(backup)-4096))

	for range 3 {
		alice := say(t, s.addr, "Alice", "not stored\nnor this\n")
		alice.ends(5)
		if got := alice.stderr.String(); strings.Count(got, "the server could not store this message") != 2 {
			t.Errorf("Alice is told %q", got)
		}
	}
	bob.stdout.await(t, "[SERVER]: Alice has left the chat.")
	s.console.await(t, "[ERROR] the log takes no messages")
	console := s.console.String()
	if strings.Count(console, "takes no messages") != 1 || !strings.Contains(console, "restore a backup") {
		t.Errorf("the console says %q", console)
	}
	bob.cmd.Process.Signal(syscall.SIGTERM)
	bob.write("")
	bob.ends(0)
	s.stop(os.Interrupt)

	for _, name := range []string{"log.db-wal", "log.db-shm"} {
		os.Remove(filepath.Join(dir, name))
	}
	write(t, path, backup)
	s = startServer(t, "127.0.0.1:0", "-data", dir)
	carol := say(t, s.addr, "Carol", "/history 1\nstored again\n")
	carol.ends(0)
	if got := carol.stdout.String(); !strings.Contains(got, "stored before") {
		t.Errorf("Carol reads %q", got)
	}
}
