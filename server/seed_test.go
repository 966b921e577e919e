package main

import (
	"regexp"
	"testing"
)

// The three cases that PyNet's own tests have, each with its clients and with those of version 1.

func TestOneClientCanSend(t *testing.T) {
	t.Run("old", func(t *testing.T) {
		p := start(t)
		c := p.joinOld(t, "Alice")
		c.send(`{"type": "chat", "data": "Hello World!"}`)
		p.out.await(t, `Message from 'Alice': Hello World!\n`)
	})
	t.Run("version 1", func(t *testing.T) {
		p := start(t)
		c := p.join(t, "Alice")
		c.say("Hello World!", 1)
		c.wantAck(1)
		p.out.await(t, `Message from 'Alice': Hello World!\n`)
	})
}

func TestWhatOneSendsAppearsAtTheOther(t *testing.T) {
	t.Run("old", func(t *testing.T) {
		p := start(t)
		alice := p.joinOld(t, "Alice")
		bob := p.joinOld(t, "Bob")
		alice.wantRecv(map[string]any{"type": "server_message", "data": "Bob has joined the chat."})
		alice.send(`{"type": "chat", "data": "Hello Bob!"}`)
		bob.wantRecv(map[string]any{"type": "message", "from": "Alice", "data": "Hello Bob!"})
		bob.send(`{"type": "chat", "data": "Hello Alice!"}`)
		// Alice's own message has not come to her: this is her next frame.
		alice.wantRecv(map[string]any{"type": "message", "from": "Bob", "data": "Hello Alice!"})
	})
	t.Run("version 1", func(t *testing.T) {
		p := start(t)
		alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		alice.say("Hello Bob!", 1)
		alice.wantAck(1)
		bob.wantMessage("Alice", "Hello Bob!")
		bob.say("Hello Alice!", 1)
		alice.wantMessage("Bob", "Hello Alice!")
	})
	t.Run("old and version 1", func(t *testing.T) {
		p := start(t)
		alice, bob := p.joinOld(t, "Alice"), p.join(t, "Bob")
		alice.wantRecv(map[string]any{"type": "server_message", "data": "Bob has joined the chat."})
		alice.send(`{"type": "chat", "data": "Hello Bob!"}`)
		bob.wantMessage("Alice", "Hello Bob!")
		bob.say("Hello Alice!", 1)
		bob.wantAck(1)
		alice.wantRecv(map[string]any{"type": "message", "from": "Bob", "data": "Hello Alice!"})
	})
}

func TestOneIsKilledAndTheOtherReadsThatItLeft(t *testing.T) {
	t.Run("old", func(t *testing.T) {
		p := start(t)
		alice := p.joinOld(t, "Alice")
		bob := p.joinOld(t, "Bob")
		alice.wantRecv(map[string]any{"type": "server_message", "data": "Bob has joined the chat."})
		bob.reset()
		alice.wantRecv(map[string]any{"type": "server_message", "data": "Bob has left the chat."})
		p.out.await(t, `\[DISCONNECTED\] `+regexp.QuoteMeta(bob.local()))
		p.joinOld(t, "Bob") // the server lives, and the name is free
		alice.wantRecv(map[string]any{"type": "server_message", "data": "Bob has joined the chat."})
	})
	t.Run("version 1", func(t *testing.T) {
		p := start(t)
		alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
		bob.reset()
		alice.wantAnnouncement("Bob has left the chat.")
		p.join(t, "Bob")
		alice.wantAnnouncement("Bob has joined the chat.")
	})
}
