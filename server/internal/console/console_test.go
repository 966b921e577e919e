package console_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"hubbub/server/internal/console"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name string
		log  func(*slog.Logger)
		line string
	}{
		{
			"starting", func(l *slog.Logger) { l.Info("starting", "addr", "127.0.0.1:5050") },
			"[STARTING] Server is listening on 127.0.0.1:5050",
		},
		{
			"connected", func(l *slog.Logger) { l.With("addr", "127.0.0.1:54321").Info("new connection") },
			"[NEW CONNECTION] 127.0.0.1:54321 connected.",
		},
		{
			"joined", func(l *slog.Logger) { l.With("addr", "127.0.0.1:54321").With("user", "Alice").Info("joined") },
			"[127.0.0.1:54321] User 'Alice' has joined the chat.",
		},
		{
			"message", func(l *slog.Logger) {
				l.Info("message", "addr", "127.0.0.1:54321", "user", "Alice", "text", "Hello Bob!")
			},
			"[127.0.0.1:54321] Message from 'Alice': Hello Bob!",
		},
		{
			"left", func(l *slog.Logger) { l.Info("disconnected", "addr", "127.0.0.1:54321", "user", "Alice", "reason", "") },
			"[DISCONNECTED] 127.0.0.1:54321 (Alice) disconnected.",
		},
		{
			"cut off before it joined", func(l *slog.Logger) {
				l.Info("disconnected", "addr", "127.0.0.1:54321", "reason", "you have not joined within 10s")
			},
			"[DISCONNECTED] 127.0.0.1:54321 disconnected: you have not joined within 10s.",
		},
		{
			"stopping", func(l *slog.Logger) { l.Info("stopping", "reason", "it was asked to") },
			"[STOPPING] Server is stopping: it was asked to.",
		},
		{
			"anything else", func(l *slog.Logger) {
				l.With("user", "Alice").WithGroup("g").Warn("the disk is full", "error", errors.New("no space"), "n", 3)
			},
			`[WARN] the disk is full user="Alice" error="no space" n="3"`,
		},
		{
			"an event of another level", func(l *slog.Logger) { l.Error("message", "user", "Alice") },
			`[ERROR] message user="Alice"`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := written(c.log); got != c.line+"\n" {
				t.Errorf("got  %q\nwant %q", got, c.line+"\n")
			}
		})
	}
}

// written is what the console shows of what is logged.
func written(log func(*slog.Logger)) string {
	var out strings.Builder
	log(slog.New(console.New(&out, slog.LevelInfo)))
	return out.String()
}

// What people have written can't move the terminal, nor look like another line.
func TestHarmless(t *testing.T) {
	for text, shown := range map[string]string{
		"two\nlines":                      "two⏎lines",
		"a\ttab":                          "a tab",
		"\x1b[31mred\x1b[0m":              "�[31mred�[0m",
		"\x1b]0;title\a":                  "�]0;title�",
		"\u009b31m and \u0085":            "�31m and �",
		"back\b\b and return\r":           "back�� and return�",
		"null\x00 del\x7f":                "null� del�",
		"\u202eright\u202c\u2066ok\u2069": "�right��ok�",
		"not UTF-8 \xff":                  "not UTF-8 �",
		"plain é 李 😀 שלום":                "plain é 李 😀 שלום",
	} {
		got := written(func(l *slog.Logger) { l.Info("message", "addr", "a", "user", "b", "text", text) })
		if want := "[a] Message from 'b': " + shown + "\n"; got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
		got = written(func(l *slog.Logger) { l.Warn(text) })
		if want := "[WARN] " + shown + "\n"; got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestLevel(t *testing.T) {
	var out strings.Builder
	level := new(slog.LevelVar)
	log := slog.New(console.New(&out, level))
	log.Debug("quiet")
	level.Set(slog.LevelError)
	log.Info("joined")
	log.Warn("quiet")
	log.Error("loud")
	if got := out.String(); got != "[ERROR] loud\n" {
		t.Errorf("got %q", got)
	}
}

// lines counts the writes, of which each must be one line.
type lines struct {
	t *testing.T
	n int
}

func (l *lines) Write(b []byte) (int, error) {
	if strings.Count(string(b), "\n") != 1 || !strings.HasSuffix(string(b), ".\n") {
		l.t.Errorf("one write of %q", b)
	}
	l.n++
	return len(b), nil
}

// Loggers that share a handler, and those made from it, write whole lines.
func TestLinesStayWhole(t *testing.T) {
	const loggers, each = 8, 100
	out := &lines{t: t}
	log := slog.New(console.New(out, slog.LevelInfo))
	var all sync.WaitGroup
	for range loggers {
		all.Go(func() {
			with := log.With("addr", "127.0.0.1:54321")
			for range each {
				with.Info("new connection")
			}
		})
	}
	all.Wait()
	if out.n != loggers*each {
		t.Errorf("%d lines", out.n)
	}
}
