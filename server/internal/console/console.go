// Package console writes the server's log the way PyNet's server wrote it: one line for what has happened, for a person
// who watches.
package console

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"hubbub/wire"
)

// Handler is a [slog.Handler] that knows the server's own events by their message and writes each in its own form. Any
// other record is written as its level, message and attributes.
type Handler struct {
	level slog.Leveler
	attrs []slog.Attr

	mu *sync.Mutex // guards w; shared by all handlers that WithAttrs makes
	w  io.Writer
}

// New makes a handler that writes records of at least that level to w, each with one Write.
func New(w io.Writer, level slog.Leveler) *Handler {
	return &Handler{level: level, mu: new(sync.Mutex), w: w}
}

// events holds how each event is written, from its attributes by key.
var events = map[string]func(attrs map[string]string) string{
	"starting":       func(a map[string]string) string { return "[STARTING] Server is listening on " + a["addr"] },
	"new connection": func(a map[string]string) string { return "[NEW CONNECTION] " + a["addr"] + " connected." },
	"joined": func(a map[string]string) string {
		return fmt.Sprintf("[%s] User '%s' has joined the chat.", a["addr"], a["user"])
	},
	"message": func(a map[string]string) string {
		return fmt.Sprintf("[%s] Message from '%s': %s", a["addr"], a["user"], a["text"])
	},
	"disconnected": disconnected,
	"stopping":     func(a map[string]string) string { return "[STOPPING] Server is stopping: " + a["reason"] + "." },
}

func disconnected(a map[string]string) string {
	line := "[DISCONNECTED] " + a["addr"]
	if a["user"] != "" {
		line += " (" + a["user"] + ")"
	}
	line += " disconnected"
	if a["reason"] != "" {
		line += ": " + a["reason"]
	}
	return line + "."
}

// Enabled implements [slog.Handler].
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level.Level() }

// WithAttrs implements [slog.Handler].
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.attrs = append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)
	return &with
}

// WithGroup implements [slog.Handler]. The console has no groups: their attributes stand among the others.
func (h *Handler) WithGroup(string) slog.Handler { return h }

// Handle implements [slog.Handler].
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	attrs := h.attrs[:len(h.attrs):len(h.attrs)]
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	line := oneLine(write(r, attrs)) + "\n"
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, line)
	return err
}

func write(r slog.Record, attrs []slog.Attr) string {
	if event, ok := events[r.Message]; ok && r.Level == slog.LevelInfo {
		values := make(map[string]string, len(attrs))
		for _, a := range attrs {
			values[a.Key] = a.Value.Resolve().String()
		}
		return event(values)
	}
	var line strings.Builder
	fmt.Fprintf(&line, "[%s] %s", r.Level, r.Message)
	for _, a := range attrs {
		fmt.Fprintf(&line, " %s=%q", a.Key, a.Value.Resolve().String())
	}
	return line.String()
}

// oneLine makes what people have written harmless for a terminal, and for who reads one line as one event.
func oneLine(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '⏎'
		case r == '\t':
			return ' '
		case wire.Obeyed(r):
			return '�'
		}
		return r
	}, line)
}
