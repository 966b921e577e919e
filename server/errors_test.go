package main

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"hubbub/wire"
)

// padded is a chat frame that is n bytes long, whatever its text.
func padded(text string, n int) string {
	head := `{"type":"chat","data":"` + text + `","padding":"`
	return head + strings.Repeat("x", n-len(head)-len(`"}`)) + `"}`
}

func chatFrame(text string) string { return string(wire.Append(nil, wire.Chat{Text: text, ID: 1})) }

func joinFrame(name string) string {
	return string(wire.Append(nil, wire.Join{Name: name, V: 1, Session: wire.NewSessionID()}))
}

// badFrames are refused before a join, after one, and from an old client.
var badFrames = []struct {
	name, literal string
	code          wire.Code
	ends          bool
}{
	{"an HTTP request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", wire.CodeBadFrame, true},
	{"a JSON array", `[{"type":"chat"}]`, wire.CodeBadFrame, true},
	{"a JSON string", `"chat"`, wire.CodeBadFrame, true},
	{"a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00", wire.CodeBadFrame, true},
	{"a frame over the limit", padded("x", wire.MaxFrame+1), wire.CodeTooLarge, true},
	{"a frame without an end", `{"type":"chat","data":"` + strings.Repeat("x", 100<<10), wire.CodeTooLarge, true},
	{"no type", `{"data":"x"}`, wire.CodeBadFrame, false},
	{"a type that is a number", `{"type":1}`, wire.CodeBadFrame, false},
	{"not JSON inside", `{type: chat}`, wire.CodeBadFrame, false},
	{"a text that is a number", `{"type":"chat","data":1}`, wire.CodeBadFrame, false},
	{"an id of 0", `{"type":"chat","data":"x","id":0}`, wire.CodeBadFrame, false},
	{"an id that is not whole", `{"type":"chat","data":"x","id":1.5}`, wire.CodeBadFrame, false},
	{"a negative sequence number", `{"type":"history","before":-1,"limit":1}`, wire.CodeBadFrame, false},
	{"invalid UTF-8", "{\"type\":\"chat\",\"data\":\"\xff\xfe\"}", wire.CodeBadFrame, false},
	{"half a surrogate in UTF-8", "{\"type\":\"chat\",\"data\":\"\xed\xa0\x80\"}", wire.CodeBadFrame, false},
	{"a forgotten quotation mark", "{\"type\":\"chat\",\"data\":\"x}\n", wire.CodeBadFrame, false},
	{"a type nobody knows", `{"type":"dance","data":"x"}`, wire.CodeUnknownType, false},
	{"a type of servers", `{"type":"message","from":"Bob","data":"x"}`, wire.CodeUnknownType, false},
	{"deep arrays", `{"type":` + strings.Repeat("[", 8000) + strings.Repeat("]", 8000) + `}`, wire.CodeBadFrame, false},
	{
		"very deep arrays, never closed", `{"type":"chat","data":` + strings.Repeat("[", 16000) + `}`,
		wire.CodeBadFrame, false,
	},
	{
		"deep objects", `{"type":"chat","data":` + strings.Repeat(`{"a":`, 2500) + "1" + strings.Repeat("}", 2501),
		wire.CodeBadFrame, false,
	},
}

func TestBadFrames(t *testing.T) {
	p := start(t)
	for _, c := range badFrames {
		t.Run(c.name, func(t *testing.T) {
			t.Run("before join", func(t *testing.T) {
				client := p.dial(t)
				client.send(c.literal)
				client.wantError(c.code)
				if c.ends {
					client.wantEnd()
					return
				}
				client.welcome(wire.Join{Name: "Alice"})
				client.leave()
			})
			t.Run("after join", func(t *testing.T) {
				client := p.join(t, "Bob")
				client.send(c.literal)
				client.wantError(c.code)
				if c.ends {
					client.wantEnd()
					return
				}
				client.wantPong()
				client.leave()
			})
			t.Run("old", func(t *testing.T) {
				client := p.joinOld(t, "Carol")
				client.send(c.literal)
				client.wantRecv(map[string]any{"type": "error", "code": string(c.code)})
				if c.ends {
					client.wantEnd()
					return
				}
				client.send(`{"type": "chat", "data": "still here: ` + c.name + `"}`)
				p.out.await(t, "still here: "+c.name)
				client.leave()
			})
		})
	}
}

