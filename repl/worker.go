package main

import (
	"context"
	"sync"
)

// workerRoom is how many lines may wait for the one that is being done; then the keyboard waits too.
const workerRoom = 1024

// worker does lines one after the other in a goroutine of its own, so that the keyboard does not wait for the network.
type worker struct {
	do    func(ctx context.Context, line string)
	lines chan string   // each is counted first
	done  chan struct{} // closed when run has ended

	mu      sync.Mutex         // guards the following
	cancel  context.CancelFunc // interrupts what is being done; nil: nothing is
	leaving bool               // what is done from now on is interrupted from the start
	left    int                // lines that were added and are not done
	idle    chan struct{}      // closed while left is 0
}

func newWorker(do func(ctx context.Context, line string)) *worker {
	w := &worker{do: do, lines: make(chan string, workerRoom), done: make(chan struct{}), idle: make(chan struct{})}
	close(w.idle)
	return w
}

// count changes how many lines are left: by 1 before one is added, by -1 when it is done.
func (w *worker) count(change int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left == 0 {
		w.idle = make(chan struct{})
	}
	if w.left += change; w.left == 0 {
		close(w.idle)
	}
}

// rests returns a channel that is closed once all lines that have been added are done.
func (w *worker) rests() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.idle
}

// run does lines until leave was called and no line is left.
func (w *worker) run() {
	defer close(w.done)
	for line := range w.lines {
		ctx, cancel := context.WithCancel(context.Background())
		w.begin(cancel)
		w.do(ctx, line)
		w.begin(nil)
		cancel()
		w.count(-1)
	}
}

func (w *worker) begin(cancel context.CancelFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cancel = cancel
	if w.leaving && cancel != nil {
		cancel()
	}
}

// interrupt ends what is being done, and reports whether anything was.
func (w *worker) interrupt() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel == nil {
		return false
	}
	w.cancel()
	return true
}

// leave has the lines that wait done without anything that takes its time. No line may be added any more.
func (w *worker) leave() {
	close(w.lines)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaving = true
	if w.cancel != nil {
		w.cancel()
	}
}
