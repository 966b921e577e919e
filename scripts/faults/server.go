package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/scripts/internal/programs"
)

// victim is the server that things are done to, always on the same address and folder.
type victim struct {
	set     programs.Set
	dir     string
	addr    string
	hub     *programs.Hub
	console complaints
}

// data is the folder of the server's log.
func (v *victim) data() string { return filepath.Join(v.dir, "data") }

func (v *victim) start(ctx context.Context) error {
	listen := v.addr
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	hub, err := v.set.StartHub(ctx, v.dir, "-listen", listen, "-data", v.data(), "-rate", "0")
	if err != nil {
		return err
	}
	v.hub, v.addr = hub, hub.Addr
	return nil
}

// restart kills the server and starts it again.
func (v *victim) restart(ctx context.Context) error {
	v.kill()
	return v.start(ctx)
}

func (v *victim) kill() {
	v.hub.Kill()
	v.hub = nil
}

func (v *victim) stop() error {
	if v.hub == nil {
		return nil
	}
	return v.hub.Stop()
}

// complaints keeps those lines of the server's console that are warnings and errors.
type complaints struct {
	mu    sync.Mutex // guards the following
	rest  []byte     // the beginning of a line
	lines []string
}

// Write implements [io.Writer].
func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest = append(c.rest, p...)
	for {
		line, rest, whole := bytes.Cut(c.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		if bytes.HasPrefix(line, []byte("[ERROR]")) || bytes.HasPrefix(line, []byte("[WARN]")) {
			c.lines = append(c.lines, string(line))
		}
		c.rest = rest
	}
}

// clear forgets all lines.
func (c *complaints) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = nil
}

// count returns how many lines there are with all of that in them.
func (c *complaints) count(parts ...string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range c.lines {
		if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
			n++
		}
	}
	return n
}

// eventually polls until ok is true, and reports whether it has become so.
func eventually(ctx context.Context, limit time.Duration, ok func() bool) bool {
	late := time.After(limit)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}
