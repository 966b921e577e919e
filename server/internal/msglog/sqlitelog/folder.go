package sqlitelog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Names of the files in a log's folder. SQLite gives the last two the permissions of the first when it makes them.
const (
	lockName     = "lock"
	databaseName = "log.db"
	walName      = databaseName + "-wal"
	shmName      = databaseName + "-shm"
)

// prepareFolder makes the folder dir where there is none, for its owner alone, and returns the database's absolute
// path. A folder that is there stays as it is.
func prepareFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := makeFolder(dir); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, databaseName), nil
}

// makeFolder makes dir and what is missing above it, each known to the disk when it returns.
func makeFolder(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil { // whatever the umask has taken
		return err
	}
	return syncFolder(parent)
}

// prepareFiles makes the database's file where there is none, and keeps it and those beside it from others.
func prepareFiles(path string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	for _, name := range []string{walName, shmName} {
		if err := os.Chmod(filepath.Join(dir, name), 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncFolder(dir)
}

func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}
