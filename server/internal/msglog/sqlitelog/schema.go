package sqlitelog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hubbub/wire"
)

// applicationID marks the database as a log of Hubbub: "Hubb".
const applicationID = 0x48756262

// migrations lead from each version of the schema to the next; the first one leads from an empty database to version 1.
// What has been released is never changed: a change is one more.
//
// What messages have in common is kept beside them. A message takes some 45 bytes beside its text, the index included. The
// last message of a room must never be deleted, since the next one's number comes from it.
var migrations = []string{
	`
CREATE TABLE rooms (
	no   INTEGER PRIMARY KEY CHECK (no BETWEEN 1 AND 8388607),
	name TEXT NOT NULL UNIQUE
);
CREATE TABLE sessions (
	no      INTEGER PRIMARY KEY,
	session BLOB NOT NULL UNIQUE -- 16 bytes
);
CREATE TABLE names (
	no   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
);
CREATE TABLE messages (
	key     INTEGER PRIMARY KEY, -- rooms.no << 40 | the message's number in its room
	session INTEGER NOT NULL,    -- sessions.no
	id      INTEGER,             -- the client's own number; NULL: none
	name    INTEGER NOT NULL,    -- names.no
	time    INTEGER NOT NULL,    -- milliseconds since the Unix epoch
	text    TEXT NOT NULL
);
-- In the order of sessions.no, which grows with time: appending writes to few pages of it.
CREATE UNIQUE INDEX messages_sent ON messages (session, id) WHERE id IS NOT NULL;
-- The numbers of messages that have been deleted: stretches without a hole, which neither overlap nor touch.
CREATE TABLE dropped (
	session INTEGER NOT NULL, -- sessions.no
	first   INTEGER NOT NULL, -- messages.id
	last    INTEGER NOT NULL, -- messages.id
	key     INTEGER NOT NULL, -- messages.key of the last
	time    INTEGER NOT NULL, -- messages.time of the last
	PRIMARY KEY (session, first)
) WITHOUT ROWID;
`,
	`
ALTER TABLE rooms ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0; -- the last message's number that search has
-- The words of messages by messages.key, as package words has them: ascii takes them apart at the blanks between them and
-- nowhere else. It holds no texts, and so what is deleted need not be taken apart again.
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
`,
	`
-- One row: what is true of the log as a whole.
CREATE TABLE log (
	identity BLOB NOT NULL -- 16 bytes
);
INSERT INTO log VALUES (randomblob(16));
`,
}

// prepareDatabase makes conn, whatever it is connected to, a log of the version that migrations lead to, in WAL mode. It
// changes nothing in a database that is something else.
func prepareDatabase(ctx context.Context, conn *sql.Conn, migrations []string) error {
	version, err := versionOf(ctx, conn)
	if err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("it was made by a newer Hubbub (its version is %d, this one knows %d): use that one",
			version, len(migrations))
	}
	var mode string
	if err := conn.QueryRowContext(ctx, `PRAGMA journal_mode = WAL`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return errors.New("its file system does not support it (no shared memory): use a local one")
	}
	for ; version < len(migrations); version++ {
		if err := migrate(ctx, conn, migrations[version], version+1); err != nil {
			return fmt.Errorf("bringing it from version %d to %d: %w", version, version+1, err)
		}
	}
	return nil
}

// loadIdentity returns the log's identity.
func loadIdentity(ctx context.Context, conn *sql.Conn) (wire.LogID, error) {
	var id wire.LogID
	if err := conn.QueryRowContext(ctx, `SELECT lower(hex(identity)) FROM log`).Scan(&id); err != nil {
		return "", fmt.Errorf("reading its identity: %w", err)
	}
	return id, nil
}

// versionOf returns the version of a log's schema; 0: the database is empty.
func versionOf(ctx context.Context, conn *sql.Conn) (int, error) {
	var version, application, changes int
	for pragma, value := range map[string]*int{
		"user_version": &version, "application_id": &application, "schema_version": &changes,
	} {
		if err := conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(value); err != nil {
			return 0, err
		}
	}
	if application != applicationID && (application != 0 || version != 0 || changes != 0) {
		return 0, errors.New("log.db there is another program's database: use another folder")
	}
	return version, nil
}

// migrate runs one migration, all of it or nothing.
func migrate(ctx context.Context, conn *sql.Conn, migration string, version int) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, migration); err != nil {
		return err
	}
	mark := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version)
	if _, err := tx.ExecContext(ctx, mark); err != nil {
		return err
	}
	return tx.Commit()
}
