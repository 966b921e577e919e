package endtoend

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The three cases of PyNet's own tests, with the real REPL; package main of server has them on the wire.

func TestOneClientCanSend(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	say(t, s.addr, "Alice", "Hello World!\n").ends(0)
	s.console.await(t, "["+clientAddr(t, s)+"] Message from 'Alice': Hello World!")
}

// clientAddr returns the address of the first client that the server's console names.
func clientAddr(t *testing.T, s *server) string {
	t.Helper()
	line := s.console.await(t, "[NEW CONNECTION] ")
	return strings.TrimSuffix(strings.TrimPrefix(line, "[NEW CONNECTION] "), " connected.")
}

func TestWhatOneSendsAppearsAtTheOther(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	bob := startREPL(t, s.addr, "Bob")
	s.console.await(t, "["+clientAddr(t, s)+"] User 'Bob'")
	say(t, s.addr, "Alice", "Hello Bob!\n").ends(0)
	bob.stdout.await(t, "[SERVER]: Alice has joined the chat.")
	bob.stdout.await(t, "[Alice]: Hello Bob!")
	bob.write("")
	bob.ends(0)
}

func TestOneIsKilledAndTheOtherReadsThatItLeft(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	bob := startREPL(t, s.addr, "Bob")
	s.console.await(t, "["+clientAddr(t, s)+"] User 'Bob'")
	alice := startREPL(t, s.addr, "Alice")
	bob.stdout.await(t, "[SERVER]: Alice has joined the chat.")
	alice.cmd.Process.Kill()
	bob.stdout.await(t, "[SERVER]: Alice has left the chat.")
	bob.write("still here\n")
	bob.ends(0)
}

// An old client, which is the socket here, and a REPL in one room.
func TestOldClientAndREPL(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	old, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	old.SetDeadline(time.Now().Add(patience))
	fmt.Fprint(old, `{"type": "join", "data": "Old"}`)
	bob := startREPL(t, s.addr, "Bob", "-follow")
	expectOld(t, old, map[string]any{"type": "server_message", "data": "Bob has joined the chat."})
	fmt.Fprint(old, `{"type": "chat", "data": "Hello World!"}`)
	bob.stdout.await(t, "[Old]: Hello World!")
	bob.write("Hello Old!\n")
	expectOld(t, old, map[string]any{"type": "message", "from": "Bob", "data": "Hello Old!"})
	bob.cmd.Process.Signal(syscall.SIGTERM)
	bob.ends(0)
	expectOld(t, old, map[string]any{"type": "server_message", "data": "Bob has left the chat."})
}

// expectOld reads as the old client does: what one read returns is one frame. Fields that it does not know are ignored.
func expectOld(t *testing.T, conn net.Conn, want map[string]any) {
	t.Helper()
	buf := make([]byte, 1024)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(buf[:n], &got); err != nil {
		t.Fatalf("%q: %v", buf[:n], err)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("got %q, want %v", buf[:n], want)
		}
	}
}

func TestManyLinesArriveOnceAndInOrder(t *testing.T) {
	const n = 3000
	s := startServer(t, "127.0.0.1:0")
	reader := startREPL(t, s.addr, "Reader")
	s.console.await(t, "["+clientAddr(t, s)+"] User 'Reader'")
	var input strings.Builder
	var want []string
	for i := range n {
		fmt.Fprintf(&input, "line %d\n", i)
		want = append(want, fmt.Sprintf("[Writer]: line %d", i))
	}
	say(t, s.addr, "Writer", input.String()).ends(0)
	reader.stdout.await(t, fmt.Sprintf("[Writer]: line %d", n-1))
	reader.write("")
	reader.ends(0)
	if got := reader.said(); !slices.Equal(got, want) {
		t.Errorf("%d lines arrived, of %d", len(got), n)
	}
}

func TestStatuses(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	alice := startREPL(t, s.addr, "Alice", "-follow", "-timeout", "2s")
	s.console.await(t, "["+clientAddr(t, s)+"] User 'Alice'")

	say(t, s.addr, "ALICE", "hello\n").ends(4) // the name is taken
	say(t, s.addr, "Bob", "").ends(0)
	say(t, s.addr, "Bob", "good\n\x1b[2J bad\ngood again\n").ends(5)
	alice.stdout.await(t, "[Bob]: good again")
	say(t, s.addr, "Bob", "/nonsense\n").ends(1)
	say(t, s.addr, "Bob", "hello\n", "-nonsense").ends(2)

	alice.write("")
	if status := s.stop(syscall.SIGTERM); status != 0 {
		t.Errorf("the server ended with status %d", status)
	}
	alice.ends(3)
	if got := alice.stderr.String(); !strings.Contains(got, "shutting down") {
		t.Errorf("Alice is told %q", got)
	}
	say(t, s.addr, "Bob", "hello\n").ends(3) // nobody is there any more
}

func TestServerThatCannotStart(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	second := program(t, "hubbub-server", "-listen", s.addr, "-data", t.TempDir())
	out, _ := second.CombinedOutput()
	got := second.ProcessState.ExitCode()
	if got != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "is taken") {
		t.Errorf("status %d, %q", got, out)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	s := startServer(t, "127.0.0.1:0")
	// A client that takes nothing keeps a server that was asked to stop waiting.
	deaf, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	fmt.Fprint(deaf, `{"type":"join","data":"Deaf","v":1,"session":"00112233445566778899aabbccddeeff"}`)
	s.console.await(t, "["+clientAddr(t, s)+"] User 'Deaf'")
	line := strings.Repeat("x", 4000) + "\n"
	say(t, s.addr, "Bob", strings.Repeat(line, 4000)).ends(0)
	s.cmd.Process.Signal(os.Interrupt)
	s.console.await(t, "[STOPPING]")
	if status := s.stop(os.Interrupt); status != -1 {
		t.Errorf("ended with status %d, not by the signal", status)
	}
}
