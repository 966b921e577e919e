package client

import (
	"context"
	"time"

	"hubbub/wire"
)

// An Event is one of [Frame], [Acknowledged], [Refused], [Lost], [Resumed], [Recognized] and
// [Disconnected].
type Event interface{ event() }

// Frame is any frame from the server: one for each frame that came, the welcome included. What a resumed connection
// brings again, a message or the ack of a text that is settled, is left out.
type Frame struct {
	// Frame is nil where the frame's type is not known here. Its texts may hold control characters.
	Frame wire.Frame
	// Raw is the frame's JSON object as it came. It is the receiver's to keep, and may have newlines between its fields.
	Raw []byte
}

// Acknowledged tells that a text is in the room's log, once for each text. It follows the [Frame] of the ack. That of a
// text which was sent again may be ahead of messages with a lower number.
type Acknowledged struct {
	ID   wire.ID
	Text string
	Seq  wire.Seq
	Time wire.Time
}

// Refused tells that the server did not take a text. It follows the [Frame] of the error.
type Refused struct {
	ID   wire.ID
	Text string
	Err  *wire.Error
}

// Lost tells that the connection is lost, or that an attempt to get it back has failed, and that the client goes on
// trying: with every address of Config.Addrs in turn, from the one behind the last server's on. It comes only with
// Config.Reconnect, and not where trying is in vain: then [Disconnected] does.
//
// In vain it is after Close, after Drain on an old server, when the same session has joined over another connection
// (name_taken), and when a server refuses to let the client in again for any reason but that it is full, stopping or
// failing (full, shutting_down, timeout, internal).
type Lost struct {
	// Err is why, never nil. It is a [*wire.Error] where a server said so, and [ErrNoServer] after an attempt.
	Err error
	// Retry is the pause until the next attempt. [Client.RetryNow] cuts it short.
	Retry time.Duration
}

// Resumed tells that the client is in the room again, after one or more [Lost]. It follows the [Frame] of the welcome,
// if there is one; the roster is the welcome's then.
type Resumed struct {
	Addr string // of the server, as given in Config.Addrs
	// Gap says that messages may be missing which were said meanwhile: they are no longer kept, or this is another log,
	// all of which is shown then, or the server is, or was, an old one.
	Gap bool
	// Through is the log's end at the time of joining. Messages that come from here on with a number up to it are those
	// that were missed; what is behind it is new. 0: there are none.
	Through wire.Seq
}

// Recognized tells that a server which was so slow to answer that it was taken for an old one is none: texts are numbered
// and acknowledged from here on. It follows the [Frame] of the welcome.
type Recognized struct{}

// Disconnected is the last event.
type Disconnected struct {
	// Err is nil after Close, or after Drain on an old server. It is a [*wire.Error] where the server said why.
	Err error
	// Unacknowledged are the texts that may not have been delivered, in the order of sending.
	Unacknowledged []Text
}

// Text is something said, with the client's own number for it.
type Text struct {
	ID   wire.ID
	Text string
}

func (Frame) event()        {}
func (Acknowledged) event() {}
func (Refused) event()      {}
func (Lost) event()         {}
func (Resumed) event()      {}
func (Recognized) event()   {}
func (Disconnected) event() {}

// eventRoom is how many events wait for their reader before the network has to wait too.
const eventRoom = 1024

// stream hands events over. It has one writer at a time.
type stream struct {
	events chan Event
	rest   []Event // found no room after ctx was done: what was in hand then, and the end
}

func newStream() *stream { return &stream{events: make(chan Event, eventRoom)} }

// put hands an event over. It waits while eventRoom events are untaken, but not after ctx is done, so that closing
// neither drops an event nor depends on anybody reading.
func (s *stream) put(ctx context.Context, e Event) {
	if len(s.rest) == 0 {
		select {
		case s.events <- e:
			return
		default:
		}
		select {
		case s.events <- e:
			return
		case <-ctx.Done():
		}
	}
	s.rest = append(s.rest, e)
}

// close ends the channel behind what was put. A channel tells its sender that something was taken only when it was
// full, so that no room can be kept in it for the end without looking every now and then. Where it is full, the rest
// is therefore handed over by a goroutine, whose work is done by run, and which ends with the reader's help alone.
func (s *stream) close(run func(work func())) {
	if len(s.rest) == 0 {
		close(s.events)
		return
	}
	go run(func() {
		for _, e := range s.rest {
			s.events <- e
		}
		close(s.events)
	})
}
