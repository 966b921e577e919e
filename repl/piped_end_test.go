package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"hubbub/wire"
)

// However late it is read that a text was refused, the status says so.
func TestRefusalThatIsReadLate(t *testing.T) {
	h := startHub(t, func(h *fakeHub) {
		h.onChat = func(m *fakeMember, c wire.Chat) bool {
			m.send(wire.Errorf(wire.CodeInternal, "the log is full").For(c.ID))
			return true
		}
	})
	reader, writer := io.Pipe()
	stderr := newBuffer()
	done := make(chan error)
	go func() {
		// The frames hold up what listens until the output is read.
		args := []string{"-addr", h.addr(), "-name", "Alice", "-json"}
		done <- run(t.Context(), args, noEnv, strings.NewReader("one\n"), writer, stderr)
		writer.Close()
	}()
	h.awaitJoin("Alice")
	h.await("Alice has gone", func() bool { return len(h.joined()) == 0 })
	go io.Copy(io.Discard, reader)
	if err := <-done; statusOf(err) != statusUndelivered {
		t.Errorf("it ended with %v", err)
	}
}

func TestSignalDuringTheInput(t *testing.T) {
	input, typing := io.Pipe()
	defer typing.Close()
	h := startHub(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	p := start(t, ctx, h, input, "-name", "Alice")
	io.WriteString(typing, "one\n")
	h.awaitText("one")
	cancel()
	p.ends(statusDelivered, "")
}

// A script that ends before its input has said less than it was to.
func TestEndBeforeTheInputs(t *testing.T) {
	for _, c := range []struct {
		about, rest string // of the input
		status      int
		says        string
	}{
		{"nothing more", "", statusDelivered, ""},
		{"no more texts", "\n\r\n/quit\ntwo\n", statusDelivered, ""},
		{"more", "\ntwo\n", statusUndelivered, "; what follows line 2 of the input was not sent"},
	} {
		for _, way := range []string{"interrupted", "nobody reads the output"} {
			t.Run(c.about+", "+way, func(t *testing.T) {
				t.Parallel()
				h := startLibrary(t, 1, func(h *fakeHub) { h.silent = true })
				reader, writer := io.Pipe()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stderr := newBuffer()
				p := &process{t: t, stdout: newBuffer(), stderr: stderr, done: make(chan struct{})}
				go func() {
					defer close(p.done)
					args := []string{"-addr", h.addr(), "-name", "Alice"}
					p.err = run(ctx, args, noEnv, strings.NewReader("one\n/history\n"+c.rest), writer, stderr)
				}()
				h.awaitText("one")
				h.await("the question of line 2", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.asked > 0 })
				if way == "interrupted" {
					cancel()
				} else {
					reader.Close()
					h.speak("Eve", "anything")
				}
				says := c.says
				if says != "" {
					says = way + says
				}
				p.ends(c.status, says)
				if got := stderr.String(); got != "" {
					t.Errorf("on stderr: %q", got)
				}
			})
		}
	}
}

func TestSignalWhileConnecting(t *testing.T) {
	h := startHub(t, func(h *fakeHub) { h.old = true })
	ctx, cancel := context.WithCancel(t.Context())
	p := start(t, ctx, h, strings.NewReader("one\n"), "-name", "Alice")
	h.awaitJoin("Alice")
	cancel()
	p.ends(statusNoConnection, "interrupted")
}

func TestOutputThatFails(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
	}{
		{io.ErrClosedPipe, statusDelivered},
		{errors.New("disk full"), statusFailed},
	} {
		reader, writer := io.Pipe()
		reader.CloseWithError(c.err)
		input, typing := io.Pipe()
		h := startHub(t, nil)
		stderr := newBuffer()
		done := make(chan error)
		go func() {
			done <- run(t.Context(), []string{"-addr", h.addr(), "-name", "Alice"}, noEnv, input, writer, stderr)
		}()
		io.WriteString(typing, "one\n/who\n")
		err := <-done
		if statusOf(err) != c.status || stderr.String() != "" {
			t.Errorf("%v: ended with %v; stderr is %q", c.err, err, stderr)
		}
		if got := h.texts(); !slices.Equal(got, []string{"one"}) {
			t.Errorf("%v: said %q", c.err, got)
		}
		typing.Close()
	}
}

func TestSignalWhileNobodyReadsTheOutput(t *testing.T) {
	t.Parallel() // it gives the output a second
	h := startHub(t, nil)
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- run(ctx, []string{"-addr", h.addr(), "-name", "Alice", "-follow"}, noEnv, strings.NewReader(""), writer,
			io.Discard)
	}()
	h.awaitJoin("Alice")
	h.broadcast(nil, wire.Message{From: "Bob", Text: "hi"})
	if _, err := reader.Read(make([]byte, 1)); err != nil { // the rest of the write waits from here on
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
	reader.Close()
}

func TestInputThatFails(t *testing.T) {
	h := startHub(t, nil)
	input, typing := io.Pipe()
	p := start(t, t.Context(), h, input, "-name", "Alice")
	io.WriteString(typing, "one\n")
	typing.CloseWithError(errors.New("disk on fire"))
	p.ends(statusFailed, "")
	if got := p.stderr.String(); got != "hubbub: reading the input: disk on fire\n" {
		t.Errorf("on stderr: %q", got)
	}
	h.awaitText("one")
}
