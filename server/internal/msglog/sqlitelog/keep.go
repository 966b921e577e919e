package sqlitelog

import (
	"context"

	"hubbub/wire"
)

// dropStep is how many entries are deleted in one transaction, and how many a room may have too many before any are. It
// is what an Append may have to wait for.
const dropStep = 256

// excess returns how many entries of r can't be read any more and are to be deleted. It is called with l.mu held.
func (l *Log) excess(r *room) int { return int(l.visible(r).First - r.bounds.First) }

// overfullRoom returns a room that has a step's worth to delete, or nil.
func (l *Log) overfullRoom() *room {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, r := range l.rooms {
		if l.excess(r) >= dropStep {
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
		if _, err := w.delete.Exec(from, to); err != nil {
			return err
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
