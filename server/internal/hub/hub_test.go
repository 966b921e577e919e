package hub

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEverybodySeesOneOrder(t *testing.T) {
	const each = 300
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	clients := []*client{
		join(t, h, named("Alice", alice)), join(t, h, named("Bob", bob)),
		join(t, h, named("Cy", "")),
	}
	for _, c := range clients {
		go func() {
			for i := range each {
				c.Say(fmt.Sprintf("%s %d", c.name, i), wire.ID(i+1))
			}
		}()
	}
	for _, c := range clients {
		c.expectInOrder(wire.Seq(each * len(clients)))
	}
}

// expectInOrder reads messages and acks up to the one numbered n: every one, in order, and nobody's own as a message.
func (c *client) expectInOrder(n wire.Seq) {
	c.t.Helper()
	for last := wire.Seq(0); last < n; {
		var seq wire.Seq
		switch f := c.next().(type) {
		case wire.Message:
			if f.From == c.name {
				c.t.Fatalf("%s got its own message", c.name)
			}
			seq = f.Seq
		case wire.Ack:
			seq = f.Seq
		default:
			continue
		}
		if seq != last+1 {
			c.t.Fatalf("%s got %d behind %d", c.name, seq, last)
		}
		last = seq
	}
}

// A member that stops reading falls behind the tail; it gets everything from the log when it reads again, and then who
// is here.
func TestSlowReaderMissesNothing(t *testing.T) {
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	slow := join(t, h, named("Slow", alice))
	until[wire.Welcome](slow)
	sender := join(t, h, named("Bob", bob))
	text := strings.Repeat("x", wire.MaxText)
	const n = 3 * tailBytes / wire.MaxText
	for id := wire.ID(1); id <= n; id++ {
		if err := sender.Say(text, id); err != nil {
			t.Fatal(err)
		}
		if ack := until[wire.Ack](sender); ack.ID != id {
			t.Fatalf("ack %d, want %d", ack.ID, id)
		}
	}
	var last wire.Seq
	for last < n {
		if m := until[wire.Message](slow); m.Seq != last+1 || m.Text != text {
			t.Fatalf("got %d behind %d", m.Seq, last)
		}
		last++
	}
	if r := until[wire.Roster](slow); len(r.Users) != 2 || r.More {
		t.Errorf("roster %+v", r)
	}
	sender.Say("live again", n+1)
	if m := until[wire.Message](slow); m.Seq != n+1 || m.Text != "live again" {
		t.Errorf("got %d", m.Seq)
	}
}

func TestOldClientGetsLongMessagesInParts(t *testing.T) {
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	old := join(t, h, wire.Join{Name: "Old"})
	sender := join(t, h, named("Bob", bob))
	text := strings.Repeat("word ", 800)
	sender.Say(text, 1)
	var parts strings.Builder
	for parts.Len() < len(text) {
		parts.WriteString(until[wire.Message](old).Text)
	}
	if parts.String() != text {
		t.Errorf("got %.100q", parts.String())
	}
}

func TestWhoTakesNothingIsCutOff(t *testing.T) {
	h := newHub(t, memlog.New(memlog.Options{}), 100*time.Millisecond)
	deaf := join(t, h, named("Deaf", alice))
	until[wire.Welcome](deaf)
	sender := join(t, h, named("Bob", bob))
	text := strings.Repeat("x", wire.MaxText)
	go io.Copy(io.Discard, sender.conn)
	for id := wire.ID(1); !deaf.isFinishing(); id++ {
		if err := sender.Say(text, id); err != nil {
			t.Fatal(err)
		}
	}
	go deaf.closeWhenDone()
	// It wakes up in time to read why: whole frames up to there.
	if e := until[*wire.Error](deaf); e.Code != wire.CodeTimeout {
		t.Errorf("got %v", e)
	}
	if f := deaf.next(); f != nil {
		t.Errorf("then came %+v", f)
	}
}