func TestRefusedJoins(t *testing.T) {
	p := start(t)
	taken := wire.NewSessionID()
	p.dial(t).welcome(wire.Join{Name: "alice", Session: taken})
	for _, c := range []struct {
		name, literal string
		code          wire.Code
	}{
		{"a chat", chatFrame("x"), wire.CodeNotJoined},
		{"a ping", `{"type":"ping","data":"x"}`, wire.CodeNotJoined},
		{"a history", `{"type":"history","limit":1}`, wire.CodeNotJoined},
		{"no name", joinFrame(""), wire.CodeBadName},
		{"a blank", joinFrame("Alice B"), wire.CodeBadName},
		{"33 characters", joinFrame(strings.Repeat("é", 33)), wire.CodeBadName},
		{"a control character", joinFrame("Al\x1b[31mice"), wire.CodeBadName},
		{"an override", joinFrame("Al\u202eice"), wire.CodeBadName},
		{"a joiner", joinFrame("Al\u200dice"), wire.CodeBadName},
		{"an emoji", joinFrame("🦊"), wire.CodeBadName},
		{"an accent alone", joinFrame("\u0301"), wire.CodeBadName},
		{"left and right", joinFrame("aא"), wire.CodeBadName},
		{"no name, old", `{"type": "join", "data": ""}`, wire.CodeBadName},
		{"no data, old", `{"type": "join"}`, wire.CodeBadName},
		{"taken", joinFrame("alice"), wire.CodeNameTaken},
		{"taken in capitals", joinFrame("ALICE"), wire.CodeNameTaken},
		{"taken in full width", joinFrame("Ａｌｉｃｅ"), wire.CodeNameTaken},
		{"taken, old", `{"type": "join", "data": "Alice"}`, wire.CodeNameTaken},
		{
			"taken, with its session but as an old client", `{"type":"join","data":"alice","session":"` + string(taken) + `"}`,
			wire.CodeNameTaken,
		},
		{"a later version", `{"type":"join","data":"Bob","v":2,"session":"` + string(taken) + `"}`, wire.CodeBadFrame},
		{"a negative version", `{"type":"join","data":"Bob","v":-1}`, wire.CodeBadFrame},
		{"no session", `{"type":"join","data":"Bob","v":1}`, wire.CodeBadFrame},
		{"a short session", `{"type":"join","data":"Bob","v":1,"session":"abc"}`, wire.CodeBadFrame},
		{
			"a session in capitals", `{"type":"join","data":"Bob","v":1,"session":"` + strings.Repeat("AB", 16) + `"}`,
			wire.CodeBadFrame,
		},
		{
			"a short log", `{"type":"join","data":"Bob","v":1,"session":"` + string(taken) + `","since":1,"log":"x"}`,
			wire.CodeBadFrame,
		},
		{
			"a negative history", `{"type":"join","data":"Bob","v":1,"session":"` + string(taken) + `","history":-1}`,
			wire.CodeBadFrame,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := p.dial(t)
			client.send(c.literal)
			client.wantError(c.code)
			client.welcome(wire.Join{Name: "Bob"}) // it may try again
			client.leave()
		})
	}
}

func TestRefusedOfMembers(t *testing.T) {
	p := start(t)
	alice := p.join(t, "Alice")
	for _, c := range []struct {
		name, literal string
		code          wire.Code
		id            wire.ID
	}{
		{"a second join", joinFrame("Bob"), wire.CodeAlreadyJoined, 0},
		{"a second join, old", `{"type": "join", "data": "Bob"}`, wire.CodeAlreadyJoined, 0},
		{"no text", `{"type":"chat","id":7}`, wire.CodeBadText, 7},
		{"an empty text", `{"type":"chat","data":"","id":7}`, wire.CodeBadText, 7},
		{"a text without id", `{"type":"chat","data":""}`, wire.CodeBadText, 0},
		{"4,097 bytes", chatFrame(strings.Repeat("x", wire.MaxText+1)), wire.CodeBadText, 1},
		{"4,098 bytes of two each", chatFrame(strings.Repeat("é", wire.MaxText/2+1)), wire.CodeBadText, 1},
		{"a longest frame",
			string(wire.Append(nil, wire.Chat{Text: strings.Repeat("x", wire.MaxFrame-25)})), wire.CodeBadText, 0},
		{"an escape", chatFrame("\x1b]0;title\a"), wire.CodeBadText, 1},
		{"a carriage return", chatFrame("a\rb"), wire.CodeBadText, 1},
		{"a zero", chatFrame("a\x00b"), wire.CodeBadText, 1},
		{"a delete", chatFrame("a\x7fb"), wire.CodeBadText, 1},
		{"a C1", chatFrame("a\u009bb"), wire.CodeBadText, 1},
		{"an override", chatFrame("a\u202eb"), wire.CodeBadText, 1},
		{"an isolate", chatFrame("a\u2066b"), wire.CodeBadText, 1},
		{"a history of nothing", `{"type":"history"}`, wire.CodeBadFrame, 0},
		{"a negative history", `{"type":"history","limit":-1}`, wire.CodeBadFrame, 0},
		{"a long ping", `{"type":"ping","data":"` + strings.Repeat("x", wire.MaxPing+1) + `"}`, wire.CodeBadFrame, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			alice.t = t
			alice.send(c.literal)
			if e := alice.wantError(c.code); e.ID != c.id {
				t.Errorf("the error answers %d, want %d", e.ID, c.id)
			}
			alice.wantPong()
		})
	}
}

