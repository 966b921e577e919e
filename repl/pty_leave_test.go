//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// Set in the environment of a test binary that is to be the program and to panic.
const (
	asPanic       = "HUBBUB_TEST_AS_PANIC"        // when a line is entered
	asClientPanic = "HUBBUB_TEST_AS_CLIENT_PANIC" // when the connection is lost, in a goroutine of the client
)

func init() {
	if os.Getenv(asPanic) != "" {
		ctx := &panicky{Context: context.Background()}
		_ = run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
		os.Exit(1)
	}
	// Of a pause that is less than nothing, no random part can be taken.
	asOptioned(asClientPanic, func(o *options) { o.intervals = client.Intervals{First: -time.Hour} })
}

// panicky is a context that panics when it is asked whether it is done after a line was entered.
type panicky struct {
	context.Context
	asked int
}

// Done implements [context.Context].
func (p *panicky) Done() <-chan struct{} {
	p.asked++
	if p.asked > panicAfter {
		panic("as told")
	}
	return nil
}

// panicAfter is how often the context is asked before a line was entered: more often than it takes to join.
const panicAfter = 20

// bySignal is what stays on the screen where a signal ends the program.
const bySignal = "-- a signal has ended hubbub\nYou: a draft (not sent)"

func TestWaysOutOfADraft(t *testing.T) {
	for _, c := range []struct {
		name   string
		leave  func(*seat)
		status int
		says   string
	}{
		{"SIGTERM", func(x *seat) { x.Signal(syscall.SIGTERM) }, statusDelivered, bySignal},
		{"SIGHUP", func(x *seat) { x.Signal(syscall.SIGHUP) }, statusDelivered, bySignal},
		{"SIGINT", func(x *seat) { x.Signal(syscall.SIGINT) }, statusDelivered, bySignal},
		{"Ctrl-D when it is empty", func(x *seat) { x.Type("\x15\x04") }, statusDelivered, ""},
		{"/quit", func(x *seat) { x.Type("\x15/quit\r") }, statusDelivered, ""},
		{"quit", func(x *seat) { x.Type("\x15quit\r") }, statusDelivered, ""},
		{"in a search", func(x *seat) {
			x.Type("\x12ha")
			x.has("reverse-i-search")
			x.Signal(syscall.SIGTERM)
		}, statusDelivered, bySignal},
		{"in a paste", func(x *seat) { x.Type(pasteBegins + "ha"); x.Signal(syscall.SIGTERM) }, statusDelivered, bySignal},
		{"the server is back and does not let one in", func(x *seat) {
			x.hub.broadcast(nil, wire.Errorf(wire.CodeShuttingDown, "the server is going home"))
			x.hub.cut()
		}, statusRefused, "-- you are here already; hubbub has ended\nYou: a draft (not sent)"},
		{"another session takes over", func(x *seat) {
			x.hub.broadcast(nil, wire.Errorf(wire.CodeNameTaken, "you have joined elsewhere"))
			x.hub.cut()
		}, statusRefused, "-- you have joined elsewhere; hubbub has ended\nYou: a draft (not sent)"},
		{"a panic", func(x *seat) { x.Type("\x15" + strings.Repeat(" \r", panicAfter)) }, 2, "panic: as told"},
		{"a panic in the client", func(x *seat) { x.hub.cut() }, 2, "panic: invalid argument to N"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hub := startHub(t, func(h *fakeHub) { h.forget = wire.Errorf(wire.CodeNameTaken, "you are here already") })
			s := seating{cols: 100, rows: 100, hub: hub}.withDefaults(t)
			cmd := s.command(t)
			switch c.name {
			case "a panic":
				cmd.Env = append(cmd.Env, asPanic+"=1")
			case "a panic in the client":
				cmd.Env = append(cmd.Env, asClientPanic+"=1")
			}
			x := &seat{t: t, hub: s.hub, Terminal: ttytest.Start(t, cmd, s.cols, s.rows, s.engines...)}
			joined(x.Terminal)
			x.Type("a draft")
			x.drafts("a draft")
			raw := x.Stty()
			c.leave(x)
			if status := x.Wait(); status != c.status {
				t.Errorf("status %d, want %d\n%s", status, c.status, x.Screen())
			}
			screen := x.Screen()
			if !strings.Contains(strings.Join(screen.Text(), "\n"), c.says) || screen.Modes[2004] {
				t.Errorf("bracketed paste is on: %v\n%s", screen.Modes[2004], screen)
			}
			if got, want := x.Stty(), freshStty(t); got != want || got == raw {
				t.Errorf("stty -a says\n%s\nwant\n%s", got, want)
			}
			if got := x.hub.texts(); len(got) > 0 {
				t.Errorf("said %q", got)
			}
		})
	}
}

// Whether the terminal is closed or the connection ends for good, the next run has the line.
func TestDraftIsInTheNextRunsHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	for _, c := range []struct {
		draft string
		end   func(*seat)
	}{
		{"when the terminal closes", func(x *seat) { x.Signal(syscall.SIGHUP) }},
		{"when another session takes over", func(x *seat) {
			x.hub.broadcast(nil, wire.Errorf(wire.CodeNameTaken, "you have joined elsewhere"))
			x.hub.cut()
		}},
	} {
		x := takeSeat(t, seating{cols: 80, rows: 20, args: []string{"-history-file", file}})
		x.Type(c.draft)
		x.drafts(c.draft)
		c.end(x)
		x.Wait()
		if got := x.hub.texts(); len(got) > 0 {
			t.Errorf("said %q", got)
		}
		next := takeSeat(t, seating{cols: 80, rows: 20, args: []string{"-history-file", file}})
		next.Type("\x1b[A")
		next.drafts(c.draft)
		next.leave("\x15/quit\r")
	}
}

// freshStty is what stty says of a terminal that nothing has changed.
func freshStty(t *testing.T) string {
	t.Helper()
	return startCat(t, 100, 100).Stty()
}
