package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hubbub/wire"
)

func TestWelcomeSaysEverything(t *testing.T) {
	p := start(t)
	alice := p.dial(t)
	alice.send(joinFrame("Alice"))
	first := alice.raw()
	log := regexp.MustCompile(`"log":"[0-9a-f]{32}"`).FindString(first)
	want := `{"type":"welcome","data":"Welcome, Alice. Nobody else is here.","v":1,"name":"Alice","room":"lobby",` +
		`"users":["Alice"],"seq":0,` + log + `,"limits":{"frame":16384,"text":4096,"name":32,"rate":20,"burst":40}}`
	if first != want {
		t.Fatalf("got  %s\nwant %s", first, want)
	}
	alice.say("one", 1)
	alice.wantAck(1)
	bob := p.dial(t)
	bob.send(joinFrame("ｂｏｂ"))
	bob.wantRaw(`{"type":"welcome","data":"Welcome, bob. 2 people are here.","v":1,"name":"bob","room":"lobby",` +
		`"users":["Alice","bob"],"seq":1,` + log +
		`,"limits":{"frame":16384,"text":4096,"name":32,"rate":20,"burst":40}}`)
	alice.wantRaw(`{"type":"server_message","data":"bob has joined the chat.","event":"join","users":["bob"]}`)
	bob.leave()
	alice.wantRaw(`{"type":"server_message","data":"bob has left the chat.","event":"leave","users":["bob"]}`)
}