func TestTextsThatPass(t *testing.T) {
	p := start(t, "-rate", "0")
	alice, bob := p.join(t, "Alice"), p.join(t, "Bob")
	for i, text := range []string{
		"x", strings.Repeat("x", wire.MaxText), strings.Repeat("é", wire.MaxText/2), strings.Repeat("\n", wire.MaxText),
		"tab\tand\nnewline", `quotes " and \ and / and }{`, "<&>\u2028\u2029", "👩‍👩‍👧 שלום مرحبا", "/quit", " ", "\ufffd",
	} {
		bob.say(text, wire.ID(i+1))
		alice.wantNextMessage("Bob", text)
		bob.wantAck(wire.ID(i + 1))
	}
}

// wantNextMessage passes over announcements.
func (c *client) wantNextMessage(from, text string) wire.Message {
	c.t.Helper()
	for {
		switch f := c.next().(type) {
		case wire.ServerMessage:
		case wire.Message:
			if f.From != from || f.Text != text {
				c.t.Fatalf("got %.100q from %q, want %.100q from %q", f.Text, f.From, text, from)
			}
			return f
		default:
			c.t.Fatalf("got %.300s, want a message", wire.Append(nil, f))
		}
	}
}

func TestFull(t *testing.T) {
	for _, flag := range []string{"-max-clients", "-max-per-ip"} {
		t.Run(flag, func(t *testing.T) {
			p := start(t, flag, "2")
			alice := p.join(t, "Alice")
			p.dial(t) // counts, joined or not
			refused := p.dial(t)
			refused.wantError(wire.CodeFull)
			refused.wantEnd()
			alice.leave()
			var again *client
			eventually(t, "there is room again", func() bool {
				again = p.dial(t)
				again.write(wire.Join{Name: "Alice", V: 1, Session: wire.NewSessionID()})
				if w, ok := again.next().(wire.Welcome); ok {
					return len(w.Users) == 1
				}
				again.conn.Close()
				return false
			})
		})
	}
}

// Those who are refused take nobody's place, even if they never hang up: else one address could lock out all others.
func TestRefusedConnectionsTakeNoPlace(t *testing.T) {
	p := start(t, "-max-clients", "4", "-max-per-ip", "2")
	p.join(t, "Alice")
	p.join(t, "Bob")
	for range 5 {
		p.dial(t).wantError(wire.CodeFull)
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	conn, err := dialer.DialContext(t.Context(), "tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	carol := &client{t: t, conn: conn.(*net.TCPConn), frames: wire.NewReader(conn)}
	carol.welcome(wire.Join{Name: "Carol"})
}

// What ends a connection is the last that is said over it, and comes before others read that its client has left: with
// a busy room too, its client does not.
func TestErrorIsTheLastWord(t *testing.T) {
	const rounds = 200
	p := start(t, "-rate", "0")
	var crowd []*client
	for i := range 20 {
		crowd = append(crowd, p.join(t, fmt.Sprint("listener-", i)))
	}
	for range rounds {
		bob := p.join(t, "Bob")
		crowd[0].say("noise", 0)
		bob.send("garbage")
		for over := false; !over; {
			switch f := bob.next().(type) {
			case wire.ServerMessage:
				t.Fatalf("it read %q before its error", f.Data)
			case *wire.Error:
				over = f.Code == wire.CodeBadFrame
			}
		}
		bob.wantEnd()
	}
}
