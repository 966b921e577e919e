package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

// However many messages the log refuses, it is logged once a minute, and once when it is over.
func TestTroubleIsLoggedOnceInAWhile(t *testing.T) {
	var logged strings.Builder
	now := time.Unix(1_000_000, 0)
	cfg := &Config{Logger: slog.New(slog.NewTextHandler(&logged, nil)), Now: func() time.Time { return now }}
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
	trouble.over(cfg)
	wantLines(0)
	for range 1000 {
		trouble.refuse(cfg, 2, full)
		now = now.Add(time.Millisecond)
	}
	wantLines(1, "ERROR", "takes no messages", "refused=2", "disk is full")
	now = now.Add(remindAfter)
	trouble.refuse(cfg, 5, full)
	wantLines(2, "ERROR", "refused=2005")
	trouble.over(cfg)
	wantLines(3, "WARN", "again", "refused=2005")
	for range 1000 { // now and then something fits in
		trouble.refuse(cfg, 1, full)
		trouble.over(cfg)
	}
	wantLines(3)
	now = now.Add(remindAfter)
	trouble.refuse(cfg, 4, full)
	wantLines(4, "ERROR", "refused=1004")
	trouble.over(cfg)
	wantLines(5, "WARN", "again", "refused=1004")
}

// A batch of messages that the log has already writes nothing, so it does not show that the disk has room again.
func TestDuplicatesDoNotEndTrouble(t *testing.T) {
	var logged strings.Builder
	log := &failingLog{Log: memlog.New(memlog.Options{}), fail: make(chan error, 1)}
	a := newAppender(&Hub{cfg: Config{
		Log: log, Logger: slog.New(slog.NewTextHandler(&logged, nil)), Now: time.Now,
	}}, 0)
	store := func(id wire.ID) {
		a.requests = []request{{kind: requestSay, member: &Member{session: alice, name: "Alice"}, id: id, text: "hello"}}
		a.store()
	}
	store(1)
	for range 3 {
		log.fail <- errors.New("the disk is full")
		store(2)
		store(1)
	}
	wantLine(t, &logged, "takes no messages")
	logged.Reset()
	store(2)
	wantLine(t, &logged, "takes messages again")
}

// wantLine wants one line to have been logged, with that in it.
func wantLine(t *testing.T, logged *strings.Builder, part string) {
	t.Helper()
	if n := strings.Count(logged.String(), "\n"); n != 1 || !strings.Contains(logged.String(), part) {
		t.Errorf("%d lines, want 1 with %q:\n%s", n, part, logged)
	}
}

// unreadableLog is a log that can be written only.
type unreadableLog struct{ msglog.Log }

func (unreadableLog) Read(context.Context, string, wire.Seq, int) ([]msglog.Entry, error) {
	return nil, errors.New("the disk fails")
}

// However many clients need a log that can't be read, that is logged once in a while. Each of them is told.
func TestUnreadableLogIsLoggedOnceInAWhile(t *testing.T) {
	var logged strings.Builder
	log := memlog.New(memlog.Options{})
	hello := []msglog.Entry{{Room: Room, Session: alice, From: "Alice", Text: "hello"}}
	if err := log.Append(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	h, err := New(t.Context(), Config{
		Log: unreadableLog{log}, Logger: slog.New(slog.NewTextHandler(&logged, nil)), Now: time.Now,
		Stall: time.Minute, Linger: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		j := named(fmt.Sprint("user", i), wire.NewSessionID())
		j.Since = new(wire.Seq)
		c := join(t, h, j)
		if e := until[*wire.Error](c); e.Code != wire.CodeInternal {
			t.Errorf("%v", e)
		}
		go c.closeWhenDone()
	}
	if err := h.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	wantLine(t, &logged, "can't be read")
}
