package sqlitelog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"hubbub/server/internal/msglog/logtest"
)

func fileSize(t testing.TB, log *Log, name string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(log.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	dir := filepath.Join(t.TempDir(), "state", "hub bub?#%41")
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 1))
	for path, want := range map[string]os.FileMode{
		filepath.Dir(dir): 0o700 | os.ModeDir, dir: 0o700 | os.ModeDir,
		filepath.Join(dir, lockName): 0o600, filepath.Join(dir, databaseName): 0o600,
		filepath.Join(dir, walName): 0o600, filepath.Join(dir, shmName): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s: %v, want %v", path, info.Mode(), want)
		}
	}
	log.Close()
	for _, name := range []string{walName, shmName} { // which stay where a connection is left open
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there after Close: %v", name, err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, databaseName), 0o666); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir, Options{})
	if info, err := os.Stat(filepath.Join(dir, databaseName)); err != nil || info.Mode() != 0o600 {
		t.Errorf("a database that others could read: %v, %v", info.Mode(), err)
	}
}

func TestOneOwner(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{Owner: "127.0.0.1:5050"})
	_, err := Open(t.Context(), dir, Options{Owner: "127.0.0.1:6060"})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("a second owner: %v", err)
	}
	if first := fmt.Sprintf("process %d at 127.0.0.1:5050", os.Getpid()); !strings.Contains(err.Error(), first) {
		t.Errorf("%q does not name %q", err, first)
	}
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 1)) // the first goes on
	log.Close()
	mustOpen(t, dir, Options{})
}

func TestSettings(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	w := <-log.writer
	defer func() { log.writer <- w }()
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "wal_autocheckpoint": "0",
	} {
		var got string
		if err := w.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", pragma, got, err, want)
		}
	}
	if _, err := log.reading.ExecContext(t.Context(), "DELETE FROM messages"); err == nil {
		t.Error("a reader can write")
	}
}

// A Read does not wait while the writer is in a transaction, and sees nothing of it.
func TestReadsDoNotWaitForTheWriter(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 2))
	w := <-log.writer
	if err := w.transaction(func() error {
		more := logtest.Entries(logtest.Session(1), 3, 1)
		if _, err := w.place(&more[0]); err != nil {
			return err
		}
		if entries := mustRead(t, log, 0, 10); len(entries) != 2 {
			t.Errorf("read %d entries", len(entries))
		}
		return errors.New("roll back")
	}); err == nil {
		t.Error("the transaction was committed")
	}
	log.writer <- w
	more := logtest.Entries(logtest.Session(2), 1, 1)
	mustAppend(t, log, more)
	if more[0].Seq != 3 {
		t.Errorf("number %d behind a transaction that was rolled back", more[0].Seq)
	}
}

func TestDamagedDatabase(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, Options{})
	mustAppend(t, log, benchEntries(0, 2000))
	log.Close()
	path := filepath.Join(dir, databaseName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for _, test := range []struct {
		name string
		from int
	}{{"header", 0}, {"all but the header", page}, {"the messages", 12 * page}} {
		t.Run(test.name, func(t *testing.T) {
			broken := bytes.Clone(whole)
			for i := test.from; i < len(broken); i++ {
				broken[i] = 0xa5
			}
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			log, err := Open(t.Context(), dir, Options{})
			if err == nil {
				defer log.Close()
				if _, err = log.Read(t.Context(), lobby, 0, 2000); err == nil {
					t.Fatal("it was read as if nothing were")
				}
			}
			if !strings.Contains(err.Error(), "it is damaged") || !strings.Contains(err.Error(), dir) {
				t.Error(err)
			}
		})
	}
}

func TestMissingNameIsDamage(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 1))
	asWriter(t, log, "DELETE FROM names")
	if _, err := log.Read(t.Context(), lobby, 0, 1); !errors.Is(err, errDamaged) {
		t.Error(err)
	}
	asWriter(t, log, "DELETE FROM sessions; INSERT INTO names (no, name) VALUES (1, 'Alice')")
	if _, err := log.Read(t.Context(), lobby, 0, 1); !errors.Is(err, errDamaged) {
		t.Error(err)
	}
}
