package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	memoryStep   = time.Second
	leastReserve = 4 << 20 // in bytes; what Go has for a small heap
	leastPercent = 10
	mostPercent  = 100      // Go's own
	quietStep    = 64 << 10 // in bytes: a step in which less is allocated is quiet
	worthIt      = 1 << 20  // in bytes: to be allocated before memory is given back again
)

// A memoryKeeper holds the memory small that the program has and does not use. Most of what the server keeps is text,
// which the garbage collector does not look at; so what a collection costs hardly grows with what is in use, and the
// reserve, up to which the heap grows until the next one, need not do so either. And a server that has become quiet
// collects nothing, so that what it needed while it was busy would stay with it: that is given back to the system.
type memoryKeeper struct {
	setPercent func(percent int) int
	release    func() // collects, and gives back what is free

	percent             int
	allocated, released uint64 // since the program began: at the last step, and when memory was given back
}

// keepMemorySmall does so until ctx is done.
func keepMemorySmall(ctx context.Context) {
	k := memoryKeeper{setPercent: debug.SetGCPercent, release: debug.FreeOSMemory}
	ticker := time.NewTicker(memoryStep)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			k.step(readMemoryUse())
		case <-ctx.Done():
			return
		}
	}
}

// memoryUse is what the runtime says of itself, in bytes.
type memoryUse struct {
	allocated uint64 // since the program began

	// At the end of the last collection.
	live    uint64 // of the heap
	roots   uint64 // stacks and variables
	scanned uint64 // of all, what the collector has looked at
}

func readMemoryUse() memoryUse {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/scan/stack:bytes"},
		{Name: "/gc/scan/globals:bytes"},
		{Name: "/gc/scan/total:bytes"},
	}
	metrics.Read(samples)
	bytes := func(i int) uint64 { return samples[i].Value.Uint64() }
	return memoryUse{allocated: bytes(0), live: bytes(1), roots: bytes(2) + bytes(3), scanned: bytes(4)}
}

// step looks at the memory once in a while.
func (k *memoryKeeper) step(now memoryUse) {
	if percent := now.percent(); percent != k.percent {
		k.setPercent(percent)
		k.percent = percent
	}
	if now.allocated-k.allocated < quietStep && now.allocated-k.released >= worthIt {
		k.release()
		k.released = now.allocated
	}
	k.allocated = now.allocated
}

// percent returns the reserve as GOGC has it, in percent of the live heap and the roots (see the Guide to the Go Garbage
// Collector): as much as the collector has to look at, for then it looks at no more than was allocated.
func (m memoryUse) percent() int {
	reserve := max(m.scanned, leastReserve)
	return int(min(max(100*reserve/max(m.live+m.roots, 1), leastPercent), mostPercent))
}
