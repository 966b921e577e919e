package main

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"hubbub/wire"
)

// Two who talk at the same time see one order, in which one's own messages are acks.
func TestOneOrderForEverybody(t *testing.T) {
	const each = 300
	p := start(t, "-rate", "0")
	clients := map[string]*client{"Alice": p.join(t, "Alice")}
	clients["Bob"] = p.join(t, "Bob")
	clients["Alice"].wantAnnouncement("Bob has joined the chat.")
	carol := p.join(t, "Carol")
	for name, c := range clients {
		c.wantAnnouncement("Carol has joined the chat.")
		go func() {
			for i := range each {
				c.conn.Write(wire.Append(nil, wire.Chat{Text: fmt.Sprint(name, i), ID: wire.ID(i + 1)}))
			}
		}()
	}
	order := make([]wire.Message, 2*each)
	for i := range order {
		order[i] = want[wire.Message](carol)
		if order[i].Seq != wire.Seq(i+1) {
			t.Fatalf("message %d has number %d", i+1, order[i].Seq)
		}
	}
	for name, c := range clients {
		id := wire.ID(0)
		for _, m := range order {
			if m.From != name {
				if got := c.wantMessage(m.From, m.Text); got != m {
					t.Fatalf("%s got %+v, Carol %+v", name, got, m)
				}
				continue
			}
			id++
			if a := c.wantAck(id); a.Seq != m.Seq || a.Time != m.Time {
				t.Fatalf("%s got %+v for %+v", name, a, m)
			}
		}
	}
}

func TestSentAgain(t *testing.T) {
	p := start(t)
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	alice.say("one", 3)
	first := alice.wantAck(3)
	alice.say("one", 3)
	alice.say("not even the same text", 3)
	for range 2 {
		if again := alice.wantAck(3); again != first {
			t.Errorf("the ack is %+v, want the first, %+v", again, first)
		}
	}
	alice.say("two", 4)
	alice.wantAck(4)
	bob.say("Bob's own", 3) // another's numbers are others
	bob.wantMessage("Alice", "one")
	bob.wantMessage("Alice", "two")
	bob.wantAck(3)
}

// Both copies in one write may fall into one batch.
func TestSentTwiceAtOnce(t *testing.T) {
	p := start(t, "-rate", "0")
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	for i := range 50 {
		frame := string(wire.Append(nil, wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i + 1)}))
		alice.send(frame + frame)
		one, two := alice.wantAck(wire.ID(i+1)), alice.wantAck(wire.ID(i+1))
		if one != two {
			t.Fatalf("acks %+v and %+v", one, two)
		}
		bob.wantMessage("Alice", fmt.Sprint(i))
	}
}

func TestWithoutID(t *testing.T) {
	p := start(t)
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	alice.say("twice", 0)
	alice.say("twice", 0)
	bob.wantMessage("Alice", "twice")
	bob.wantMessage("Alice", "twice")
	alice.wantPong() // and no ack
	bob.say("on it goes", 1)
	alice.wantMessage("Bob", "on it goes")
}

func TestPing(t *testing.T) {
	p := start(t)
	alice := p.join(t, "Alice")
	for _, data := range []string{"", "x", "7f3a", "\u0000\n\"", strings.Repeat("p", wire.MaxPing)} {
		alice.write(wire.Ping{Data: data})
		if pong := want[wire.Pong](alice); pong.Data != data {
			t.Errorf("%q came back as %q", data, pong.Data)
		}
	}
	alice.send(`{"type":"ping"}`)
	alice.wantRaw(`{"type":"pong","data":""}`)
}

// Who is faster than the rate is read later, and loses nothing.
func TestRate(t *testing.T) {
	const burst, more = 5, 15
	p := start(t, "-rate", "100", "-burst", fmt.Sprint(burst))
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	var all []byte
	for i := range burst + more {
		all = wire.Append(all, wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i + 1)})
	}
	alice.send(string(all))
	alice.conn.CloseWrite() // even then
	for i := range burst + more {
		alice.wantAck(wire.ID(i + 1))
		bob.wantMessage("Alice", fmt.Sprint(i))
	}
	bob.wantAnnouncement("Alice has left the chat.")
}

