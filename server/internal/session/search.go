package session

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hubbub/server/internal/hub"
	"hubbub/wire"
)

const (
	// maxFound is how many messages one found frame may have. No more of them than that fit into it.
	maxFound = 200

	// searchTime is how long a search may take, the wait for others included.
	searchTime = 10 * time.Second
)

// search answers with as many of the messages found, the newest of them, as fit into a frame. What the client sends
// meanwhile waits.
func (c *session) search(frame wire.Frame) error {
	ask := frame.(wire.Search)
	switch bad := wire.CheckSearch(ask.Words); {
	case c.old:
		return wire.Errorf(wire.CodeUnknownType, "search is for clients that name their version")
	case bad != nil:
		return bad
	case ask.Limit < 1:
		return wire.Errorf(wire.CodeBadFrame, "the limit of a search must be 1 or more")
	}
	ctx, stop := c.searchContext()
	defer stop()
	limit := min(ask.Limit, maxFound)
	entries, err := c.server.cfg.Log.Search(ctx, hub.Room, ask.Words, ask.Before, limit+1)
	if err != nil {
		return c.searchError(ctx, err)
	}
	messages := make([]wire.Message, len(entries))
	for i, e := range entries {
		messages[i] = messageOf(e)
	}
	c.member.Send(found(messages, limit))
	return nil
}

// searchContext returns a context that ends when the search has taken too long or nobody is left to have its answer.
func (c *session) searchContext() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithTimeout(context.Background(), searchTime)
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-c.server.stop:
		case <-c.ended():
		case <-ctx.Done():
		}
		cancel()
	})
	return ctx, func() {
		cancel()
		watch.Wait()
	}
}

// searchError finds out why a search has failed.
func (c *session) searchError(ctx context.Context, err error) error {
	switch {
	case isClosed(c.ended()):
		return errEnded
	case isClosed(c.server.stop):
		return errStopping
	case ctx.Err() != nil:
		return wire.Errorf(wire.CodeInternal, "the search took too long; try it later, or with rarer words")
	}
	c.logger().Error("the log can't be searched", "error", err)
	return wire.Errorf(wire.CodeInternal, "the server can't search its log; try again later")
}

// found makes the answer out of the first of the messages, limit of them at the most, that fit into a frame.
func found(messages []wire.Message, limit int) wire.Found {
	answer := wire.Found{Data: sentence(maxFound, true), More: true} // the longest
	free := space{left: wire.MaxFrame - (len(wire.Append(nil, answer)) - 1)}
	n := 0
	for n < min(len(messages), limit) && free.take(messages[n]) {
		n++
	}
	answer.Messages, answer.More = messages[:n], n < len(messages)
	answer.Data = sentence(n, answer.More)
	return answer
}

func sentence(found int, more bool) string {
	what := fmt.Sprint(found, " messages")
	switch found {
	case 0:
		what = "No messages"
	case 1:
		what = "1 message"
	}
	if more {
		return what + " found, and there are older ones."
	}
	return what + " found."
}
