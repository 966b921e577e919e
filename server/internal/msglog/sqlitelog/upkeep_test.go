package sqlitelog

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/logtest"
	"hubbub/wire"
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

// Only the database's own failures are ones that it can recover from, and only what is stored shows that it has:
// duplicates are not, and so need no room.
func TestWhatRecoveryIs(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{})
	failed := func() bool {
		w := <-log.writer
		defer func() { log.writer <- w }()
		return w.failed
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	asWriter(t, log,
		"CREATE TRIGGER stop BEFORE INSERT ON messages WHEN NEW.text = 'no' BEGIN SELECT raise(ABORT, 'no'); END")
	entry := func(id wire.ID, text string) msglog.Entry {
		return msglog.Entry{Room: lobby, Session: logtest.Session(1), ID: id, From: "Alice", Text: text}
	}
	for _, step := range []struct {
		what     string
		entries  []msglog.Entry
		taken    bool
		failed   bool
		recovers bool
	}{
		{"a first message", []msglog.Entry{entry(1, "yes")}, true, false, false},
		{"no session", []msglog.Entry{{Room: lobby, Text: "yes"}}, false, false, false},
		{"a failure", []msglog.Entry{entry(2, "no")}, false, true, false},
		{"no session either", []msglog.Entry{{Room: lobby, Text: "yes"}}, false, true, false},
		{"a duplicate", []msglog.Entry{entry(1, "yes")}, true, true, false},
		{"a duplicate and a message", []msglog.Entry{entry(1, "yes"), entry(3, "yes")}, true, false, true},
		{"one more", []msglog.Entry{entry(4, "yes")}, true, false, false},
	} {
		if err := log.Append(t.Context(), step.entries); (err == nil) != step.taken {
			t.Fatalf("%s: %v", step.what, err)
		}
		if failed() != step.failed {
			t.Errorf("%s: failed is %v", step.what, !step.failed)
		}
		select {
		case <-log.recovered:
			if !step.recovers {
				t.Errorf("%s: it has recovered", step.what)
			}
		default:
			if step.recovers {
				t.Errorf("%s: it has not recovered", step.what)
			}
		}
	}
	w := <-log.writer
	if err := w.append(cancelled, []msglog.Entry{entry(5, "yes")}); err == nil || isFromDatabase(err) {
		t.Errorf("a context that ends is the database's failure %v", err)
	}
	log.writer <- w
}

// When the log is closed, the upkeep does nothing more, though there is something to do and the writer is free.
func TestUpkeepEnds(t *testing.T) {
	log := mustOpen(t, t.TempDir(), Options{Keep: 1})
	log.stop()
	<-log.stopped
	const steps = 20
	mustAppend(t, log, logtest.Entries(logtest.Session(1), 1, steps*dropStep))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range steps {
		if err := log.tidy(ended); err != context.Canceled {
			t.Fatal(err)
		}
	}
	if n := count(t, log, "SELECT count(*) FROM messages"); n != steps*dropStep {
		t.Errorf("%d messages have been deleted", steps*dropStep-n)
	}
}
