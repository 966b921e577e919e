package hub

import (
	"context"
	"runtime"
	"slices"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// A batch is bounded by what a block should hold, so that a member takes a whole one from the tail in few writes.
const (
	batchRequests = 1024
	batchBytes    = 256 << 10 // of texts
)

// appender is the goroutine that everything in the room goes through, in one order.
type appender struct {
	hub    *Hub
	roster *roster
	seq    wire.Seq // of the last message in the log
	end    position // of the next frame in the room

	trouble trouble // with the log

	// The batch at hand.
	requests []request
	entries  []msglog.Entry
	refused  bool // the log did not take the entries
	block    *block
	event    wire.Event // what those in moved have done
	moved    []request  // of members that came or went and are not announced yet

	message  wire.Message // addEntry's
	stopping bool
}

func newAppender(h *Hub, seq wire.Seq) *appender {
	return &appender{hub: h, roster: newRoster(), seq: seq, block: &block{seq: seq}}
}

// run appends batch after batch until it is asked to shut down.
func (a *appender) run() {
	defer close(a.hub.closed)
	for !a.stopping {
		a.collect()
		a.store()
		entry := 0
		for _, r := range a.requests {
			if r.kind == requestSay {
				a.say(r, &a.entries[entry])
				entry++
				continue
			}
			handlers[r.kind](a, r)
		}
		a.announce()
		a.publish()
	}
}

// handlers holds what is done for a request of each kind but requestSay, which needs its entry.
var handlers = map[requestKind]func(*appender, request){
	requestJoin:     (*appender).join,
	requestLeave:    (*appender).leave,
	requestResync:   (*appender).resync,
	requestShutdown: (*appender).shutdown,
}

// collect waits for a request, and until the last block has been written to everybody, and takes all that are there:
// what is said while the fan-out is busy makes one larger block and not several, each of which would cost a write for
// every member. Who could post by then but had no processor to run on has its turn first.
func (a *appender) collect() {
	clear(a.requests)
	a.requests = append(a.requests[:0], <-a.hub.inbox)
	a.hub.fanout.await()
	runtime.Gosched()
	bytes := len(a.requests[0].text)
	for len(a.requests) < batchRequests && bytes < batchBytes {
		select {
		case r := <-a.hub.inbox:
			a.requests = append(a.requests, r)
			bytes += len(r.text)
		default:
			return
		}
	}
}

// store appends the batch's texts to the log. Only what is there is ever shown.
func (a *appender) store() {
	now := wire.TimeOf(a.hub.cfg.Now())
	clear(a.entries)
	a.entries = a.entries[:0]
	for _, r := range a.requests {
		if r.kind == requestSay {
			m := r.member
			a.entries = append(a.entries, msglog.Entry{
				Room: Room, Session: m.session, ID: r.id, From: m.name, Text: r.text, Time: now,
			})
		}
	}
	a.refused = false
	if len(a.entries) == 0 {
		return
	}
	err := a.hub.cfg.Log.Append(context.Background(), a.entries)
	if a.refused = err != nil; a.refused {
		a.trouble.refuse(&a.hub.cfg, len(a.entries), err)
		return
	}
	if slices.ContainsFunc(a.entries, func(e msglog.Entry) bool { return !e.Duplicate }) {
		a.trouble.over(&a.hub.cfg)
	}
	a.block.grow(a.entries)
}

// say puts a stored message into the block.
func (a *appender) say(r request, e *msglog.Entry) {
	m := r.member
	switch {
	case a.refused:
		why := wire.Errorf(wire.CodeInternal, "the server could not store this message; send it again later")
		m.answer(wire.Append(nil, why.For(e.ID)))
		return
	case e.Duplicate:
		if isAcked(m, e) {
			m.answer(wire.Append(nil, &wire.Ack{ID: e.ID, Seq: e.Seq, Time: e.Time}))
		}
		return
	}
	a.announce()
	b := a.block
	a.seq = e.Seq
	if m.spokeIn != b {
		m.spokeIn, m.spokeAs = b, b.sender(m.session)
	}
	b.addEntry(&a.message, e, m.spokeAs)
}

// isAcked reports whether e's sender gets an ack in place of the message.
func isAcked(m *Member, e *msglog.Entry) bool { return !m.old && e.ID != 0 }

// join lets a member in, or tells why not. Its welcome follows with the announcement.
func (a *appender) join(r request) {
	m := r.member
	if here := a.roster.byKey[m.key]; here != nil && here.session != m.session {
		r.joined <- wire.Errorf(wire.CodeNameTaken, "somebody called %s is here already", here.name)
		return
	}
	if ghost := a.roster.bySession[m.session]; ghost != nil {
		a.announce() // it may have come in this batch, and not be welcomed yet
		ghost.Fail(wire.Errorf(wire.CodeNameTaken, "you have joined again over another connection"))
		if ghost.key == m.key {
			a.roster.add(m)
			a.welcome(r)
			return
		}
		a.roster.remove(ghost)
		a.note(wire.EventLeave, request{member: ghost})
	}
	a.roster.add(m)
	a.note(wire.EventJoin, r)
}

// leave takes a member out, which is announced unless its place has been taken. The member itself still gets what came
// before.
func (a *appender) leave(r request) {
	a.publish()
	r.member.finish(a.end, nil)
	a.hub.fanout.unplace(r.member)
	if a.roster.remove(r.member) {
		a.note(wire.EventLeave, r)
	}
}

// note keeps in mind that a member came or went, to be announced together with those beside it.
func (a *appender) note(event wire.Event, r request) {
	if a.event != event {
		a.announce()
	}
	a.event = event
	a.moved = append(a.moved, r)
}

// announce puts who came or went into the block, and welcomes who came.
func (a *appender) announce() {
	if len(a.moved) == 0 {
		return
	}
	names := make([]string, len(a.moved))
	for i, r := range a.moved {
		names[i] = r.member.name
	}
	for _, part := range cutNames(names) {
		a.block.data = wire.Append(a.block.data, announcement(a.event, part))
		a.block.add(0)
	}
	if a.event == wire.EventJoin {
		for _, r := range a.moved {
			a.welcome(r)
		}
	}
	clear(a.moved)
	a.moved = a.moved[:0]
}

// here is the point in the room that the appender has come to.
func (a *appender) here() resync {
	return resync{position: a.end + position(len(a.block.ends)), seq: a.seq}
}

// welcome tells a member that has joined where it is and sets it going: at the room's end, or some messages back.
func (a *appender) welcome(r request) {
	m := r.member
	a.hub.fanout.place(m)
	a.hub.admit(m)
	at := a.here()
	m.position, m.seq = at.position, at.seq
	gap := false
	if !m.old {
		m.backlog, gap = a.backlog(*r.join)
		welcome, roster := a.roster.welcome(wire.Welcome{
			Greeting: a.greeting(m), V: wire.Version, Name: m.name, Room: Room,
			Seq: at.seq, Log: a.hub.cfg.Log.Identity(), Limits: a.hub.cfg.Limits, Gap: gap,
		})
		m.rest = [][]byte{welcome}
		if roster != nil {
			m.rest = append(m.rest, roster)
		}
	}
	if m.raw != nil && m.backlog == nil {
		m.shard.attach(m)
	} else {
		a.hub.behind(m)
	}
	r.joined <- nil
}

func (a *appender) greeting(m *Member) string {
	if g := a.hub.cfg.Greeting; g != "" {
		return g
	}
	return "Welcome, " + m.name + ". " + howMany(len(a.roster.sorted))
}

// backlog returns which messages a join is to be shown first, and whether some that it has missed are gone.
func (a *appender) backlog(join wire.Join) (b *backlog, gap bool) {
	if join.Since == nil && join.History <= 0 {
		return nil, false
	}
	bounds, err := a.hub.cfg.Log.Bounds(context.Background(), Room)
	if err != nil {
		if n, due := a.hub.unreadable.count(a.hub.cfg.Now()); due {
			a.hub.cfg.Logger.Error("the log can't be read; a client joins without what it missed", "times", n, "error", err)
		}
		return nil, join.Since != nil
	}
	oldest := bounds.First - 1
	if join.Since == nil {
		after := a.seq - min(a.seq, wire.Seq(min(join.History, MaxHistory)))
		return newBacklog(max(after, oldest), a.seq, nil), false
	}
	sameLog := join.Log == "" || join.Log == a.hub.cfg.Log.Identity() // as far as the client can tell
	if since := *join.Since; sameLog && since >= oldest && since <= a.seq {
		return newBacklog(since, a.seq, nil), false
	}
	// What is missing is older than what is kept, or was in another log.
	return newBacklog(min(oldest, a.seq), a.seq, nil), true
}

// resync answers a member that has fallen behind the tail.
func (a *appender) resync(r request) {
	a.announce()
	at := a.here()
	if !r.member.old {
		at.roster = a.roster.frames()
	}
	r.resync <- at
}

// shutdown ends every member's connection once it has everything.
func (a *appender) shutdown(request) {
	a.announce()
	a.publish()
	a.stopping = true
	why := wire.Errorf(wire.CodeShuttingDown, "the server is shutting down")
	for _, m := range a.roster.sorted {
		m.finish(a.end, why)
	}
}

// publish shows what is in the block to the room, and begins the next one.
func (a *appender) publish() {
	if len(a.block.ends) == 0 {
		return
	}
	b := a.block
	a.end = b.end()
	a.block = &block{first: a.end, seq: a.seq}
	a.hub.tail.add(b)
	a.hub.fanout.publish(b)
}
