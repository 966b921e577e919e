package sqlitelog

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// cached is the most sessions, and the most names, that the writer remembers; it forgets all when there are more. One
// takes some 150 bytes.
const cached = 1 << 14

// writer is the one that changes the database. It belongs to whoever has taken it out of Log.writer.
//
// Its statements take no context: they run to their end, so that what happens to a transaction never depends on when a
// context ends. Whoever runs many looks at the context in between.
type writer struct {
	conn       *sql.Conn
	statements []*sql.Stmt // all of the following

	begin, commit, rollback *sql.Stmt
	rewrite                 *sql.Stmt // writes the database's first page as it is

	insert, find, numbered, delete            *sql.Stmt // messages
	addRoom                                   *sql.Stmt
	findSession, addSession                   *sql.Stmt
	findName, addName                         *sql.Stmt
	index, setIndexed, unindex                *sql.Stmt
	findSpan, neighbours, deleteSpan, addSpan *sql.Stmt // numbers of messages that are gone

	rooms    map[string]*room
	sessions map[wire.SessionID]*session
	byNo     map[int64]*session // the same
	names    map[string]int64

	failed bool // an Append has, by the database's fault, and nothing has been stored since

	touched []*room // that the open transaction has added, or added entries to
	places  []place // of the open transaction's entries
}

// session is what the writer knows of a client's session.
type session struct {
	no      int64
	dropped wire.ID // the highest number whose message is gone; 0: none is
}

// newWriter makes a writer on conn, which is the writer's from then on.
func newWriter(conn *sql.Conn) *writer {
	return &writer{
		conn: conn, rooms: make(map[string]*room),
		sessions: make(map[wire.SessionID]*session), byNo: make(map[int64]*session), names: make(map[string]int64),
	}
}

// prepare prepares the statements, once the database has its tables.
func (w *writer) prepare(ctx context.Context) error {
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&w.begin, `BEGIN IMMEDIATE`},
		{&w.commit, `COMMIT`},
		{&w.rollback, `ROLLBACK`},
		{&w.rewrite, fmt.Sprintf(`PRAGMA user_version = %d`, len(migrations))},
		{&w.insert, `INSERT INTO messages (key, session, id, name, time, text) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (session, id) WHERE id IS NOT NULL DO NOTHING`},
		{&w.find, `SELECT key, time FROM messages WHERE session = ? AND id = ?`},
		{&w.addRoom, `INSERT INTO rooms (name) VALUES (?)`},
		{&w.findSession, `SELECT no, coalesce((SELECT last FROM dropped WHERE session = no ORDER BY first DESC LIMIT 1), 0)
			FROM sessions WHERE session = ?`},
		{&w.addSession, `INSERT INTO sessions (session) VALUES (?)`},
		{&w.findName, `SELECT no FROM names WHERE name = ?`},
		{&w.addName, `INSERT INTO names (name) VALUES (?)`},
		{&w.index, `INSERT INTO search (rowid, words) VALUES (?, ?)`},
		{&w.setIndexed, `UPDATE rooms SET indexed = ? WHERE no = ?`},
		{&w.unindex, `DELETE FROM search WHERE rowid BETWEEN ? AND ?`},
		{&w.numbered, `SELECT key, session, id, time FROM messages WHERE key BETWEEN ? AND ? AND id IS NOT NULL`},
		{&w.delete, `DELETE FROM messages WHERE key BETWEEN ? AND ?`},
		{&w.findSpan, `SELECT last, key, time FROM dropped WHERE session = ? AND first <= ? ORDER BY first DESC LIMIT 1`},
		{&w.neighbours, `SELECT first, last, key, time FROM dropped WHERE session = ? AND first <= ?
			ORDER BY first DESC LIMIT 2`},
		{&w.deleteSpan, `DELETE FROM dropped WHERE session = ? AND first = ?`},
		{&w.addSpan, `INSERT OR REPLACE INTO dropped (session, first, last, key, time) VALUES (?, ?, ?, ?, ?)`},
	} {
		stmt, err := w.conn.PrepareContext(ctx, s.text)
		if err != nil {
			return err
		}
		*s.stmt = stmt
		w.statements = append(w.statements, stmt)
	}
	return nil
}

