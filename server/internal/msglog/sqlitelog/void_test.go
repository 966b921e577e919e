package sqlitelog

import (
	"os"
	"path/filepath"
	"testing"

	"hubbub/server/internal/msglog/logtest"
)

// A commit may fail after all of it has reached the write-ahead log: in its sync, for example. What Append has refused
// then is not in the log when the process ends there and then and the log is opened again.
func TestRefusedAppendStaysRefused(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 3))
	refuseCommits(t, log)
	leaveCommit(t, dir)
	wantBounds(t, mustOpen(t, crash(t, dir), Options{}), 1, 5) // what it would be without the refusal
	if err := log.Append(t.Context(), logtest.Entries(logtest.Session(1), 4, 2)); err == nil {
		t.Fatal("the commit has succeeded")
	}
	wantBounds(t, log, 1, 3)
	after := mustOpen(t, crash(t, dir), Options{})
	wantBounds(t, after, 1, 3)
	if check := integrity(t, after); check != "ok" {
		t.Error(check)
	}
}

// refuseCommits makes the commit of every transaction fail that adds a message: not before, and with nothing written.
func refuseCommits(t *testing.T, log *Log) {
	t.Helper()
	asWriter(t, log, `PRAGMA foreign_keys = ON; CREATE TABLE one (x INTEGER PRIMARY KEY);
		CREATE TABLE many (x INTEGER REFERENCES one DEFERRABLE INITIALLY DEFERRED);
		CREATE TRIGGER refuse AFTER INSERT ON messages BEGIN INSERT INTO many VALUES (1); END`)
}

// leaveCommit leaves a commit of two messages at the end of the write-ahead log of dir, which whoever has the database
// open knows nothing of: as if it had failed behind the write.
func leaveCommit(t *testing.T, dir string) {
	t.Helper()
	before := fileOf(t, dir, walName)
	other := crash(t, dir)
	log := mustOpen(t, other, Options{})
	asWriter(t, log, `DROP TRIGGER refuse`)
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 4, 2))
	after := fileOf(t, other, walName)
	if len(after) <= len(before) || string(after[:len(before)]) != string(before) {
		t.Fatal("the other log does not go on where this one is")
	}
	wal, err := os.OpenFile(filepath.Join(dir, walName), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer wal.Close()
	if _, err := wal.WriteAt(after[len(before):], int64(len(before))); err != nil {
		t.Fatal(err)
	}
}

// crash returns a folder with what would be left of dir if the process ended now.
func crash(t *testing.T, dir string) string {
	t.Helper()
	left := t.TempDir()
	for _, name := range []string{databaseName, walName} {
		if err := os.WriteFile(filepath.Join(left, name), fileOf(t, dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return left
}

func fileOf(t *testing.T, dir, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
