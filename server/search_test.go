package main

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"hubbub/wire"
)

// wantFound checks that the next frame is an answer to a search that is within the limit.
func (c *client) wantFound() wire.Found {
	c.t.Helper()
	object := c.raw()
	if len(object) > wire.MaxFrame {
		c.t.Fatalf("an answer of %d bytes", len(object))
	}
	f, err := wire.DecodeServer([]byte(object))
	found, ok := f.(wire.Found)
	if err != nil || !ok {
		c.t.Fatalf("got %.200s, %v; want what was found", object, err)
	}
	return found
}

// sayAll says the texts and waits for the last acknowledgement.
func (c *client) sayAll(texts ...string) {
	c.t.Helper()
	for i, text := range texts {
		c.say(text, wire.ID(i+1))
		c.wantAck(wire.ID(i + 1))
	}
}

// Both stores answer in the same way.
func TestSearch(t *testing.T) {
	for name, data := range map[string]string{"memory": "memory", "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			p := start(t, "-rate", "0", "-data", data)
			alice := p.join(t, "Alice")
			alice.send(`{"type":"search","data":"hello","limit":10}`)
			alice.wantRaw(`{"type":"found","data":"No messages found.","messages":[],"more":false}`)
			alice.sayAll("Hello Bob!", "hello again", "HELLO, World!", "bye \"all\"")
			bob := p.join(t, "Bob")
			for _, c := range []struct {
				ask  wire.Search
				says string
				seqs []wire.Seq
				more bool
			}{
				{wire.Search{Words: "hello", Limit: 10}, "3 messages found.", []wire.Seq{3, 2, 1}, false},
				{wire.Search{Words: "hello", Limit: 2}, "2 messages found, and there are older ones.", []wire.Seq{3, 2}, true},
				{wire.Search{Words: "hello", Limit: 2, Before: 2}, "1 message found.", []wire.Seq{1}, false},
				{
					wire.Search{Words: "hello", Limit: 1, Before: 3},
					"1 message found, and there are older ones.", []wire.Seq{2}, true,
				},
				{wire.Search{Words: "hello", Limit: 1, Before: 1}, "No messages found.", nil, false},
				{
					wire.Search{Words: "hello", Limit: wire.MaxCount, Before: wire.MaxCount},
					"3 messages found.", []wire.Seq{3, 2, 1}, false,
				},
				{wire.Search{Words: "hello wor", Limit: 9}, "1 message found.", []wire.Seq{3}, false},
				{wire.Search{Words: "hello OR bye", Limit: 9}, "No messages found.", nil, false},
				{wire.Search{Words: `"all"`, Limit: 9}, "1 message found.", []wire.Seq{4}, false},
				{wire.Search{Words: "alice", Limit: 9}, "No messages found.", nil, false},
			} {
				bob.write(c.ask)
				got := bob.wantFound()
				var seqs []wire.Seq
				for _, m := range got.Messages {
					seqs = append(seqs, m.Seq)
					if m.From != "Alice" || m.Time == 0 {
						t.Errorf("%+v: found %+v", c.ask, m)
					}
				}
				if got.Data != c.says || !slices.Equal(seqs, c.seqs) || got.More != c.more {
					t.Errorf("%+v: %q, %v, more %v; want %q, %v, %v", c.ask, got.Data, seqs, got.More, c.says, c.seqs, c.more)
				}
			}
		})
	}
}

// Paging from the newest to the oldest gives everything once, however little fits into a frame.
func TestSearchPages(t *testing.T) {
	const said = 120
	p := start(t, "-rate", "0")
	alice := p.join(t, "Alice")
	random := rand.New(rand.NewSource(1))
	texts := make([]string, said)
	for i := range texts {
		texts[i] = strings.Repeat([]string{"x", "é", "\"", "\n", "😀"}[i%5], 1+random.Intn(wire.MaxText/5)) + " needle"
	}
	texts[7] = "needle " + strings.Repeat("\"", wire.MaxText-7) // the longest in a frame
	alice.sayAll(texts...)
	for _, limit := range []int{1, 7, said, 1 << 30} {
		before, pages := wire.Seq(0), 0
		for left, more := said, true; more; pages++ {
			alice.write(wire.Search{Words: "needle", Before: before, Limit: limit})
			page := alice.wantFound()
			if len(page.Messages) == 0 || len(page.Messages) > limit {
				t.Fatalf("a page of %d messages, asked for %d, with %d left", len(page.Messages), limit, left)
			}
			for _, m := range page.Messages {
				if m.Seq != wire.Seq(left) || m.Text != texts[left-1] {
					t.Fatalf("message %d is %.200v", left, m)
				}
				before = m.Seq
				left--
			}
			if more = page.More; more != (left > 0) {
				t.Fatalf("more is %v with %d left", more, left)
			}
		}
		if limit > said && pages < 5 {
			t.Errorf("%d pages; a frame can't hold so much", pages)
		}
	}
}

func TestRefusedSearches(t *testing.T) {
	p := start(t, "-rate", "0")
	early := p.dial(t)
	early.send(`{"type":"search","data":"x","limit":1}`)
	early.wantError(wire.CodeNotJoined)
	alice := p.join(t, "Alice")
	for _, literal := range []string{
		`{"type":"search"}`,
		`{"type":"search","data":"x"}`,
		`{"type":"search","data":"x","limit":0}`,
		`{"type":"search","data":"x","limit":-1}`,
		`{"type":"search","data":"x","limit":1,"before":-1}`,
		`{"type":"search","data":"","limit":1}`,
		`{"type":"search","data":"?! \"","limit":1}`,
		fmt.Sprintf(`{"type":"search","data":"%s","limit":1}`, strings.Repeat("x", wire.MaxSearch+1)),
		`{"type":"search","data":7,"limit":1}`,
	} {
		alice.send(literal)
		if e := alice.wantError(wire.CodeBadFrame); e.Message == "" {
			t.Errorf("%s: no sentence", literal)
		}
		alice.wantPong()
	}
	alice.write(wire.Search{Words: strings.Repeat("é", wire.MaxSearch/2), Limit: 1})
	alice.wantFound()

	old := p.joinOld(t, "Old")
	old.send(`{"type":"search","data":"x","limit":1}`)
	old.wantRecv(map[string]any{"type": "error", "code": string(wire.CodeUnknownType)})
}

// What -history has let go is not found any more.
func TestSearchFindsWhatIsKept(t *testing.T) {
	for name, data := range map[string]string{"memory": "memory", "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			p := start(t, "-history", "3", "-data", data)
			alice := p.join(t, "Alice")
			alice.sayAll("one needle", "two needles", "three", "four needles", "five")
			alice.write(wire.Search{Words: "needle", Limit: 9})
			if got := alice.wantFound(); len(got.Messages) != 1 || got.Messages[0].Seq != 4 || got.More {
				t.Errorf("found %+v", got)
			}
		})
	}
}

// What was said before a restart is found after it.
func TestSearchAfterARestart(t *testing.T) {
	data := t.TempDir()
	p := start(t, "-data", data)
	p.join(t, "Alice").sayAll("needle")
	p.stop()
	p = start(t, "-data", data)
	bob := p.join(t, "Bob")
	bob.write(wire.Search{Words: "NEEDLE", Limit: 9})
	if got := bob.wantFound(); len(got.Messages) != 1 || got.Messages[0].From != "Alice" {
		t.Errorf("found %+v", got)
	}
}
