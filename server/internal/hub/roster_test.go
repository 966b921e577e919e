package hub

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/wire"
)

func TestAnnouncements(t *testing.T) {
	for _, c := range []struct {
		event wire.Event
		names string
		want  string
	}{
		{wire.EventJoin, "Bob", "Bob has joined the chat."},
		{wire.EventLeave, "Bob", "Bob has left the chat."},
		{wire.EventJoin, "Ann Bo", "Ann and Bo have joined the chat."},
		{wire.EventLeave, "Ann Bo Cy", "Ann, Bo and Cy have left the chat."},
		{wire.EventJoin, "Ann Bo Cy Di", "Ann, Bo and 2 others have joined the chat."},
	} {
		got := announcement(c.event, strings.Fields(c.names))
		if got.Data != c.want || got.Event != c.event || !slices.Equal(got.Users, strings.Fields(c.names)) {
			t.Errorf("got %+v, want %q", got, c.want)
		}
	}
}

func TestRosterFitsIntoFrames(t *testing.T) {
	r := newRoster()
	var want []string
	for i := range 3000 {
		name := fmt.Sprintf("%04d%s", i, strings.Repeat("ж", wire.MaxName-4))
		r.add(&Member{name: name, key: name, session: wire.SessionID(name)})
		want = append(want, name)
	}
	greeting := strings.Repeat("\"", MaxGreeting)
	own, roster := r.welcome(wire.Welcome{Greeting: greeting, Name: want[0], Room: Room})
	rest := slices.Concat(own, roster)
	var got []string
	more := true
	for ; len(rest) > 0; rest = rest[len(nextFrame(rest)):] {
		frame := nextFrame(rest)
		if len(frame) > wire.MaxFrame+1 {
			t.Fatalf("a frame of %d bytes", len(frame))
		}
		if !more {
			t.Fatal("a part behind the last one")
		}
		switch f := mustDecode(t, frame).(type) {
		case wire.Welcome:
			got, more = append(got, f.Users...), f.More
		case wire.Roster:
			got, more = append(got, f.Users...), f.More
		}
	}
	if more || !slices.Equal(got, want) {
		t.Errorf("got %d names of %d, more %v", len(got), len(want), more)
	}
}

func TestRosterRemovesNobodyElse(t *testing.T) {
	r := newRoster()
	ghost := &Member{name: "Al", key: "al", session: alice}
	r.add(ghost)
	heir := &Member{name: "al", key: "al", session: alice}
	r.add(heir)
	if r.remove(ghost) || r.byKey["al"] != heir || r.bySession[alice] != heir || len(r.sorted) != 1 {
		t.Errorf("the ghost took its heir along: %+v", r)
	}
	if !r.remove(heir) || len(r.byKey)+len(r.bySession)+len(r.sorted) != 0 {
		t.Errorf("left behind: %+v", r)
	}
}

func TestNormalise(t *testing.T) {
	for _, same := range [][2]string{{"Alice", "ALICE"}, {"Ａｌｉｃｅ", "alice"}, {"e\u0301va", "éva"}, {"ΣΙΓΜΑ", "σιγμα"}} {
		_, first, err := normalise(same[0])
		_, second, err2 := normalise(same[1])
		if err != nil || err2 != nil || first != second {
			t.Errorf("%q and %q: keys %q, %q; %v, %v", same[0], same[1], first, second, err, err2)
		}
	}
	if shown, _, err := normalise("Ａｌｉｃｅ"); err != nil || shown != "Alice" {
		t.Errorf("got %q, %v", shown, err)
	}
	for _, bad := range []string{"", "a b", "שלוםa", "a\u200bb"} {
		if _, _, err := normalise(bad); err == nil || err.Code != wire.CodeBadName {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func mustDecode(t *testing.T, frame []byte) wire.Frame {
	t.Helper()
	decoded, err := wire.DecodeServer(frame)
	if err != nil {
		t.Fatalf("%.100q: %v", frame, err)
	}
	return decoded
}
