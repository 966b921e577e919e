package hub

import (
	"context"
	"sync"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

const (
	// pageEntries is how many messages a page has: those behind a multiple of it.
	pageEntries = 128

	// pagesBytes is about how much is kept of pages that have been read, which the least used leave first.
	pagesBytes = 4 << 20

	// pageReaders is how many pages are read from the log at the same time.
	pageReaders = 2
)

// pages is stored messages as frames, for members that are behind. Many are so at the same time and at much the same
// place: each page is read and encoded once for all of them.
type pages struct {
	log     msglog.Log
	reading chan struct{} // taken while a page is being read

	mu    sync.Mutex // guards the following
	kept  map[wire.Seq]*page
	bytes int    // of those that have been read
	uses  uint64 // of all pages
}

// page is the messages behind after, pageEntries of them at the most.
type page struct {
	after wire.Seq
	until wire.Seq      // all up to here are in it that the log had when it was read
	read  chan struct{} // closed when block and err are set

	// Set before read is closed, then only read.
	block *block // counts its frames by their sequence numbers instead of positions
	err   error

	used uint64 // guarded by pages.mu: the value of uses when it was used last
}

func newPages(log msglog.Log) *pages {
	return &pages{log: log, reading: make(chan struct{}, pageReaders), kept: make(map[wire.Seq]*page)}
}

// get returns the block of the page that message seq is in, with all that the log has of it up to until or further; the
// first ones are missing where they are no longer kept. Frame i of the block is message first+i.
func (p *pages) get(seq, until wire.Seq) (*block, error) {
	after := (seq - 1) / pageEntries * pageEntries
	until = min(until, after+pageEntries)
	p.mu.Lock()
	p.uses++
	found := p.kept[after]
	if found != nil && found.until >= until {
		found.used = p.uses
		p.mu.Unlock()
		<-found.read
		return found.block, found.err
	}
	added := &page{after: after, until: until, read: make(chan struct{}), used: p.uses}
	if found != nil {
		p.drop(found)
	}
	p.kept[after] = added
	p.mu.Unlock()

	p.reading <- struct{}{}
	added.block, added.err = p.readPage(after)
	<-p.reading

	p.mu.Lock()
	if p.kept[after] == added {
		p.keep(added)
	}
	close(added.read)
	p.mu.Unlock()
	return added.block, added.err
}

// readPage reads and encodes a page.
func (p *pages) readPage(after wire.Seq) (*block, error) {
	entries, err := p.log.Read(context.Background(), Room, after, pageEntries)
	if err != nil {
		return nil, err
	}
	// The log may have dropped what was to be read, and what it still has may be behind the page's end.
	entries = upTo(after+pageEntries, entries)
	b := &block{first: position(after + pageEntries + 1)}
	if len(entries) > 0 {
		b.first = position(entries[0].Seq)
	}
	b.grow(entries)
	m := new(wire.Message)
	for i := range entries {
		b.addEntry(m, &entries[i], b.sender(entries[i].Session))
	}
	return b, nil
}

// keep counts a page that has been read, and drops others while there are too many bytes. It is called with mu held.
func (p *pages) keep(added *page) {
	if added.err != nil {
		delete(p.kept, added.after)
		return
	}
	p.bytes += len(added.block.data)
	for p.bytes > pagesBytes {
		var least *page
		for _, other := range p.kept {
			if other != added && other.isRead() && (least == nil || other.used < least.used) {
				least = other
			}
		}
		if least == nil {
			return
		}
		p.drop(least)
	}
}

// drop takes out a page. It is called with mu held.
func (p *pages) drop(old *page) {
	delete(p.kept, old.after)
	if old.isRead() {
		p.bytes -= len(old.block.data)
	}
}

// isRead reports whether the page has been read. A page that is kept was read without an error.
func (p *page) isRead() bool {
	select {
	case <-p.read:
		return true
	default:
		return false
	}
}

// upTo returns the entries whose numbers are not over last.
func upTo(last wire.Seq, entries []msglog.Entry) []msglog.Entry {
	for len(entries) > 0 && entries[len(entries)-1].Seq > last {
		entries = entries[:len(entries)-1]
	}
	return entries
}
