package client

import (
	"fmt"
	"net"
	"sync"
	"testing"

	"hubbub/wire"
)

// acknowledge serves one connection: it welcomes, and acknowledges every chat.
func acknowledge(conn net.Conn) (chats []wire.Chat) {
	defer conn.Close()
	frames := wire.NewReader(conn)
	for {
		raw, err := frames.Next()
		if err != nil {
			return chats
		}
		switch f, _ := wire.DecodeClient(raw); f := f.(type) {
		case wire.Join:
			conn.Write([]byte(welcome))
		case wire.Chat:
			chats = append(chats, f)
			conn.Write(wire.Append(nil, wire.Ack{ID: f.ID, Seq: wire.Seq(len(chats))}))
		}
	}
}

// Over a real connection, several goroutines send more than the outbox holds, and everything is acknowledged in order.
func TestManySenders(t *testing.T) {
	listener := listen(t)
	served := make(chan []wire.Chat, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			t.Error(err)
		}
		served <- acknowledge(conn)
	}()
	c := dial(t, Config{Addrs: []string{listener.Addr().String()}, Name: "Alice"})

	const senders, each = 4, 2000
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				send(t, c, fmt.Sprintf("%d/%d", s, i))
			}
		})
	}
	acknowledged := make(chan int, 1)
	go func() {
		var last wire.ID
		for e := range c.Events() {
			if a, ok := e.(Acknowledged); ok {
				if a.ID != last+1 {
					t.Errorf("behind %d comes the acknowledgement of %d", last, a.ID)
				}
				last = a.ID
			}
		}
		acknowledged <- int(last)
	}()
	sending.Wait()
	if err := c.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	c.Close()
	if n := <-acknowledged; n != senders*each {
		t.Errorf("%d texts were acknowledged, want %d", n, senders*each)
	}

	next := make(map[int]int)
	for _, chat := range <-served {
		var s, i int
		fmt.Sscanf(chat.Text, "%d/%d", &s, &i)
		if i != next[s] {
			t.Fatalf("sender %d's text %d came where %d was due", s, i, next[s])
		}
		next[s]++
	}
}
