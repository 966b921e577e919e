package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/command"
	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// view is where a session is shown. Its functions may be called from any goroutine. None is nil but frame.
type view struct {
	line   func(text string) // what others say
	answer func(text string) // what a command answers
	notice func(text string) // what the program has to say about itself
	flush  func()            // called when nothing more is waiting to be shown
	bell   func()
	clear  func()
	cols   func() int // how wide lines may be; 0: as wide as they are

	// person says that a person reads along: days are told apart, and who comes and goes at about the same time is
	// announced together.
	person bool

	// frame shows a frame as it is; where it is not nil, line is not called.
	frame func(raw []byte)
}

// session is one person's stay in a room, wherever it is shown.
type session struct {
	// Set when the session is made, then only read.
	client  *client.Client
	view    view
	timeout time.Duration // 0: for ever
	end     context.CancelCauseFunc
	refused func(client.Refused)
	settled func(wire.ID) // called when a text is acknowledged or refused
	offline func(bool)    // called when the connection is lost or has ended, and with false when it is back
	named   func()        // called when somebody else speaks of oneself, but not in the history
	ear     *ear
	addrs   int           // how many servers there are to choose from
	home    string        // the person's folder; empty where it is not known
	over    chan struct{} // closed when listen has ended

	said atomic.Bool // something was sent

	// Owned by listen.
	greet    bool      // show the server's greeting
	joinedAt wire.Seq  // the log's end then: what comes up to there is history
	rung     time.Time // when the bell rang last
	day      render.Day
	crowd    crowd
	away     absence

	// Owned by the goroutine that does commands.
	read reading

	ended error // why the connection ended; set before over is closed

	mu       sync.Mutex // guards the following
	renderer render.Renderer
}

// errEnded is the cause that ends what waits for the connection, when that has ended.
var errEnded = errors.New("the connection has ended")

// newSession returns a session on c. It calls end with [errEnded] when the connection has ended.
func newSession(c *client.Client, v view, o options, color bool, end context.CancelCauseFunc) *session {
	return &session{
		client:   c,
		view:     v,
		timeout:  o.timeout,
		end:      end,
		settled:  func(wire.ID) {},
		offline:  func(bool) {},
		named:    func() {},
		ear:      newEar(),
		addrs:    len(o.addrs),
		home:     o.home,
		over:     make(chan struct{}),
		renderer: render.Renderer{Color: color, Name: c.Status().Name, Location: time.Local, Dates: v.person},
	}
}

// look returns the renderer as it is now.
func (s *session) look() render.Renderer {
	cols := s.view.cols()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.renderer
	r.Cols = cols
	return r
}

// setLook changes the renderer.
func (s *session) setLook(change func(*render.Renderer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.renderer)
}

// room is what commands do in this session. Interactive says that /wait takes only what is said from then on.
func (s *session) room(interactive bool) *command.Room {
	return &command.Room{
		Say:       func(ctx context.Context, text string) error { _, err := s.say(ctx, text); return err },
		Answer:    s.view.answer,
		Look:      s.look,
		Who:       s.who,
		History:   s.history,
		Search:    s.search,
		Save:      s.save,
		Status:    s.status,
		Multiline: func(bool) error { return errors.New("here each line is a message") },
		ShowTime:  func(on bool) { s.setLook(func(r *render.Renderer) { r.ShowTime = on }) },
		Clear:     s.view.clear,
		Wait: func(ctx context.Context, name, text string) error {
			if interactive {
				s.ear.forget()
			}
			return s.wait(ctx, name, text)
		},
	}
}

// say sends a text. Where too many are unacknowledged already it waits for the server, but no longer than the timeout.
func (s *session) say(ctx context.Context, text string) (wire.ID, error) {
	limited, cancel := s.patience(ctx)
	defer cancel()
	id, err := s.client.Send(limited, text)
	if err == nil {
		s.said.Store(true)
	}
	switch cause := context.Cause(ctx); {
	case err != nil && errors.Is(cause, errStalled):
		err = cause
	case err != nil && limited.Err() != nil && cause == nil:
		err = s.stalled()
	}
	return id, err
}

// errStalled is what errors are when the server acknowledges nothing for the timeout.
var errStalled = errors.New("the server has acknowledged nothing")

func (s *session) stalled() error {
	if !s.client.Status().Connected {
		return fmt.Errorf("%w for %v, and there is no connection", errStalled, s.timeout)
	}
	return fmt.Errorf("%w for %v", errStalled, s.timeout)
}

// patience limits ctx to the timeout.
func (s *session) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, s.timeout)
}

// who says who is here, or was when the connection was lost.
func (s *session) who() string {
	look := s.look()
	roster := look.Roster(s.client.Roster())
	if s.client.Status().Connected {
		return roster
	}
	return look.Notice("offline; before that:") + "\n" + roster
}

func (s *session) status(ctx context.Context) (string, error) {
	roundTrip, err := s.client.Ping(ctx)
	offline := errors.Is(err, client.ErrOffline)
	if err != nil && !offline && !errors.Is(err, client.ErrOldServer) {
		return "", err
	}
	status := s.client.Status()
	return s.look().Status(render.Status{
		Server:         status.Addr,
		Name:           status.Name,
		RoundTrip:      roundTrip,
		Seq:            status.Seq,
		Unacknowledged: status.Unacknowledged,
		Old:            status.Old,
		Offline:        offline || !status.Connected,
		Retry:          status.Retry,
	}), nil
}

// wait waits, no longer than the timeout, until name is here or has said what contains text.
func (s *session) wait(ctx context.Context, name, text string) error {
	limited, cancel := s.patience(ctx)
	defer cancel()
	there := func() bool { return s.ear.heard(name, text) }
	if text == "" {
		there = func() bool { return s.isHere(name) }
	}
	for {
		changed := s.ear.changed()
		if there() {
			return nil
		}
		select {
		case <-changed:
		case <-limited.Done():
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case text == "":
				return fmt.Errorf("%s has not come within %v", name, s.timeout)
			}
			return fmt.Errorf("%s has not said %q within %v", name, text, s.timeout)
		}
	}
}

func (s *session) isHere(name string) bool {
	for _, here := range s.client.Roster() {
		if strings.EqualFold(here, name) {
			return true
		}
	}
	return false
}

// complete completes a line for the terminal, with the names of the others here.
func (s *session) complete(line string, pos int) command.Completion {
	own := s.look().Name
	var names []string
	for _, name := range s.client.Roster() {
		if !strings.EqualFold(name, own) && render.HarmlessName(name) == name {
			names = append(names, name)
		}
	}
	return command.Complete(line, pos, names)
}
