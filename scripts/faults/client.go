package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"hubbub/scripts/internal/programs"
	"hubbub/wire"
)

const (
	heardLines   = 20 // of a leaver, which are acknowledged
	unheardLines = 30 // behind these, which are not
)

// leavers are the ways in which a REPL ends too early.
var leavers = []struct {
	name string
	end  func(*leaver) error
	says bool // what it has not delivered
}{
	{"the end of the input", func(l *leaver) error { return l.stdin.Close() }, true},
	{"SIGTERM", func(l *leaver) error { return l.cmd.Process.Signal(syscall.SIGTERM) }, true},
	{"SIGKILL", func(l *leaver) error { l.kill(); return nil }, false},
}

// leaving ends REPLs while the network holds back what they say, or the acknowledgements of it. Whoever can still say
// something must say how many lines are not acknowledged and which is the first, and end with status 5.
func leaving(ctx context.Context, s *stage) error {
	if err := s.startServer(ctx); err != nil {
		return err
	}
	reader, err := s.startReader(ctx, s.server.addr)
	if err != nil {
		return err
	}
	told := 0
	for i := range s.plan.leavers {
		way := leavers[i%len(leavers)]
		l, err := s.startLeaver(ctx, fmt.Sprintf("leaver%d", i))
		if err != nil {
			return err
		}
		err = l.leave(ctx, reader, i/len(leavers)%2 == 0, way.end)
		for n, acknowledged := range l.acknowledged {
			s.said[line(l.name, n)] = acknowledged
		}
		if err == nil && way.says {
			err = l.check()
			told++
		}
		if err != nil {
			return fmt.Errorf("%s, at %s: %w", l.name, way.name, err)
		}
		if i%len(leavers) > 0 {
			s.figures.kills++
		}
	}
	s.figures.note = fmt.Sprintf("of the REPLs, %d said what they had not delivered", told)
	return nil
}

// leaver is a REPL behind a network of its own.
type leaver struct {
	*process
	name   string
	proxy  *proxy
	stdin  io.WriteCloser
	stderr bytes.Buffer

	acks chan wire.ID // that it has printed; closed at its end

	acknowledged []bool // by line
}

func (s *stage) startLeaver(ctx context.Context, name string) (*leaver, error) {
	proxy, err := s.startProxy(0)
	if err != nil {
		return nil, err
	}
	l := &leaver{name: name, proxy: proxy, acks: make(chan wire.ID, heardLines+unheardLines)}
	l.acknowledged = make([]bool, heardLines+unheardLines)
	cmd := programs.Command(ctx, s.dir, s.set.REPL, "-addr", proxy.addr(), "-name", name, "-json", "-timeout", "2s")
	cmd.Stderr = &l.stderr
	if l.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	l.process, err = s.launch(cmd, func() {
		defer close(l.acks)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if frame, err := wire.DecodeServer(lines.Bytes()); err == nil {
				if ack, ok := frame.(wire.Ack); ok {
					l.acks <- ack.ID
				}
			}
		}
	})
	return l, err
}

// leave has the REPL say something that is acknowledged and something that is not, for which the network holds back
// what it sends or else what it gets, and ends it.
func (l *leaver) leave(ctx context.Context, reader *reader, up bool, end func(*leaver) error) error {
	defer l.wait()
	defer l.proxy.drop()
	defer l.kill()
	l.write(0, heardLines)
	for range heardLines {
		select {
		case id, ok := <-l.acks:
			if !ok {
				return fmt.Errorf("it has ended: %s", l.stderr.String())
			}
			l.acknowledged[id-1] = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	last := line(l.name, heardLines+unheardLines-1)
	if up {
		l.proxy.up.hold()
		l.write(heardLines, unheardLines)
		if !eventually(ctx, patience, l.proxy.up.waiting.Load) {
			return errors.New("it sends nothing")
		}
	} else {
		l.proxy.down.hold()
		l.write(heardLines, unheardLines)
		if !eventually(ctx, patience, func() bool { return reader.has(last) }) {
			return errors.New("what it said does not arrive")
		}
	}
	if err := end(l); err != nil {
		return err
	}
	for id := range l.acks { // until it has ended
		l.acknowledged[id-1] = true
	}
	l.wait()
	return nil
}

func (l *leaver) write(from, n int) {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintln(&lines, line(l.name, from+i))
	}
	io.WriteString(l.stdin, lines.String()) // less than a pipe holds
}

// check checks what the REPL has said at its end.
func (l *leaver) check() error {
	const undelivered = 5
	said := strings.TrimSpace(l.stderr.String())
	if status := l.cmd.ProcessState.ExitCode(); status != undelivered {
		return fmt.Errorf("it ended with status %d, want %d: %s", status, undelivered, said)
	}
	var n, first int
	told := said[max(0, strings.LastIndex(said, "hubbub: ")):] // before that it may say that it waits
	const many = "hubbub: %d messages are not acknowledged, the first is line %d:"
	if _, err := fmt.Sscanf(told, many, &n, &first); err != nil {
		if _, err := fmt.Sscanf(told, "hubbub: 1 message is not acknowledged, line %d:", &first); err != nil {
			return fmt.Errorf("it said %q", said)
		}
		n = 1
	}
	if first != heardLines+1 || n < 1 || n > unheardLines {
		return fmt.Errorf("it said %q, where line %d is the first of %d at most", said, heardLines+1, unheardLines)
	}
	return nil
}
