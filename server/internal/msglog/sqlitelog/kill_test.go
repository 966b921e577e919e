package sqlitelog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

// The test binary is started again as a child that runs one of these, in a folder, and returns its exit status.
const (
	childVariable = "SQLITELOG_TEST_CHILD"
	childFolder   = "SQLITELOG_TEST_FOLDER"
)

var children = map[string]func(dir string) int{
	"append": appendForEver,
}

// child starts the test binary again.
func child(t *testing.T, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"="+role, childFolder+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// appendForEver appends batches, some of them twice, and writes a line for each entry once it is acknowledged.
func appendForEver(dir string) int {
	log, err := Open(context.Background(), dir, Options{Owner: "the child"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	session := int(time.Now().UnixNano())
	for id := wire.ID(1); ; {
		n := int(id % 40)
		batch := logtest.Entries(logtest.Session(session), id, n+1)
		for range 1 + n%2 {
			if err := log.Append(context.Background(), batch); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
		}
		var lines strings.Builder
		for _, e := range batch {
			fmt.Fprintln(&lines, e.Session, e.ID, e.Seq)
		}
		os.Stdout.WriteString(lines.String())
		id += wire.ID(n + 1)
	}
}

type sent struct {
	session wire.SessionID
	id      wire.ID
}

// Whatever the child has been told to be stored is there when it has been killed, once, and the folder is free.
func TestKilledWhileAppending(t *testing.T) {
	const kills, lines = 5, 300
	dir := t.TempDir()
	acknowledged := make(map[sent]wire.Seq)
	for range kills {
		cmd, out := child(t, "append", dir)
		for n := 0; out.Scan(); n++ {
			var s sent
			var seq wire.Seq
			if _, err := fmt.Sscan(out.Text(), &s.session, &s.id, &seq); err != nil {
				break // half a line
			}
			acknowledged[s] = seq
			if n == lines/2 {
				_, err := Open(t.Context(), dir, Options{})
				if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "the child") {
					t.Errorf("another process has the log: %v", err)
				}
			}
			if n == lines { // what it has written until it dies is read too
				time.Sleep(rand.N(5 * time.Millisecond)) // so that it dies anywhere in an Append
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd.Wait()
		wantAll(t, dir, acknowledged)
	}
	t.Logf("%d kills, %d acknowledged", kills, len(acknowledged))
}

func wantAll(t *testing.T, dir string, acknowledged map[sent]wire.Seq) {
	t.Helper()
	log := mustOpen(t, dir, Options{})
	defer log.Close()
	found := make(map[sent]wire.Seq)
	var after wire.Seq
	for page := []msglog.Entry(nil); after == 0 || len(page) > 0; {
		page = mustRead(t, log, after, 1000)
		for _, e := range page {
			if after++; e.Seq != after {
				t.Fatalf("number %d, want %d", e.Seq, after)
			}
			if found[sent{e.Session, e.ID}] != 0 {
				t.Errorf("id %d is there twice", e.ID)
			}
			found[sent{e.Session, e.ID}] = e.Seq
		}
	}
	for s, seq := range acknowledged {
		if found[s] != seq {
			t.Fatalf("id %d was acknowledged as %d and is %d", s.id, seq, found[s])
		}
	}
	if check := integrity(t, log); check != "ok" {
		t.Error(check)
	}
}