// Paging from the end to the start gives everything once.
func TestHistoryPages(t *testing.T) {
	const said = 150
	p := start(t, "-rate", "0")
	alice := p.join(t, "Alice")
	random := rand.New(rand.NewSource(1))
	texts := make([]string, said)
	for i := range texts {
		texts[i] = strings.Repeat([]string{"x", "é", "\"", "\n", "😀"}[i%5], 1+random.Intn(wire.MaxText/4))
		alice.say(texts[i], wire.ID(i+1))
		alice.wantAck(wire.ID(i + 1))
	}
	for _, limit := range []int{1, 7, 100, said, said + 1, 1 << 30} {
		bob := p.join(t, "Bob")
		before, pages := wire.Seq(0), 0
		for left, more := said, true; more; pages++ {
			bob.write(wire.HistoryRequest{Before: before, Limit: limit})
			page := bob.wantHistory()
			if len(page.Messages) == 0 || len(page.Messages) > limit {
				t.Fatalf("a page of %d messages, asked for %d, with %d left", len(page.Messages), limit, left)
			}
			left -= len(page.Messages)
			for i, m := range page.Messages {
				if m.From != "Alice" || m.Text != texts[left+i] || m.Seq != wire.Seq(left+i+1) || m.Time == 0 {
					t.Fatalf("message %d is %.200v", left+i+1, m)
				}
			}
			before, more = page.Messages[0].Seq, page.More
			if more != (left > 0) {
				t.Fatalf("more is %v with %d left", more, left)
			}
		}
		if limit == 1<<30 && pages < 5 {
			t.Errorf("%d pages; a frame can't hold so much", pages)
		}
		bob.leave()
		alice.wantAnnouncement("Bob has joined the chat.")
		alice.wantAnnouncement("Bob has left the chat.")
	}
}

// wantHistory checks that the next frame is a history that is within the limit.
func (c *client) wantHistory() wire.History {
	c.t.Helper()
	object := c.raw()
	if len(object) > wire.MaxFrame {
		c.t.Fatalf("a history of %d bytes", len(object))
	}
	f, err := wire.DecodeServer([]byte(object))
	h, ok := f.(wire.History)
	if err != nil || !ok {
		c.t.Fatalf("got %.200s, %v; want a history", object, err)
	}
	return h
}

func TestHistoryAtTheEdges(t *testing.T) {
	p := start(t, "-history", "3")
	alice := p.join(t, "Alice")
	alice.send(`{"type":"history","limit":10}`)
	alice.wantRaw(`{"type":"history","messages":[],"more":false}`)
	for i := range 5 {
		alice.say(fmt.Sprint(i+1), wire.ID(i+1))
		alice.wantAck(wire.ID(i + 1))
	}
	for _, c := range []struct {
		ask  string
		seqs []wire.Seq
		more bool
	}{
		{`{"type":"history","limit":10}`, []wire.Seq{3, 4, 5}, false},
		{`{"type":"history","limit":2}`, []wire.Seq{4, 5}, true},
		{`{"type":"history","before":5,"limit":1}`, []wire.Seq{4}, true},
		{`{"type":"history","before":4,"limit":1}`, []wire.Seq{3}, false},
		{`{"type":"history","before":3,"limit":1}`, nil, false},
		{`{"type":"history","before":1,"limit":1}`, nil, false},
		{`{"type":"history","before":6,"limit":1}`, []wire.Seq{5}, true},
		{`{"type":"history","before":9007199254740991,"limit":9007199254740991}`, []wire.Seq{3, 4, 5}, false},
	} {
		alice.send(c.ask)
		h := alice.wantHistory()
		var seqs []wire.Seq
		for _, m := range h.Messages {
			seqs = append(seqs, m.Seq)
		}
		if fmt.Sprint(seqs) != fmt.Sprint(c.seqs) || h.More != c.more {
			t.Errorf("%s is answered with %v, more %v; want %v, %v", c.ask, seqs, h.More, c.seqs, c.more)
		}
	}
}
