package hub

import (
	"net"
	"sync"
	"syscall"
	"time"

	"hubbub/wire"
)

// controlLimit is how many bytes of answers to its own frames may wait for a member, before its next one is read.
const controlLimit = 64 << 10

// notLive is Member.live of a member that its shard does not write to.
const notLive = -1

// atOnce, as the position that a member's connection ends at, does not wait for what the room has for it.
const atOnce position = 0

// past is a deadline that has passed.
var past = time.Unix(1, 0)

// Member is one client in the room.
//
// One goroutine at a time writes to its connection, the member's writer: its shard of the fan-out while the member is
// live, a goroutine of its own (catchup.go) while it is behind. Who hands a member on never touches it again.
type Member struct {
	// Set when the member is made, then only read.
	hub     *Hub
	conn    net.Conn
	raw     syscall.RawConn // conn's, nil where it can't be written to without waiting
	name    string
	key     string         // name, as it is compared
	session wire.SessionID // one made up here for a client without
	old     bool           // the client speaks no version: it gets messages and announcements, a frame to a write
	wake    chan struct{}  // something is there for a goroutine that has caught up and waits; nil where none does
	done    chan struct{}  // nothing more will be written
	shard   *shard         // set before it is welcomed, when nobody else has it yet

	// Owned by the appender.
	spokeIn *block // the last block that a message of this member is in
	spokeAs uint32 // the place of its session among the senders there

	// Owned by the writer.
	position position
	seq      wire.Seq // of the last message that was written, or passed over since it is gone
	rest     [][]byte // of frames that the connection took a part of, and what is to follow at once
	backlog  *backlog // what is to be read from the log before going on at position; nil for nothing

	// Owned by the shard.
	live  int    // the place in its list of live members, or notLive
	ownIn *block // the last block that had something of one's own

	mu        sync.Mutex    // guards the following
	taken     chan struct{} // closed when the writer has taken control or has ended; nil where nobody waits for that
	control   []byte        // frames that go out before any others
	finishing bool          // the writer is to end once it has come to until
	until     position
	why       *wire.Error // what the client is told last; nil where it has left
	told      bool        // that has been taken
	ended     bool
}

func newMember(h *Hub, conn net.Conn, join wire.Join, name, key string) *Member {
	m := &Member{
		hub: h, conn: conn, name: name, key: key, session: join.Session, old: join.V == 0,
		done: make(chan struct{}), live: notLive,
	}
	if m.session == "" {
		m.session = wire.NewSessionID()
	}
	if !m.old {
		m.raw = rawConn(conn)
	}
	if m.raw == nil {
		m.wake = make(chan struct{}, 1)
	}
	return m
}

// Name is the member's name, as normalised.
func (m *Member) Name() string { return m.name }

// Done is closed when the hub has written the last to the connection. A read deadline that has passed is then set on
// it, so that nobody is left waiting for its next frame.
func (m *Member) Done() <-chan struct{} { return m.done }

// Say hands a text that wire.CheckText has passed to the room. It blocks while many others wait, and while the client
// takes nothing of many answers. The answer comes over the connection: an ack, or an error with the same id. It must
// not be called after Leave.
func (m *Member) Say(text string, id wire.ID) error {
	m.awaitRoom()
	return m.hub.post(request{kind: requestSay, member: m, text: text, id: id})
}

// Send queues a frame that answers one of the client's, ahead of what the room has for it. It blocks while the client
// takes nothing of many answers. After Done it does nothing.
func (m *Member) Send(f wire.Frame) {
	encoded := wire.Append(nil, f)
	m.awaitRoom()
	m.answer(encoded)
}

// awaitRoom blocks while more than controlLimit bytes of answers wait.
func (m *Member) awaitRoom() {
	for {
		m.mu.Lock()
		if len(m.control) <= controlLimit || m.ended {
			m.mu.Unlock()
			return
		}
		if m.taken == nil {
			m.taken = make(chan struct{})
		}
		taken := m.taken
		m.mu.Unlock()
		<-taken
	}
}

// tellTaken wakes who waits in awaitRoom. It is called with mu held.
func (m *Member) tellTaken() {
	if m.taken != nil {
		close(m.taken)
		m.taken = nil
	}
}

// answer queues frames ahead of what the room has. The appender, which waits for nobody, calls it for what has been
// asked with Say, of which no more than the inbox holds can come after awaitRoom.
func (m *Member) answer(frames []byte) {
	m.mu.Lock()
	m.control = append(m.control, frames...)
	m.mu.Unlock()
	m.shard.call(m)
}

// Fail tells the client what ends its connection, as soon as the frame that is on its way has been written, and
// nothing else. Done follows when it has taken that, or has taken nothing for Config.Linger.
func (m *Member) Fail(why *wire.Error) { m.finish(atOnce, why) }

// Err is what the client has been told, or was to be told, to end its connection; nil where it was not the hub or Fail
// that ended it.
func (m *Member) Err() *wire.Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.why
}

// Leave takes the member out of the room and announces that. What the room had for it until then is still delivered,
// unless the connection is closed.
func (m *Member) Leave() {
	if m.hub.post(request{kind: requestLeave, member: m}) != nil {
		m.finish(atOnce, nil)
	}
}

// finish makes the writer end once it has written everything up to a position, which has been published, and then why,
// unless that is nil. The first call decides.
func (m *Member) finish(until position, why *wire.Error) {
	m.mu.Lock()
	if !m.finishing {
		m.finishing, m.until, m.why = true, until, why
	}
	m.mu.Unlock()
	m.conn.SetWriteDeadline(time.Now().Add(m.hub.cfg.Linger))
	m.shard.call(m)
}

// isLive reports whether the shard is the member's writer. It is for the shard.
func (m *Member) isLive() bool { return m.live != notLive }

// next takes what is to be written before the room's frames, and appends it to frames. last says that nothing comes
// after it.
func (m *Member) next(frames [][]byte) (_ [][]byte, last bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	last = m.finishing && (m.until == atOnce || m.until <= m.position && m.backlog == nil)
	frames = append(frames, m.rest...)
	if len(m.control) > 0 {
		frames = append(frames, m.control)
	}
	if last && m.why != nil && !m.told {
		frames = append(frames, wire.Append(nil, m.why))
		m.told = true
	}
	m.rest, m.control = nil, nil
	m.tellTaken()
	return frames, last
}

// clip takes out of v what comes behind the member's end. It is called after v has been filled: what is published after
// an end was decided can't be in v without the decision being seen here.
func (m *Member) clip(v *view) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.finishing && v.end() > m.until {
		v.truncate(m.until)
	}
}

// isFinishing reports whether the member's end has been decided.
func (m *Member) isFinishing() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.finishing
}

// end is the writer's last deed.
func (m *Member) end() {
	m.mu.Lock()
	m.ended = true
	m.control = nil
	m.tellTaken()
	m.mu.Unlock()
	close(m.done)
	m.conn.SetReadDeadline(past)
	m.hub.forget(m)
}

// nudge wakes the member's goroutine, if it waits.
func (m *Member) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}
