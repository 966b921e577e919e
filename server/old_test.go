package main

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/wire"
)

// What an old client, or one made by hand, may do to the server.

func TestFramesOfAnyShape(t *testing.T) {
	p := start(t)
	bob := p.join(t, "Bob")
	for _, c := range []struct {
		name   string
		writes []string
		texts  []string
	}{
		{"without anything between", []string{`{"type": "chat", "data": "a"}`}, []string{"a"}},
		{"with a newline", []string{"{\"type\":\"chat\",\"data\":\"a\"}\r\n"}, []string{"a"}},
		{"two in one write", []string{`{"type": "chat", "data": "a"}{"type": "chat", "data": "b"}`}, []string{"a", "b"}},
		{"over several lines", []string{"{\n \"type\": \"chat\",\n \"data\": \"a\"\n}\n"}, []string{"a"}},
		{
			"in pieces", []string{`{"type": "ch`, `at", "data": "}`, `\"{\\`, `"`, `}{`, `"type": "chat", "data": "b"}`},
			[]string{`}"{\`, "b"},
		},
		{"escaped as Python does", []string{`{"type": "chat", "data": "caf\u00e9 \ud83d\ude00"}`}, []string{"café 😀"}},
		{"the longest frame", []string{padded("long", wire.MaxFrame)}, []string{"long"}},
		{
			"the longest, and another", []string{padded("long", wire.MaxFrame) + `{"type":"chat","data":"b"}`},
			[]string{"long", "b"},
		},
		{"unknown fields", []string{`{"x":{"y":[1,{}]},"type":"chat","colour":"red","data":"a","to":null}`}, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			alice := p.joinOld(t, "Alice")
			for _, w := range c.writes {
				alice.send(w)
			}
			bob.t = t
			bob.wantAnnouncement("Alice has joined the chat.")
			for _, text := range c.texts {
				bob.wantMessage("Alice", text)
			}
			alice.leave()
			bob.wantAnnouncement("Alice has left the chat.")
		})
	}
}

func TestHalfAFrameThenReset(t *testing.T) {
	p := start(t)
	bob := p.join(t, "Bob")
	alice := p.joinOld(t, "Alice")
	bob.wantAnnouncement("Alice has joined the chat.")
	alice.send(`{"type": "chat", "data": "Hello W`)
	alice.reset()
	bob.wantAnnouncement("Alice has left the chat.")
	p.dial(t).reset()
	half := p.dial(t)
	half.send(`{"type": "jo`)
	half.reset()
	bob.wantPong()
}

func TestHalfAFrameThenEnd(t *testing.T) {
	p := start(t)
	bob := p.join(t, "Bob")
	alice := p.joinOld(t, "Alice")
	bob.wantAnnouncement("Alice has joined the chat.")
	alice.send(`{"type": "chat", "data": "Hello World!"}{"type": "chat", "da`)
	alice.conn.CloseWrite()
	bob.wantMessage("Alice", "Hello World!")
	bob.wantAnnouncement("Alice has left the chat.")
}

// What netcat does with a file: everything at once, and then the end.
func TestJoinChatAndEndInOneWrite(t *testing.T) {
	p := start(t)
	bob := p.join(t, "Bob")
	alice := p.dial(t)
	alice.send(`{"type":"join","data":"Alice"}` + "\n" + `{"type":"chat","data":"Hello"}` + "\n")
	alice.conn.CloseWrite()
	bob.wantAnnouncement("Alice has joined the chat.")
	bob.wantMessage("Alice", "Hello")
	bob.wantAnnouncement("Alice has left the chat.")
	alice.drain()
}

// An old client gets none of the frames that came with version 1.
func TestOldClientGetsOldFramesOnly(t *testing.T) {
	p := start(t)
	bob := p.join(t, "Bob")
	bob.say("before", 1)
	bob.wantAck(1)
	alice := p.dial(t)
	alice.send(`{"type":"join","data":"Alice","history":5,"since":0}`) // neither counts without v
	p.out.await(t, `User 'Alice' has joined`)
	alice.send(`{"type":"chat","data":"with an id","id":1}`) // not acknowledged
	alice.send(`{"type":"chat","data":"with an id","id":1}`) // and protected all the same: one session
	bob.wantAnnouncement("Alice has joined the chat.")
	bob.wantMessage("Alice", "with an id")
	bob.say("Hello Alice", 2)
	alice.wantMessage("Bob", "Hello Alice")
	alice.send(`{"type":"history","limit":10}`)
	alice.wantError(wire.CodeUnknownType)
	bob.say("Still there?", 3)
	alice.wantMessage("Bob", "Still there?")
}

// Long messages come to an old client in several frames, none longer than it can take at once. How they are cut into
// writes is package session's test.
func TestLongMessageToAnOldClient(t *testing.T) {
	p := start(t)
	bob := p.join(t, "Bob")
	alice := p.joinOld(t, "Alice")
	bob.wantAnnouncement("Alice has joined the chat.")
	for i, text := range []string{
		strings.Repeat("words and ", 400), strings.Repeat("x", wire.MaxText), strings.Repeat("\n", wire.MaxText),
		strings.Repeat("é", wire.MaxText/2), strings.Repeat("😀", wire.MaxText/4), strings.Repeat(`"`, 2000),
	} {
		bob.say(text, wire.ID(i+1))
		whole, parts := "", 0
		for whole != text {
			frame := alice.raw()
			if len(frame) >= wire.OldRead {
				t.Errorf("a frame of %d bytes and a newline, want %d at most", len(frame), wire.OldRead)
			}
			f, err := wire.DecodeServer([]byte(frame))
			m, ok := f.(wire.Message)
			if err != nil || !ok || m.From != "Bob" || !strings.HasPrefix(text[len(whole):], m.Text) || m.Text == "" {
				t.Fatalf("part %d is not what goes on: %s", parts, frame)
			}
			whole += m.Text
			parts++
		}
		if parts < 2 {
			t.Errorf("text %d came in one part", i)
		}
		bob.wantAck(wire.ID(i + 1))
	}
}

// A client that never reads holds nobody back, whichever kind it is.
func TestOneThatNeverReads(t *testing.T) {
	const messages = 1000
	p := start(t, "-rate", "0")
	p.joinOld(t, "Old")
	p.join(t, "New")
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	go func() {
		for i := range messages {
			alice.conn.Write(wire.Append(nil, wire.Chat{Text: fmt.Sprint(i, strings.Repeat(" x", 500)), ID: wire.ID(i + 1)}))
		}
	}()
	for i := range messages {
		bob.wantMessage("Alice", fmt.Sprint(i, strings.Repeat(" x", 500)))
		alice.wantAck(wire.ID(i + 1))
	}
}
