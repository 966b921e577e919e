package client

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"hubbub/wire"
)

// outboxSize is how many texts may be unacknowledged. Whoever sends more waits.
const outboxSize = 1024

// outbox holds what was sent until it is settled: acknowledged, refused, or written where nothing is acknowledged.
type outbox struct {
	slots  chan struct{} // one element for each text that is held
	added  chan struct{} // holds a signal when there are texts to write
	closed chan struct{}

	mu       sync.Mutex // guards the following
	last     wire.ID
	texts    []Text    // by growing number
	written  int       // how many of texts, the first ones, next has returned since the last rewind
	sent     wire.ID   // of the last text that next has ever returned
	settling int       // taken, and not settled yet
	owing    time.Time // since when no text has been taken while there are some, or closeIdle has closed; else zero
	idle     chan struct{}
	isIdle   bool // idle is closed
	isClosed bool // closed is closed
}

func newOutbox() *outbox {
	o := &outbox{
		slots:  make(chan struct{}, outboxSize),
		added:  make(chan struct{}, 1),
		closed: make(chan struct{}),
		idle:   make(chan struct{}),
		isIdle: true,
	}
	close(o.idle)
	return o
}

// add puts a text in. While the outbox is full it waits, until ctx is done or the outbox is closed.
func (o *outbox) add(ctx context.Context, text string) (wire.ID, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	select {
	case o.slots <- struct{}{}:
	case <-o.closed:
		return 0, ErrClosed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	id, ok := o.append(text)
	if !ok {
		<-o.slots
		return 0, ErrClosed
	}
	select {
	case o.added <- struct{}{}:
	default:
	}
	return id, nil
}

func (o *outbox) append(text string) (wire.ID, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isClosed {
		return 0, false
	}
	if len(o.texts) == 0 {
		o.owing = time.Now()
	}
	o.last++
	o.texts = append(o.texts, Text{ID: o.last, Text: text})
	if o.isIdle {
		o.idle, o.isIdle = make(chan struct{}), false
	}
	return o.last, true
}

// next returns the texts to be written, in order: as many as there are, but no further one when they are size bytes
// or more.
func (o *outbox) next(size int) []Text {
	o.mu.Lock()
	defer o.mu.Unlock()
	start := o.written
	for bytes := 0; o.written < len(o.texts) && bytes < size; o.written++ {
		bytes += len(o.texts[o.written].Text)
	}
	if o.written > start {
		o.sent = max(o.sent, o.texts[o.written-1].ID)
	}
	return slices.Clone(o.texts[start:o.written])
}

// rewind has next begin with the first text again, and returns the number of the last one that it has ever returned.
func (o *outbox) rewind() wire.ID {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written = 0
	return o.sent
}

// has reports whether a text is there that take would remove.
func (o *outbox) has(id wire.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, ok := o.findLocked(id)
	return ok
}

func (o *outbox) findLocked(id wire.ID) (i int, ok bool) {
	byID := func(t Text, id wire.ID) int { return cmp.Compare(t.ID, id) }
	i, ok = slices.BinarySearchFunc(o.texts, id, byID)
	return i, ok && id <= o.sent
}

// take removes a text that next has returned, be it before a rewind, and reports whether it was there. It is done with
// once settle has been called too.
func (o *outbox) take(id wire.ID) (Text, bool) {
	t, ok := o.remove(id)
	if ok {
		<-o.slots
	}
	return t, ok
}

func (o *outbox) remove(id wire.ID) (Text, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i, ok := o.findLocked(id)
	if !ok {
		return Text{}, false
	}
	t := o.texts[i]
	if i == 0 {
		o.texts[0] = Text{}
		o.texts = o.texts[1:]
	} else {
		o.texts = slices.Delete(o.texts, i, i+1)
	}
	if i < o.written {
		o.written--
	}
	o.settling++
	o.owing = time.Time{}
	if len(o.texts) > 0 {
		o.owing = time.Now()
	}
	return t, true
}

// settle says that everything that follows from taking a text is done.
func (o *outbox) settle() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settling--
	if len(o.texts) == 0 && o.settling == 0 {
		close(o.idle)
		o.isIdle = true
	}
}

// drained returns a channel that is closed when every text is settled that has been added up to then.
func (o *outbox) drained() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.idle
}

// closeIdle closes the outbox if every text is settled, and reports whether that is so.
func (o *outbox) closeIdle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isIdle {
		o.closeLocked()
		o.owing = time.Now()
	}
	return o.isIdle
}

// close ends the adding and returns what is left.
func (o *outbox) close() []Text {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closeLocked()
	return slices.Clone(o.texts)
}

func (o *outbox) closeLocked() {
	if !o.isClosed {
		close(o.closed)
		o.isClosed = true
	}
}

// unsettled returns the texts that are neither acknowledged nor refused, in order.
func (o *outbox) unsettled() []Text {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.texts)
}

// waiting returns how many texts are held, and since when none of them has been settled.
func (o *outbox) waiting() (n int, owing time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.texts), o.owing
}
