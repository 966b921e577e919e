package hub

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// However many messages the log refuses, it is logged once a minute, and once when it is over.
func TestTroubleIsLoggedOnceInAWhile(t *testing.T) {
	var logged strings.Builder
	now := time.Unix(1_000_000, 0)
	cfg := &Config{
		Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		Now:    func() time.Time { return now },
	}
	wantLines := func(n int, last ...string) {
		t.Helper()
		lines := strings.Split(strings.TrimSuffix(logged.String(), "\n"), "\n")
		if logged.Len() == 0 {
			lines = nil
		}
		if len(lines) != n {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), n, &logged)
		}
		for _, part := range last {
			if !strings.Contains(lines[n-1], part) {
				t.Errorf("%s has no %q", lines[n-1], part)
			}
		}
	}
	var trouble trouble
	full := errors.New("the disk is full")
	trouble.note(cfg, 3, nil)
	wantLines(0)
	for range 1000 {
		trouble.note(cfg, 2, full)
		now = now.Add(time.Millisecond)
	}
	wantLines(1, "ERROR", "takes no messages", "refused=2", "disk is full")
	now = now.Add(remindAfter)
	trouble.note(cfg, 5, full)
	wantLines(2, "ERROR", "refused=2005")
	trouble.note(cfg, 1, nil)
	wantLines(3, "WARN", "again", "refused=2005")
	trouble.note(cfg, 1, nil)
	wantLines(3)
	trouble.note(cfg, 4, full) // it begins anew
	wantLines(4, "ERROR", "refused=4")
}
