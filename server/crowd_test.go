package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"sync"
	"testing"
	"time"

	"hubbub/wire"
)

// visitor is a client that comes, talks and leaves. Its goroutine must not end the test, so it returns errors.
type visitor struct {
	name    string
	session wire.SessionID
	random  *rand.Rand
	saw     map[wire.Seq]string // what stood at each number, one's own included
	acked   map[wire.Seq]bool
	sent    int
}

// message is what a test remembers of one.
func message(from, text string) string { return from + ": " + text }

func (v *visitor) text(id wire.ID) string { return fmt.Sprintf("message %d of %s", id, v.name) }

// visit stays for so many messages of its own, and then leaves, sometimes without waiting for anything. It checks that
// it gets every number from its welcome on, in order.
func (v *visitor) visit(addr string, messages int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(3 * patience))
	if _, err := conn.Write(wire.Append(nil, wire.Join{Name: v.name, V: 1, Session: v.session})); err != nil {
		return err
	}
	frames := wire.NewReader(conn)
	f, err := nextFrame(frames)
	if err != nil {
		return err
	}
	welcome, ok := f.(wire.Welcome)
	if !ok {
		return fmt.Errorf("got %s, want a welcome", wire.Append(nil, f))
	}
	abrupt := v.random.Intn(3) == 0
	seq := welcome.Seq
	for unacked := 0; messages > 0 || unacked > 0; {
		if messages > 0 && (unacked == 0 || v.random.Intn(2) == 0) {
			messages--
			unacked++
			v.sent++
			id := wire.ID(v.sent)
			if _, err := conn.Write(wire.Append(nil, wire.Chat{Text: v.text(id), ID: id})); err != nil {
				return err
			}
			if messages == 0 && abrupt {
				conn.(*net.TCPConn).SetLinger(v.random.Intn(2) - 1) // a reset, or an end as the system has it
				return nil
			}
			continue
		}
		if f, err = nextFrame(frames); err != nil {
			return err
		}
		own, err := v.note(f, &seq)
		if err != nil {
			return err
		}
		if own {
			unacked--
		}
	}
	return v.leave(conn, frames, seq)
}

// note checks a frame, remembers it and reports whether it is an ack.
func (v *visitor) note(f wire.Frame, seq *wire.Seq) (own bool, err error) {
	var got wire.Seq
	var text string
	switch f := f.(type) {
	case wire.ServerMessage:
		return false, nil
	case wire.Ack:
		got, text, own = f.Seq, message(v.name, v.text(f.ID)), true
		if v.acked[f.Seq] {
			return own, fmt.Errorf("a second ack of %d", f.ID)
		}
		v.acked[f.Seq] = true
	case wire.Message:
		got, text = f.Seq, message(f.From, f.Text)
	default:
		return false, fmt.Errorf("got %.200s", wire.Append(nil, f))
	}
	if got != *seq+1 {
		return own, fmt.Errorf("number %d came behind %d", got, *seq)
	}
	*seq = got
	v.saw[got] = text
	return own, nil
}

// leave ends the connection in good order and reads what is still to come.
func (v *visitor) leave(conn net.Conn, frames *wire.Reader, seq wire.Seq) error {
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	for {
		f, err := nextFrame(frames)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := v.note(f, &seq); err != nil {
			return err
		}
	}
}

func nextFrame(frames *wire.Reader) (wire.Frame, error) {
	object, err := frames.Next()
	if err != nil {
		return nil, err
	}
	return wire.DecodeServer(object)
}

// TestCrowd has 200 clients join, talk and leave at random. One watches from beginning to end.
func TestCrowd(t *testing.T) {
	const crowd, visits, most = 200, 2, 5
	p := start(t, "-rate", "0")
	watcher := &visitor{name: "watcher", saw: make(map[wire.Seq]string), acked: make(map[wire.Seq]bool)}
	w := p.join(t, watcher.name)

	visitors := make([]*visitor, crowd)
	var all sync.WaitGroup
	for i := range visitors {
		v := &visitor{
			name: fmt.Sprint("visitor-", i), session: wire.NewSessionID(), random: rand.New(rand.NewSource(int64(i))),
			saw: make(map[wire.Seq]string), acked: make(map[wire.Seq]bool),
		}
		visitors[i] = v
		all.Go(func() {
			for range visits {
				if err := v.visit(p.addr, 1+v.random.Intn(most)); err != nil {
					t.Errorf("%s: %v", v.name, err)
				}
			}
		})
	}
	gone := make(chan struct{})
	go func() {
		all.Wait()
		close(gone)
	}()

	// The watcher reads all the time, and ends with a message of its own when everybody has gone.
	here := map[string]bool{}
	seq, said := wire.Seq(0), false
	for done := false; !done; {
		select {
		case <-gone:
			if !said {
				said = true
				w.say(watcher.text(1), 1)
			}
		default:
		}
		object, err := w.poll()
		if err != nil {
			t.Fatal(err)
		}
		if object == nil {
			continue
		}
		f, err := wire.DecodeServer(object)
		if err != nil {
			t.Fatal(err)
		}
		if a, ok := f.(wire.ServerMessage); ok {
			checkRoster(t, here, a)
		}
		if done, err = watcher.note(f, &seq); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, watcher, visitors)
}

// poll returns the next frame, or nil where none comes at once.
func (c *client) poll() ([]byte, error) {
	c.conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	object, err := c.frames.Next()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return nil, nil
	}
	return object, err
}

// checkRoster keeps who is here, and checks that only those who are can leave.
func checkRoster(t *testing.T, here map[string]bool, a wire.ServerMessage) {
	t.Helper()
	for _, name := range a.Users {
		// One that comes again while its old connection is not known to be gone takes that over, unannounced.
		if here[name] == (a.Event == wire.EventJoin) {
			t.Errorf("%q, though %s was here: %v", a.Data, name, here[name])
		}
		here[name] = a.Event == wire.EventJoin
	}
}

// compare checks everybody's messages against the watcher's, who saw all.
func compare(t *testing.T, watcher *visitor, visitors []*visitor) {
	t.Helper()
	where := make(map[string]wire.Seq, len(watcher.saw))
	for seq, text := range watcher.saw {
		if other, twice := where[text]; twice {
			t.Errorf("%q is there twice, as %d and as %d", text, seq, other)
		}
		where[text] = seq
	}
	for _, v := range visitors {
		for seq, text := range v.saw {
			if watcher.saw[seq] != text {
				t.Errorf("%s saw %q at %d, the watcher %q", v.name, text, seq, watcher.saw[seq])
			}
		}
	}
	t.Logf("%d messages", len(watcher.saw))
}
