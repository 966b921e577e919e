package sqlitelog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

// indexedLog is a log that indexes everything before it searches, and never else.
type indexedLog struct {
	*Log
	indexing *sync.Mutex
}

func openIndexed(t *testing.T) msglog.Log {
	return indexedLog{mustOpen(t, t.TempDir(), Options{indexStep: math.MaxInt}), new(sync.Mutex)}
}

func (l indexedLog) Search(
	ctx context.Context, room, words string, before wire.Seq, limit int,
) ([]msglog.Entry, error) {
	if err := l.indexAll(ctx); err != nil {
		return nil, err
	}
	return l.Log.Search(ctx, room, words, before, limit)
}

func (l indexedLog) indexAll(ctx context.Context) error {
	l.indexing.Lock()
	defer l.indexing.Unlock()
	for {
		r := l.roomWith(l.unindexed, 1)
		if r == nil {
			return nil
		}
		l.mu.RLock()
		n := l.unindexed(r)
		l.mu.RUnlock()
		if err := l.index(ctx, r, n); err != nil {
			return err
		}
	}
}

// The index finds what looking through the messages finds, and so do both together.
func TestSearchConformance(t *testing.T) {
	t.Run("indexed", func(t *testing.T) {
		logtest.RunSearch(t, openIndexed)
	})
	t.Run("partly indexed", func(t *testing.T) {
		logtest.RunSearch(t, func(t *testing.T) msglog.Log { return mustOpen(t, t.TempDir(), Options{indexStep: 7}) })
	})
}

// awaitIndex waits until the upkeep has nothing to index.
func awaitIndex(t testing.TB, log *Log) {
	t.Helper()
	eventually(t, "messages are indexed", func() bool { return log.roomWith(log.unindexed, log.options.indexStep) == nil })
}

// A log of version 1 is searched at once, and indexed when it is open.
func TestMigrationToSearch(t *testing.T) {
	const n = 3*indexStep + 10
	dir := t.TempDir()
	if _, err := prepareFolder(dir); err != nil {
		t.Fatal(err)
	}
	conn := database(t, dir)
	if err := prepareDatabase(t.Context(), conn, migrations[:1]); err != nil {
		t.Fatal(err)
	}
	execute(t, conn, fmt.Sprintf(`
		INSERT INTO rooms VALUES (1, 'lobby');
		INSERT INTO sessions VALUES (1, x'%s');
		INSERT INTO names VALUES (1, 'Alice');
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO messages SELECT (1 << 40) + i, 1, i, 1, 1000 + i, 'Text ' || i FROM n`, logtest.Session(1), n))
	conn.Close()

	log := mustOpen(t, dir, Options{})
	wantBounds(t, log, 1, n)
	check := func() {
		t.Helper()
		logtest.WantFound(t, log, "text 17 ", 0, 10, 17)
		logtest.WantFound(t, log, "text", 0, 3, n, n-1, n-2)
		logtest.WantFound(t, log, "text", 4, 10, 3, 2, 1)
	}
	check()
	awaitIndex(t, log)
	check()
	if indexed := count(t, log, "SELECT count(*) FROM search"); indexed != 3*indexStep {
		t.Errorf("%d messages are indexed", indexed)
	}
	mustAppend(t, log, logtest.Entries(logtest.Session(1), n+1, 1))
	logtest.WantFound(t, log, "text", 0, 2, n+1, n)
	log.Close()

	log = mustOpen(t, dir, Options{}) // it knows what it has indexed
	if log.roomWith(log.unindexed, indexStep) != nil {
		t.Error("messages are to be indexed again")
	}
	logtest.WantFound(t, log, "text 17 ", 0, 10, 17)
}

// What Keep lets go is found no more, at once, and leaves the index; what was let go before it was indexed never gets
// there.
func TestIndexLetsGo(t *testing.T) {
	const kept, n = 300, 1500
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, n))
	awaitIndex(t, log)
	log.Close()

	log = mustOpen(t, dir, Options{Keep: kept})
	logtest.WantFound(t, log, "text", n-kept+3, 10, n-kept+2, n-kept+1)
	for id := wire.ID(n + 1); id <= 2*n; id += 1500 {
		mustAppend(t, log, logtest.Entries(logtest.Session(1), id, 1500))
		logtest.WantFound(t, log, fmt.Sprintf("text %d ", id+1499-kept), 0, 10)
		logtest.WantFound(t, log, fmt.Sprintf("text %d ", id+1500-kept), 0, 10, wire.Seq(id+1500-kept))
	}
	eventually(t, "what is let go is deleted", func() bool {
		return count(t, log, "SELECT count(*) FROM messages") < kept+dropStep
	})
	awaitIndex(t, log)
	const lost = "SELECT count(*) FROM search WHERE rowid NOT IN (SELECT key FROM messages)"
	if n := count(t, log, lost); n != 0 {
		t.Errorf("the index has %d messages that are deleted", n)
	}
	if n := count(t, log, `SELECT count(*) FROM search WHERE words MATCH 'text'`); n == 0 || n > kept+dropStep {
		t.Errorf("the index finds %d messages", n)
	}
	asWriter(t, log, "INSERT INTO search (search) VALUES ('integrity-check')")
}

// An index that can't be written to is the upkeep's trouble: messages are stored, and found.
func TestIndexThatFails(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	asWriter(t, log, "CREATE TRIGGER stop BEFORE UPDATE OF indexed ON rooms BEGIN SELECT raise(ABORT, 'no'); END")
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 2*indexStep))
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 2*indexStep+1, 2*indexStep))
	logtest.WantFound(t, log, "text", 0, 2, 4*indexStep, 4*indexStep-1)
	logtest.WantFound(t, log, "text 1 ", 0, 2, 1)
}

// A second search waits for the first one, for as long as its context allows.
func TestSearchesWait(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 3))
	conn, err := log.search.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := log.Search(ctx, lobby, "text", 0, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	mustRead(t, log, 0, 3)
	conn.Close()
	logtest.WantFound(t, log, "text", 0, 1, 3)
}

// The index is asked first, and what it finds comes in its order.
func TestSearchPlan(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	rows, err := log.reading.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+selectIndexed, "x", 1, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var a, b, c int
		var step string
		if err := rows.Scan(&a, &b, &c, &step); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(step + "\n")
	}
	if !strings.HasPrefix(plan.String(), "SCAN search VIRTUAL TABLE") || strings.Contains(plan.String(), "TEMP B-TREE") {
		t.Errorf("%s", &plan)
	}
}
