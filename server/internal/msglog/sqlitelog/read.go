package sqlitelog

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// readers is how many Reads there may be at once; further ones wait. Each has a connection with its own page cache, of
// 2 MB at the most.
const readers = 4

const sessionBytes = 16

// selectPage reads outwards from the messages, so that one whose session or name is missing is noticed.
const selectPage = `
	SELECT m.key, s.session, coalesce(m.id, 0), n.name, m.time, m.text
	FROM messages m LEFT JOIN sessions s ON s.no = m.session LEFT JOIN names n ON n.no = m.name
	WHERE m.key BETWEEN ? AND ? ORDER BY m.key LIMIT ?`

// Read implements [msglog.Log]. It sees what was committed when it began, and does not wait for an Append.
func (l *Log) Read(ctx context.Context, name string, after wire.Seq, limit int) ([]msglog.Entry, error) {
	if err := l.enter(ctx); err != nil {
		return nil, err
	}
	defer l.leave()
	r, bounds := l.find(name)
	if r == nil || limit <= 0 || after >= bounds.Last {
		return nil, nil
	}
	entries, err := l.read(ctx, r, max(after+1, bounds.First), bounds.Last, limit)
	if err != nil {
		return nil, explain(l.dir, err)
	}
	return entries, nil
}

// Bounds implements [msglog.Log]. It never waits.
func (l *Log) Bounds(ctx context.Context, name string) (msglog.Bounds, error) {
	if err := l.enter(ctx); err != nil {
		return msglog.Bounds{}, err
	}
	defer l.leave()
	_, bounds := l.find(name)
	return bounds, nil
}

// find returns the room of that name, or nil, and which of its entries can be read.
func (l *Log) find(name string) (*room, msglog.Bounds) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	r := l.rooms[name]
	if r == nil {
		return nil, msglog.Bounds{First: 1}
	}
	return r, l.visible(r)
}

func (l *Log) read(ctx context.Context, r *room, first, last wire.Seq, limit int) ([]msglog.Entry, error) {
	rows, err := l.page.QueryContext(ctx, keyOf(r.no, first), keyOf(r.no, last), limit)
	if err != nil {
		return nil, err
	}
	return entriesOf(r, rows)
}

// entriesOf takes the entries of r out of rows that have the columns of selectPage, and closes them.
func entriesOf(r *room, rows *sql.Rows) ([]msglog.Entry, error) {
	defer rows.Close()
	var entries []msglog.Entry
	var raw sql.RawBytes
	for rows.Next() {
		var key int64
		e := msglog.Entry{Room: r.name}
		if err := rows.Scan(&key, &raw, &e.ID, &e.From, &e.Time, &e.Text); err != nil {
			return nil, fmt.Errorf("%w: message %d: %w", errDamaged, seqOf(key), err)
		}
		if len(raw) != sessionBytes {
			return nil, fmt.Errorf("%w: message %d has no session", errDamaged, seqOf(key))
		}
		e.Seq, e.Session = seqOf(key), wire.SessionID(hex.EncodeToString(raw))
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
