package sqlitelog

import (
	"context"

	"hubbub/server/internal/msglog/words"
	"hubbub/wire"
)

const (
	// indexStep is how many messages are indexed in one transaction, and how many there must be. It is what an Append may
	// have to wait for.
	indexStep = 256

	// indexRest is how much longer than a step the upkeep rests behind it. While there is much to index, Append has the
	// rest of the time for itself.
	indexRest = 2
)

// nextIndexed returns the first entry of r that is to be indexed: not one that can't be read any more. It is called
// with l.mu held.
func (l *Log) nextIndexed(r *room) wire.Seq { return max(r.indexed+1, l.visible(r).First) }

// unindexed returns how many entries of r are to be indexed. It is called with l.mu held.
func (l *Log) unindexed(r *room) int { return int(r.bounds.Last + 1 - l.nextIndexed(r)) }

// index indexes the next step entries of r.
func (l *Log) index(ctx context.Context, r *room, step int) error {
	l.mu.RLock()
	first := l.nextIndexed(r)
	l.mu.RUnlock()
	last := first + wire.Seq(step) - 1
	entries, err := l.read(ctx, r, first, last, step)
	if err != nil {
		return err
	}
	folded := make([]string, len(entries))
	for i, e := range entries {
		folded[i] = string(words.Append(nil, e.Text))
	}
	w, err := l.takeWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { l.writer <- w }()
	err = w.transaction(func() error {
		for i, e := range entries {
			if _, err := w.index.Exec(keyOf(r.no, e.Seq), folded[i]); err != nil {
				return err
			}
		}
		_, err := w.setIndexed.Exec(int64(last), r.no)
		return err
	})
	if err != nil {
		return err
	}
	l.count(w)
	l.mu.Lock()
	defer l.mu.Unlock()
	r.indexed = last
	return nil
}
