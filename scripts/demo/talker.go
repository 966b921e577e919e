package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"hubbub/scripts/internal/programs"
)

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

func newTalker(ctx context.Context, home, binary, addr, name string) *talker {
	t := &talker{
		name: name, read: make(chan struct{}), lines: make(chan string, 1000),
		cmd: programs.Command(ctx, home, binary, "-addr", addr, "-name", name,
			"-timeout", patience.String(), "-color", "never"),
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
