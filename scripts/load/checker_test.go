//go:build linux

package main

import (
	"strings"
	"testing"

	"hubbub/wire"
)

// message is a frame of a hub: the number-th message of a sender.
func message(seq wire.Seq, sender int, number int64) string {
	text := string(appendText(nil, 60, sender, number, 0))
	return string(wire.Append(nil, wire.Message{From: "a", Text: text, Seq: seq, Time: 1}))
}

func ack(seq wire.Seq, id wire.ID) string {
	return string(wire.Append(nil, wire.Ack{ID: id, Seq: seq, Time: 1}))
}

func TestChecker(t *testing.T) {
	welcome := string(wire.Append(nil, wire.Welcome{
		Greeting: "hi", V: 1, Name: "b", Room: "lobby", Users: []string{"a", "b"}, Seq: 7,
	}))
	others := string(wire.Append(nil, wire.ServerMessage{
		Data: "c has joined the chat.", Event: wire.EventJoin, Users: []string{"c"},
	})) +
		string(wire.Append(nil, wire.Pong{Data: "x"}))
	stranger := string(wire.Append(nil, wire.Message{From: "c", Text: `say "seq":5, "type":"ack"`, Seq: 9, Time: 1}))
	for _, test := range []struct {
		name   string
		self   int
		stream string
		said   []int64
		want   string // of the error; empty: none
	}{
		{"once and in order", receiver, message(8, 0, 1) + message(9, 1, 1) + message(10, 0, 2), []int64{2, 1}, ""},
		{"with other frames", receiver, others + message(8, 0, 1) + others, []int64{1, 0}, ""},
		{"with somebody else's", receiver, message(8, 0, 1) + stranger + message(10, 0, 2), []int64{2, 0}, ""},
		{"one's own", 1, message(8, 0, 1) + ack(9, 1) + ack(10, 2) + message(11, 0, 2), []int64{2, 2}, ""},
		{"doubled", receiver, message(8, 0, 1) + message(8, 0, 1), []int64{1, 0}, "message 8 came behind message 8"},
		{"doubled under a new number", receiver, message(8, 0, 1) + message(9, 0, 1), []int64{1, 0},
			"message 1 of sender 0 came behind its message 1"},
		{"missing", receiver, message(8, 0, 1) + message(10, 0, 3), []int64{3, 0}, "message 10 came behind message 8"},
		{"missing, numbers closed", receiver, message(8, 0, 1) + message(9, 0, 3), []int64{3, 0},
			"message 3 of sender 0 came behind its message 1"},
		{"missing at the start", receiver, message(9, 0, 2), []int64{2, 0}, "message 9 came behind message 7"},
		{"missing at the end", receiver, message(8, 0, 1), []int64{1, 1}, "message 0 of sender 1 was the last one of 1"},
		{"swapped", receiver, message(9, 0, 2) + message(8, 0, 1), []int64{2, 0}, "message 9 came behind message 7"},
		{"swapped before it was numbered", receiver, message(8, 0, 2) + message(9, 0, 1), []int64{2, 0},
			"message 2 of sender 0 came behind its message 0"},
		{"acknowledged twice", 0, ack(8, 1) + ack(9, 1), []int64{1, 0}, "message 1 of sender 0 came behind its message 1"},
		{"somebody else's ack", receiver, ack(8, 1), []int64{1, 0}, "an ack for what was not said"},
		{"refused", 0, `{"type":"error","code":"full","data":"no more room"}` + "\n", []int64{0, 0}, "no more room"},
		{"a cut frame", receiver, strings.Replace(message(8, 0, 1), `"seq":8`, "", 1), []int64{1, 0},
			"a message without seq"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stream := welcome + test.stream
			for _, piece := range []int{1, 7, len(stream)} {
				c := newChecker(test.self, 2)
				for rest := []byte(stream); len(rest) > 0; rest = rest[min(piece, len(rest)):] {
					c.take(rest[:min(piece, len(rest))])
				}
				err := c.complete(test.said)
				switch {
				case test.want == "" && err != nil:
					t.Errorf("in pieces of %d bytes: %v", piece, err)
				case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
					t.Errorf("in pieces of %d bytes: got %v, want %q", piece, err, test.want)
				}
			}
		})
	}
}

func TestCheckerHoldsNoMoreThanAFrame(t *testing.T) {
	c := newChecker(receiver, 1)
	for range 4 {
		c.take([]byte(strings.Repeat("x", wire.MaxFrame/2)))
	}
	if c.err == nil || len(c.rest) > 2*wire.MaxFrame {
		t.Errorf("%d bytes are held, with the error %v", len(c.rest), c.err)
	}
}

func BenchmarkChecker(b *testing.B) {
	frame := []byte(message(8, 0, 1))
	b.ReportAllocs()
	for b.Loop() {
		c := checker{self: receiver, seq: 7, said: []int64{0}}
		c.take(frame)
	}
}
