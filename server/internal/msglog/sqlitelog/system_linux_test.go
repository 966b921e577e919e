package sqlitelog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"hubbub/server/internal/msglog/logtest"
)

// The same as TestFullDisk with a file system that really is full.
func TestFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,mode=0700"); err != nil {
		t.Skipf("NOT TESTED: a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	log := mustOpen(t, filepath.Join(dir, "log"), Options{})
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 10))
	fillAndRecover(t, log, func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOpenOnAFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Skipf("NOT TESTED: a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil || !strings.Contains(err.Error(), "make room there") {
		t.Error(err)
	}
}

func TestReadOnly(t *testing.T) {
	for _, test := range []struct {
		name         string
		folder, file os.FileMode
	}{{"folder", 0o500, 0}, {"database", 0o700, 0o400}} {
		t.Run(test.name, func(t *testing.T) {
			above := t.TempDir()
			dir := filepath.Join(above, "log")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if test.file != 0 {
				if err := os.WriteFile(filepath.Join(dir, databaseName), nil, test.file); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, test.folder); err != nil {
				t.Fatal(err)
			}
			asNobody(t, above)
			_, err := Open(t.Context(), dir, Options{})
			if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "can't be written") {
				t.Error(err)
			}
		})
	}
}

// asNobody takes root's rights to files away from the test's thread, and gives it what is in above.
func asNobody(t *testing.T, above string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	for _, dir := range []string{filepath.Dir(above), above} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := filepath.WalkDir(above, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, nobody, nobody))
	}); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	t.Cleanup(func() {
		unix.SetfsuidRetUid(0)
		runtime.UnlockOSThread()
	})
	unix.SetfsuidRetUid(nobody)
	if now, err := unix.SetfsuidRetUid(nobody); err != nil || now != nobody {
		t.Skipf("NOT TESTED: root keeps its rights: user %d, %v", now, err)
	}
}
