// Package hub is the room: it appends what is said to the log, keeps the roster and shows everybody everything in one
// order.
//
// The way of a message: [Member.Say] puts it into the inbox (hub.go); the appender takes all that is waiting, appends
// it to the log and encodes it once, into a block (append.go, block.go); the room's tail keeps the newest blocks
// (tail.go); the shards of the fan-out write a block to every member that is live, without ever waiting for one
// (fanout.go, shard.go); a member whose connection takes less than all is behind, and a goroutine of its own brings it
// up again from the tail or from the log (catchup.go).
//
// A [Hub] has one appender and a few shards of the fan-out, each a goroutine. An idle member has none.
package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"runtime"
	"slices"
	"sync"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// Room is the name of the one room that there is.
const Room = "lobby"

// MaxHistory is the most messages that a join is shown and that one history frame answers with.
const MaxHistory = 1000

// MaxGreeting is how long Config.Greeting may be, in bytes.
const MaxGreeting = 1024

// inboxSize is how many requests wait for the appender before their senders are held back.
const inboxSize = 1024

// Config is what a hub needs. Every field is required but Greeting.
type Config struct {
	Log      msglog.Log
	Logger   *slog.Logger
	Now      func() time.Time
	Greeting string // said in every welcome; where it is empty, that says who is welcome and how many are here
	Limits   wire.Limits

	Stall  time.Duration // a member that takes nothing for so long is cut off
	Linger time.Duration // for telling a member why its connection ends
	OldGap time.Duration // between two frames to an old client, which takes what it reads at once for one frame
}

// ErrClosed is what a hub returns that is shutting down.
var ErrClosed = errors.New("the hub is closed")

// Hub is one room and its members.
type Hub struct {
	cfg    Config
	inbox  chan request
	closed chan struct{} // the appender has ended
	fanout *fanout
	tail   *tail
	pages  *pages

	unreadable reminder // of a log that can't be read

	goroutines sync.WaitGroup // the appender's, the shards' and those of members that are behind
	members    sync.WaitGroup // in the room or about to be out: their connections may still be written to

	mu   sync.Mutex           // guards the following
	open map[*Member]struct{} // the members
}

// New starts a hub whose room goes on where the log ends. [Hub.Shutdown] ends it. The log stays the caller's.
func New(ctx context.Context, cfg Config) (*Hub, error) {
	bounds, err := cfg.Log.Bounds(ctx, Room)
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", err)
	}
	h := &Hub{
		cfg:    cfg,
		inbox:  make(chan request, inboxSize),
		closed: make(chan struct{}),
		tail:   &tail{seq: bounds.Last},
		pages:  newPages(cfg.Log),
		open:   make(map[*Member]struct{}),
	}
	h.fanout = newFanout(h.tail, h.behind, h.goroutines.Go, runtime.GOMAXPROCS(0))
	h.goroutines.Go(newAppender(h, bounds.Last).run)
	return h, nil
}

// Join asks for a place in the room and returns when it has one. From then on the hub writes to conn, and nobody else
// may; the caller reads from it and closes it after [Member.Done]. A refusal is a [*wire.Error] with code bad_name or
// name_taken; who joins again with the same session takes the name over. While the hub shuts down it is ErrClosed.
func (h *Hub) Join(conn net.Conn, join wire.Join) (*Member, error) {
	name, key, bad := normalise(join.Name)
	if bad != nil {
		return nil, bad
	}
	m := newMember(h, conn, join, name, key)
	joined := make(chan error, 1)
	if err := h.post(request{kind: requestJoin, member: m, join: &join, joined: joined}); err != nil {
		return nil, err
	}
	select {
	case err := <-joined:
		if err != nil {
			return nil, err
		}
		return m, nil
	case <-h.closed:
		// The appender may have let m in as its last deed.
		select {
		case err := <-joined:
			if err == nil {
				return m, nil
			}
			return nil, err
		default:
			return nil, ErrClosed
		}
	}
}

// Shutdown appends what has been said, delivers it to every member, tells each that the server is shutting down, and
// ends. Members that have not taken everything when ctx ends are cut off, which is its error. When it returns, the hub
// writes to no connection any more, does not use the log any more, and none of its goroutines is left. It is called
// once, when nobody calls Join or Say any more.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.post(request{kind: requestShutdown})
	<-h.closed
	delivered := make(chan struct{})
	go func() {
		h.members.Wait()
		close(delivered)
	}()
	var err error
	select {
	case <-delivered:
	case <-ctx.Done():
		err = context.Cause(ctx)
		h.cutOff()
		<-delivered
	}
	h.fanout.stop()
	h.goroutines.Wait()
	return err
}

// admit counts m among the members whose connections may be written to.
func (h *Hub) admit(m *Member) {
	h.members.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[m] = struct{}{}
}

// forget is what m's writer ends with.
func (h *Hub) forget(m *Member) {
	h.mu.Lock()
	delete(h.open, m)
	h.mu.Unlock()
	h.members.Done()
}

// cutOff makes every write to a member fail.
func (h *Hub) cutOff() {
	h.mu.Lock()
	open := slices.Collect(maps.Keys(h.open))
	h.mu.Unlock()
	for _, m := range open {
		m.conn.Close()
		m.shard.call(m)
	}
}

// behind starts the goroutine of a member that does not keep up.
func (h *Hub) behind(m *Member) { h.goroutines.Go(m.catchUp) }

// A request is what the appender is asked to do.
type request struct {
	kind   requestKind
	member *Member
	text   string     // say
	id     wire.ID    // say
	join   *wire.Join // join: what was asked for
	joined chan error // join: the answer
	resync chan resync
}

type requestKind int

const (
	requestSay requestKind = iota
	requestJoin
	requestLeave
	requestResync // the member has fallen behind the tail
	requestShutdown
)

// resync is a point in the room's life from which a member can go on.
type resync struct {
	position position
	seq      wire.Seq // the log's end there
	roster   []byte   // frames that tell who was here
}

// post hands a request to the appender. It blocks while the inbox is full, which is what holds fast senders back.
func (h *Hub) post(r request) error {
	select {
	case h.inbox <- r:
		return nil
	case <-h.closed:
		return ErrClosed
	}
}
