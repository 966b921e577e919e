//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hubbub/scripts/internal/programs"
)

// startToPrompt starts a REPL and then bash, bare and as its user has it, each on a terminal, and waits for their
// prompts. The REPL has joined a hub by then.
func startToPrompt(ctx context.Context, b bench) (figures []figure, err error) {
	hub, err := b.StartHub(ctx, b.dir, "-data", "memory")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, hub.Stop()) }()
	bash := programs.Command(ctx, b.dir, "bash", "--norc", "-i")
	bash.Env = append(bash.Env, "PS1=ready: ")
	usual := exec.CommandContext(ctx, "bash", "-i")
	usual.Env = append(os.Environ(), "PROMPT_COMMAND=printf 'ready: '", "HISTFILE=")
	for _, p := range []struct {
		name   string
		cmd    *exec.Cmd
		prompt string
		leave  string
	}{
		{"`hubbub`, start to prompt", programs.Command(ctx, b.dir, b.REPL, "-addr", hub.Addr, "-name", "Alice"),
			"You: ", "/quit\r"},
		{"`bash --norc -i`, start to prompt", bash, "ready: ", "exit\r"},
		{"`bash -i` with the start-up files of this machine", usual, "ready: ", "exit\r"},
	} {
		began := time.Now()
		t, err := startOnTerminal(p.cmd)
		if err != nil {
			return nil, err
		}
		if err := t.waitFor(ctx, p.prompt); err != nil {
			t.kill()
			return nil, err
		}
		took := time.Since(began)
		if err := t.end(p.leave); err != nil {
			return nil, err
		}
		figures = append(figures, figure{p.name, "ms", float64(took) / float64(time.Millisecond)})
	}
	return figures, nil
}

// settleTime is how long a program does nothing before its memory is read.
const settleTime = 2 * time.Second

// idleMemory reads how much memory a hub and a REPL take that have nothing to do, with only each other.
func idleMemory(ctx context.Context, b bench) (figures []figure, err error) {
	hub, err := b.StartHub(ctx, b.dir, "-data", "memory")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, hub.Stop()) }()
	t, err := b.join(ctx, hub)
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(settleTime):
	case <-ctx.Done():
		t.kill()
		return nil, ctx.Err()
	}
	for _, p := range []struct {
		name string
		pid  int
	}{{"`hubbub`", t.cmd.Process.Pid}, {"`hubbub-server`", hub.Process().Pid}} {
		for _, field := range []struct{ key, name string }{{"Rss", "resident"}, {"Pss", "its share"}} {
			kib, err := memory(p.pid, field.key)
			if err != nil {
				t.kill()
				return nil, err
			}
			figures = append(figures, figure{p.name + ", memory when idle, " + field.name, "MiB", kib / 1024})
		}
	}
	return figures, t.end("/quit\r")
}

// join starts a REPL on a terminal and waits for its prompt.
func (b bench) join(ctx context.Context, hub *programs.Hub) (*terminal, error) {
	repl := programs.Command(ctx, b.dir, b.REPL, "-addr", hub.Addr, "-name", "Alice", "-history-file", "")
	t, err := startOnTerminal(repl)
	if err != nil {
		return nil, err
	}
	if err := t.waitFor(ctx, "You: "); err != nil {
		t.kill()
		return nil, err
	}
	return t, nil
}

// memory returns a field of a process's memory, in KiB.
func memory(pid int, field string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == field+":" {
			return strconv.ParseFloat(words[1], 64)
		}
	}
	return 0, fmt.Errorf("the memory of process %d has no %s", pid, field)
}

// incoming has 5,000 messages of 100 bytes come while a draft of four rows is half typed.
func incoming(ctx context.Context, b bench) (figures []figure, err error) {
	const messages = 5000
	hub, err := b.StartHub(ctx, b.dir, "-data", "memory", "-rate", "0")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, hub.Stop()) }()
	t, err := b.join(ctx, hub)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.kill()
			return
		}
		err = t.end("\x15/quit\r")
	}()
	if err := t.typeKeys(strings.Repeat("a long draft ", 24) + "end"); err != nil {
		return nil, err
	}
	if err := t.waitFor(ctx, "end"); err != nil {
		return nil, err
	}
	t.forget()
	before, err := processorTime(t.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := b.say(ctx, hub, "Bob", messages); err != nil {
		return nil, err
	}
	if err := t.waitFor(ctx, fmt.Sprintf("number %06d", messages)); err != nil {
		return nil, err
	}
	took := time.Since(began)
	after, err := processorTime(t.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"5,000 messages with a draft of four rows, processor time", "ms", float64(after-before) / float64(time.Millisecond)},
		{"the same, until the last one is shown", "ms", float64(took) / float64(time.Millisecond)},
		{"the same, written to the terminal", "KiB", float64(t.bytesWritten()) / 1024},
	}, nil
}

// pipe has 100,000 lines go through a pipe, until the last one is acknowledged and the program has ended.
func pipe(ctx context.Context, b bench) (figures []figure, err error) {
	const lines = 100_000
	hub, err := b.StartHub(ctx, b.dir, "-data", "memory", "-rate", "0")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, hub.Stop()) }()
	began := time.Now()
	if err := b.say(ctx, hub, "Bob", lines); err != nil {
		return nil, err
	}
	took := time.Since(began)
	return []figure{
		{"100,000 lines through a pipe, until all are acknowledged", "ms", float64(took) / float64(time.Millisecond)},
		{"the same, a second", "lines", lines / took.Seconds()},
	}, nil
}

// say has somebody say numbered lines of 100 bytes through a pipe, and returns when all are acknowledged.
func (b bench) say(ctx context.Context, hub *programs.Hub, name string, lines int) error {
	var input bytes.Buffer
	for i := 1; i <= lines; i++ {
		line := fmt.Sprintf("number %06d ", i)
		input.WriteString(line + strings.Repeat("x", 99-len(line)) + "\n")
	}
	cmd := programs.Command(ctx, b.dir, b.REPL, "-addr", hub.Addr, "-name", name)
	cmd.Stdin = &input
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// processorTime returns how long a process has run, on all cores.
func processorTime(pid int) (time.Duration, error) {
	clock := int32(^pid<<3 | 2) // see clock_getcpuclockid(3)
	var ts unix.Timespec
	if err := unix.ClockGettime(clock, &ts); err != nil {
		return 0, fmt.Errorf("the processor time of process %d: %w", pid, err)
	}
	return time.Duration(ts.Nano()), nil
}
