//go:build unix

package main

import (
	"fmt"
	"testing"
)

// asAway is set in the environment of a test binary that is to be the program and to take the person for away as soon
// as they press no key.
const asAway = "HUBBUB_TEST_AS_AWAY"

func init() {
	asOptioned(asAway, func(o *options) { o.awayAfter = 0 })
}

func TestPromptCountsMentions(t *testing.T) {
	t.Parallel()
	x := takeSeat(t, seating{environment: []string{asAway + "=1"}})
	x.Type("half")
	x.drafts("half")
	x.bob("hello")
	x.shows(9, 1, "[Bob]: hello", "You: half")
	x.bob("Alice?")
	x.shows(14, 2, "[Bob]: hello", "[Bob]: Alice?", "(@1) You: half")
	x.bob("are you there, @alice?")
	rows := []string{"[Bob]: hello", "[Bob]: Alice?", "[Bob]: are you there, @alice?"}
	x.shows(14, 3, append(rows, "(@2) You: half")...)
	x.Type("!")
	x.shows(10, 3, append(rows, "You: half!")...)
	x.Type("\r")
	x.hub.awaitText("half!")
	x.leave("/quit\r")
}

// Under a hand that types the prompt stays as it is.
func TestPromptKeepsStillWhileOneTypes(t *testing.T) {
	x := takeSeat(t, seating{})
	for i := range 3 {
		x.Type("a")
		x.bob(fmt.Sprintf("Alice %d", i))
		x.has(fmt.Sprintf("[Bob]: Alice %d", i))
	}
	x.bob("done")
	x.shows(8, 4, "[Bob]: Alice 0", "[Bob]: Alice 1", "[Bob]: Alice 2", "[Bob]: done", "You: aaa")
}

func TestPromptIsBold(t *testing.T) {
	for _, c := range []struct {
		name        string
		environment []string
		args        []string
		bold        bool
	}{
		{"by itself", nil, nil, true},
		{"never", nil, []string{"-color", "never"}, false},
		{"NO_COLOR", []string{"NO_COLOR=1"}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := joined(sit(t, startHub(t, nil), c.environment, append(c.args, "-name", "Alice")...))
			if got := isBold(x); got != c.bold {
				t.Errorf("bold: %v, want %v, in %q", got, c.bold, x.Raw())
			}
		})
	}
}
