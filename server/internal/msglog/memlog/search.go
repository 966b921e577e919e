package memlog

import (
	"context"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/words"
	"hubbub/wire"
)

// Search implements [msglog.Log]. It looks at one message after another, from the newest back. One runs at a time, so
// that searching never takes more than one processor.
func (l *Log) Search(
	ctx context.Context, name, sought string, before wire.Seq, limit int,
) ([]msglog.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	segments, bounds, err := l.snapshot(name)
	if err != nil {
		return nil, err
	}
	query := words.Parse(sought)
	if len(query) == 0 || limit <= 0 {
		return nil, nil
	}
	if before == 0 {
		before = bounds.Last + 1
	}
	select {
	case l.searching <- struct{}{}:
		defer func() { <-l.searching }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var found []msglog.Entry
	var folded []byte
	for s := len(segments) - 1; s >= 0; s-- {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		seg := &segments[s]
		for i := len(seg.records) - 1; i >= 0; i-- {
			seq := seg.first + wire.Seq(i)
			if seq >= before {
				continue
			}
			if seq < bounds.First || len(found) >= limit {
				return found, nil
			}
			e := seg.entry(name, i)
			if folded = words.Append(folded[:0], e.Text); query.Match(folded) {
				found = append(found, e)
			}
		}
	}
	return found, nil
}

// snapshot returns what the room holds now, to be read without the lock: what Append adds lies behind it, and what is
// dropped stays as it is.
func (l *Log) snapshot(name string) ([]segment, msglog.Bounds, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, msglog.Bounds{}, msglog.ErrClosed
	}
	r := l.rooms[name]
	if r == nil {
		return nil, msglog.Bounds{First: 1}, nil
	}
	segments := make([]segment, len(r.segments))
	for i, seg := range r.segments {
		segments[i] = *seg
	}
	return segments, l.bounds(name), nil
}
