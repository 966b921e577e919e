package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// asProgram is set in the environment of a test binary that is to be the program itself.
const asProgram = "HUBBUB_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// lockedBuffer is a buffer that is read while the program writes.
type lockedBuffer struct {
	mu      sync.Mutex // guards the following
	b       bytes.Buffer
	changed chan struct{} // closed, and replaced, at each write
}

func newBuffer() *lockedBuffer { return &lockedBuffer{changed: make(chan struct{})} }

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.changed)
	b.changed = make(chan struct{})
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// process is a run of the program in a pipe.
type process struct {
	t              *testing.T
	stdout, stderr *lockedBuffer
	done           chan struct{}
	err            error // set before done is closed
}

// start runs the program on a hub. It is stopped when the test ends.
func start(t *testing.T, ctx context.Context, h *fakeHub, stdin io.Reader, args ...string) *process {
	t.Helper()
	p := &process{t: t, stdout: newBuffer(), stderr: newBuffer(), done: make(chan struct{})}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(p.done)
		p.err = run(ctx, append([]string{"-addr", h.addr()}, args...), noEnv, stdin, p.stdout, p.stderr)
	}()
	t.Cleanup(func() { cancel(); <-p.done })
	return p
}

// say runs the program with that input until it ends.
func say(t *testing.T, h *fakeHub, input string, args ...string) *process {
	t.Helper()
	p := start(t, t.Context(), h, strings.NewReader(input), args...)
	p.wait()
	return p
}

func noEnv(string) string { return "" }

// wait waits for the program's end.
func (p *process) wait() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("the program does not end; stdout %q, stderr %q", p.stdout, p.stderr)
	}
}

// ends checks how the program has ended: its status, and a part of its sentence, which is empty where there is none.
func (p *process) ends(status int, says string) {
	p.t.Helper()
	p.wait()
	sentence := ""
	if p.err != nil {
		sentence = p.err.Error()
	}
	if got := statusOf(p.err); got != status || !strings.Contains(sentence, says) || says == "" && sentence != "" {
		p.t.Errorf("ended with status %d and %q, want %d and %q; stderr is %q", got, sentence, status, says, p.stderr)
	}
}

// awaitStdout waits until a part of stdout is there.
func (p *process) awaitStdout(text string) {
	p.t.Helper()
	p.await(p.stdout, text)
}

// await waits until a part of one of the program's outputs is there.
func (p *process) await(out *lockedBuffer, text string) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		out.mu.Lock()
		changed := out.changed
		out.mu.Unlock()
		if strings.Contains(out.String(), text) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("waited in vain for %q; stdout is %q, stderr %q", text, p.stdout, p.stderr)
		}
	}
}
