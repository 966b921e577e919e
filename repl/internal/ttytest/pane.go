//go:build unix

package ttytest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// paneSettings are the tmux server's. The first program of a session must not be able to see another size than asked
// for.
const paneSettings = `
set -g default-size %dx%d
set -g default-terminal tmux-256color
set -g history-limit 1000000
set -g status off
set -g escape-time 0
set -g remain-on-exit on
set -g remain-on-exit-format ""
`

// A Pane is the only one of a tmux server of its own. It is driven in tmux's control mode: one command a line, one
// answer to each.
type Pane struct {
	t       testing.TB
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *os.File
	answers *bufio.Reader // of out
}

// StartPane runs a command in tmux, as the leader of its session. The test is skipped where there is no tmux. The
// server is killed when the test ends. Of cmd, Path, Args, Env and Dir are used.
func StartPane(t testing.TB, cmd *exec.Cmd, cols, rows int) *Pane {
	t.Helper()
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		t.Skip("SKIPPED: what tmux shows is not looked at, because tmux is not here")
	}
	// The folder of the socket: its path must be short.
	folder, err := os.MkdirTemp("", "tty")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	settings := filepath.Join(folder, "settings")
	if err := os.WriteFile(settings, fmt.Appendf(nil, paneSettings, cols, rows), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-L", "test", "-u", "-f", settings, "-C", "new-session", "-f", "no-output", "-x", fmt.Sprint(cols),
		"-y", fmt.Sprint(rows)}
	for _, variable := range cmd.Env {
		args = append(args, "-e", variable)
	}
	if cmd.Dir != "" {
		args = append(args, "-c", cmd.Dir)
	}
	args = append(args, "--", cmd.Path)
	p := &Pane{t: t, cmd: exec.Command(tmux, append(args, cmd.Args[1:]...)...)}
	p.cmd.Env = append(os.Environ(), "TMUX=", "TMUX_TMPDIR="+folder, "LC_ALL=C.UTF-8", "SHELL=/bin/sh")
	if err := p.start(); err != nil {
		t.Fatalf("start tmux: %v", err)
	}
	t.Cleanup(p.end)
	// A command that comes before the client is attached may be lost.
	for line := ""; !strings.HasPrefix(line, "%session-changed"); {
		if line, err = p.answers.ReadString('\n'); err != nil {
			t.Fatalf("tmux has no session: %v", err)
		}
	}
	p.Resize(cols, rows)
	return p
}

func (p *Pane) start() (err error) {
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = out.(*os.File)
	p.answers = bufio.NewReader(p.out)
	_ = p.out.SetReadDeadline(time.Now().Add(Patience)) // a pipe has deadlines
	return p.cmd.Start()
}

func (p *Pane) end() {
	_ = p.out.SetReadDeadline(time.Now().Add(Patience))
	_, _ = io.WriteString(p.in, "kill-server\n")
	if _, err := io.Copy(io.Discard, p.answers); err != nil { // up to the server's end
		p.t.Errorf("tmux does not end: %v", err)
		_ = p.cmd.Process.Kill()
	}
	_ = p.cmd.Wait() // its status says nothing
}

// do gives tmux a command and returns the lines of the answer.
func (p *Pane) do(command string) []string {
	p.t.Helper()
	_ = p.out.SetReadDeadline(time.Now().Add(Patience))
	if _, err := io.WriteString(p.in, command+"\n"); err != nil {
		p.t.Fatalf("tmux: %v", err)
	}
	lines, err := p.answer()
	if err != nil {
		p.t.Fatalf("tmux: %s: %v", command, err)
	}
	return lines
}

// answer reads an answer: it stands between "%begin TIME NUMBER 1" and "%end" or "%error" with the same numbers. What
// stands elsewhere is news, which nobody asked for.
func (p *Pane) answer() ([]string, error) {
	var lines []string
	mark := ""
	for {
		line, err := p.answers.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimSuffix(line, "\n")
		rest, begins := strings.CutPrefix(line, "%begin ")
		switch {
		case mark == "" && begins && strings.HasSuffix(rest, " 1"):
			mark = rest
		case mark == "":
		case line == "%end "+mark:
			return lines, nil
		case line == "%error "+mark:
			return nil, errors.New(strings.Join(lines, "\n"))
		default:
			lines = append(lines, line)
		}
	}
}

// ask returns the value of a tmux format.
func (p *Pane) ask(format string) string {
	p.t.Helper()
	return strings.Join(p.do("display-message -p '"+format+"'"), "\n")
}

// Type sends what somebody types, byte by byte.
func (p *Pane) Type(keys string) {
	p.t.Helper()
	var command strings.Builder
	command.WriteString("send-keys -H")
	for _, b := range []byte(keys) {
		fmt.Fprintf(&command, " %02x", b)
	}
	p.do(command.String())
}

// Resize changes the size.
func (p *Pane) Resize(cols, rows int) {
	p.t.Helper()
	p.do(fmt.Sprintf("refresh-client -C %dx%d", cols, rows))
}

// Dead reports whether the program has ended.
func (p *Pane) Dead() bool {
	p.t.Helper()
	return p.ask("#{pane_dead}") == "1"
}

// Screen returns what can be seen now, and what has scrolled off. Bells, modes and unknown sequences are not known.
func (p *Pane) Screen() Screen {
	p.t.Helper()
	var s Screen
	var above int
	state := p.ask("#{pane_width} #{pane_height} #{cursor_x} #{cursor_y} #{history_size}")
	if _, err := fmt.Sscan(state, &s.Cols, &s.Rows, &s.Col, &s.Row, &above); err != nil {
		p.t.Fatalf("tmux says %q: %v", state, err)
	}
	s.Lines = p.do("capture-pane -p")
	if above > 0 {
		s.Above = p.do("capture-pane -p -S - -E -1")
	}
	if s.Col == s.Cols {
		s.Col, s.Wrapping = s.Cols-1, true
	}
	return s
}
