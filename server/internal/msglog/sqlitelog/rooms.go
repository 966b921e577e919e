package sqlitelog

import (
	"context"
	"database/sql"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// A message's key is its room's number and, in the lower seqBits, its own. So a room's messages lie side by side in the
// order of their numbers, and need no index for that; there may be 2^23 rooms of 2^40 messages.
const (
	seqBits = 40
	maxSeq  = wire.Seq(1)<<seqBits - 1
)

func keyOf(room int64, seq wire.Seq) int64 { return room<<seqBits | int64(seq) }

func seqOf(key int64) wire.Seq { return wire.Seq(key) & maxSeq }

// room is a room that the log has entries of.
type room struct {
	// Set when the room is made, then only read.
	name string
	no   int64

	// Changed by who has the writer, with Log.mu held.
	bounds  msglog.Bounds // of the entries that are stored
	indexed wire.Seq      // the last entry that the full-text index has

	// Owned by who has the writer.
	last   wire.Seq // as of the transaction that is open
	stored bool     // the database has the room, whatever becomes of the transaction
}

// loadRooms returns the rooms that the database has.
func loadRooms(ctx context.Context, conn *sql.Conn) (map[string]*room, error) {
	rows, err := conn.QueryContext(ctx, `
		SELECT name, no, indexed,
			(SELECT min(key) FROM messages WHERE key > no << ?1 AND key < (no + 1) << ?1),
			(SELECT max(key) FROM messages WHERE key > no << ?1 AND key < (no + 1) << ?1)
		FROM rooms`, seqBits)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	rooms := make(map[string]*room)
	for rows.Next() {
		r := &room{bounds: msglog.Bounds{First: 1}, stored: true}
		var first, last sql.NullInt64
		if err := rows.Scan(&r.name, &r.no, &r.indexed, &first, &last); err != nil {
			return nil, err
		}
		if last.Valid {
			r.bounds = msglog.Bounds{First: seqOf(first.Int64), Last: seqOf(last.Int64)}
		}
		r.last = r.bounds.Last
		rooms[r.name] = r
	}
	return rooms, rows.Err()
}

// visible returns which entries of r can be read: those over Options.Keep are hidden from the moment on in which they
// are, and deleted when it suits. It is called with Log.mu held.
func (l *Log) visible(r *room) msglog.Bounds {
	b := r.bounds
	if n := wire.Seq(l.options.Keep); n > 0 && b.Last > n {
		b.First = max(b.First, b.Last-n+1)
	}
	return b
}
