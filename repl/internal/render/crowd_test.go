package render_test

import (
	"strings"
	"testing"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

func TestCrowd(t *testing.T) {
	for _, c := range []struct {
		did  string // + joins, - leaves; several names of one announcement have commas between them
		want string
	}{
		{"+Bob", "in the server's words"},
		{"-Bob", "in the server's words"},
		{"+Ann +Bo", "Ann and Bo joined."},
		{"+Ann,Bo", "Ann and Bo joined."},
		{"+Ann +Bo +Cid", "Ann, Bo and Cid joined."},
		{"+Ann +Bo,Cid +Dan", "Ann, Bo and 2 others joined."},
		{"+Ann +Bo +c,d,e,f,g +h +i", "Ann, Bo and 7 others joined."},
		{"+Ann +Bo -Cid +Dan", "Ann, Bo and Dan joined. Cid left."},
		{"+Ann -Ann", "Ann joined and left."},
		{"-Ann +Ann", "Ann left and came back."},
		{"-Ann +Ann -Ann +Bo", "Bo joined. Ann left."},
		{"+A\x1bn +Bo", "A␛n and Bo joined."},
	} {
		var crowd render.Crowd
		for did := range strings.SplitSeq(c.did, " ") {
			m := wire.ServerMessage{Data: "in the server's words", Event: wire.EventJoin, Users: strings.Split(did[1:], ",")}
			if did[0] == '-' {
				m.Event = wire.EventLeave
			}
			crowd.Add(m)
		}
		if got := crowd.Sentence(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.did, got, c.want)
		}
	}
}