func TestWelcomeSaysWhatFlagsSay(t *testing.T) {
	motd := filepath.Join(t.TempDir(), "motd")
	if err := os.WriteFile(motd, []byte("Be kind.\n\tAnd \"quote\" well.\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "-motd", motd, "-rate", "2.5", "-burst", "7")
	w := p.dial(t).welcome(wire.Join{Name: "Alice"})
	if w.Greeting != "Be kind.\n\tAnd \"quote\" well." {
		t.Errorf("the greeting is %q", w.Greeting)
	}
	if w.Limits.Rate != 2.5 || w.Limits.Burst != 7 {
		t.Errorf("the limits are %+v", w.Limits)
	}
}

func TestNames(t *testing.T) {
	p := start(t)
	for _, c := range []struct{ asked, got string }{
		{"Alice", "Alice"},
		{"Ａｌｉｃｅ", "Alice"}, // full width
		{"e\u0301", "é"},   // composed
		{"Åsa", "Åsa"},
		{"李小龍", "李小龍"},
		{"हिन्दी", "हिन्दी"},
		{"דוד", "דוד"},
		{"a-b_c.d", "a-b_c.d"},
		{"42", "42"},
		{strings.Repeat("é", 32), strings.Repeat("é", 32)},
	} {
		client := p.dial(t)
		if w := client.welcome(wire.Join{Name: c.asked}); w.Name != c.got {
			t.Errorf("%q is called %q, want %q", c.asked, w.Name, c.got)
		}
		client.leave()
	}
}

// Whoever has left is replaced at once, whatever the case.
func TestLeavingFreesTheName(t *testing.T) {
	p := start(t)
	p.join(t, "alice").leave()
	p.join(t, "ALICE").leave()
	p.joinOld(t, "Alice")
}

func TestJoinWithHistory(t *testing.T) {
	p := start(t)
	mine := wire.NewSessionID()
	alice := p.dial(t)
	alice.welcome(wire.Join{Name: "Alice", Session: mine})
	bob := p.join(t, "Bob")
	alice.wantAnnouncement("Bob has joined the chat.")
	for i := range 10 {
		alice.say(fmt.Sprint("from Alice ", i), wire.ID(i+1))
		alice.wantAck(wire.ID(i + 1))
		bob.wantMessage("Alice", fmt.Sprint("from Alice ", i))
	}
	for _, ask := range []int{0, 1, 4, 10, 11, 1 << 30} {
		carol := p.dial(t)
		w := carol.welcome(wire.Join{Name: "Carol", History: ask})
		if w.Seq != 10 || w.Gap {
			t.Errorf("the welcome is %+v", w)
		}
		for i := 10 - min(ask, 10); i < 10; i++ {
			if m := carol.wantMessage("Alice", fmt.Sprint("from Alice ", i)); m.Seq != wire.Seq(i+1) || m.Time == 0 {
				t.Errorf("message %d is %+v", i+1, m)
			}
		}
		carol.wantPong()
		carol.leave()
	}
	// One's own come as acks, on another connection too.
	alice.leave()
	alice = p.dial(t)
	alice.welcome(wire.Join{Name: "Alice", Session: mine, History: 2})
	alice.wantAck(9)
	alice.wantAck(10)
}

func TestResume(t *testing.T) {
	p := start(t)
	session := wire.NewSessionID()
	bob := p.join(t, "Bob")
	alice := p.dial(t)
	alice.welcome(wire.Join{Name: "Alice", Session: session})
	bob.wantAnnouncement("Alice has joined the chat.")
	bob.say("seen", 1)
	seen := alice.wantMessage("Bob", "seen").Seq
	bob.wantAck(1)

	// Alice says something and is gone before she hears that it was taken.
	alice.say("did that arrive?", 5)
	bob.wantMessage("Alice", "did that arrive?")
	alice.reset()
	bob.wantAnnouncement("Alice has left the chat.")
	bob.say("missed", 2)
	bob.wantAck(2)

	alice = p.dial(t)
	w := alice.welcome(wire.Join{Name: "Alice", Session: session, Since: &seen, History: 100})
	if w.Seq != 3 || w.Gap {
		t.Errorf("the welcome is %+v", w)
	}
	bob.wantAnnouncement("Alice has joined the chat.")
	first := alice.wantAck(5)
	alice.wantMessage("Bob", "missed")
	alice.say("did that arrive?", 5)
	if again := alice.wantAck(5); again != first {
		t.Errorf("sent again it is %+v, at first %+v", again, first)
	}
	alice.say("new", 6)
	if a := alice.wantAck(6); a.Seq != 4 {
		t.Errorf("the next message has number %d", a.Seq)
	}
	bob.wantMessage("Alice", "new") // and "did that arrive?" not again
}

func TestResumeAtTheEnd(t *testing.T) {
	p := start(t)
	alice := p.join(t, "Alice")
	alice.say("one", 1)
	end := alice.wantAck(1).Seq
	bob := p.dial(t)
	if w := bob.welcome(wire.Join{Name: "Bob", Since: &end}); w.Gap {
		t.Error("there is a gap, though nothing was missed")
	}
	bob.wantPong()
}

func TestGap(t *testing.T) {
	const kept, said = 10, 2000
	p := start(t, "-history", fmt.Sprint(kept), "-rate", "0")
	alice := p.join(t, "Alice")
	go func() {
		for i := range said {
			alice.conn.Write(wire.Append(nil, wire.Chat{Text: fmt.Sprint(i + 1), ID: wire.ID(i + 1)}))
		}
	}()
	for i := range said {
		alice.wantAck(wire.ID(i + 1))
	}
	for since, gap := range map[wire.Seq]bool{
		0: true, 1: true, said - kept - 1: true, said - kept: false, said - 1: false, said: false,
		said + 1:      true, // from another log
		wire.MaxCount: true,
	} {
		t.Run(fmt.Sprint(since), func(t *testing.T) {
			bob := p.dial(t)
			if w := bob.welcome(wire.Join{Name: "Bob", Since: &since}); w.Gap != gap {
				t.Errorf("gap is %v, want %v", w.Gap, gap)
			}
			first := since + 1
			if gap {
				first = said - kept + 1
			}
			for i := first; i <= said; i++ {
				if m := bob.wantMessage("Alice", fmt.Sprint(i)); m.Seq != i {
					t.Errorf("message %d has number %d", i, m.Seq)
				}
			}
			bob.wantPong()
			bob.leave()
		})
	}
}

// Where the numbers that a client has seen are another log's, it is shown this one as a whole, whichever is longer.
func TestResumeInAnotherLog(t *testing.T) {
	const said = 3
	p := start(t)
	alice := p.dial(t)
	here := alice.welcome(wire.Join{Name: "Alice"}).Log
	for i := range wire.ID(said) {
		alice.say("text", i+1)
		alice.wantAck(i + 1)
	}
	for _, c := range []struct {
		name  string
		log   wire.LogID
		since wire.Seq
		gap   bool
	}{
		{"this one", here, 2, false},
		{"not told", "", 2, false},
		{"shorter", wire.NewLogID(), 0, true},
		{"shorter, and not empty", wire.NewLogID(), 2, true},
		{"as long", wire.NewLogID(), said, true},
		{"longer", wire.NewLogID(), said + 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			bob := p.dial(t)
			w := bob.welcome(wire.Join{Name: "Bob", Since: &c.since, Log: c.log})
			if w.Log != here || w.Gap != c.gap {
				t.Errorf("the welcome is %+v", w)
			}
			after := c.since
			if c.gap {
				after = 0
			}
			for i := after + 1; i <= said; i++ {
				if m := bob.wantMessage("Alice", "text"); m.Seq != i {
					t.Errorf("message %d has number %d", i, m.Seq)
				}
			}
			bob.wantPong()
			bob.leave()
		})
	}
}

func TestGhostIsReplacedAtOnce(t *testing.T) {
	p := start(t)
	session := wire.NewSessionID()
	bob := p.join(t, "Bob")
	ghost := p.dial(t)
	ghost.welcome(wire.Join{Name: "Alice", Session: session})
	bob.wantAnnouncement("Alice has joined the chat.")

	alice := p.dial(t)
	w := alice.welcome(wire.Join{Name: "ALICE", Session: session})
	if w.Name != "ALICE" || strings.Join(w.Users, " ") != "ALICE Bob" {
		t.Errorf("the welcome is %+v", w)
	}
	ghost.wantError(wire.CodeNameTaken)
	ghost.wantEnd()
	alice.say("I am back", 1)
	alice.wantAck(1)
	bob.wantMessage("ALICE", "I am back") // nobody was told of the change, nor of the ghost's end
	alice.leave()
	bob.wantAnnouncement("ALICE has left the chat.")
}

func TestGhostIsReplacedUnderAnotherName(t *testing.T) {
	p := start(t)
	session := wire.NewSessionID()
	bob := p.join(t, "Bob")
	ghost := p.dial(t)
	ghost.welcome(wire.Join{Name: "Alice", Session: session})
	bob.wantAnnouncement("Alice has joined the chat.")
	alice := p.dial(t)
	if w := alice.welcome(wire.Join{Name: "Alicia", Session: session}); strings.Join(w.Users, " ") != "Alicia Bob" {
		t.Errorf("here are %v", w.Users)
	}
	ghost.wantError(wire.CodeNameTaken)
	ghost.wantEnd()
	bob.wantAnnouncement("Alice has left the chat.")
	bob.wantAnnouncement("Alicia has joined the chat.")
	p.join(t, "Alice")
	bob.wantAnnouncement("Alice has joined the chat.")
}

// A session does not open somebody else's name.
func TestGhostCanNotTakeAnothersName(t *testing.T) {
	p := start(t)
	session := wire.NewSessionID()
	bob := p.join(t, "Bob")
	alice := p.dial(t)
	alice.welcome(wire.Join{Name: "Alice", Session: session})
	bob.wantAnnouncement("Alice has joined the chat.")
	again := p.dial(t)
	again.write(wire.Join{Name: "Bob", V: 1, Session: session})
	again.wantError(wire.CodeNameTaken)
	alice.wantPong()
}

// Many take-overs in a row: everything said reaches the other once, and nobody hears of them.
func TestGhostsOneAfterAnother(t *testing.T) {
	const rounds = 50
	p := start(t, "-rate", "0")
	session := wire.NewSessionID()
	bob := p.join(t, "Bob")
	p.dial(t).welcome(wire.Join{Name: "Alice", Session: session})
	bob.wantAnnouncement("Alice has joined the chat.")
	since := wire.Seq(0)
	for i := range rounds {
		alice := p.dial(t)
		if w := alice.welcome(wire.Join{Name: "Alice", Session: session, Since: &since}); w.Seq != since {
			t.Fatalf("the log's end is %d, want %d", w.Seq, since)
		}
		id := wire.ID(i + 1)
		alice.say(fmt.Sprint(i), id)
		since = alice.wantAck(id).Seq
		bob.wantMessage("Alice", fmt.Sprint(i))
	}
}
