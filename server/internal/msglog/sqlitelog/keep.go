package sqlitelog

import (
	"context"
	"database/sql"

	"hubbub/wire"
)

// dropStep is how many entries are deleted in one transaction, and how many a room may have too many before any are. It
// is what an Append may have to wait for.
const dropStep = 256

// excess returns how many entries of r can't be read any more and are to be deleted. It is called with l.mu held.
func (l *Log) excess(r *room) int { return int(l.visible(r).First - r.bounds.First) }

// roomWith returns a room of which there are that many, or nil. It calls number with l.mu held.
func (l *Log) roomWith(number func(*room) int, many int) *room {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, r := range l.rooms {
		if number(r) >= many {
			return r
		}
	}
	return nil
}

// drop deletes the oldest dropStep entries of r.
func (l *Log) drop(ctx context.Context, r *room) error {
	w, err := l.takeWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { l.writer <- w }()
	until := r.bounds.First + dropStep - 1
	if err := w.drop(r, until); err != nil {
		return err
	}
	l.count(w)
	l.mu.Lock()
	defer l.mu.Unlock()
	r.bounds.First = until + 1
	return nil
}

// drop deletes the entries of r up to that one. Their numbers are kept as spans.
func (w *writer) drop(r *room, until wire.Seq) error {
	from, to := keyOf(r.no, r.bounds.First), keyOf(r.no, until)
	return w.transaction(func() error {
		gone, err := w.numbers(from, to)
		if err != nil {
			return err
		}
		for _, delete := range []*sql.Stmt{w.delete, w.unindex} {
			if _, err := delete.Exec(from, to); err != nil {
				return err
			}
		}
		for no, spans := range spansOf(gone) {
			for _, s := range spans {
				if err := w.addDropped(no, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
