package main

import (
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"hubbub/wire"
)

// patience is how long a condition may take before a test fails.
const patience = 15 * time.Second

// fakeHub is as much of a server as the REPL can tell from one. It is made by startHub.
type fakeHub struct {
	t        *testing.T
	listener net.Listener
	handlers sync.WaitGroup

	// Set before the first client connects, then only read.
	old     bool                                            // answers no join and acknowledges nothing
	refuse  map[string]*wire.Error                          // joins by name
	onChat  func(m *fakeMember, c wire.Chat) (handled bool) // nil: every chat is acknowledged
	onJoin  func(m *fakeMember)                             // called behind the welcome
	history []wire.Message                                  // stored before the test
	forget  *wire.Error                                     // refuses who comes back; nil: nobody is

	findNothing *wire.Error // refuses searches; nil: none is
	silent      bool        // does not answer who asks for messages

	mu      sync.Mutex // guards the following
	members []*fakeMember
	said    []wire.Message
	logged  map[sending]wire.Seq
	kept    int           // how many messages are, of those in history and said; 0: all
	asked   int           // how often messages were asked for
	answers int           // how many of those requests it answers before it is silent
	done    []string      // the texts of said that were acknowledged and passed on
	changed chan struct{} // closed, and replaced, when something has happened
}

// sending is what the log has only once.
type sending struct {
	session wire.SessionID
	id      wire.ID
}

func startHub(t *testing.T, change func(*fakeHub)) *fakeHub {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &fakeHub{t: t, listener: listener, changed: make(chan struct{}), logged: make(map[sending]wire.Seq)}
	if change != nil {
		change(h)
	}
	h.handlers.Go(func() { h.accept(listener) })
	t.Cleanup(func() {
		h.listener.Close()
		h.cut()
		h.handlers.Wait()
	})
	return h
}

func (h *fakeHub) addr() string { return h.listener.Addr().String() }

func (h *fakeHub) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		m := &fakeMember{hub: h, conn: conn}
		h.update(func() { h.members = append(h.members, m) })
		h.handlers.Go(m.serve)
	}
}

// speak has somebody say something who is not here.
func (h *fakeHub) speak(from, text string) {
	message := wire.Message{From: from, Text: text}
	h.update(func() {
		message.Seq = wire.Seq(len(h.history) + len(h.said) + 1)
		h.said = append(h.said, message)
	})
	h.broadcast(nil, message)
}

// announce tells everybody but the person whom it is about.
func (h *fakeHub) announce(text string, event wire.Event, user string) {
	f := wire.ServerMessage{Data: text, Event: event, Users: []string{user}}
	if h.old {
		f = wire.ServerMessage{Data: text}
	}
	for _, m := range h.joined() {
		if m.name != user {
			m.send(f)
		}
	}
}

// broadcast sends a message to everybody but its sender, who is nil where that is nobody's connection.
func (h *fakeHub) broadcast(from *fakeMember, f wire.Frame) {
	for _, m := range h.joined() {
		if m != from {
			m.send(f)
		}
	}
}

// cut ends all connections.
func (h *fakeHub) cut() {
	h.mu.Lock()
	members := slices.Clone(h.members)
	h.mu.Unlock()
	for _, m := range members {
		m.conn.Close()
	}
}

// stop ends the hub as a crash does. It keeps its log.
func (h *fakeHub) stop() {
	h.t.Helper()
	h.listener.Close()
	h.cut()
	h.await("the end of all connections", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.members) == 0
	})
}

// restart starts the hub again where it was.
func (h *fakeHub) restart() {
	h.t.Helper()
	listener, err := net.Listen("tcp", h.addr())
	if err != nil {
		h.t.Fatal(err)
	}
	h.listener = listener
	h.handlers.Go(func() { h.accept(listener) })
}

func (h *fakeHub) joined() []*fakeMember {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.members), func(m *fakeMember) bool { return m.name == "" })
}

func (h *fakeHub) names() []string {
	var names []string
	for _, m := range h.joined() {
		names = append(names, m.name)
	}
	return names
}

func (h *fakeHub) last() wire.Seq {
	h.mu.Lock()
	defer h.mu.Unlock()
	return wire.Seq(len(h.history) + len(h.said))
}

// texts returns what was said, in order.
func (h *fakeHub) texts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var texts []string
	for _, m := range h.said {
		texts = append(texts, m.Text)
	}
	return texts
}

func (h *fakeHub) update(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
	close(h.changed)
	h.changed = make(chan struct{})
}

// await waits until a condition holds, which is looked at whenever something has happened at the hub.
func (h *fakeHub) await(what string, holds func() bool) {
	h.t.Helper()
	deadline := time.After(patience)
	for {
		h.mu.Lock()
		changed := h.changed
		h.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			h.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// awaitText waits until somebody has said text, and it is acknowledged and passed on.
func (h *fakeHub) awaitText(text string) {
	h.t.Helper()
	h.await("the text "+text, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.Contains(h.done, text)
	})
}

// awaitJoin waits until somebody is here by that name.
func (h *fakeHub) awaitJoin(name string) {
	h.t.Helper()
	h.await("the join of "+name, func() bool { return slices.Contains(h.names(), name) })
}
