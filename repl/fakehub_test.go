package main

import (
	"net"
	"slices"
	"strings"
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

// fakeMember is one connection.
type fakeMember struct {
	hub     *fakeHub
	conn    net.Conn
	name    string
	session wire.SessionID // set by the join

	mu sync.Mutex // held while a frame is written
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

// serve answers one client until it goes.
func (m *fakeMember) serve() {
	h := m.hub
	defer func() {
		m.conn.Close()
		h.update(func() { h.members = slices.DeleteFunc(h.members, func(o *fakeMember) bool { return o == m }) })
		if m.name != "" {
			h.announce(m.name+" has left the chat.", wire.EventLeave, m.name)
		}
	}()
	frames := wire.NewReader(m.conn)
	for {
		object, err := frames.Next()
		if err != nil {
			return
		}
		frame, err := wire.DecodeClient(object)
		if err != nil {
			h.t.Errorf("the client sent %q: %v", object, err)
			return
		}
		if !m.handle(frame) {
			return
		}
	}
}

func (m *fakeMember) handle(frame wire.Frame) bool {
	h := m.hub
	switch f := frame.(type) {
	case wire.Join:
		if refusal := h.refuse[f.Name]; refusal != nil {
			m.send(refusal)
			return false
		}
		if f.Since != nil && h.forget != nil {
			m.send(h.forget)
			return false
		}
		m.join(f)
	case wire.Chat:
		if h.onChat != nil && h.onChat(m, f) {
			return true
		}
		message, again := h.log(m, f)
		if !h.old {
			m.send(wire.Ack{ID: f.ID, Seq: message.Seq, Time: message.Time})
		}
		if again {
			return true
		}
		h.broadcast(m, message)
		h.update(func() { h.done = append(h.done, f.Text) })
	case wire.Ping:
		m.send(wire.Pong(f))
	case wire.HistoryRequest:
		answer := false
		h.update(func() { h.asked++; answer = !h.silent || h.asked <= h.answers })
		if answer {
			m.send(h.answer(f))
		}
	case wire.Search:
		if !h.silent {
			m.send(h.find(f))
		}
	}
	return true
}

// log takes a text into the log, unless it is there.
func (h *fakeHub) log(m *fakeMember, f wire.Chat) (message wire.Message, again bool) {
	message = wire.Message{From: m.name, Text: f.Text}
	h.update(func() {
		message.Seq = wire.Seq(len(h.history) + len(h.said) + 1)
		message.Time = wire.TimeOf(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
		if h.old {
			message.Seq, message.Time = 0, 0
		} else if seq, there := h.logged[sending{m.session, f.ID}]; there {
			message.Seq, again = seq, true
			return
		}
		h.logged[sending{m.session, f.ID}] = message.Seq
		h.said = append(h.said, message)
	})
	return message, again
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

func (m *fakeMember) join(f wire.Join) {
	h := m.hub
	h.update(func() { m.name, m.session = f.Name, f.Session })
	h.announce(f.Name+" has joined the chat.", wire.EventJoin, f.Name)
	if !h.old {
		m.send(wire.Welcome{
			Greeting: "Welcome, " + f.Name + ".", V: 1, Name: f.Name, Room: "lobby", Users: h.names(), Seq: h.last(),
		})
		for _, message := range h.history[max(0, len(h.history)-f.History):] {
			m.send(message)
		}
		for _, frame := range h.missed(m, f) {
			m.send(frame)
		}
	}
	if h.onJoin != nil {
		h.onJoin(m)
	}
}

// missed is what somebody who comes back has missed.
func (h *fakeHub) missed(m *fakeMember, f wire.Join) []wire.Frame {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.Since == nil {
		return nil
	}
	own := make(map[wire.Seq]wire.ID)
	for s, seq := range h.logged {
		if s.session == m.session {
			own[seq] = s.id
		}
	}
	var frames []wire.Frame
	all := slices.Concat(h.history, h.said)
	if int(*f.Since) > len(all) { // it was another log's
		*f.Since = 0
	}
	for _, message := range all {
		id, isOwn := own[message.Seq]
		switch {
		case message.Seq <= *f.Since:
		case isOwn:
			frames = append(frames, wire.Ack{ID: id, Seq: message.Seq, Time: message.Time})
		default:
			frames = append(frames, message)
		}
	}
	return frames
}

// answer returns two messages at the most, so that whoever wants more has to ask again.
func (h *fakeHub) answer(f wire.HistoryRequest) wire.History {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := slices.Concat(h.history, h.said)
	end := len(all)
	if f.Before > 0 {
		end = min(end, int(f.Before)-1)
	}
	lost := 0
	if h.kept > 0 {
		lost = max(0, len(all)-h.kept)
	}
	start := max(lost, end-min(f.Limit, 2))
	return wire.History{Messages: all[start:max(start, end)], More: start > lost && start < end}
}

// find finds texts that hold the words as they are, two of them at the most.
func (h *fakeHub) find(f wire.Search) wire.Frame {
	if h.findNothing != nil {
		return h.findNothing
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []wire.Message
	for _, m := range slices.Backward(slices.Concat(h.history, h.said)) {
		if (f.Before == 0 || m.Seq < f.Before) && strings.Contains(m.Text, f.Words) {
			found = append(found, m)
		}
	}
	n := min(len(found), f.Limit, 2)
	return wire.Found{Messages: found[:n], More: n < len(found)}
}

func (m *fakeMember) send(f wire.Frame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conn.Write(wire.Append(nil, f)) // who has gone needs nothing any more
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
