package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"

	"hubbub/wire"
)

// memoryHub is a small hub: one room, a log in memory, resuming, and answers ahead of what the room has. Its lines are
// cut.
type memoryHub struct {
	mu      sync.Mutex // guards the following
	id      wire.LogID
	changed *sync.Cond // the log has grown, or a connection has something to write or has ended
	log     []stored   // number seq is log[seq-1]
	random  *rand.Rand
	cuts    int // lines that are still to be cut
	serving sync.WaitGroup
}

type stored struct {
	session wire.SessionID
	id      wire.ID
	message wire.Message
}

func newMemoryHub(random *rand.Rand, cuts int) *memoryHub {
	h := &memoryHub{id: wire.NewLogID(), random: random, cuts: cuts}
	h.changed = sync.NewCond(&h.mu)
	return h
}

// dial is a Config.Dialer. One attempt in four meets nobody, as long as lines are cut.
func (h *memoryHub) dial(context.Context, string) (net.Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := -1 // endless
	if h.cuts > 0 {
		if h.random.IntN(4) == 0 {
			return nil, syscall.ECONNREFUSED
		}
		h.cuts--
		left = 1 + h.random.IntN(1<<(5+h.random.IntN(10)))
	}
	ours, theirs := net.Pipe()
	h.serving.Go(func() { h.serve(&line{Conn: theirs, left: left}) })
	return ours, nil
}

// line is a connection that breaks after so many bytes, in both directions together.
type line struct {
	net.Conn
	mu   sync.Mutex
	left int // negative: it does not break
}

var errCut = errors.New("cut")

// take returns how many of n bytes go over the line yet.
func (l *line) take(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left < 0 {
		return n
	}
	n = min(n, l.left)
	l.left -= n
	return n
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if taken := l.take(n); taken < n {
		l.Close()
		return taken, errCut
	}
	return n, err
}

func (l *line) Write(p []byte) (int, error) {
	taken := l.take(len(p))
	n, err := l.Conn.Write(p[:taken])
	if err == nil && taken < len(p) {
		l.Close()
		err = errCut
	}
	return n, err
}

// visitor is one connection to the hub. The hub's mutex guards it.
type visitor struct {
	join    wire.Join
	control []byte // goes out first
	seen    int    // of the log
	ended   bool
}

func (h *memoryHub) serve(conn net.Conn) {
	frames := wire.NewReader(conn)
	v := new(visitor)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer func() {
		conn.Close()
		h.mu.Lock()
		v.ended = true
		h.changed.Broadcast()
		h.mu.Unlock()
	}()
	for {
		raw, err := frames.Next()
		if err != nil {
			return
		}
		switch f, _ := wire.DecodeClient(raw); f := f.(type) {
		case wire.Join:
			h.enter(v, f)
			writing.Go(func() { h.write(conn, v) })
		case wire.Chat:
			h.say(v, f)
		}
	}
}

func (h *memoryHub) enter(v *visitor, join wire.Join) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v.join = join
	v.seen = len(h.log)
	if join.Since != nil {
		v.seen = int(*join.Since)
	}
	if join.Since != nil && join.Log != h.id {
		v.seen = 0
	}
	welcome := wire.Welcome{V: 1, Name: join.Name, Room: "main", Seq: wire.Seq(len(h.log)), Log: h.id}
	v.control = wire.Append(nil, welcome)
}

func (h *memoryHub) say(v *visitor, f wire.Chat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.changed.Broadcast()
	for i, s := range h.log {
		if s.session == v.join.Session && s.id == f.ID {
			v.control = wire.Append(v.control, wire.Ack{ID: f.ID, Seq: wire.Seq(i + 1)})
			return
		}
	}
	m := wire.Message{From: v.join.Name, Text: f.Text, Seq: wire.Seq(len(h.log) + 1)}
	h.log = append(h.log, stored{v.join.Session, f.ID, m})
}

// write writes what there is for v until its connection ends.
func (h *memoryHub) write(conn net.Conn, v *visitor) {
	for {
		block, ok := h.next(v)
		if !ok {
			return
		}
		if _, err := conn.Write(block); err != nil {
			conn.Close()
			return
		}
	}
}

func (h *memoryHub) next(v *visitor) (block []byte, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for !v.ended && len(v.control) == 0 && v.seen >= len(h.log) {
		h.changed.Wait()
	}
	block, v.control = v.control, nil
	for n := h.random.IntN(4); n > 0 && v.seen < len(h.log); n-- {
		s := h.log[v.seen]
		v.seen++
		if s.session == v.join.Session {
			block = wire.Append(block, wire.Ack{ID: s.id, Seq: s.message.Seq})
		} else {
			block = wire.Append(block, s.message)
		}
	}
	return block, !v.ended
}
