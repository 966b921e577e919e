package session

import (
	"context"
	"errors"
	"log/slog"

	"hubbub/server/internal/hub"
	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// A handler answers a frame. A *wire.Error is told to the client, and the session goes on; any other ends it.
type handler func(*session, wire.Frame) error

// handlers holds what a member may send. A join is handled apart, since it makes the member.
var handlers = map[wire.Type]handler{
	wire.TypeChat:    (*session).chat,
	wire.TypeHistory: (*session).history,
	wire.TypeSearch:  (*session).search,
	wire.TypePing:    (*session).ping,
}

func (c *session) dispatch(frame wire.Frame) error {
	join, isJoin := frame.(wire.Join)
	switch {
	case isJoin && c.member != nil:
		return wire.Errorf(wire.CodeAlreadyJoined, "you have joined as %s already", c.member.Name())
	case isJoin:
		return c.join(join)
	case c.member == nil:
		return wire.Errorf(wire.CodeNotJoined, "join first")
	}
	return handlers[frame.Type()](c, frame)
}

// join asks the hub for a place. A refused client may try again until the handshake's time is over.
func (c *session) join(join wire.Join) error {
	if err := checkJoin(join); err != nil {
		return err
	}
	if join.V == 0 {
		join = wire.Join{Name: join.Name} // an old client has a name and nothing else
	}
	member, err := c.server.cfg.Hub.Join(c.conn, join)
	if errors.Is(err, hub.ErrClosed) {
		return errStopping
	}
	if err != nil {
		return err
	}
	c.member, c.old = member, join.V == 0
	c.logger().Info("joined")
	if c.old {
		c.setDeadline(0)
	} else {
		c.setDeadline(c.server.cfg.Idle)
	}
	return nil
}

func checkJoin(join wire.Join) error {
	switch {
	case join.V < 0 || join.V > wire.Version:
		return wire.Errorf(wire.CodeBadFrame, "version %d of the protocol is not spoken here, version %d is",
			join.V, wire.Version)
	case join.V != 0 && !join.Session.Valid():
		return wire.Errorf(wire.CodeBadFrame, "a session must be 32 hexadecimal digits in lower case")
	case join.V != 0 && join.Log != "" && !join.Log.Valid():
		return wire.Errorf(wire.CodeBadFrame, "a log must be 32 hexadecimal digits in lower case")
	case join.History < 0:
		return wire.Errorf(wire.CodeBadFrame, "history must not be negative")
	}
	return nil
}

// chat says a text to the room.
func (c *session) chat(frame wire.Frame) error {
	chat := frame.(wire.Chat)
	if bad := wire.CheckText(chat.Text); bad != nil {
		return bad.For(chat.ID)
	}
	if c.server.cfg.Logger.Enabled(context.Background(), slog.LevelInfo) {
		c.logger().Info("message", "text", chat.Text)
	}
	if c.member.Say(chat.Text, chat.ID) != nil {
		return errStopping
	}
	return nil
}

// history answers with as many of the messages asked for, the newest of them, as fit into a frame.
func (c *session) history(frame wire.Frame) error {
	ask := frame.(wire.HistoryRequest)
	switch {
	case c.old:
		return wire.Errorf(wire.CodeUnknownType, "history is for clients that name their version")
	case ask.Limit < 1:
		return wire.Errorf(wire.CodeBadFrame, "the limit of a history must be 1 or more")
	}
	answer, err := c.readHistory(ask)
	if err != nil {
		c.logger().Error("the log can't be read", "error", err)
		return wire.Errorf(wire.CodeInternal, "the server can't read its log; try again later")
	}
	c.member.Send(answer)
	return nil
}

// historyStep is how many messages are read at once for a history. Of long ones only a few fit into a frame.
const historyStep = 32

func (c *session) readHistory(ask wire.HistoryRequest) (wire.History, error) {
	log := c.server.cfg.Log
	bounds, err := log.Bounds(context.Background(), hub.Room)
	if err != nil {
		return wire.History{}, err
	}
	end := bounds.Last + 1
	if ask.Before != 0 {
		end = min(end, ask.Before)
	}
	if end <= bounds.First {
		return wire.History{}, nil
	}
	first := end - min(end-bounds.First, wire.Seq(min(ask.Limit, hub.MaxHistory)))
	var fit []wire.Message
	free := space{left: wire.MaxFrame - len(wire.Append(nil, wire.History{More: true}))}
	for end > first {
		from := end - min(end-first, historyStep)
		step, err := readMessages(log, from, end)
		if err != nil {
			return wire.History{}, err
		}
		newest := free.newest(step)
		fit = append(newest, fit...)
		if len(newest) < len(step) {
			break
		}
		end = from
	}
	return wire.History{Messages: fit, More: len(fit) > 0 && fit[0].Seq > bounds.First}, nil
}

// readMessages returns the messages from number from on and before end that the log still has.
func readMessages(log msglog.Log, from, end wire.Seq) ([]wire.Message, error) {
	entries, err := log.Read(context.Background(), hub.Room, from-1, int(end-from))
	if err != nil {
		return nil, err
	}
	var messages []wire.Message
	for _, e := range entries {
		if e.Seq < end { // where the first ones are gone, others come behind the last
			messages = append(messages, messageOf(e))
		}
	}
	return messages, nil
}

// messageOf is a stored message as it goes over the wire.
func messageOf(e msglog.Entry) wire.Message {
	return wire.Message{From: e.From, Text: e.Text, Seq: e.Seq, Time: e.Time}
}

func (c *session) ping(frame wire.Frame) error {
	ping := frame.(wire.Ping)
	if len(ping.Data) > wire.MaxPing {
		return wire.Errorf(wire.CodeBadFrame, "the data of a ping must not be longer than %d bytes", wire.MaxPing)
	}
	c.member.Send(wire.Pong(ping))
	return nil
}
