package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The binaries, in the temporary folder.
var (
	serverBinary = executable("hubbub-server")
	replBinary   = executable("hubbub")
)

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// build builds both binaries into dir.
func build(ctx context.Context, dir string) error {
	for binary, pkg := range map[string]string{serverBinary: "hubbub/server", replBinary: "hubbub/repl"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, binary), pkg)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("building %s: %w", pkg, err)
		}
	}
	return nil
}

// program is a command without the flags that the environment may hold.
func program(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "HUBBUB_") })
	return cmd
}

// hubProcess is a hub server that runs.
type hubProcess struct {
	cmd  *exec.Cmd
	addr string
}

// startHub starts a hub on a free port and returns when it listens.
func startHub(ctx context.Context, dir string) (*hubProcess, error) {
	cmd := program(ctx, filepath.Join(dir, serverBinary), "-listen", "127.0.0.1:0", "-data", filepath.Join(dir, "data"))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if addr, ok := strings.CutPrefix(lines.Text(), "[STARTING] Server is listening on "); ok {
			go io.Copy(io.Discard, stdout) // ends with the process
			return &hubProcess{cmd: cmd, addr: addr}, nil
		}
	}
	return nil, errors.Join(errors.New("the hub did not start"), cmd.Wait())
}

// stop asks the hub to end and waits until it has.
func (h *hubProcess) stop() error {
	if err := h.cmd.Process.Signal(os.Interrupt); err != nil {
		h.cmd.Process.Kill() // where there are no signals
		h.cmd.Wait()
		return nil
	}
	if err := h.cmd.Wait(); err != nil {
		return fmt.Errorf("the hub failed: %w", err)
	}
	return nil
}

// talker is a REPL with a script.
type talker struct {
	name   string
	cmd    *exec.Cmd
	output []string // the lines on stdout so far
	stderr bytes.Buffer
	read   chan struct{} // stdout has been read to its end
	lines  chan string   // of stdout
}

// patience is how long a REPL waits for a line that it needs.
const patience = 30 * time.Second

func newTalker(ctx context.Context, binary, addr, name string) *talker {
	t := &talker{
		name: name, read: make(chan struct{}), lines: make(chan string, 1000),
		cmd: program(ctx, binary, "-addr", addr, "-name", name, "-timeout", patience.String(), "-color", "never"),
	}
	t.cmd.Stdin = strings.NewReader(script(name))
	t.cmd.Stderr = &t.stderr
	return t
}

func (t *talker) start() error {
	stdout, err := t.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := t.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(t.read)
		defer close(t.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			t.output = append(t.output, scanner.Text())
			t.lines <- scanner.Text()
		}
	}()
	return nil
}

func (t *talker) kill() {
	t.cmd.Process.Kill()
	t.wait()
}

// show prints what t's REPL prints, and what it says itself when it is t's turn, as a terminal would have it.
func (t *talker) show(out io.Writer) {
	next := 0
	sayOwn := func() {
		for next < len(conversation) && conversation[next].from == t.name {
			fmt.Fprintln(out, "You: "+conversation[next].text)
			next++
		}
	}
	for shown := range t.lines {
		fmt.Fprintln(out, shown)
		if next < len(conversation) && strings.HasPrefix(shown, "["+conversation[next].from+"]: ") {
			next++
			sayOwn()
		}
	}
}

// wait waits until the REPL has ended. A status other than 0 is an error that quotes what it said.
func (t *talker) wait() error {
	<-t.read
	if err := t.cmd.Wait(); err != nil {
		return fmt.Errorf("%s's REPL: %w: %s", t.name, err, strings.TrimSpace(t.stderr.String()))
	}
	return nil
}

// check reports whether t got every line of the others once and in order.
func (t *talker) check() error {
	got := slices.DeleteFunc(slices.Clone(t.output), func(l string) bool { return strings.HasPrefix(l, "[SERVER]: ") })
	if want := heard(t.name); !slices.Equal(got, want) {
		return fmt.Errorf("%s got\n\t%s\nand not\n\t%s", t.name, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	return nil
}
