package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"hubbub/wire"
)

// speaker is a client of our own that says numbered lines, one after the other, each until it is acknowledged: where
// the connection ends it comes back as the same session, and what the server could not store it says again.
type speaker struct {
	// Set when it is made, then only read.
	name    string
	label   string // whose lines they are, where that is not the name
	padding int    // so many bytes more in each line
	session wire.SessionID
	dial    func(context.Context) (net.Conn, error)

	acks     atomic.Int64
	refusals atomic.Int64 // lines that were refused with internal, each time
	taken    atomic.Int64 // joins that were refused since another had the name

	// Owned by who calls join and say.
	said record
	next int // the line to be said
}

func newSpeaker(name, label string, dial func(context.Context) (net.Conn, error)) *speaker {
	return &speaker{name: name, label: label, session: wire.NewSessionID(), dial: dial, said: make(record)}
}

// dialTo dials an address.
func dialTo(addr string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", addr) }
}

// stay is a speaker's connection while it is in the room.
type stay struct {
	conn   net.Conn
	frames *wire.Reader
}

// errTaken is what join returns where somebody else has the name.
var errTaken = errors.New("the name is taken")

// join joins, once.
func (s *speaker) join(ctx context.Context, dial func(context.Context) (net.Conn, error)) (*stay, error) {
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	st := &stay{conn: conn, frames: wire.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(patience))
	if _, err = conn.Write(wire.Append(nil, wire.Join{Name: s.name, V: wire.Version, Session: s.session})); err == nil {
		_, err = st.await(func(f wire.Frame) bool { _, ok := f.(wire.Welcome); return ok })
	}
	if err != nil {
		conn.Close()
		if errors.Is(err, &wire.Error{Code: wire.CodeNameTaken}) {
			s.taken.Add(1)
			err = errTaken
		}
		return nil, err
	}
	return st, nil
}

// await returns the next frame that is wanted. An error that answers no text ends it.
func (st *stay) await(wanted func(wire.Frame) bool) (wire.Frame, error) {
	for {
		object, err := st.frames.Next()
		if err != nil {
			return nil, err
		}
		frame, err := wire.DecodeServer(object)
		if err != nil {
			return nil, err
		}
		if wanted(frame) {
			return frame, nil
		}
		if e, ok := frame.(*wire.Error); ok && e.ID == 0 {
			return nil, e
		}
	}
}

// leave ends the stay in good order and returns when the server has ended it too.
func (st *stay) leave() error {
	defer st.conn.Close()
	if err := st.conn.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	_, err := st.await(func(wire.Frame) bool { return false })
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// say says the next line until it is acknowledged, or the connection fails.
func (s *speaker) say(ctx context.Context, st *stay) error {
	text := line(s.label, s.next)
	if s.padding > 0 {
		text += " " + strings.Repeat("x", s.padding)
	}
	id := wire.ID(s.next + 1)
	if !s.said[text] {
		s.said[text] = false
	}
	for {
		st.conn.SetDeadline(time.Now().Add(patience))
		if _, err := st.conn.Write(wire.Append(nil, wire.Chat{Text: text, ID: id})); err != nil {
			return err
		}
		frame, err := st.await(func(f wire.Frame) bool {
			switch f := f.(type) {
			case wire.Ack:
				return f.ID == id
			case *wire.Error:
				return f.ID == id
			}
			return false
		})
		if err != nil {
			return err
		}
		if refused, ok := frame.(*wire.Error); ok {
			if refused.Code != wire.CodeInternal {
				return &fatal{fmt.Errorf("%s: %.80q is refused: %w", s.name, text, refused)}
			}
			s.refusals.Add(1)
			if err := pause(ctx, 5*time.Millisecond); err != nil {
				return err
			}
			continue
		}
		s.said[text] = true
		s.next++
		s.acks.Add(1)
		return nil
	}
}

// fatal is an error that coming back does not help against.
type fatal struct{ error }

func (f *fatal) Unwrap() error { return f.error }

// sayAll joins and says lines for as long as more is true, whatever happens to the connection.
func (s *speaker) sayAll(ctx context.Context, more func() bool) error {
	for more() {
		err := s.sayInOneStay(ctx, more)
		if broken := (*fatal)(nil); errors.As(err, &broken) {
			return err
		}
		if err != nil && pause(ctx, 5*time.Millisecond) != nil {
			return fmt.Errorf("%s came to line %d: %w: %w", s.name, s.next, context.Cause(ctx), err)
		}
	}
	return nil
}

func (s *speaker) sayInOneStay(ctx context.Context, more func() bool) error {
	st, err := s.join(ctx, s.dial)
	if err != nil {
		return err
	}
	defer st.conn.Close()
	for more() {
		if err := s.say(ctx, st); err != nil {
			return err
		}
	}
	return st.leave()
}

// pause waits, unless ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
