package client

import (
	"bytes"
	"context"
	"errors"
	"time"

	"hubbub/wire"
)

// ErrClosed is what a method's error is when the connection has ended, and no other one follows.
var ErrClosed = errors.New("the connection is closed")

// batchSize is how much text goes into one write, in bytes, and a little more for what is around it.
const batchSize = 64 << 10

// The way of one message: Send puts its text into the outbox, write takes it from there to the socket, the server puts
// it into the log, read gets the ack, and receive settles it. What others say comes in through read and receive too.

// Send says text. It returns when the text is in the outbox, under the number that [Acknowledged] or [Refused] will
// name. It waits only while 1,024 texts are unacknowledged: until one is, ctx is done, or the connection ends for good,
// which is [ErrClosed]. While the client reconnects, texts are taken all the same. A text that [wire.CheckText] finds
// fault with is a [*wire.Error]. Texts are sent in the order of their numbers.
func (c *Client) Send(ctx context.Context, text string) (wire.ID, error) {
	if err := wire.CheckText(text); err != nil {
		return 0, err
	}
	return c.outbox.add(ctx, text)
}

// write takes what is waiting to the server until the link ends or a write fails.
func (c *Client) write(l *link) error {
	for {
		write := c.writeBatch
		if l.old.Load() {
			write = c.writeOld
		}
		wrote, err := write(l)
		if err != nil {
			return err
		}
		if wrote {
			continue
		}
		select {
		case <-l.closing:
			return nil
		case <-l.asked:
		case <-c.outbox.added:
		}
	}
}

// writeBatch writes what is waiting as one block, and reports whether there was anything.
func (c *Client) writeBatch(l *link) (bool, error) {
	var block []byte
	for _, frame := range l.takeRequests() {
		block = wire.Append(block, frame)
	}
	for _, t := range c.outbox.next(batchSize) {
		block = wire.Append(block, wire.Chat{Text: t.Text, ID: t.ID})
	}
	return len(block) > 0, l.flush(block)
}

// writeOld writes the next text, if there is one, as an old server can take it: it parses what it reads at once as one
// frame, so a long text goes in parts, and there is a pause before each write.
func (c *Client) writeOld(l *link) (bool, error) {
	texts := c.outbox.next(1)
	if len(texts) == 0 {
		return false, nil
	}
	frame := func(part string) wire.Frame { return wire.Chat{Text: part} }
	for _, part := range wire.SplitText(texts[0].Text, wire.OldRead, frame) {
		select {
		case <-l.closing:
			return false, nil
		case <-time.After(time.Until(l.written.Add(l.intervals.Pace))):
		}
		if err := l.flush(wire.Append(nil, frame(part))); err != nil {
			return false, err
		}
		l.written = time.Now()
	}
	c.outbox.take(texts[0].ID)
	c.outbox.settle()
	return true, nil
}

// read takes frames from the server until the stream ends, or ctx is done, and returns the stream's error.
func (c *Client) read(ctx context.Context, l *link) error {
	for ctx.Err() == nil {
		raw, err := l.frames.Next()
		if err != nil {
			return err
		}
		if frame, ok := parse(raw); ok {
			c.receive(ctx, l, frame)
		}
	}
	return nil
}

// parse reports whether raw is a frame. One of a type that is not known has no [wire.Frame].
func parse(raw []byte) (Frame, bool) {
	frame, err := wire.DecodeServer(raw)
	if err != nil && !errors.Is(err, &wire.Error{Code: wire.CodeUnknownType}) {
		return Frame{}, false
	}
	return Frame{Frame: frame, Raw: bytes.Clone(raw)}, true
}

// receive brings the client's own state up to date and then hands the frame on, with the event that follows from it,
// if one does. A text counts as settled only after that event: what Drain waited for can be read.
func (c *Client) receive(ctx context.Context, l *link, frame Frame) {
	if l.farewell != nil && !ending[l.farewell.Code] {
		l.farewell = nil // the connection goes on
	}
	if c.repeats(l, frame.Frame) {
		return
	}
	var consequence Event
	if frame.Frame != nil {
		if act := handlers[frame.Frame.Type()]; act != nil {
			consequence = act(c, l, frame.Frame)
		}
	}
	c.events.put(ctx, frame)
	switch consequence.(type) {
	case nil:
	case Acknowledged, Refused:
		c.events.put(ctx, consequence)
		c.outbox.settle()
	default:
		c.events.put(ctx, consequence)
	}
}

