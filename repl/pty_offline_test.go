//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/ttytest"
	"hubbub/wire"
)

// asPatient is set in the environment of a test binary that is to be the program and to wait for at least half an hour
// before it connects again.
const asPatient = "HUBBUB_TEST_AS_PATIENT"

func init() {
	asOptioned(asPatient, func(o *options) { o.intervals = client.Intervals{First: time.Hour} })
}

const lostNotice = "-- the connection is lost: the server ended the connection; trying again"

// offline waits until the prompt says so, with this draft.
func (x *seat) offline(mark, draft string) {
	x.t.Helper()
	want := strings.TrimRight(mark+"You: "+draft, " ")
	x.WaitFor(want, func(s ttytest.Screen) bool { return s.Lines[s.Row] == want })
}

func TestServerRestartsWhileALineIsHalfTyped(t *testing.T) {
	t.Parallel()
	x := takeSeat(t, seating{cols: 100, rows: 24})
	x.Type("half a dr")
	x.drafts("half a dr")
	x.hub.stop()
	x.shows(24, 1, lostNotice, "(offline) You: half a dr")
	x.Type("aft")
	x.offline("(offline) ", "half a draft")
	x.hub.speak("Bob", "one")
	x.hub.speak("Bob", "two, Alice")
	x.hub.restart()
	rows := []string{
		lostNotice, "-- connected again", "-- what was said meanwhile:", "[Bob]: one", "[Bob]: two, Alice",
		"-- end of what was said meanwhile",
	}
	x.shows(17, 6, append(slices.Clone(rows), "You: half a draft")...)
	if bells := x.Screen().Bells; bells != 1 {
		t.Errorf("%d bells", bells)
	}
	x.hub.speak("Bob", "three")
	rows = append(rows, "[Bob]: three")
	x.shows(17, 7, append(slices.Clone(rows), "You: half a draft")...)

	x.hub.stop()
	x.offline("(offline) ", "half a draft")
	x.hub.restart()
	rows = append(rows, lostNotice, "-- connected again") // and nothing was missed
	x.shows(17, 9, append(slices.Clone(rows), "You: half a draft")...)
	if got, want := x.hub.texts(), []string{"one", "two, Alice", "three"}; !slices.Equal(got, want) {
		t.Errorf("said %q", got)
	}
	x.Type("\r")
	x.hub.awaitText("half a draft")
	x.leave("/quit\r")
}

func TestWhoWasHereIsToldOffline(t *testing.T) {
	t.Parallel()
	x := takeSeat(t, seating{cols: 100, rows: 24})
	x.hub.stop()
	x.offline("(offline) ", "")
	x.Type("/who\r")
	x.has("-- offline; before that:")
	x.has("1 person is here: Alice (you)")
	x.leave("/quit\r")
}

func TestTextsThatAreTypedOffline(t *testing.T) {
	t.Parallel()
	x := takeSeat(t, seating{cols: 100, rows: 24})
	x.hub.stop()
	x.offline("(offline) ", "")
	x.Type("one\rtwo\r")
	x.offline("(offline, 2 unsent) ", "")
	x.hub.restart()
	x.hub.awaitText("two")
	x.drafts("")

	x.hub.stop()
	x.offline("(offline) ", "")
	x.Type("three\r/quit\r")
	x.has("waiting until everything is delivered")
	x.hub.restart()
	if status := x.Wait(); status != statusDelivered {
		t.Errorf("status %d; on the screen is\n%s", status, x.Screen())
	}
	if got, want := x.hub.texts(), []string{"one", "two", "three"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestLeavingWhileTheServerIsGone(t *testing.T) {
	t.Parallel()
	x := takeSeat(t, seating{cols: 100, rows: 24, args: []string{"-timeout", "300ms"}})
	x.hub.stop()
	x.offline("(offline) ", "")
	x.Type("one\rtwo\r/quit\r")
	if status := x.Wait(); status != statusUndelivered {
		t.Errorf("status %d", status)
	}
	x.has(`2 messages are not acknowledged, the first is "one": the server has acknowledged nothing for`)
}

func TestKeyConnectsAgain(t *testing.T) {
	t.Parallel()
	x := takeSeat(t, seating{cols: 100, rows: 24, environment: []string{asPatient + "=1"}})
	x.hub.stop()
	x.offline("(offline) ", "")
	x.Type("/status\r")
	x.has("round trip:      offline; connecting again")
	x.hub.restart()
	x.offline("(offline) ", "")
	x.Type("a")
	x.drafts("a")
	if n := strings.Count(strings.Join(x.Screen().Text(), "\n"), "lost"); n != 1 {
		t.Errorf("it says %d times that the connection is lost:\n%s", n, x.Screen())
	}
	x.leave("\x15/quit\r")
}

// A history file may hold what no server takes, and no key or paste brings into a draft.
func TestTextThatIsRefusedHereIsTheDraftAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(file, []byte("for \u2068Bob\u2069\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := takeSeat(t, seating{cols: 100, rows: 20, args: []string{"-history-file", file}})
	x.Type("\x1b[A\r")
	x.has("-- \"for <U+2068>Bob<U+2069>\" is not sent: a text must not hold the control character U+2068")
	x.drafts("for \uFFFDBob\uFFFD")
	x.Type("\x7f\x1b[D\x1b[D\x1b[D\x7f\r")
	x.hub.awaitText("for Bob")
	x.leave("/quit\r")
}

func TestRefusedTextIsTheDraftAgain(t *testing.T) {
	t.Parallel()
	refuse := func(m *fakeMember, c wire.Chat) bool {
		m.send(wire.Errorf(wire.CodeInternal, "the log is full").For(c.ID))
		return true
	}
	x := takeSeat(t, seating{hub: startHub(t, func(h *fakeHub) { h.onChat = refuse })})
	x.Type("//who\r")
	x.has(`-- the server refuses "/who": the log is full`)
	x.drafts("//who")
	x.leave("\x15/quit\r")
}