// close closes the statements, which would keep the database open, and gives the connection back.
func (w *writer) close() error {
	var failures []error
	for _, s := range w.statements {
		failures = append(failures, s.Close())
	}
	return errors.Join(append(failures, w.conn.Close())...)
}

// transaction runs do in a transaction and commits it. When it fails, nothing of it is in the database, nor in what w
// remembers.
func (w *writer) transaction(do func() error) error {
	w.touched = w.touched[:0]
	_, err := w.begin.Exec()
	if err == nil {
		err = do()
	}
	if err != nil {
		w.undo()
		return err
	}
	if _, err = w.commit.Exec(); err != nil {
		w.undo()
		w.void()
	}
	return err
}

// void makes sure of a commit that has failed. All of it may be in the write-ahead log all the same, where only what
// comes behind has failed: the sync, or the index in shared memory that has to grow. Nobody sees it there and the next
// transaction is written over it, but if the process ended before that, SQLite would take it for committed when the
// database is opened again. So void writes one page over it, which is on disk when it returns: one that is there and
// stays as it is. It takes no room on a full disk, since the write-ahead log need not grow. Where even that fails, the
// next transaction that succeeds does the same.
func (w *writer) void() {
	w.rewrite.Exec()
}

// undo rolls the open transaction back.
func (w *writer) undo() {
	// This fails where SQLite has rolled back of itself, as it does when the disk is full, or where none was begun.
	w.rollback.Exec()
	w.forget()
	for _, r := range w.touched {
		r.last = r.bounds.Last
		if !r.stored {
			delete(w.rooms, r.name)
		}
	}
}

// forget drops what w remembers of sessions and names.
func (w *writer) forget() {
	clear(w.sessions)
	clear(w.byNo)
	clear(w.names)
}

// session returns what is known of the session id, which it adds to the database where it is new.
func (w *writer) session(id wire.SessionID) (*session, error) {
	if s := w.sessions[id]; s != nil {
		return s, nil
	}
	if !id.Valid() {
		return nil, errors.New("an entry has no valid session id")
	}
	raw, err := hex.DecodeString(string(id))
	if err != nil {
		return nil, err
	}
	s := &session{}
	err = w.findSession.QueryRow(raw).Scan(&s.no, &s.dropped)
	if errors.Is(err, sql.ErrNoRows) {
		s.no, err = add(w.addSession, raw)
	}
	if err != nil {
		return nil, err
	}
	if len(w.sessions) >= cached {
		w.forget()
	}
	w.sessions[id], w.byNo[s.no] = s, s
	return s, nil
}

// name returns the number of a sender's name, which it adds to the database where it is new.
func (w *writer) name(name string) (no int64, err error) {
	if no, ok := w.names[name]; ok {
		return no, nil
	}
	err = w.findName.QueryRow(name).Scan(&no)
	if errors.Is(err, sql.ErrNoRows) {
		no, err = add(w.addName, name)
	}
	if err != nil {
		return 0, err
	}
	if len(w.names) >= cached {
		w.forget()
	}
	w.names[name] = no
	return no, nil
}

// room returns the room of that name, which it adds to the database where it is new.
func (w *writer) room(name string) (*room, error) {
	if r := w.rooms[name]; r != nil {
		return r, nil
	}
	no, err := add(w.addRoom, name)
	if err != nil {
		return nil, fmt.Errorf("a new room: %w", err)
	}
	r := &room{name: name, no: no, bounds: msglog.Bounds{First: 1}}
	w.rooms[name] = r
	w.touched = append(w.touched, r)
	return r, nil
}

// add runs an INSERT and returns the number that the row has got.
func add(insert *sql.Stmt, value any) (int64, error) {
	result, err := insert.Exec(value)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}
