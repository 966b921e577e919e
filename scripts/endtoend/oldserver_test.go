package endtoend

import (
	"encoding/json"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// oldServer is PyNet's server as it was: what one read of 1,024 bytes returns is one frame, and
// whoever sends something else is gone.
type oldServer struct {
	ln net.Listener

	mu      sync.Mutex // guards the following
	clients map[net.Conn]string
	failed  []string // what could not be parsed
}

func startOldServer(t *testing.T) *oldServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &oldServer{ln: ln, clients: make(map[net.Conn]string)}
	var handlers sync.WaitGroup
	handlers.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			handlers.Go(func() { s.handle(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		handlers.Wait()
	})
	return s
}

func (s *oldServer) handle(conn net.Conn) {
	defer conn.Close()
	name := ""
	defer func() {
		s.mu.Lock()
		delete(s.clients, conn)
		s.mu.Unlock()
		if name != "" {
			s.broadcast(conn, map[string]string{"type": "server_message", "data": name + " has left the chat."})
		}
	}()
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		var frame struct{ Type, Data string }
		if err := json.Unmarshal(buf[:n], &frame); err != nil {
			s.mu.Lock()
			s.failed = append(s.failed, string(buf[:n]))
			s.mu.Unlock()
			return
		}
		switch frame.Type {
		case "join":
			name = frame.Data
			s.mu.Lock()
			s.clients[conn] = name
			s.mu.Unlock()
			s.broadcast(conn, map[string]string{"type": "server_message", "data": name + " has joined the chat."})
		case "chat":
			s.broadcast(conn, map[string]string{"type": "message", "from": name, "data": frame.Data})
		}
	}
}

// broadcast sends a frame, without anything behind it, to everybody but one.
func (s *oldServer) broadcast(except net.Conn, frame map[string]string) {
	encoded, _ := json.Marshal(frame)
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.clients {
		if conn != except {
			conn.Write(encoded)
		}
	}
}

func TestREPLsOnAnOldServer(t *testing.T) {
	s := startOldServer(t)
	addr := s.ln.Addr().String()
	bob := startREPL(t, addr, "Bob", "-follow")
	bob.stderr.await(t, "hubbub: ") // delivery can't be confirmed
	long := strings.Repeat("word ", 500)
	alice := say(t, addr, "Alice", "one\ntwo\n"+long+"\nthree\n")
	alice.ends(0)
	if got := alice.stderr.String(); !strings.Contains(got, "confirm") {
		t.Errorf("Alice is told %q", got)
	}
	bob.stdout.await(t, "[SERVER]: Alice has joined the chat.")
	bob.stdout.await(t, "[Alice]: three")
	bob.stdout.await(t, "[SERVER]: Alice has left the chat.")
	bob.cmd.Process.Signal(syscall.SIGTERM)
	bob.write("")
	bob.ends(0)
	var text strings.Builder
	for _, line := range bob.said() {
		text.WriteString(strings.TrimPrefix(line, "[Alice]: "))
	}
	if got, want := squeeze(text.String()), squeeze("onetwo"+long+"three"); got != want {
		t.Errorf("Bob got %.200q", text.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failed) > 0 {
		t.Errorf("the old server could not parse %.200q", s.failed)
	}
}

// squeeze takes the blanks out, which stand at the end of a line where a text was cut.
func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }
