package client

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/wire"
)

const (
	oneLog   wire.LogID = "11111111111111111111111111111111"
	otherLog wire.LogID = "22222222222222222222222222222222"
)

// welcomeIn is the welcome of the log with that identity, if it has one, that ends with that message.
func welcomeIn(log wire.LogID, seq wire.Seq) string {
	if log == "" {
		return welcomeAt(seq)
	}
	return strings.Replace(welcomeAt(seq), `,"limits"`, fmt.Sprintf(`,"log":%q,"limits"`, log), 1)
}

// sinceLineIn is the join of a client that resumes behind that message of that log.
func sinceLineIn(log wire.LogID, seq wire.Seq) string {
	if log == "" {
		return sinceLine(seq)
	}
	return strings.Replace(sinceLine(seq), "}", fmt.Sprintf(`,"log":%q}`, log), 1)
}

// A client has seen the messages 6 to 8 of a log, and comes back to one that may be another. Of that, all is shown,
// once, and nothing of the first one counts.
func TestComingBackToALog(t *testing.T) {
	for _, test := range []struct {
		name      string
		was, is   wire.LogID
		end       wire.Seq // of the log, when the client is back
		another   bool
		shownFrom wire.Seq // by the server
	}{
		{"another one, shorter", oneLog, otherLog, 3, true, 1},
		{"another one, empty", oneLog, otherLog, 0, true, 1},
		{"another one, as long", oneLog, otherLog, 8, true, 1},
		{"another one, longer", oneLog, otherLog, 12, true, 1},
		{"another one of which the oldest are gone", oneLog, otherLog, 12, true, 5},
		{"the same, grown", oneLog, oneLog, 12, false, 9},
		{"the same, at its end", oneLog, oneLog, 8, false, 9},
		{"the same, overlapping", oneLog, oneLog, 12, false, 7},
		{"the same, which has lost its end", oneLog, oneLog, 3, true, 1},
		{"not told before", "", otherLog, 12, false, 9},
		{"not told now", oneLog, "", 12, false, 9},
		{"never told", "", "", 12, false, 9},
		{"never told, and shorter", "", "", 3, true, 1},
		{"malformed", oneLog, "x", 12, false, 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg, s := newStation(t)
				cfg.Addrs = []string{"one:1", "other:1"}
				cfg.History = 2
				go func() {
					server := s.accept(strings.Replace(joinLine, "}", `,"history":2}`, 1))
					server.send(welcomeIn(test.was, 7) + messageLine(6) + messageLine(7) + messageLine(8))
					server.write() // a text, which is never acknowledged
					server.conn.Close()
				}()
				c := dial(t, cfg)
				nextFrame(t, c)
				wantEvents(t, c, message(6), message(7), message(8))
				send(t, c, "mine")
				lost(t, c)

				server := s.accept(sinceLineIn(test.was, 8))
				server.send(welcomeIn(test.is, test.end))
				server.expect(`{"type":"chat","data":"mine","id":1}` + "\n")
				for seq := test.shownFrom; seq <= test.end; seq++ {
					server.send(messageLine(seq))
				}
				server.send(fmt.Sprintf(`{"type":"ack","id":1,"seq":%d}`, test.end+1) + messageLine(test.end+2))
				back(t, c, Resumed{Addr: "other:1", Gap: test.another, Through: test.end})
				first, shown := wire.Seq(6), wire.Seq(9)
				if test.another {
					first, shown = 1, test.shownFrom
				}
				for ; shown <= test.end; shown++ {
					wantEvents(t, c, message(shown))
				}
				ack := wire.Ack{ID: 1, Seq: test.end + 1}
				wantEvents(t, c, ack, Acknowledged{ID: 1, Text: "mine", Seq: ack.Seq}, message(test.end+2))
				if got := c.Status(); got.First != first || (got.Others == 1) != test.another || got.Seq != test.end+2 {
					t.Errorf("the status is %+v", got)
				}
				server.conn.Close()
				lost(t, c)
				is := test.is
				if !is.Valid() {
					is = ""
				}
				s.accept(sinceLineIn(is, test.end+2)).send(welcomeIn(is, test.end+2))
				back(t, c, Resumed{Addr: "one:1", Through: test.end + 2})
			})
		})
	}
}
