//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// shell is a command line in which "$@" is the program on that hub, with arguments.
func shell(t *testing.T, h *fakeHub, script string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", append([]string{"-c", script, "sh", program, "-addr", h.addr()},
		args...)...)
	cmd.Env = []string{
		asProgram + "=1", "GORACE=atexit_sleep_ms=0", "TERM=xterm-256color", "TZ=UTC", "HOME=" + t.TempDir(),
		"PATH=" + os.Getenv("PATH"),
	}
	cmd.WaitDelay = patience
	return cmd
}

func exitStatus(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// TestStreams runs the program itself with streams that are closed, redirected, or odd in what they hold.
func TestStreams(t *testing.T) {
	for _, c := range []struct {
		about, script string
		stdin         string
		status        int
		said          []string
		stdout        string // all of it
		stderr        string // a part of it; empty: nothing
	}{
		{"CRLF", `"$@"`, "one\r\ntwo\r\n", 0, []string{"one", "two"}, "", ""},
		{"TAB", `"$@"`, "a\tb\n\t\n", 0, []string{"a\tb", "\t"}, "", ""},
		{"no final newline", `"$@"`, "one\ntwo", 0, []string{"one", "two"}, "", ""},
		{"nothing", `"$@"`, "", 0, nil, "", ""},
		{"an empty file", `"$@" </dev/null`, "", 0, nil, "", ""},
		{"0x03", `"$@"`, "a\x03b\none\n", statusUndelivered, []string{"one"}, "",
			"line 1: a text must not hold the control character U+0003"},
		{"0x12", `"$@"`, "\x12\none\n", statusUndelivered, []string{"one"}, "",
			"line 1: a text must not hold the control character U+0012"},
		{"ESC", `"$@"`, "\x1b[A\none\n", statusUndelivered, []string{"one"}, "",
			"line 1: a text must not hold the control character U+001B"},
		{"NUL", `"$@"`, "\x00\none\n", statusUndelivered, []string{"one"}, "",
			"line 1: a text must not hold the control character U+0000"},
		{"closed stdin", `"$@" <&-`, "", 0, nil, "", ""}, // Go puts /dev/null in the place of what is closed
		{"closed stdout", `"$@" >&-`, "one\n/who\n", 0, []string{"one"}, "", ""},
		{"everything closed", `"$@" <&- >&- 2>&-`, "", 0, nil, "", ""},
		{"closed stderr", `"$@" 2>&-`, "one\n\x00\n", statusUndelivered, []string{"one"}, "", ""},
		{"a full disk", `"$@" >/dev/full`, "/who\n", statusFailed, nil, "", "writing the output"},
		{"NO_COLOR", `NO_COLOR=1 "$@"`, "/who\n", 0, nil, "1 person is here: Alice (you)\n", ""},
		{"TERM", `TERM=dumb "$@"`, "/who\n", 0, nil, "1 person is here: Alice (you)\n", ""},
		{"no TERM", `unset TERM; "$@"`, "/who\n", 0, nil, "1 person is here: Alice (you)\n", ""},
		{"a screen reader", `"$@" -screen-reader`, "/who\n", 0, nil, "1 person is here: Alice (you)\n", ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			if _, err := os.Stat("/dev/full"); err != nil && strings.Contains(c.script, "/dev/full") {
				t.Skip("this system has no /dev/full")
			}
			h := startHub(t, nil)
			cmd := shell(t, h, c.script, "-name", "Alice")
			var stdout, stderr bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.stdin), &stdout, &stderr
			if status := exitStatus(cmd.Run()); status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			if got := h.texts(); !slices.Equal(got, c.said) {
				t.Errorf("said %q, want %q", got, c.said)
			}
			if stdout.String() != c.stdout {
				t.Errorf("on stdout: %q, want %q", stdout.String(), c.stdout)
			}
			if got := stderr.String(); !strings.Contains(got, c.stderr) || c.stderr == "" && got != "" {
				t.Errorf("on stderr: %q, want %q", got, c.stderr)
			}
		})
	}
}

func TestTenMegabytesInALine(t *testing.T) {
	h := startHub(t, nil)
	cmd := shell(t, h, `"$@"`, "-name", "Alice")
	cmd.Stdin = io.MultiReader(io.LimitReader(zeros{}, 10_000_000), strings.NewReader("\none\ntwo"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if status := exitStatus(cmd.Run()); status != statusUndelivered {
		t.Errorf("status %d", status)
	}
	if used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); used > 5*time.Second {
		t.Errorf("it took %v, and %v of processor time", time.Since(start), used)
	}
	want := "hubbub: line 1: a text must not be longer than 4096 bytes; this one has 10000000\n"
	if !strings.HasPrefix(stderr.String(), want) {
		t.Errorf("on stderr: %q", stderr.String())
	}
	if got := h.texts(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("said %q", got)
	}
}

// TestReaderThatGoesAway is what happens in hubbub | head -n 1.
func TestReaderThatGoesAway(t *testing.T) {
	h := startHub(t, nil)
	cmd := shell(t, h, `"$@"; echo "status $?" >&2`, "-name", "Alice", "-follow")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := newBuffer()
	cmd.Stdout, cmd.Stderr = writer, stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	io.WriteString(stdin, "one\n")
	h.awaitText("one")
	h.broadcast(nil, wire.Message{From: "Bob", Text: "two", Seq: 2})
	if _, err := reader.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
	reader.Close()
	h.broadcast(nil, wire.Message{From: "Bob", Text: "three", Seq: 3})
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	stdin.Close()
	if got := stderr.String(); got != "status 0\n" {
		t.Errorf("on stderr: %q", got)
	}
}

// TestRedirectedOutputOfATerminal has a person type, and a file take what others say.
func TestRedirectedOutputOfATerminal(t *testing.T) {
	h := startHub(t, nil)
	file := t.TempDir() + "/out"
	cmd := shell(t, h, `"$@" >`+file, "-name", "Alice")
	x := ttytest.Start(t, cmd, 60, 20, nil)
	h.awaitJoin("Alice")
	x.Type("one\n/who\n")
	h.awaitText("one")
	x.Type("\x04")
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d", status)
	}
	if raw := string(x.Raw()); strings.Contains(raw, "\x1b") || strings.Contains(raw, "You:") {
		t.Errorf("on the terminal: %q", raw)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "1 person is here: Alice (you)\n" {
		t.Errorf("in the file: %q, %v", got, err)
	}
}
