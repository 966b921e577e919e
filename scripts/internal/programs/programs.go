// Package programs builds Hubbub's two programs for a script and runs a hub on this machine's loopback.
package programs

import (
	"bufio"
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
)

// A Set is the two programs.
type Set struct {
	Server, REPL string
	Console      io.Writer // gets what a hub prints once it listens; nil: nobody does
}

// Build builds both into dir.
func Build(ctx context.Context, dir string) (Set, error) {
	s := Set{Server: filepath.Join(dir, executable("hubbub-server")), REPL: filepath.Join(dir, executable("hubbub"))}
	for binary, pkg := range map[string]string{s.Server: "hubbub/server", s.REPL: "hubbub/repl"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, pkg)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return Set{}, fmt.Errorf("building %s: %w", pkg, err)
		}
	}
	return s, nil
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// Command is a command that sees none of Hubbub's flags in its environment, and has its home in home.
func Command(ctx context.Context, home, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "HUBBUB_") || strings.HasPrefix(v, "XDG_") || strings.HasPrefix(v, "NO_COLOR=")
	})
	cmd.Env = append(cmd.Env, "HOME="+home, "TERM=xterm-256color")
	return cmd
}

// A Hub is a hub server that runs.
type Hub struct {
	Addr string
	cmd  *exec.Cmd
	read chan struct{} // closed when its output has been read
}

// StartHub starts a hub on a free port and returns when it listens. It ends with ctx, or with Stop.
func (s Set) StartHub(ctx context.Context, home string, args ...string) (*Hub, error) {
	cmd := Command(ctx, home, s.Server, append([]string{"-listen", "127.0.0.1:0"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, errors.Join(errors.New("the hub did not start"), cmd.Wait())
		}
		addr, ok := strings.CutPrefix(strings.TrimSpace(line), "[STARTING] Server is listening on ")
		if !ok {
			continue
		}
		h := &Hub{Addr: addr, cmd: cmd, read: make(chan struct{})}
		console := s.Console
		if console == nil {
			console = io.Discard
		}
		go func() {
			defer close(h.read)
			_, _ = io.Copy(console, lines)
		}()
		return h, nil
	}
}

// Process is the hub's.
func (h *Hub) Process() *os.Process { return h.cmd.Process }

// Stop asks the hub to end and waits until it has.
func (h *Hub) Stop() error {
	signalErr := h.cmd.Process.Signal(os.Interrupt)
	<-h.read
	if err := h.cmd.Wait(); err != nil {
		return fmt.Errorf("the hub failed: %w", errors.Join(err, signalErr))
	}
	return nil
}

// Kill ends the hub on the spot, as a crash does, and waits until it is gone.
func (h *Hub) Kill() {
	_ = h.cmd.Process.Kill() // an error says that it is gone already
	<-h.read
	_ = h.cmd.Wait() // the kill
}
