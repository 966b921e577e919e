// Package endtoend tests the two binaries together, as people run them.
package endtoend

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take before a test fails.
const patience = 60 * time.Second

// bin is the folder with the binaries.
var bin string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "hubbub-endtoend-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	for name, pkg := range map[string]string{"hubbub-server": "hubbub/server", "hubbub": "hubbub/repl"} {
		build := exec.Command("go", "build", "-race", "-o", filepath.Join(bin, name), pkg)
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building %s: %v\n%s", pkg, err, out)
			return 1
		}
	}
	return m.Run()
}

// program is one of the binaries, without the flags that the environment may hold. It is killed when the test is over.
func program(t *testing.T, name string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "HUBBUB_") })
	cmd.Env = append(cmd.Env, "GORACE=atexit_sleep_ms=0")
	return cmd
}

// server is a hub that runs.
type server struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	data string // its folder

	console *output
	ended   chan struct{}
}

// startServer starts a hub on addr, a free port of which is 127.0.0.1:0, and returns when it listens.
func startServer(t *testing.T, addr string, args ...string) *server {
	t.Helper()
	return startServerAs(t, func(*exec.Cmd) {}, addr, args...)
}

// startServerAs is startServer with something done to the command first.
func startServerAs(t *testing.T, prepare func(*exec.Cmd), addr string, args ...string) *server {
	t.Helper()
	s := &server{t: t, data: t.TempDir(), console: newOutput(), ended: make(chan struct{})}
	s.cmd = program(t, "hubbub-server", append([]string{"-listen", addr, "-rate", "0", "-data", s.data}, args...)...)
	if i := slices.Index(args, "-data"); i >= 0 {
		s.data = args[i+1]
	}
	prepare(s.cmd)
	s.cmd.Stdout, s.cmd.Stderr = s.console, os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		s.cmd.Wait()
	}()
	t.Cleanup(func() { s.stop(os.Interrupt) })
	const starting = "[STARTING] Server is listening on "
	s.addr = strings.TrimPrefix(s.console.await(t, starting), starting)
	return s
}

// stop sends a signal and returns the status that the server ends with, -1 where that was the signal.
func (s *server) stop(signal os.Signal) int {
	s.t.Helper()
	s.cmd.Process.Signal(signal)
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Error("the server does not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

// repl is a REPL in a pipe.
type repl struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdin          io.WriteCloser
	stdout, stderr *output
}

// startREPL starts a REPL whose input is written to its stdin.
func startREPL(t *testing.T, addr, name string, args ...string) *repl {
	t.Helper()
	r := &repl{t: t, stdout: newOutput(), stderr: newOutput()}
	r.cmd = program(t, "hubbub", append([]string{"-addr", addr, "-name", name}, args...)...)
	r.cmd.Stdout, r.cmd.Stderr = r.stdout, r.stderr
	var err error
	if r.stdin, err = r.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// say runs a REPL with that input to its end.
func say(t *testing.T, addr, name, input string, args ...string) *repl {
	t.Helper()
	r := startREPL(t, addr, name, args...)
	r.write(input)
	return r
}

// write writes input and ends it. A REPL that ends before it has read everything is no failure here.
func (r *repl) write(input string) {
	io.WriteString(r.stdin, input)
	r.stdin.Close()
}

// ends waits for the REPL's end and checks its status.
func (r *repl) ends(status int) {
	r.t.Helper()
	r.cmd.Wait()
	if got := r.cmd.ProcessState.ExitCode(); got != status {
		r.t.Errorf("%v ended with status %d, want %d; stdout %.500q, stderr %.500q",
			r.cmd.Args[1:], got, status, r.stdout, r.stderr)
	}
}

// said returns the lines on the REPL's stdout that people have said.
func (r *repl) said() []string {
	return slices.DeleteFunc(r.stdout.lines(), func(l string) bool { return strings.HasPrefix(l, "[SERVER]: ") })
}

// output is what a program writes, to be waited for.
type output struct {
	mu      sync.Mutex // guards the following
	b       bytes.Buffer
	changed chan struct{} // closed, and replaced, at each write
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (o *output) lines() []string {
	var lines []string
	for scanner := bufio.NewScanner(strings.NewReader(o.String())); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	return lines
}

// await waits for a whole line that starts with a prefix, and returns it.
func (o *output) await(t *testing.T, prefix string) string {
	t.Helper()
	deadline := time.After(patience)
	for {
		o.mu.Lock()
		changed := o.changed
		o.mu.Unlock()
		for _, line := range o.lines() {
			if strings.HasPrefix(line, prefix) && strings.Contains(o.String(), line+"\n") {
				return line
			}
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("waited in vain for a line %q in %.2000q", prefix, o)
		}
	}
}
