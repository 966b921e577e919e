package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/wire"
)

// Everybody gets all that was said, then reads why it ends.
func TestShutdownDeliversAndTells(t *testing.T) {
	const listeners, messages = 20, 300
	p := start(t, "-rate", "0")
	alice := p.join(t, "Alice")
	var others []*client
	for i := range listeners {
		others = append(others, p.join(t, fmt.Sprint("listener-", i)))
		alice.wantAnnouncement(fmt.Sprintf("listener-%d has joined the chat.", i))
	}
	old := p.joinOld(t, "Old")
	alice.wantAnnouncement("Old has joined the chat.")
	stranger := p.dial(t) // has not joined
	p.out.await(t, "NEW CONNECTION. "+stranger.local())
	for i := range messages {
		alice.say(fmt.Sprint(i), wire.ID(i+1))
	}
	for i := range messages {
		alice.wantAck(wire.ID(i + 1))
	}
	p.cancel()
	for _, c := range append(others, old) {
		for i := range messages {
			c.wantNextMessage("Alice", fmt.Sprint(i))
		}
		c.wantError(wire.CodeShuttingDown)
		c.wantEnd()
	}
	for _, c := range []*client{alice, stranger} {
		c.wantError(wire.CodeShuttingDown)
		c.wantEnd()
	}
	p.stop()
	p.out.await(t, `\[STOPPING\] .+\n`)
}

// Whoever is told internal or acked, nothing else: a message is acknowledged or it has not been shown.
func TestShutdownWhileTalking(t *testing.T) {
	p := start(t, "-rate", "0")
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for i := 1; ; i++ {
			if _, err := alice.conn.Write(wire.Append(nil, wire.Chat{Text: fmt.Sprint(i), ID: wire.ID(i)})); err != nil {
				return
			}
		}
	}()
	for i := range 100 {
		alice.wantAck(wire.ID(i + 1))
	}
	p.cancel()
	acked := 100
	for done := false; !done; {
		switch f := alice.next().(type) {
		case wire.Ack:
			acked++
			if f.ID != wire.ID(acked) {
				t.Fatalf("got an ack of %d, want %d", f.ID, acked)
			}
		case *wire.Error:
			done = true
			if f.Code != wire.CodeShuttingDown {
				t.Fatal(f)
			}
		}
	}
	for i := range acked {
		bob.wantMessage("Alice", fmt.Sprint(i+1))
	}
	bob.wantError(wire.CodeShuttingDown)
	bob.wantEnd()
	alice.conn.Close()
	<-sent
}

// The program ends well when it is asked to before it has begun.
func TestStoppedAtOnce(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := run(ctx, []string{"-listen", "127.0.0.1:0", "-data", "memory"}, noEnv, new(output)); err != nil {
		t.Error(err)
	}
}

// A port is free again as soon as run has returned, whoever was connected.
func TestPortIsFreeAfterwards(t *testing.T) {
	p := start(t)
	alice := p.join(t, "Alice")
	p.cancel()
	alice.wantError(wire.CodeShuttingDown)
	alice.wantEnd()
	p.stop()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, done := new(output), make(chan error, 1)
	go func() { done <- run(ctx, []string{"-listen", p.addr, "-data", "memory"}, noEnv, out) }()
	out.await(t, "STARTING")
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("the second server does not end")
	}
}

// Who is held back by the rate is not waited for, when the server stops or another connection takes the name over.
func TestEndWhileHeldBack(t *testing.T) {
	p := start(t, "-rate", "0.001", "-burst", "2") // a join and a ping
	session := wire.NewSessionID()
	ghost, alice := p.dial(t), p.dial(t)
	for _, c := range []*client{ghost, alice} {
		c.welcome(wire.Join{Name: "Alice", Session: session})
		c.write(wire.Ping{Data: "first"})
		want[wire.Pong](c)
		c.write(wire.Ping{Data: "held back"})
	}
	ghost.wantError(wire.CodeNameTaken)
	ghost.wantEnd()
	p.cancel()
	alice.wantError(wire.CodeShuttingDown)
	alice.wantEnd()
}
