package client

import (
	"context"
	"time"

	"hubbub/wire"
)

// An Event is one of [Frame], [Acknowledged], [Refused] and [Disconnected].
type Event interface{ event() }

// Frame is any frame from the server: one for each frame that came, the welcome included.
type Frame struct {
	// Frame is nil where the frame's type is not known here. Its texts may hold control characters.
	Frame wire.Frame
	// Raw is the frame's JSON object as it came. It is the receiver's to keep, and may have newlines between its fields.
	Raw []byte
}

// Acknowledged tells that a text is in the room's log. It follows the [Frame] of the ack.
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
func (Disconnected) event() {}

const (
	// eventRoom is how many events wait for their reader before the network has to wait too.
	eventRoom = 1024
	// eventReserve is room for what is in hand when the client is closed: a frame, what follows from it, and the end.
	eventReserve = 3
)

// stream hands events over. It has one writer at a time.
type stream chan Event

func newStream() stream { return make(stream, eventRoom+eventReserve) }

// put hands an event over. It waits while eventRoom events are untaken, but not after ctx is done: then there is the
// reserve, so that closing neither drops an event nor depends on anybody reading.
//
// A channel wakes its sender only when it was completely full, and here a part must stay free: hence the looking again
// every few milliseconds, which happens only while the reader is a thousand events behind.
func (s stream) put(ctx context.Context, e Event) {
	for pause := time.Millisecond; len(s) >= eventRoom && ctx.Err() == nil; pause = min(2*pause, 64*time.Millisecond) {
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	s <- e
}

func (s stream) close() { close(s) }
