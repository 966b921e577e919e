package sqlitelog

import (
	"database/sql"
	"errors"
	"slices"

	"hubbub/wire"
)

// span is a stretch of one session's numbers without a hole, whose messages are gone. Key and time are those of the
// message numbered last.
type span struct {
	first, last wire.ID
	key         int64
	time        wire.Time
}

// spansOf joins the numbers of one session each into as few spans as there can be.
func spansOf(numbers map[int64][]span) map[int64][]span {
	for no, spans := range numbers {
		slices.SortFunc(spans, func(a, b span) int {
			if a.first < b.first {
				return -1
			}
			return 1
		})
		joined := spans[:1]
		for _, s := range spans[1:] {
			if end := &joined[len(joined)-1]; end.last+1 == s.first {
				end.last, end.key, end.time = s.last, s.key, s.time
			} else {
				joined = append(joined, s)
			}
		}
		numbers[no] = joined
	}
	return numbers
}

// numbers returns the numbers of the messages with these keys by session, each as a span of one.
func (w *writer) numbers(from, to int64) (map[int64][]span, error) {
	rows, err := w.numbered.Query(from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	numbers := make(map[int64][]span)
	for rows.Next() {
		var s span
		var session int64
		if err := rows.Scan(&s.key, &session, &s.first, &s.time); err != nil {
			return nil, err
		}
		s.last = s.first
		numbers[session] = append(numbers[session], s)
	}
	return numbers, rows.Err()
}

// addDropped adds s to the spans of the session no. It is joined with those that it touches.
func (w *writer) addDropped(no int64, s span) error {
	around, err := w.around(no, s)
	if err != nil {
		return err
	}
	for _, other := range around {
		switch {
		case other.first == s.last+1:
			if _, err := w.deleteSpan.Exec(no, int64(other.first)); err != nil {
				return err
			}
			s.last, s.key, s.time = other.last, other.key, other.time
		case other.last+1 == s.first:
			s.first = other.first
		}
	}
	if known := w.byNo[no]; known != nil {
		known.dropped = max(known.dropped, s.last)
	}
	_, err = w.addSpan.Exec(no, int64(s.first), int64(s.last), s.key, int64(s.time))
	return err
}

// around returns the spans of the session no that may touch s: the last two that begin where s ends, or before.
func (w *writer) around(no int64, s span) ([]span, error) {
	rows, err := w.neighbours.Query(no, int64(s.last)+1)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var spans []span
	for rows.Next() {
		var other span
		if err := rows.Scan(&other.first, &other.last, &other.key, &other.time); err != nil {
			return nil, err
		}
		spans = append(spans, other)
	}
	return spans, rows.Err()
}

// findDropped looks for the number id of s among those whose messages are gone. It returns a duplicate where it is.
func (w *writer) findDropped(s *session, id wire.ID) (place, error) {
	var found span
	err := w.findSpan.QueryRow(s.no, int64(id)).Scan(&found.last, &found.key, &found.time)
	if errors.Is(err, sql.ErrNoRows) || err == nil && found.last < id {
		return place{}, nil
	}
	if err != nil {
		return place{}, err
	}
	return place{seq: seqOf(found.key), time: found.time, duplicate: true}, nil
}