func TestGhostIsTakenOver(t *testing.T) {
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	watcher := join(t, h, named("Watcher", bob))
	ghost := join(t, h, named("Alice", alice))
	ghost.Say("one", 1)
	if ack := until[wire.Ack](ghost); ack.Seq != 1 {
		t.Fatalf("%+v", ack)
	}
	since := wire.Seq(0)
	heir := join(t, h, wire.Join{Name: "alice", V: 1, Session: alice, Since: &since})
	if w := until[wire.Welcome](heir); len(w.Users) != 2 || w.Gap {
		t.Errorf("%+v", w)
	}
	if ack := until[wire.Ack](heir); ack.ID != 1 || ack.Seq != 1 {
		t.Errorf("%+v", ack)
	}
	if e := until[*wire.Error](ghost); e.Code != wire.CodeNameTaken {
		t.Errorf("%v", e)
	}
	ghost.closeWhenDone()
	ghost.Leave()
	heir.Say("two", 2)
	for {
		switch f := watcher.next().(type) {
		case wire.ServerMessage:
			if f.Event == wire.EventLeave {
				t.Errorf("announced: %s", f.Data)
			}
			continue
		case wire.Message:
			if f.Seq < 2 {
				continue
			}
		default:
			continue
		}
		break
	}
	server, _ := connect(t)
	if _, err := h.Join(server, named("ALICE", "")); err == nil || err.(*wire.Error).Code != wire.CodeNameTaken {
		t.Errorf("a stranger joined as Alice: %v", err)
	}
}

// Whoever has seen another log is shown all that is kept of this one.
func TestWhoComesFromAnotherLog(t *testing.T) {
	const said, kept, since = 5, 2, wire.Seq(4)
	log := memlog.New(memlog.Options{Entries: kept})
	h := newHub(t, log, time.Minute)
	speaker := join(t, h, named("Bob", bob))
	for id := range wire.ID(said) {
		speaker.Say("text", id+1)
		until[wire.Ack](speaker)
	}
	for _, c := range []struct {
		log  wire.LogID
		gap  bool
		from wire.Seq // what is shown begins there
	}{{"", false, since + 1}, {log.Identity(), false, since + 1}, {wire.NewLogID(), true, said - kept + 1}} {
		seen := since
		client := join(t, h, wire.Join{Name: "Alice", V: 1, Session: alice, Since: &seen, Log: c.log})
		if w := until[wire.Welcome](client); w.Gap != c.gap || w.Log != log.Identity() {
			t.Errorf("from log %q: %+v", c.log, w)
		}
		for seq := c.from; seq <= said; seq++ {
			if m := until[wire.Message](client); m.Seq != seq {
				t.Errorf("from log %q: message %d comes where %d should", c.log, m.Seq, seq)
			}
		}
	}
}

// A client whose connection breaks while its join waits joins again at once.
func TestGhostThatWasNotWelcomedYet(t *testing.T) {
	for _, again := range []string{"alice", "Alicia"} {
		log := &waitingLog{
			Log: memlog.New(memlog.Options{}), begun: make(chan struct{}, 1), goOn: make(chan struct{}),
		}
		h := newHub(t, log, time.Minute)
		until[wire.Welcome](join(t, h, named("Bob", bob)))
		watcher := join(t, h, named("Carol", ""))
		until[wire.Welcome](watcher)
		watcher.Say("wait", 1)
		<-log.begun
		clients := make([]chan *client, 2)
		for i, name := range []string{"Alice", again} {
			clients[i] = make(chan *client, 1)
			server, far := connect(t)
			go func() { clients[i] <- joinOver(t, h, named(name, alice), server, far) }()
			for len(h.inbox) <= i {
				runtime.Gosched()
			}
		}
		close(log.goOn)
		ghost, heir := <-clients[0], <-clients[1]
		until[wire.Welcome](ghost)
		if e := until[*wire.Error](ghost); e.Code != wire.CodeNameTaken {
			t.Errorf("%v", e)
		}
		if w := until[wire.Welcome](heir); w.Name != again || len(w.Users) != 3 {
			t.Errorf("%+v", w)
		}
		heir.Say("here", 1)
		if ack := until[wire.Ack](heir); ack.ID != 1 || ack.Seq != 2 {
			t.Errorf("%+v", ack)
		}
	}
}

// waitingLog is a log that appends nothing until goOn is closed.
type waitingLog struct {
	msglog.Log
	begun chan struct{} // an Append has; of capacity 1
	goOn  chan struct{}
}

func (l *waitingLog) Append(ctx context.Context, entries []msglog.Entry) error {
	select {
	case l.begun <- struct{}{}:
	default:
	}
	<-l.goOn
	return l.Log.Append(ctx, entries)
}

