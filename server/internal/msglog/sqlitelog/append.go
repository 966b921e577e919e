package sqlitelog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// place is where an entry is in the log.
type place struct {
	room      *room // nil: a duplicate
	seq       wire.Seq
	time      wire.Time
	duplicate bool
}

// Append implements [msglog.Log]. All entries go into one transaction; when it returns nil, a power cut does not lose
// them. With an error the entries are as they were, and the log goes on: when a full disk has room again, the next
// Append succeeds. An Append that has failed may be found to have succeeded only where its commit reached the disk, the
// disk took nothing at all after that (see writer.void), and the process ends before it does again.
//
// A ctx that ends while the transaction is open rolls it back; one that ends later is not looked at.
func (l *Log) Append(ctx context.Context, entries []msglog.Entry) error {
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	if len(entries) == 0 {
		return nil
	}
	w, err := l.takeWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { l.writer <- w }()
	if err := w.append(ctx, entries); err != nil {
		w.failed = w.failed || isFromDatabase(err)
		return explain(l.dir, err)
	}
	if w.failed && slices.ContainsFunc(w.places, func(p place) bool { return !p.duplicate }) {
		w.failed = false
		signal(l.recovered)
	}
	if due, long := l.publish(w, entries), l.count(w); due || long {
		l.wakeUpkeep()
	}
	return nil
}

// append stores the entries and leaves in w.places where.
func (w *writer) append(ctx context.Context, entries []msglog.Entry) error {
	w.places = w.places[:0]
	return w.transaction(func() error {
		for i := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			p, err := w.place(&entries[i])
			if err != nil {
				return err
			}
			w.places = append(w.places, p)
		}
		return nil
	})
}

// place stores e, or finds it.
func (w *writer) place(e *msglog.Entry) (place, error) {
	s, err := w.session(e.Session)
	if err != nil {
		return place{}, err
	}
	if e.ID > math.MaxInt64 {
		return place{}, fmt.Errorf("an entry's number %d is too large", e.ID)
	}
	if e.ID != 0 && e.ID <= s.dropped {
		if p, err := w.findDropped(s, e.ID); err != nil || p.duplicate {
			return p, err
		}
	}
	r, err := w.room(e.Room)
	if err != nil {
		return place{}, err
	}
	if r.last == maxSeq {
		return place{}, errors.New("the room is full for ever")
	}
	name, err := w.name(e.From)
	if err != nil {
		return place{}, err
	}
	id := sql.NullInt64{Int64: int64(e.ID), Valid: e.ID != 0}
	result, err := w.insert.Exec(keyOf(r.no, r.last+1), s.no, id, name, int64(e.Time), e.Text)
	if err != nil {
		return place{}, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return w.findKept(s, e.ID)
	}
	if r.last == r.bounds.Last {
		w.touched = append(w.touched, r)
	}
	r.last++
	return place{room: r, seq: r.last, time: e.Time}, nil
}

// findKept returns where the message of that number is.
func (w *writer) findKept(s *session, id wire.ID) (place, error) {
	var key int64
	p := place{duplicate: true}
	if err := w.find.QueryRow(s.no, int64(id)).Scan(&key, &p.time); err != nil {
		return place{}, err
	}
	p.seq = seqOf(key)
	return p, nil
}

// publish tells the entries, and the readers, what has been committed. It reports whether a room has something
// for the upkeep to do.
func (l *Log) publish(w *writer, entries []msglog.Entry) (due bool) {
	for i, p := range w.places {
		entries[i].Seq, entries[i].Time, entries[i].Duplicate = p.seq, p.time, p.duplicate
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range w.touched {
		r.bounds.Last, r.stored = r.last, true
		l.rooms[r.name] = r
		due = due || l.excess(r) >= dropStep || l.unindexed(r) >= l.options.indexStep
	}
	return due
}
