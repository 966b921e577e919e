package main

import (
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/wire"
)

// fakeMember is one connection.
type fakeMember struct {
	hub     *fakeHub
	conn    net.Conn
	name    string
	session wire.SessionID // set by the join

	mu sync.Mutex // held while a frame is written
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
