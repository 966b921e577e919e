package sqlitelog

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

// database opens the database in dir as it is.
func database(t *testing.T, dir string) *sql.Conn {
	t.Helper()
	db, err := connect(filepath.Join(dir, databaseName), "rwc", nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); db.Close() })
	return conn
}

func execute(t *testing.T, conn *sql.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// A log with messages is brought from one version to a later one, over the one between, and keeps them.
func TestMigration(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 3))
	log.Close()

	later := append(migrations[:len(migrations):len(migrations)],
		`CREATE TABLE one (x INTEGER); INSERT INTO one SELECT count(*) FROM messages`,
		`ALTER TABLE one ADD COLUMN y INTEGER NOT NULL DEFAULT 7`)
	conn := database(t, dir)
	for range 2 { // the second time there is nothing to do
		if err := prepareDatabase(t.Context(), conn, later); err != nil {
			t.Fatal(err)
		}
	}
	var x, y, messages int
	row := conn.QueryRowContext(t.Context(), "SELECT x, y, (SELECT count(*) FROM messages) FROM one")
	if err := row.Scan(&x, &y, &messages); err != nil || x != 3 || y != 7 || messages != 3 {
		t.Errorf("got %d, %d and %d messages, %v", x, y, messages, err)
	}
	if version, err := versionOf(t.Context(), conn); err != nil || version != len(later) {
		t.Errorf("version %d, %v", version, err)
	}
}

// A log of version 2, which had no identity, gets one when it is opened, and keeps it and its messages.
func TestMigrationToIdentity(t *testing.T) {
	dir := t.TempDir()
	if _, err := prepareFolder(dir); err != nil {
		t.Fatal(err)
	}
	conn := database(t, dir)
	if err := prepareDatabase(t.Context(), conn, migrations[:2]); err != nil {
		t.Fatal(err)
	}
	execute(t, conn, fmt.Sprintf(`
		INSERT INTO rooms VALUES (1, 'lobby', 0);
		INSERT INTO sessions VALUES (1, x'%s');
		INSERT INTO names VALUES (1, 'Alice');
		INSERT INTO messages VALUES ((1 << 40) + 1, 1, 1, 1, 1000, 'text 1')`, logtest.Session(1)))
	conn.Close()

	log := mustOpen(t, dir, Options{})
	wantBounds(t, log, 1, 1)
	id := log.Identity()
	log.Close()
	if again := mustOpen(t, dir, Options{}).Identity(); again != id || !id.Valid() {
		t.Errorf("the identity was %q and is %q", id, again)
	}
}

// A migration that fails leaves the log as it was.
func TestFailedMigration(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 3))
	log.Close()
	conn := database(t, dir)
	wrong := append(migrations[:len(migrations):len(migrations)],
		`CREATE TABLE one (x INTEGER); DELETE FROM messages; nonsense`)
	if err := prepareDatabase(t.Context(), conn, wrong); err == nil {
		t.Fatal("it succeeded")
	}
	if err := prepareDatabase(t.Context(), conn, migrations); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	log = mustOpen(t, dir, Options{})
	wantBounds(t, log, 1, 3)
	if n := count(t, log, "SELECT count(*) FROM sqlite_schema WHERE name = 'one'"); n != 0 {
		t.Error("half of the migration is there")
	}
}

func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Run("newer", func(t *testing.T) {
		dir := t.TempDir()
		mustOpen(t, dir, Options{}).Close()
		execute(t, database(t, dir), "PRAGMA user_version = 1000")
		_, err := Open(t.Context(), dir, Options{})
		if err == nil || !strings.Contains(err.Error(), "made by a newer Hubbub") {
			t.Error(err)
		}
	})
	t.Run("another program's", func(t *testing.T) {
		dir := t.TempDir()
		conn := database(t, dir)
		execute(t, conn, "CREATE TABLE messages (x)")
		if _, err := Open(t.Context(), dir, Options{}); err == nil || !strings.Contains(err.Error(), "another program's") {
			t.Error(err)
		}
		var mode string
		if err := conn.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode); err != nil || mode != "delete" {
			t.Errorf("it was changed: %s, %v", mode, err)
		}
	})
}

// Both paths to a message by index are indexes, whatever the statistics say.
func TestPlans(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	for query, want := range map[string]string{
		selectPage: "SEARCH m USING INTEGER PRIMARY KEY",
		`SELECT key, time FROM messages WHERE session = ? AND id = ?`: "USING INDEX messages_sent (session=? AND id=?)",
	} {
		rows, err := log.reading.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, 1, 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for rows.Next() {
			var a, b, c int
			var step string
			if err := rows.Scan(&a, &b, &c, &step); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(step + "\n")
		}
		if !strings.Contains(plan.String(), want) || strings.Contains(plan.String(), "SCAN") {
			t.Errorf("%s:\n%s", query, &plan)
		}
	}
}

// A number that the database can't hold is refused, and the log goes on.
func TestRefusesEntries(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	for name, spoil := range map[string]func(*wire.SessionID, *wire.ID){
		"session": func(s *wire.SessionID, _ *wire.ID) { *s = "x" },
		"id":      func(_ *wire.SessionID, id *wire.ID) { *id = 1 << 63 },
	} {
		entries := logtest.Entries(logtest.Session(1), 1, 2)
		spoil(&entries[1].Session, &entries[1].ID)
		if err := log.Append(t.Context(), entries); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	wantBounds(t, log, 1, 0)
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 1))
	wantBounds(t, log, 1, 1)
}
