package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/wire"
)

// prize is the name that two want.
const prize = "Prize"

// linesOfAStay is how many lines a contender says before it gives the name up again.
const linesOfAStay = 3

// race has two clients take one name in turns, as fast as they can. Half of their connections go over a network that
// resets them. Now and then the one that has the name joins once more with its own session, which must be let in. The
// announcements show that never both had the name, and that both have said everything shows that nobody was locked out.
func race(ctx context.Context, s *stage) error {
	if err := s.startServer(ctx); err != nil {
		return err
	}
	reader, err := s.startReader(ctx, s.server.addr)
	if err != nil {
		return err
	}
	proxy, err := s.startProxy(2000)
	if err != nil {
		return err
	}
	var both sync.WaitGroup
	var failed [2]error
	var contenders [2]*contender
	for i := range contenders {
		c := &contender{
			direct: dialTo(s.server.addr), proxied: dialTo(proxy.addr()), chance: rand.New(rand.NewPCG(s.seed, uint64(100+i))),
		}
		c.speaker = newSpeaker(prize, fmt.Sprintf("contender%d", i), c.direct)
		contenders[i] = c
		both.Go(func() { failed[i] = c.contend(ctx, s.turns) })
	}
	both.Wait()
	taken, takeovers := int64(0), int64(0)
	for _, c := range contenders {
		for text, acknowledged := range c.said {
			s.said[text] = acknowledged
		}
		taken += c.taken.Load()
		takeovers += c.takeovers.Load()
	}
	s.figures.note = fmt.Sprintf("the name was refused %d times and taken back %d times", taken, takeovers)
	if err := errors.Join(failed[:]...); err != nil {
		return err
	}
	if _, err := reader.upTo(wire.Seq(len(s.said))); err != nil {
		return err
	}
	return oneAtATime(reader)
}

// contender is one of the two.
type contender struct {
	*speaker
	direct, proxied func(context.Context) (net.Conn, error)
	chance          *rand.Rand
	takeovers       atomic.Int64
}

// contend takes the name so many times, and says something each time.
func (c *contender) contend(ctx context.Context, turns int) error {
	for c.next < turns*linesOfAStay {
		err := c.turn(ctx)
		if broken := (*fatal)(nil); errors.As(err, &broken) {
			return err
		}
		if pause(ctx, time.Duration(c.chance.IntN(3000))*time.Microsecond) != nil {
			return fmt.Errorf("%s is locked out at line %d: %w", c.label, c.next, errors.Join(context.Cause(ctx), err))
		}
	}
	return nil
}

// turn takes the name if it can, says the lines of one stay and gives it up again, in good order or not.
func (c *contender) turn(ctx context.Context) error {
	dial := c.direct
	proxied := c.chance.IntN(2) == 0
	if proxied {
		dial = c.proxied
	}
	st, err := c.join(ctx, dial)
	if err != nil {
		return err
	}
	defer func() { st.conn.Close() }()
	if !proxied && c.chance.IntN(4) == 0 {
		again, err := c.join(ctx, c.direct)
		if err != nil {
			return &fatal{fmt.Errorf("%s has the name and does not get it back: %w", c.label, err)}
		}
		ghost := st
		st = again
		if err := ghost.leave(); !errors.Is(err, &wire.Error{Code: wire.CodeNameTaken}) {
			return &fatal{fmt.Errorf("%s: the connection that was replaced ends with %w", c.label, err)}
		}
		c.takeovers.Add(1)
	}
	for end := c.next + linesOfAStay; c.next < end; {
		if err := c.say(ctx, st); err != nil {
			return err
		}
	}
	if c.chance.IntN(2) == 0 {
		reset(st.conn)
		return nil
	}
	return st.leave()
}

// oneAtATime checks that the name was given up each time before it was taken again.
func oneAtATime(r *reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	here, joins := false, 0
	for i, a := range r.announced {
		for _, user := range a.Users {
			if user != prize {
				continue
			}
			if joined := a.Event == wire.EventJoin; joined == here {
				return fmt.Errorf("announcement %d says %q, where that is so already", i+1, a.Data)
			}
			if here = !here; here {
				joins++
			}
		}
	}
	if joins == 0 {
		return errors.New("nobody has taken the name")
	}
	return nil
}