// ending are the codes of errors after which the server ends the connection, whatever else it still sends.
var ending = map[wire.Code]bool{
	wire.CodeTooLarge:     true,
	wire.CodeNameTaken:    true,
	wire.CodeFull:         true,
	wire.CodeTimeout:      true,
	wire.CodeShuttingDown: true,
}

// A handler does what a frame asks for, and returns the event that follows from it or nil.
type handler func(*Client, *link, wire.Frame) Event

// handlers has what there is to do here for a frame, by its type. A frame of another type is only handed on.
var handlers = map[wire.Type]handler{
	wire.TypeWelcome:       handle((*Client).welcome),
	wire.TypeRoster:        handle((*Client).rosterPart),
	wire.TypeMessage:       handle((*Client).message),
	wire.TypeAck:           handle((*Client).ack),
	wire.TypeServerMessage: handle((*Client).serverMessage),
	wire.TypeHistory:       handle((*Client).history),
	wire.TypeFound:         handle((*Client).found),
	wire.TypeError:         handle((*Client).refusal),
	wire.TypePong:          handle((*Client).pong),
}

func handle[F wire.Frame](method func(*Client, *link, F) Event) handler {
	return func(c *Client, l *link, f wire.Frame) Event { return method(c, l, f.(F)) }
}

// welcome also comes from a server that was so slow to answer that it was taken for an old one.
func (c *Client) welcome(l *link, f wire.Welcome) Event {
	late := l.old.Swap(false)
	if !f.Log.Valid() {
		f.Log = ""
	}
	c.roster.begin(f.Users, f.More)
	c.mu.Lock()
	c.name, c.room, c.log, c.numbered = f.Name, f.Room, f.Log, true
	if !l.again {
		// The last messages before f.Seq, as many as were asked for, are still to come.
		c.seq = f.Seq - min(f.Seq, wire.Seq(c.cfg.History))
		c.first = c.seq + 1
	}
	c.mu.Unlock()
	var back Event
	if l.again {
		back = c.resumed(l, f)
	}
	if late {
		return Recognized{} // that it is back has been said when it was taken for an old server
	}
	return back
}

func (c *Client) rosterPart(_ *link, f wire.Roster) Event {
	c.roster.goOn(f.Users, f.More)
	return nil
}

func (c *Client) message(l *link, f wire.Message) Event {
	if l.old.Load() {
		c.roster.add(f.From)
	}
	c.seen(f.Seq)
	return nil
}

func (c *Client) ack(l *link, f wire.Ack) Event {
	c.seenAck(l, f)
	t, ok := c.outbox.take(f.ID)
	if !ok {
		return nil
	}
	return Acknowledged{ID: t.ID, Text: t.Text, Seq: f.Seq, Time: f.Time}
}

func (c *Client) seen(seq wire.Seq) {
	c.mu.Lock()
	c.seq = max(c.seq, seq)
	c.mu.Unlock()
}

// seenAck takes the ack of a text for the message that it stands for. The ack of one that was sent again may be an
// answer, ahead of messages that are still to come: then it says nothing about what has been seen, unless it is the
// next one.
func (c *Client) seenAck(l *link, f wire.Ack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.ID > l.resent || f.Seq == c.seq+1 {
		c.seq = max(c.seq, f.Seq)
	}
}

func (c *Client) serverMessage(l *link, f wire.ServerMessage) Event {
	if l.old.Load() {
		c.roster.announced(f.Data)
	}
	for _, user := range f.Users {
		switch f.Event {
		case wire.EventJoin:
			c.roster.add(user)
		case wire.EventLeave:
			c.roster.remove(user)
		}
	}
	return nil
}

func (c *Client) history(l *link, f wire.History) Event {
	l.answer(isHistory, answer{frame: f})
	return nil
}

func (c *Client) found(l *link, f wire.Found) Event {
	l.answer(isSearch, answer{frame: f})
	return nil
}

// refusal handles an error frame: it is about a text, or about stored messages that were asked for, or it ends the
// connection.
func (c *Client) refusal(l *link, f *wire.Error) Event {
	if f.ID == 0 {
		if ending[f.Code] || !l.answer(isReading, answer{err: f}) {
			l.farewell = f
		}
		return nil
	}
	t, ok := c.outbox.take(f.ID)
	if !ok {
		return nil
	}
	return Refused{ID: t.ID, Text: t.Text, Err: f}
}

func (c *Client) pong(l *link, f wire.Pong) Event {
	l.answer(func(asked wire.Frame) bool { return asked == wire.Ping(f) }, answer{})
	return nil
}