// failingLog is a log that can be made to fail.
type failingLog struct {
	msglog.Log
	fail chan error // the next Append's error
}

func (l *failingLog) Append(ctx context.Context, entries []msglog.Entry) error {
	select {
	case err := <-l.fail:
		return err
	default:
		return l.Log.Append(ctx, entries)
	}
}

func TestLogFailure(t *testing.T) {
	log := &failingLog{Log: memlog.New(memlog.Options{}), fail: make(chan error, 1)}
	h := newHub(t, log, time.Minute)
	sender := join(t, h, named("Alice", alice))
	other := join(t, h, named("Bob", bob))
	log.fail <- io.ErrShortWrite
	sender.Say("lost?", 1)
	if e := until[*wire.Error](sender); e.Code != wire.CodeInternal || e.ID != 1 {
		t.Fatalf("%+v", e)
	}
	sender.Say("lost?", 1)
	if ack := until[wire.Ack](sender); ack.ID != 1 || ack.Seq != 1 {
		t.Errorf("%+v", ack)
	}
	if m := until[wire.Message](other); m.Seq != 1 || m.Text != "lost?" {
		t.Errorf("%+v", m)
	}
}

func TestResentMessageIsAcknowledgedAgain(t *testing.T) {
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	sender := join(t, h, named("Alice", alice))
	other := join(t, h, named("Bob", bob))
	for range 3 {
		sender.Say("once", 1)
		if ack := until[wire.Ack](sender); ack.ID != 1 || ack.Seq != 1 {
			t.Errorf("%+v", ack)
		}
	}
	sender.Say("end", 2)
	for i, want := range []string{"once", "end"} {
		if m := until[wire.Message](other); m.Text != want || m.Seq != wire.Seq(i+1) {
			t.Errorf("%+v", m)
		}
	}
}

// A connection that has no raw writes is served by its goroutine, and the same in every other respect.
func TestPipes(t *testing.T) {
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	server, far := net.Pipe()
	t.Cleanup(func() { far.Close() })
	piped := joinOver(t, h, named("Piped", alice), server, far)
	sender := join(t, h, named("Bob", bob))
	go sender.Say("hello", 1)
	if m := until[wire.Message](piped); m.Text != "hello" {
		t.Errorf("%+v", m)
	}
	go piped.Say("hi", 1)
	if ack := until[wire.Ack](piped); ack.Seq != 2 {
		t.Errorf("%+v", ack)
	}
	go func() {
		piped.Leave()
		piped.closeWhenDone()
	}()
	if f := piped.next(); f != nil {
		t.Errorf("after leaving came %+v", f)
	}
}

func TestShutdownDeliversFirst(t *testing.T) {
	log := memlog.New(memlog.Options{})
	h := startHub(t, log, time.Minute)
	reader := join(t, h, named("Alice", alice))
	sender := join(t, h, named("Bob", bob))
	go io.Copy(io.Discard, sender.conn)
	text := strings.Repeat("x", wire.MaxText)
	const n = 2 * tailBytes / wire.MaxText
	for id := wire.ID(1); id <= n; id++ {
		sender.Say(text, id)
	}
	stopped := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		stopped <- h.Shutdown(ctx)
	}()
	for seq := wire.Seq(1); seq <= n; seq++ {
		if m := until[wire.Message](reader); m.Seq != seq {
			t.Fatalf("got %d, want %d", m.Seq, seq)
		}
	}
	if e := until[*wire.Error](reader); e.Code != wire.CodeShuttingDown {
		t.Errorf("%v", e)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	server, _ := connect(t)
	if _, err := h.Join(server, named("Cy", "")); err != ErrClosed {
		t.Errorf("joined a closed hub: %v", err)
	}
}

func TestShutdownCutsOffTheDeaf(t *testing.T) {
	h := startHub(t, memlog.New(memlog.Options{}), time.Minute)
	deaf := join(t, h, named("Deaf", alice))
	sender := join(t, h, named("Bob", bob))
	go io.Copy(io.Discard, sender.conn)
	text := strings.Repeat("x", wire.MaxText)
	for id := wire.ID(1); id <= 4*tailBytes/wire.MaxText; id++ {
		sender.Say(text, id)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Shutdown(ctx); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	<-deaf.Done()
}
