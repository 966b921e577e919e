package sqlitelog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// settlePages is how many pages of 4 KiB may be in the write-ahead log before they are moved into the database.
const settlePages = 1000

// framePage is how many bytes a page takes in the write-ahead log, its header included.
const framePage = 4096 + 24

// leftPages returns how many pages a process that was killed has left in the write-ahead log, at the most: a log that
// never lives until there are enough must not grow for ever.
func leftPages(path string) int64 {
	info, err := os.Stat(filepath.Join(filepath.Dir(path), walName))
	if err != nil {
		return 0 // as a rule there is none
	}
	return info.Size() / framePage
}

// settlePatience is how many milliseconds the writer is held for Reads that have begun before, at the most.
const settlePatience = 100

// settle moves the pages of the write-ahead log into the database, when they are enough, so that the log starts over.
// (SQLite would do it in the commit that reaches the number, and let its Append wait. Nor would it ever start over
// while there is always somebody who reads.)
//
// Most of it is done beside the writer. The writer is taken for the rest, until the Reads have ended that have begun by
// then. Where one takes longer than settlePatience, such as another program's backup, the write-ahead log grows by as
// much again until the next attempt.
func (l *Log) settle(ctx context.Context) error {
	if l.unsettled.Load() < int64(l.options.settlePages) {
		return nil
	}
	if err := l.checkpoint("PASSIVE"); err != nil {
		return err
	}
	w, err := l.takeWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { l.writer <- w }()
	if err := l.checkpoint("RESTART"); err != nil {
		return err
	}
	l.unsettled.Store(0)
	return nil
}

// checkpoint moves what it can. It runs to its end, whatever the upkeep's context does.
func (l *Log) checkpoint(mode string) error {
	_, err := l.settler.ExecContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")")
	return err
}

// prepareSettler sets the upkeep's connection up.
func (l *Log) prepareSettler(ctx context.Context) error {
	_, err := l.settler.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", settlePatience))
	return err
}

// count adds the pages that w has written since the last time to those that are to be moved. It reports whether these
// are enough.
func (l *Log) count(w *writer) (long bool) {
	w.conn.Raw(func(conn any) error {
		pages, _, err := conn.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
		long = l.unsettled.Add(int64(pages)) >= int64(l.options.settlePages)
		return err
	})
	return long
}
