//go:build unix

package main

import (
	"io"
	"os"
	"testing"

	"github.com/creack/pty"

	"hubbub/repl/internal/terminal"
)

// A line that is entered before the prompt has ended on the screen already: a prompt would stand in front of its answer.
func TestPlainPromptIsNotWrittenForWhatWasEnteredAhead(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	written, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	defer out.Close()
	c := newPlainConsole(terminal.Config{In: slave, Out: out, Prompt: "You: "}, nil)
	defer c.Close()
	enter := func(line string) {
		if _, err := master.WriteString(line + "\n"); err != nil {
			t.Error(err)
		}
	}
	returns := func(want string) {
		if line, err := c.ReadLine(); line != want || err != nil {
			t.Errorf("%q, %v, want %q", line, err, want)
		}
	}

	for _, line := range []string{"one", "two"} {
		enter(line)
		if !terminal.AwaitInput(slave) {
			t.Fatal("nobody can wait for the terminal")
		}
		returns(line)
	}
	prompted := make(chan struct{})
	go func() {
		defer close(prompted)
		if _, err := io.ReadFull(written, make([]byte, len("You: "))); err != nil {
			t.Error(err)
		}
		enter("three")
	}()
	returns("three")
	<-prompted
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if more, err := io.ReadAll(written); len(more) > 0 || err != nil {
		t.Errorf("written besides one prompt: %q, %v", more, err)
	}
}
