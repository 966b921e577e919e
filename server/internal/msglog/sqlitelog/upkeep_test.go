package sqlitelog

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"hubbub/server/internal/msglog/logtest"
)

// lines collects what is logged.
type lines struct {
	mu   sync.Mutex // guards the following
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// When the upkeep fails it says so, once in a while; appending goes on, and Close does not wait for the next attempt.
func TestUpkeepFails(t *testing.T) {
	logged := &lines{}
	log := mustOpen(t, t.TempDir(), Options{Keep: 1, Logger: slog.New(slog.NewTextHandler(logged, nil))})
	asWriter(t, log, "CREATE TRIGGER stop BEFORE DELETE ON messages BEGIN SELECT raise(ABORT, 'no'); END")
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 2*dropStep))
	eventually(t, "it is logged", func() bool { return strings.Contains(logged.String(), "upkeep has failed") })
	for i := range 10 {
		mustAppend(t, log, logtest.Entries(logtest.Session(2+i), 1, 2))
	}
	wantBounds(t, log, 2*dropStep+20, 2*dropStep+20)
	if n := strings.Count(logged.String(), "\n"); n != 1 {
		t.Errorf("%d lines were logged:\n%s", n, logged)
	}
}

// Where the upkeep has failed, it does not wait for its next attempt when Append has recovered: a disk that has room
// again would be filled by a write-ahead log that is not moved.
func TestUpkeepRecoversWithAppend(t *testing.T) {
	logged := &lines{}
	log := mustOpen(t, t.TempDir(), Options{Keep: 1, Logger: slog.New(slog.NewTextHandler(logged, nil))})
	const no = " ON messages BEGIN SELECT raise(ABORT, 'no'); END"
	asWriter(t, log, "CREATE TRIGGER stay BEFORE DELETE"+no)
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, 2*dropStep))
	eventually(t, "it is logged", func() bool { return strings.Contains(logged.String(), "upkeep has failed") })
	asWriter(t, log, "DROP TRIGGER stay; CREATE TRIGGER stop BEFORE INSERT"+no)
	if log.Append(t.Context(), logtest.Entries(logtest.Session(2), 1, 1)) == nil {
		t.Fatal("it was taken")
	}
	asWriter(t, log, "DROP TRIGGER stop")
	mustAppend(t, log, logtest.Entries(logtest.Session(2), 1, 1))
	eventually(t, "what is over the bound is deleted", func() bool {
		return count(t, log, "SELECT count(*) FROM messages") <= dropStep
	})
}
