package sqlitelog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/words"
	"hubbub/wire"
)

// selectIndexed finds messages by the index, the newest first. CROSS JOIN has SQLite ask the index first.
const selectIndexed = `
	SELECT m.key, s.session, coalesce(m.id, 0), n.name, m.time, m.text
	FROM search CROSS JOIN messages m ON m.key = search.rowid
		LEFT JOIN sessions s ON s.no = m.session LEFT JOIN names n ON n.no = m.name
	WHERE search.words MATCH ? AND search.rowid BETWEEN ? AND ? ORDER BY search.rowid DESC LIMIT ?`

// selectTexts reads what is not indexed, the newest first.
const selectTexts = `SELECT key, text FROM messages WHERE key BETWEEN ? AND ? ORDER BY key DESC`

// searcher has the connection for searches. There is one, so that they never take more than one processor, and Read has
// its own.
type searcher struct {
	db             *sql.DB
	indexed, texts *sql.Stmt
}

func newSearcher(ctx context.Context, path string) (*searcher, error) {
	db, err := connect(path, "ro", readerPragmas, 1)
	if err != nil {
		return nil, err
	}
	s := &searcher{db: db}
	if s.indexed, err = db.PrepareContext(ctx, selectIndexed); err == nil {
		s.texts, err = db.PrepareContext(ctx, selectTexts)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *searcher) close() error {
	var failures []error
	for _, stmt := range []*sql.Stmt{s.indexed, s.texts} {
		if stmt != nil {
			failures = append(failures, stmt.Close())
		}
	}
	return errors.Join(append(failures, s.db.Close())...)
}

// Search implements [msglog.Log]. A second one waits until the first one has ended.
func (l *Log) Search(
	ctx context.Context, name, sought string, before wire.Seq, limit int,
) ([]msglog.Entry, error) {
	if err := l.enter(ctx); err != nil {
		return nil, err
	}
	defer l.leave()
	r, bounds := l.find(name)
	query := words.Parse(sought)
	if r == nil || limit <= 0 || len(query) == 0 {
		return nil, nil
	}
	if before != 0 {
		bounds.Last = min(bounds.Last, before-1)
	}
	entries, err := l.searchIn(ctx, r, bounds, query, limit)
	if err != nil {
		return nil, explain(l.dir, err)
	}
	return entries, nil
}

// searchIn looks through what is not indexed, and asks the index for the rest.
func (l *Log) searchIn(
	ctx context.Context, r *room, bounds msglog.Bounds, query words.Query, limit int,
) ([]msglog.Entry, error) {
	l.mu.RLock()
	indexed := r.indexed
	l.mu.RUnlock()
	var entries []msglog.Entry
	if from := max(indexed+1, bounds.First); from <= bounds.Last {
		seqs, err := l.search.scan(ctx, keyOf(r.no, from), keyOf(r.no, bounds.Last), query, limit)
		if err != nil {
			return nil, err
		}
		for _, seq := range seqs {
			e, err := l.read(ctx, r, seq, seq, 1)
			if err != nil {
				return nil, err
			}
			entries = append(entries, e...) // none where it has been deleted meanwhile
		}
		limit -= len(seqs)
	}
	last := min(indexed, bounds.Last)
	if limit == 0 || last < bounds.First {
		return entries, nil
	}
	rows, err := l.search.indexed.QueryContext(ctx, matchOf(query), keyOf(r.no, bounds.First), keyOf(r.no, last), limit)
	if err != nil {
		return nil, err
	}
	found, err := entriesOf(r, rows)
	return append(entries, found...), err
}

// scan returns the numbers of up to limit messages with these keys that the query is found in, the newest first.
func (s *searcher) scan(ctx context.Context, from, to int64, query words.Query, limit int) ([]wire.Seq, error) {
	rows, err := s.texts.QueryContext(ctx, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []wire.Seq
	var folded []byte
	for len(found) < limit && rows.Next() {
		var key int64
		var text string
		if err := rows.Scan(&key, &text); err != nil {
			return nil, fmt.Errorf("%w: message %d: %w", errDamaged, seqOf(key), err)
		}
		if folded = words.Append(folded[:0], text); query.Match(folded) {
			found = append(found, seqOf(key))
		}
	}
	return found, rows.Err()
}

// matchOf writes the query as FTS5 has it (https://www.sqlite.org/fts5.html, section 3). Words have no quotation marks
// in them, and nothing between such is syntax.
func matchOf(query words.Query) string {
	var match strings.Builder
	for _, p := range query {
		fmt.Fprintf(&match, `"%s"`, p.Words)
		if p.Prefix {
			match.WriteByte('*')
		}
		match.WriteByte(' ')
	}
	return match.String()
}
