package sqlitelog

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
)

func TestMain(m *testing.M) {
	if run := children[os.Getenv(childVariable)]; run != nil {
		os.Exit(run(os.Getenv(childFolder)))
	}
	goleak.VerifyTestMain(m)
}

func TestConformance(t *testing.T) {
	logtest.Run(t, func(t *testing.T) msglog.Log { return mustOpen(t, t.TempDir(), Options{}) })
}

func TestDurability(t *testing.T) {
	logtest.RunDurable(t, func(t *testing.T, dir string) msglog.Log { return mustOpen(t, dir, Options{}) })
}

// mustOpen opens the log in dir and sees to it that it is closed.
func mustOpen(t testing.TB, dir string, o Options) *Log {
	t.Helper()
	log, err := Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return log
}

func mustAppend(t testing.TB, log *Log, entries []msglog.Entry) {
	t.Helper()
	if err := log.Append(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t testing.TB, log *Log, after wire.Seq, limit int) []msglog.Entry {
	t.Helper()
	entries, err := log.Read(t.Context(), lobby, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func wantBounds(t testing.TB, log *Log, first, last wire.Seq) {
	t.Helper()
	got, err := log.Bounds(t.Context(), lobby)
	if want := (msglog.Bounds{First: first, Last: last}); err != nil || got != want {
		t.Errorf("bounds %v, %v; want %v", got, err, want)
	}
}

// asWriter runs a statement on the writer's connection.
func asWriter(t testing.TB, log *Log, statement string) {
	t.Helper()
	w := <-log.writer
	defer func() { log.writer <- w }()
	if _, err := w.conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// count returns the number that a query finds.
func count(t testing.TB, log *Log, query string) (n int) {
	t.Helper()
	if err := log.reading.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits for a condition that something in the background brings about.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
