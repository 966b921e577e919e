package sqlitelog

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// Settings of each connection. The busy timeout, in milliseconds, is for other programs, such as a backup.
var (
	writerPragmas = []string{
		"busy_timeout(5000)", "synchronous(FULL)", "fullfsync(1)", "temp_store(MEMORY)", "cell_size_check(1)",
		"wal_autocheckpoint(0)",        // Log.settle does it
		"journal_size_limit(16777216)", // bytes of the write-ahead log that are left when more were needed for a while
	}
	readerPragmas = []string{"busy_timeout(5000)", "temp_store(MEMORY)", "cell_size_check(1)"}
)

// connect returns a pool of up to n connections to the database at path, an absolute one. The mode is "rw" or "ro".
func connect(path, mode string, pragmas []string, n int) (*sql.DB, error) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas, "mode": {mode}}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
