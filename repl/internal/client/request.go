package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"hubbub/wire"
)

// ErrOldServer is what a method's error is when it asks for what an old server does not have.
var ErrOldServer = errors.New("an old server can't do that")

// ErrOffline is what a method's error is when it asks the server for something while the client reconnects, or when the
// connection is lost before the answer has come.
var ErrOffline = errors.New("there is no connection at the moment")

// ErrNoAnswer is what a method's error is when the server has not answered in time.
var ErrNoAnswer = errors.New("the server has not answered in time")

// maxRequests bounds the requests of one link that are not answered.
const maxRequests = 64

// request is a frame that the server answers.
type request struct {
	frame  wire.Frame
	answer chan<- answer // with room for one; nil where nobody waits for it
}

type answer struct {
	frame wire.Frame // nil where err is not
	err   error
}

// Ping returns how long the server takes to answer, with what is waiting to be written before it. It waits for at most
// Config.Timeout, which is [ErrNoAnswer]. An old server is [ErrOldServer], no connection at the moment [ErrOffline].
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	l, _, _ := c.current()
	l.mu.Lock()
	l.pings++
	ping := wire.Ping{Data: strconv.FormatUint(l.pings, 10)}
	l.mu.Unlock()
	start := time.Now()
	_, err := c.request(ctx, l, ping)
	if err != nil {
		l.forget(ping)
		return 0, err
	}
	return time.Since(start), nil
}

// History returns stored messages, at most limit of them, in the order of their numbers: the last ones below before, or
// the last ones of all where before is 0. The server may return fewer and say that there are more. It waits for at most
// Config.Timeout, which is [ErrNoAnswer]. An old server is [ErrOldServer], no connection at the moment [ErrOffline];
// what the server refuses is a [*wire.Error].
func (c *Client) History(ctx context.Context, before wire.Seq, limit int) (wire.History, error) {
	return ask[wire.History](ctx, c, wire.HistoryRequest{Before: before, Limit: limit})
}

// Search returns stored messages that have all of the words, at most limit of them and the newest first, with numbers
// below before, or of all where before is 0. The server may return fewer and say that there are more. Words that
// [wire.CheckSearch] finds fault with are a [*wire.Error]; other errors are as those of History.
func (c *Client) Search(ctx context.Context, words string, before wire.Seq, limit int) (wire.Found, error) {
	if err := wire.CheckSearch(words); err != nil {
		return wire.Found{}, err
	}
	return ask[wire.Found](ctx, c, wire.Search{Words: words, Before: before, Limit: limit})
}

// ask asks the current server for something that it answers with an A.
func ask[A wire.Frame](ctx context.Context, c *Client, frame wire.Frame) (A, error) {
	l, _, _ := c.current()
	answer, err := c.request(ctx, l, frame)
	found, _ := answer.(A)
	return found, err
}

func (c *Client) request(ctx context.Context, l *link, frame wire.Frame) (wire.Frame, error) {
	if l.old.Load() {
		return nil, ErrOldServer
	}
	select {
	case <-l.over:
		return nil, c.absence()
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	answered := make(chan answer, 1)
	if err := l.ask(request{frame, answered}); err != nil {
		return nil, err
	}
	select {
	case a := <-answered:
		return a.frame, a.err
	case <-l.over:
		return nil, c.absence()
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ErrNoAnswer
		}
		return nil, ctx.Err()
	}
}

// absence says what there is instead of a connection.
func (c *Client) absence() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return ErrClosed
	}
	return ErrOffline
}

// ask hands a request to the goroutine that writes. It never waits.
func (l *link) ask(r request) error {
	if !l.queue(r) {
		return fmt.Errorf("the server has left %d requests unanswered", maxRequests)
	}
	select {
	case l.asked <- struct{}{}:
	default:
	}
	return nil
}

func (l *link) queue(r request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.requests)+len(l.pending) >= maxRequests {
		return false
	}
	l.requests = append(l.requests, r)
	return true
}

// takeRequests returns the frames of the requests to be written, which from then on await their answers in this order.
func (l *link) takeRequests() []wire.Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	var frames []wire.Frame
	for _, r := range l.requests {
		frames = append(frames, r.frame)
		if r.answer != nil {
			l.pending = append(l.pending, r)
		}
	}
	l.requests = l.requests[:0]
	return frames
}

// answer gives a to the oldest written request that asked for it, and reports whether there is one. A request whose
// asker has gone is answered too: the next one's answer is another.
func (l *link) answer(asked func(wire.Frame) bool, a answer) bool {
	r, ok := l.removePending(asked)
	if ok {
		r.answer <- a
	}
	return ok
}

// forget removes a ping that nobody waits for any more. A request for messages stays: answers to those are told apart
// by their order alone.
func (l *link) forget(ping wire.Ping) {
	l.removePending(func(asked wire.Frame) bool { return asked == ping })
}

func (l *link) removePending(asked func(wire.Frame) bool) (request, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.pending, func(r request) bool { return asked(r.frame) })
	if i < 0 {
		return request{}, false
	}
	r := l.pending[i]
	l.pending = slices.Delete(l.pending, i, i+1)
	return r, true
}

func isHistory(asked wire.Frame) bool { return asked.Type() == wire.TypeHistory }

func isSearch(asked wire.Frame) bool { return asked.Type() == wire.TypeSearch }

// isReading reports whether a request is one for stored messages, which a server may refuse.
func isReading(asked wire.Frame) bool { return isHistory(asked) || isSearch(asked) }
