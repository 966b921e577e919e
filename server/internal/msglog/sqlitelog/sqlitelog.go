// Package sqlitelog keeps the log in an SQLite database, on disk and durable.
//
// The folder holds log.db, beside it log.db-wal and log.db-shm while the log is open, and lock, which names the log's
// owner. All of them belong to the owner of the process alone.
//
// # Durability
//
// What [Log.Append] has returned for survives the end of the process and a power cut. The database is in WAL mode with
// synchronous=FULL, with which SQLite syncs the write-ahead log at every commit; with NORMAL, a commit "might roll back
// following a power loss" (https://www.sqlite.org/pragma.html#pragma_synchronous, https://www.sqlite.org/wal.html,
// "Performance Considerations"). EXTRA adds something to the rollback journal only. fullfsync makes macOS empty the
// disk's own cache too. SQLite syncs the folder's entry of a new write-ahead log itself; that of the database and of
// the folder is synced by [Open]. All this trusts the disk to have stored what it says that it has.
//
// # Numbers
//
// That (Session, ID) is stored once holds for ever. While a message is kept, a unique index sees to it; when
// [Options].Keep lets it go, its number is added to a stretch of the numbers of its session that are gone. A client's
// numbers follow one another, so a session costs one row of some twenty bytes however much it has said. A message sent
// again after that long is answered with the number and the time of the last one of its stretch.
//
// # Search
//
// The words of messages are in a full-text index (FTS5). Indexing a message costs several times as much as storing it,
// so Append does not wait for it: the upkeep indexes in steps, and rests in between. What is not indexed yet, a few
// hundred messages at the most where there is no rush, is looked through one by one. So a search sees whatever has been
// committed, and the index only makes it fast. A log of an older version is indexed like that too, once it is open.
package sqlitelog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// Options say how a log is kept.
type Options struct {
	// Keep is how many of the newest entries of each room can be read; 0: all. The others are deleted in the
	// background, 256 at a time. The database's file does not shrink by that: the room is used again.
	Keep int

	// Owner says who opens the log, such as the server's address. Who finds the log in use is told.
	Owner string

	// Logger gets what goes wrong in the background. Nil: nobody does.
	Logger *slog.Logger

	// For tests; 0: the constants of these names.
	indexStep   int
	settlePages int
}

// Log is a [msglog.Log] in a folder. Reads have their own connections to the database and never wait for an Append.
type Log struct {
	// Set by Open, then only read.
	dir      string
	options  Options
	identity wire.LogID
	lock     *lock
	writing  *sql.DB
	reading  *sql.DB
	page     *sql.Stmt // of reading
	search   *searcher

	// writer holds the one writer while nobody has taken it.
	writer chan *writer

	// unsettled is how many pages have been written to the write-ahead log since settle has last moved them. Changed by
	// who has the writer.
	unsettled atomic.Int64

	// wake wakes the upkeep, and recovered does where it has failed; stop ends it, and it closes stopped.
	wake      chan struct{}
	recovered chan struct{}
	stop      context.CancelFunc
	stopped   chan struct{}

	// settler is the upkeep's connection.
	settler *sql.Conn

	closing sync.Once
	failure error // of Close

	mu       sync.RWMutex // guards the following
	closed   bool
	underway sync.WaitGroup   // calls; added to with mu held and closed false
	rooms    map[string]*room // that have been committed, and their bounds
}

var _ msglog.Log = (*Log)(nil)

// Open opens the log in the folder dir, which it makes where there is none, with all folders above it. It brings a log
// that an older Hubbub has made up to date. The log is this one's alone until Close or the end of the process: where
// another has it, the error is [ErrInUse] and names the other.
//
// ctx is for Open only. Opening takes a few milliseconds however many messages there are.
func Open(ctx context.Context, dir string, o Options) (*Log, error) {
	if o.Keep < 0 {
		return nil, fmt.Errorf("a log can't keep %d messages", o.Keep)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.indexStep = cmp.Or(o.indexStep, indexStep)
	o.settlePages = cmp.Or(o.settlePages, settlePages)
	l := &Log{
		dir: dir, options: o,
		writer:    make(chan *writer, 1),
		wake:      make(chan struct{}, 1),
		recovered: make(chan struct{}, 1),
		stopped:   make(chan struct{}),
	}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(explain(dir, err), l.release())
	}
	open, stop := context.WithCancel(context.Background())
	l.stop = stop
	go l.upkeep(open)
	return l, nil
}

func (l *Log) open(ctx context.Context) error {
	path, err := prepareFolder(l.dir)
	if err != nil {
		return err
	}
	if l.lock, err = acquireLock(l.dir, l.options.Owner); err != nil {
		return err
	}
	if err := prepareFiles(path); err != nil {
		return err
	}
	l.unsettled.Store(leftPages(path))
	if l.writing, err = connect(path, "rw", writerPragmas, 2); err != nil {
		return err
	}
	conn, err := l.writing.Conn(ctx)
	if err != nil {
		return err
	}
	w := newWriter(conn)
	l.writer <- w
	if err := prepareDatabase(ctx, conn, migrations); err != nil {
		return err
	}
	if l.identity, err = loadIdentity(ctx, conn); err != nil {
		return err
	}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	if l.rooms, err = loadRooms(ctx, conn); err != nil {
		return err
	}
	maps.Copy(w.rooms, l.rooms)
	if l.settler, err = l.writing.Conn(ctx); err != nil {
		return err
	}
	if err := l.prepareSettler(ctx); err != nil {
		return err
	}
	l.settle(ctx) // so that the first Append finds the room; where it fails, the upkeep tries again and says why
	if l.reading, err = connect(path, "ro", readerPragmas, max(readers, runtime.GOMAXPROCS(0))); err != nil {
		return err
	}
	if l.page, err = l.reading.PrepareContext(ctx, selectPage); err != nil {
		return err
	}
	l.search, err = newSearcher(ctx, path)
	return err
}

// Identity implements [msglog.Log].
func (l *Log) Identity() wire.LogID { return l.identity }

// Close waits for calls that are under way and for the step that the upkeep is at, and closes the database. The folder is
// free when it returns.
func (l *Log) Close() error {
	l.closing.Do(func() {
		l.mu.Lock()
		l.closed = true
		l.mu.Unlock()
		l.stop()
		<-l.stopped
		l.underway.Wait()
		l.failure = l.release()
	})
	return l.failure
}

// release gives up what open has taken, as far as it came. The readers go first: the last connection to a database
// tidies its write-ahead log away, which a reader may not.
func (l *Log) release() error {
	var failures []error
	if l.search != nil {
		failures = append(failures, l.search.close())
	}
	if l.page != nil {
		failures = append(failures, l.page.Close())
	}
	if l.reading != nil {
		failures = append(failures, l.reading.Close())
	}
	if l.settler != nil {
		failures = append(failures, l.settler.Close())
	}
	select {
	case w := <-l.writer:
		failures = append(failures, w.close())
	default:
	}
	if l.writing != nil {
		failures = append(failures, l.writing.Close())
	}
	if l.lock != nil {
		failures = append(failures, l.lock.release())
	}
	if err := errors.Join(failures...); err != nil {
		return explain(l.dir, err)
	}
	return nil
}

// enter begins a call, which leave ends. Close waits in between.
func (l *Log) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return msglog.ErrClosed
	}
	l.underway.Add(1)
	return nil
}

func (l *Log) leave() { l.underway.Done() }

// takeWriter waits for the writer and takes it, until the caller puts it back into l.writer.
func (l *Log) takeWriter(ctx context.Context) (*writer, error) {
	select {
	case w := <-l.writer:
		return w, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
