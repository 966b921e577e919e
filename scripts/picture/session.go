//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"hubbub/scripts/internal/programs"
)

const (
	cols = 76
	rows = 14
)

// screen is what tmux shows.
type screen struct {
	lines    []string // with SGR sequences
	col, row int      // the cursor
}

// perform is the session. It returns what Alice sees in the middle of it.
func perform(ctx context.Context, set programs.Set, hub *programs.Hub, dir string) (s screen, err error) {
	p, err := startPane(ctx, dir, set.REPL+" -addr "+hub.Addr+" -history-file ''")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	others := map[string]*talker{}
	defer func() {
		for _, t := range others {
			err = errors.Join(err, t.leave())
		}
	}()
	step := func(name, says, wait string) {
		switch {
		case err != nil:
			return
		case name == "":
			err = p.typeKeys(ctx, says)
		case others[name] == nil:
			others[name], err = talk(ctx, set, hub, dir, name)
		default:
			err = others[name].say(says)
		}
		if err == nil {
			err = p.waitFor(ctx, wait)
		}
	}
	step("", "", "Enter username:")
	step("", "Alice\r", "Nobody else is here.")
	step("Bob", "", "Bob has joined")
	step("Bob", "Good morning! The build of last night is green again 🎉", "🎉")
	step("", "Bob: thank you, that was quick. What was it?\r", "What was it?\r")
	step("Bob", "A test that waited for half a second. Now it waits for what it needs, and all of them "+
		"take 9 seconds: https://ci.example.com/builds/2217", "2217")
	step("小明", "", "小明 has joined")
	step("小明", "早上好，大家！ Alice, could you look at my change?", "my change?")
	step("", "/who\r", "people are here")
	step("", "小明: of course, I am already reading i", "reading i")
	step("Bob", "*brings coffee*", "coffee")
	if err != nil {
		return s, err
	}
	return p.capture(ctx)
}

// pane is a tmux server with one program in it.
type pane struct{ socket, dir string }

func startPane(ctx context.Context, dir, command string) (*pane, error) {
	p := &pane{filepath.Join(dir, "tmux"), dir}
	_, err := p.tmux(ctx, "new-session", "-d", "-x", strconv.Itoa(cols), "-y", strconv.Itoa(rows), command)
	if err != nil {
		return nil, err
	}
	_, err = p.tmux(ctx, "set", "-g", "status", "off")
	return p, err
}

func (p *pane) tmux(ctx context.Context, args ...string) (string, error) {
	cmd := programs.Command(ctx, p.dir, "tmux", append([]string{"-u", "-f", "/dev/null", "-S", p.socket}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

func (p *pane) typeKeys(ctx context.Context, keys string) error {
	text, enter := strings.CutSuffix(keys, "\r")
	if text != "" {
		if _, err := p.tmux(ctx, "send-keys", "-l", text); err != nil {
			return err
		}
	}
	if !enter {
		return nil
	}
	_, err := p.tmux(ctx, "send-keys", "Enter")
	return err
}

// waitFor waits until text is shown; with \r at its end, on a row above the cursor's.
func (p *pane) waitFor(ctx context.Context, text string) error {
	text, above := strings.CutSuffix(text, "\r")
	tick := time.NewTicker(20 * time.Millisecond) // tmux has nothing to wait on
	defer tick.Stop()
	for {
		shown, err := p.tmux(ctx, "capture-pane", "-p")
		if err != nil {
			return err
		}
		if _, after, ok := strings.Cut(shown, text); ok && (!above || strings.Contains(after, "You:")) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%q is not among what is shown: %w\n%s", text, ctx.Err(), shown)
		}
	}
}

func (p *pane) capture(ctx context.Context) (screen, error) {
	text, err := p.tmux(ctx, "capture-pane", "-p", "-e", "-N")
	if err != nil {
		return screen{}, err
	}
	cursor, err := p.tmux(ctx, "display-message", "-p", "#{cursor_x} #{cursor_y}")
	if err != nil {
		return screen{}, err
	}
	s := screen{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	_, err = fmt.Sscan(cursor, &s.col, &s.row)
	return s, err
}

// close ends tmux and the program in it, also when ctx is done.
func (p *pane) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := p.tmux(ctx, "kill-server")
	return err
}

// talker is somebody who chats through a pipe.
type talker struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

func talk(ctx context.Context, set programs.Set, hub *programs.Hub, dir, name string) (*talker, error) {
	cmd := programs.Command(ctx, dir, set.REPL, "-addr", hub.Addr, "-name", name)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &talker{cmd, stdin}, cmd.Start()
}

func (t *talker) say(text string) error {
	_, err := io.WriteString(t.stdin, text+"\n")
	return err
}

func (t *talker) leave() error {
	t.stdin.Close()
	return t.cmd.Wait()
}
