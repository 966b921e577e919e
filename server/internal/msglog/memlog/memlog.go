// Package memlog keeps the log in memory, bounded: it holds the newest messages and ends with the process.
package memlog

import (
	"container/list"
	"context"
	"sync"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// Defaults of [Options].
const (
	DefaultBytes    = 64 << 20
	DefaultSessions = 1 << 16
)

// Options bound a log. A field that is 0 has its default.
type Options struct {
	Entries  int // kept in a room; no bound by default
	Bytes    int // of memory for messages and who sent them, in all rooms; past it, the oldest of the room written to go
	Sessions int // remembered after the last of their messages is gone
}

// Log is a [msglog.Log] in memory.
//
// A resent message is recognised for as long as the first one is kept. Beyond that the log remembers for each session
// the highest number that it has dropped: since a client's numbers grow, a number up to that one is a resent one too.
// It is answered with the sequence number of the highest. Sessions are forgotten in the order in which their last
// message was dropped, when there are more than Options.Sessions.
type Log struct {
	options   Options
	identity  wire.LogID
	searching chan struct{} // holds a value while a Search runs

	mu       sync.RWMutex // guards the following
	closed   bool
	bytes    int
	rooms    map[string]*room
	sessions map[wire.SessionID]*session
	unkept   list.List // of the sessions that have no message left, the longest so first
}

// New makes an empty log.
func New(o Options) *Log {
	if o.Bytes == 0 {
		o.Bytes = DefaultBytes
	}
	if o.Sessions == 0 {
		o.Sessions = DefaultSessions
	}
	return &Log{
		options: o, identity: wire.NewLogID(), searching: make(chan struct{}, 1),
		rooms: make(map[string]*room), sessions: make(map[wire.SessionID]*session),
	}
}

// Identity implements [msglog.Log].
func (l *Log) Identity() wire.LogID { return l.identity }

// Append implements [msglog.Log].
func (l *Log) Append(ctx context.Context, entries []msglog.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return msglog.ErrClosed
	}
	for i := range entries {
		l.append(&entries[i])
	}
	return nil
}

func (l *Log) append(e *msglog.Entry) {
	s := l.session(e.Session)
	if seq, time, ok := s.find(e.ID); ok {
		e.Seq, e.Time, e.Duplicate = seq, time, true
		return
	}
	r := l.room(e.Room)
	e.Seq, e.Duplicate = r.last+1, false
	m := s.in(r)
	l.bytes += r.append(e, m)
	if s.kept == 0 {
		l.bytes += sessionBytes
	}
	if s.unkept != nil {
		l.unkept.Remove(s.unkept)
		s.unkept = nil
	}
	m.add(e.ID, e.Seq)
	for l.overfull(r) {
		l.drop(r)
	}
}

// overfull reports whether the oldest segment of r must go. The one that is written to always stays.
func (l *Log) overfull(r *room) bool {
	if len(r.segments) < 2 {
		return false
	}
	spare := int(r.last-r.segments[1].first) + 1 // entries that are left without the oldest segment
	return l.bytes > l.options.Bytes || l.options.Entries > 0 && spare >= l.options.Entries
}

// drop forgets the oldest segment of r.
func (l *Log) drop(r *room) {
	oldest := r.segments[0]
	r.segments[0] = nil
	r.segments = r.segments[1:]
	l.bytes -= oldest.size()
	for i, rec := range oldest.records {
		m := oldest.authors[rec.author].sender
		m.drop(rec, oldest.first+wire.Seq(i))
		if s := m.session; s.kept == 0 {
			l.bytes -= sessionBytes
			s.senders = nil
			s.unkept = l.unkept.PushBack(s)
		}
	}
	for len(l.sessions) > l.options.Sessions && l.unkept.Len() > 0 {
		longest := l.unkept.Remove(l.unkept.Front()).(*session)
		delete(l.sessions, longest.id)
	}
}

func (l *Log) room(name string) *room {
	r := l.rooms[name]
	if r == nil {
		r = &room{name: name}
		l.rooms[name] = r
	}
	return r
}

func (l *Log) session(id wire.SessionID) *session {
	s := l.sessions[id]
	if s == nil {
		s = &session{id: id}
		l.sessions[id] = s
	}
	return s
}

// Read implements [msglog.Log].
func (l *Log) Read(ctx context.Context, name string, after wire.Seq, limit int) ([]msglog.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, msglog.ErrClosed
	}
	r := l.rooms[name]
	if r == nil {
		return nil, nil
	}
	return r.read(max(after+1, l.bounds(name).First), limit), nil
}

// Bounds implements [msglog.Log].
func (l *Log) Bounds(ctx context.Context, name string) (msglog.Bounds, error) {
	if err := ctx.Err(); err != nil {
		return msglog.Bounds{}, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return msglog.Bounds{}, msglog.ErrClosed
	}
	return l.bounds(name), nil
}

// bounds leaves out the entries over Options.Entries that stay until the last of their segment can go.
func (l *Log) bounds(name string) msglog.Bounds {
	r := l.rooms[name]
	if r == nil {
		return msglog.Bounds{First: 1}
	}
	b := msglog.Bounds{First: r.segments[0].first, Last: r.last}
	if n := wire.Seq(l.options.Entries); n > 0 && b.Last > n {
		b.First = max(b.First, b.Last-n+1)
	}
	return b
}

// Close implements [msglog.Log].
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.rooms, l.sessions = nil, nil
	l.unkept.Init()
	return nil
}
