package endtoend

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The next address has another log, which is longer than the first one, as long, or shorter. All of it is shown, once,
// and what is said then goes there.
func TestNextServerHasAnotherLog(t *testing.T) {
	for name, others := range map[string][]string{
		"longer":  {"three", "four", "five"},
		"as long": {"three", "four"},
		"shorter": {"three"},
	} {
		t.Run(name, func(t *testing.T) {
			first := startServer(t, "127.0.0.1:0", "-data", "memory")
			second := startServer(t, "127.0.0.1:0", "-data", "memory")
			say(t, second.addr, "Bob", strings.Join(others, "\n")+"\n").ends(0)
			alice := startREPL(t, first.addr+","+second.addr, "Alice")
			first.console.await(t, "["+clientAddr(t, first)+"] User 'Alice'")
			say(t, first.addr, "Bob", "one\ntwo\n").ends(0)
			alice.stdout.await(t, "[Bob]: two")
			first.stop(os.Kill)
			alice.stdout.await(t, "[Bob]: "+others[len(others)-1])
			alice.stderr.await(t, "hubbub: some of what was said meanwhile may be missing")
			alice.write("mine\n")
			alice.ends(0)
			if !strings.Contains(second.console.String(), "Message from 'Alice': mine\n") {
				t.Errorf("the other server does not say that it has what Alice said: %s", second.console)
			}
			var want []string
			for _, text := range append([]string{"one", "two"}, others...) {
				want = append(want, "[Bob]: "+text)
			}
			if got := alice.said(); !slices.Equal(got, want) {
				t.Errorf("Alice was shown %q, want %q", got, want)
			}
		})
	}
}
