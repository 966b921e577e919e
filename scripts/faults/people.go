package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/scripts/internal/programs"
	"hubbub/wire"
)

// patience is how long a REPL goes without an acknowledgement before it gives up.
const patience = 20 * time.Second

// writer is a REPL that is fed numbered lines.
type writer struct {
	*process
	name   string
	stderr bytes.Buffer
}

// startWriters starts REPLs that are given so many lines each, with a pause behind each line.
func (s *stage) startWriters(ctx context.Context, addr string, n, lines int, pause time.Duration) ([]*writer, error) {
	var writers []*writer
	for i := range n {
		w := &writer{name: fmt.Sprintf("writer%d", i)}
		cmd := programs.Command(ctx, s.dir, s.set.REPL, "-addr", addr, "-name", w.name, "-timeout", patience.String())
		cmd.Stderr = &w.stderr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return nil, err
		}
		if w.process, err = s.launch(cmd, func() {}); err != nil {
			return nil, err
		}
		for n := range lines {
			s.said[line(w.name, n)] = true // its status says so in the end
		}
		s.goroutines.Go(func() { w.feed(stdin, lines, pause) })
		writers = append(writers, w)
	}
	return writers, nil
}

// feed gives the REPL its lines, until it has them all or has ended.
func (w *writer) feed(stdin io.WriteCloser, lines int, pause time.Duration) {
	defer stdin.Close()
	for n := range lines {
		if _, err := fmt.Fprintln(stdin, line(w.name, n)); err != nil {
			return
		}
		if pause <= 0 {
			continue
		}
		select {
		case <-time.After(pause):
		case <-w.ended:
			return
		}
	}
}

// wait waits for the REPL's end. A status of 0 says that everything was delivered.
func (w *writer) wait() error {
	if err := w.process.wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", w.name, err, strings.TrimSpace(w.stderr.String()))
	}
	return nil
}

// reader is a REPL that listens.
type reader struct {
	*process
	name string

	mu        sync.Mutex // guards the following
	messages  []wire.Message
	announced []wire.ServerMessage
	changed   chan struct{} // closed, and replaced, when something has come
}

// startReader starts one and returns when it is in the room. What it gets is checked at the end.
func (s *stage) startReader(ctx context.Context, addr string) (*reader, error) {
	r := &reader{name: fmt.Sprintf("reader%d", len(s.readers)), changed: make(chan struct{})}
	cmd := programs.Command(ctx, s.dir, s.set.REPL,
		"-addr", addr, "-name", r.name, "-json", "-follow", "-timeout", patience.String())
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	welcomed := make(chan struct{})
	if r.process, err = s.launch(cmd, func() { r.read(stdout, welcomed) }); err != nil {
		return nil, err
	}
	select {
	case <-welcomed:
		s.readers = append(s.readers, r)
		return r, nil
	case <-r.ended:
		return nil, fmt.Errorf("%s has ended before it was in the room: %w", r.name, r.err)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// read takes what the REPL prints until it ends.
func (r *reader) read(stdout io.Reader, welcomed chan<- struct{}) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		frame, err := wire.DecodeServer(lines.Bytes())
		if err != nil {
			continue
		}
		if _, ok := frame.(wire.Welcome); ok && welcomed != nil {
			close(welcomed)
			welcomed = nil
		}
		switch frame := frame.(type) {
		case wire.Message:
			r.update(func() { r.messages = append(r.messages, frame) })
		case wire.ServerMessage:
			r.update(func() { r.announced = append(r.announced, frame) })
		}
	}
}

func (r *reader) update(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

// has reports whether a message with that text has come.
func (r *reader) has(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.messages, func(m wire.Message) bool { return m.Text == text })
}

// upTo waits until the message of that number has come, and returns all that have.
func (r *reader) upTo(last wire.Seq) ([]wire.Message, error) {
	late := time.After(patience)
	for {
		r.mu.Lock()
		messages, changed := r.messages, r.changed
		r.mu.Unlock()
		if n := len(messages); n > 0 && messages[n-1].Seq >= last {
			return messages, nil
		}
		select {
		case <-changed:
		case <-r.ended:
			return messages, fmt.Errorf("%s has ended: %w", r.name, r.err)
		case <-late:
			return messages, fmt.Errorf("%s has %d messages and waits in vain for number %d", r.name, len(messages), last)
		}
	}
}

// readAll reads everything that the server has stored, as a client that was never there.
func readAll(ctx context.Context, addr string) ([]wire.Message, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	since := wire.Seq(0)
	join := wire.Join{Name: "auditor", V: wire.Version, Session: wire.NewSessionID(), Since: &since}
	if _, err := conn.Write(wire.Append(nil, join)); err != nil {
		return nil, err
	}
	frames := wire.NewReader(conn)
	var messages []wire.Message
	end := wire.Seq(0)
	for welcomed := false; !welcomed || len(messages) < int(end); {
		object, err := frames.Next()
		if err != nil {
			return messages, fmt.Errorf("reading the store: %w", err)
		}
		switch frame, err := wire.DecodeServer(object); frame := frame.(type) {
		case wire.Welcome:
			welcomed, end = true, frame.Seq
		case wire.Message:
			messages = append(messages, frame)
		case *wire.Error:
			return messages, errors.Join(frame, err)
		}
	}
	return messages, nil
}
