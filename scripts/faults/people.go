package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
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
	name   string
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// startWriters starts REPLs that are given so many lines each, with a pause behind each line.
func (s *stage) startWriters(ctx context.Context, addr string, n, lines int, pause time.Duration) ([]*writer, error) {
	var writers []*writer
	for i := range n {
		w := &writer{name: fmt.Sprintf("writer%d", i)}
		w.cmd = programs.Command(ctx, s.dir, s.set.REPL, "-addr", addr, "-name", w.name, "-timeout", patience.String())
		w.cmd.Stderr = &w.stderr
		stdin, err := w.cmd.StdinPipe()
		if err != nil {
			return writers, err
		}
		if err := w.cmd.Start(); err != nil {
			return writers, err
		}
		for n := range lines {
			s.said[line(w.name, n)] = true // its status says so in the end
		}
		go func() { // ends when everything is written, or with the REPL
			defer stdin.Close()
			for n := range lines {
				if _, err := fmt.Fprintln(stdin, line(w.name, n)); err != nil {
					return
				}
				if pause > 0 {
					time.Sleep(pause)
				}
			}
		}()
		writers = append(writers, w)
	}
	return writers, nil
}

// wait waits for the REPL's end. A status of 0 says that everything was delivered.
func (w *writer) wait() error {
	if err := w.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", w.name, err, strings.TrimSpace(w.stderr.String()))
	}
	return nil
}

// reader is a REPL that listens.
type reader struct {
	name string
	cmd  *exec.Cmd

	mu        sync.Mutex // guards the following
	messages  []wire.Message
	announced []wire.ServerMessage
	changed   chan struct{} // closed, and replaced, when something has come
	ended     bool
}

// startReader starts one and returns when it is in the room.
func startReader(ctx context.Context, set programs.Set, dir, addr, name string) (*reader, error) {
	r := &reader{name: name, changed: make(chan struct{})}
	r.cmd = programs.Command(ctx, dir, set.REPL,
		"-addr", addr, "-name", name, "-json", "-follow", "-timeout", patience.String())
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	welcomed := make(chan struct{})
	go r.read(stdout, welcomed)
	select {
	case <-welcomed:
		return r, nil
	case <-ctx.Done():
		r.cmd.Process.Kill()
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
	r.update(func() { r.ended = true })
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
		messages, changed, ended := r.messages, r.changed, r.ended
		r.mu.Unlock()
		if n := len(messages); n > 0 && messages[n-1].Seq >= last {
			return messages, nil
		}
		if ended {
			return messages, fmt.Errorf("%s has ended: %w", r.name, r.cmd.Wait())
		}
		select {
		case <-changed:
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
