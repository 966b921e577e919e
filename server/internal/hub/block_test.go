package hub

import (
	"bytes"
	"strings"
	"testing"

	"hubbub/wire"
)

const (
	alice wire.SessionID = "a11ce000000000000000000000000000"
	bob   wire.SessionID = "b0b00000000000000000000000000000"
)

// threeFrames is a block of an announcement, a message of Alice's and one of Bob's.
func threeFrames() *block {
	b := &block{first: 10, seq: 5}
	b.data = append(b.data, "joined\n"...)
	b.add(0)
	b.data = append(b.data, "from alice\n"...)
	b.owned = append(b.owned, owned{frame: 1, sender: b.sender(alice), id: 3, time: 1000})
	b.add(6)
	b.data = append(b.data, "from bob\n"...)
	b.owned = append(b.owned, owned{frame: 2, sender: b.sender(bob)})
	b.add(7)
	return b
}

func TestViewPutsAcksInPlace(t *testing.T) {
	const ack = `{"type":"ack","id":3,"seq":6,"time":"1970-01-01T00:00:01.000Z"}` + "\n"
	for _, c := range []struct {
		session wire.SessionID
		old     bool
		from    position
		limit   int
		want    string
	}{
		{alice, false, 10, 1000, "joined\n" + ack + "from bob\n"},
		{alice, true, 10, 1000, "joined\nfrom bob\n"},
		{bob, false, 10, 1000, "joined\nfrom alice\n"},
		{"", false, 10, 1000, "joined\nfrom alice\nfrom bob\n"},
		{alice, false, 11, 1000, ack + "from bob\n"},
		{alice, false, 12, 1000, "from bob\n"},
		{alice, false, 13, 1000, ""},
		{alice, false, 10, 1, "joined\n"},
		{alice, false, 10, 8, "joined\n" + ack},
	} {
		var v view
		v.reset(c.from)
		v.add(threeFrames(), &Member{session: c.session, old: c.old}, c.limit)
		if string(v.data) != c.want {
			t.Errorf("%.4s from %d, limit %d: got %q, want %q", c.session, c.from, c.limit, v.data, c.want)
		}
	}
}

// A session that has joined again may have said something over both connections.
func TestSendersAreEachThereOnce(t *testing.T) {
	b := &block{}
	if got := [...]uint32{b.sender(alice), b.sender(bob), b.sender(alice)}; got != [...]uint32{0, 1, 0} {
		t.Errorf("the places are %v", got)
	}
}

func TestTaken(t *testing.T) {
	whole := threeFrames().whole()
	for _, c := range []struct {
		n    int
		next position
		seq  wire.Seq
		rest string
	}{
		{0, 10, 0, ""},
		{1, 11, 0, "oined\n"},
		{7, 11, 0, ""},
		{8, 12, 6, "rom alice\n"},
		{18, 12, 6, ""},
		{26, 13, 7, "\n"},
		{27, 13, 7, ""},
	} {
		next, seq, rest := whole.taken(c.n)
		if next != c.next || seq != c.seq || string(rest) != c.rest {
			t.Errorf("%d bytes: got %d, %d, %q; want %d, %d, %q", c.n, next, seq, rest, c.next, c.seq, c.rest)
		}
	}
}

// From the middle of a block on it is as if there were nothing before.
func TestTakenFromTheMiddle(t *testing.T) {
	for _, c := range []struct {
		n    int
		next position
		seq  wire.Seq
		rest string
		end  int
	}{
		{0, 11, 0, "", 11},
		{1, 12, 6, "rom alice\n", 11},
		{11, 12, 6, "", 20},
		{12, 13, 7, "rom bob\n", 20},
	} {
		v := threeFrames().from(11)
		next, seq, rest := v.taken(c.n)
		if next != c.next || seq != c.seq || string(rest) != c.rest || v.frameEnd(c.n) != c.end {
			t.Errorf("%d bytes: got %d, %d, %q, end %d; want %d, %d, %q, %d",
				c.n, next, seq, rest, v.frameEnd(c.n), c.next, c.seq, c.rest, c.end)
		}
		if v.truncate(12); string(v.data) != "from alice\n" || v.end() != 12 {
			t.Errorf("up to 12: %q", v.data)
		}
	}
}

func TestTakenWithCutOutFrames(t *testing.T) {
	var v view
	v.reset(10)
	v.add(threeFrames(), &Member{session: bob}, 1000)
	if next, seq, rest := v.taken(len("joined\n") + 3); next != 12 || seq != 6 || string(rest) != "m alice\n" {
		t.Errorf("got %d, %d, %q", next, seq, rest)
	}
}

func TestOldClientsGetShortFrames(t *testing.T) {
	long := wire.Append(nil, wire.Message{From: "Alice", Text: strings.Repeat("word ", 800), Seq: 3})
	var text strings.Builder
	for rest := appendOld(nil, long); len(rest) > 0; {
		frame := nextFrame(rest)
		rest = rest[len(frame):]
		if len(frame) > wire.OldRead {
			t.Errorf("a frame of %d bytes", len(frame))
		}
		decoded, err := wire.DecodeServer(frame)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(decoded.(wire.Message).Text)
	}
	if text.String() != strings.Repeat("word ", 800) {
		t.Errorf("the parts make another text: %.60q", text.String())
	}

	many := announcement(wire.EventJoin, strings.Fields(strings.Repeat("somebody ", 500)))
	got := appendOld(nil, wire.Append(nil, many))
	if len(got) > wire.OldRead || !bytes.Contains(got, []byte("somebody, somebody and 498 others have joined the chat.")) {
		t.Errorf("got %.100q", got)
	}
}

func TestTailDropsTheOldest(t *testing.T) {
	tail := &tail{}
	data := bytes.Repeat([]byte("x"), 64<<10)
	for i := range position(100) {
		b := &block{first: i, data: data}
		b.add(wire.Seq(i + 1))
		tail.add(b)
	}
	var v view
	v.reset(0)
	if tail.read(&v, &Member{}, 1, roomEnd) {
		t.Error("the first of 100 blocks of 64 KiB is still there")
	}
	v.reset(99)
	if !tail.read(&v, &Member{}, 1, roomEnd) || v.end() != 100 || v.last() != 100 {
		t.Errorf("the newest block: end %d, last %d", v.end(), v.last())
	}
	v.reset(90)
	if !tail.read(&v, &Member{}, tailBytes, 95) || v.end() != 95 {
		t.Errorf("from 90 up to 95: end %d", v.end())
	}
	v.reset(100)
	if !tail.read(&v, &Member{}, 1, roomEnd) || len(v.ends) != 0 {
		t.Errorf("behind the end: %d frames", len(v.ends))
	}
}
