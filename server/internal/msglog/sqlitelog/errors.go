package sqlitelog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errDamaged is the cause of an error where the database contradicts itself and SQLite has not seen it.
var errDamaged = errors.New("the database contradicts itself")

// explain says which log err is about and what can be done about it.
func explain(dir string, err error) error {
	if errors.Is(err, ErrInUse) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if advice := adviceFor(err); advice != "" {
		return fmt.Errorf("the log in %s: %s: %w", dir, advice, err)
	}
	return fmt.Errorf("the log in %s: %w", dir, err)
}

// isFromDatabase reports whether err is the database's, and not that of an entry or of a context.
func isFromDatabase(err error) bool {
	var cause *sqlite.Error
	return errors.As(err, &cause)
}

func adviceFor(err error) string {
	const (
		full     = "its disk is full; make room there, then messages are stored again"
		readOnly = "its folder or a file in it can't be written; give the server's user the right to, or use another folder"
		damaged  = "it is damaged; restore a backup, or move the files log.db* away to start with an empty log" +
			" (\"sqlite3 log.db .recover\" may save what is left)"
	)
	switch {
	case errors.Is(err, errDamaged):
		return damaged
	case errors.Is(err, syscall.ENOSPC):
		return full
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return readOnly
	}
	var cause *sqlite.Error
	if !errors.As(err, &cause) {
		return ""
	}
	switch cause.Code() & 0xff { // without the details of the extended code
	case sqlite3.SQLITE_FULL:
		return full
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return readOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged
	case sqlite3.SQLITE_IOERR:
		return "its disk fails, or a quota or a limit on the size of files is reached; look at the disk's space and at" +
			" the system's messages"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another program has its database open; end that one"
	}
	return ""
}
