package main

import (
	"context"
	"sync"
	"time"

	"hubbub/wire"
)

// unsentAfter is how long a text waits for its acknowledgement before the prompt tells.
const unsentAfter = time.Second

// waiting knows since when texts wait for their acknowledgement.
type waiting struct {
	changed chan struct{} // capacity 1: something has

	mu    sync.Mutex // guards the following
	since map[wire.ID]time.Time
	early map[wire.ID]bool // settled before they were known here
}

func newWaiting() *waiting {
	return &waiting{
		changed: make(chan struct{}, 1),
		since:   make(map[wire.ID]time.Time),
		early:   make(map[wire.ID]bool),
	}
}

// add says that a text was sent.
func (w *waiting) add(id wire.ID, now time.Time) {
	w.mu.Lock()
	if w.early[id] {
		delete(w.early, id)
	} else {
		w.since[id] = now
	}
	w.mu.Unlock()
	w.nudge()
}

// settle says that a text does not wait any more.
func (w *waiting) settle(id wire.ID) {
	w.mu.Lock()
	if _, ok := w.since[id]; ok {
		delete(w.since, id)
	} else {
		w.early[id] = true
	}
	w.mu.Unlock()
	w.nudge()
}

func (w *waiting) nudge() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// late returns how many texts have waited for long, and when the next one will have; 0: none is waiting.
func (w *waiting) late(now time.Time) (n int, next time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, since := range w.since {
		rest := since.Add(unsentAfter).Sub(now)
		switch {
		case rest <= 0:
			n++
		case next == 0 || rest < next:
			next = rest
		}
	}
	return n, next
}

// watch calls tell with the number of texts that have waited for long, whenever that may be another one, until ctx is
// done.
func (w *waiting) watch(ctx context.Context, tell func(n int)) {
	for {
		n, next := w.late(time.Now())
		tell(n)
		var due <-chan time.Time
		if next > 0 {
			due = time.After(next)
		}
		select {
		case <-due:
		case <-w.changed:
		case <-ctx.Done():
			return
		}
	}
}
