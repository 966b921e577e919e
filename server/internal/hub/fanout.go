package hub

import (
	"slices"
	"sync"
)

const (
	// shardMembers is how many members make it worth while to have one more shard: to write a block to so many takes far
	// longer than to wake a goroutine for it.
	shardMembers = 64

	// largeBlock is how many bytes of a block make it worth while to write it in several shards at the same time. A
	// smaller one costs its writes, whatever is in it: to be done with it sooner makes the next one smaller still.
	largeBlock = 32 << 10
)

// fanout writes to everybody who is live, in shards that write large blocks beside one another. Each has its members,
// which stay with it for as long as they are in the room. There is one shard to begin with.
//
// All but stop is for the appender.
type fanout struct {
	tail    *tail
	behind  func(*Member)
	start   func(func()) // a goroutine
	most    int          // shards
	shards  []*shard
	writing sync.WaitGroup // the shards that have not written the last block yet
	turn    chan struct{}  // of capacity 1: taken by the shard that writes a small block
}

func newFanout(t *tail, behind func(*Member), start func(func()), most int) *fanout {
	f := &fanout{tail: t, behind: behind, start: start, most: most, turn: make(chan struct{}, 1)}
	f.grow()
	return f
}

// grow starts one more shard. It is not told what was published before: members that are placed in it have got that, or
// will have when they attach to it.
func (f *fanout) grow() *shard {
	s := newShard(f.tail, f.behind, &f.writing, f.turn)
	f.shards = append(f.shards, s)
	f.start(s.run)
	return s
}

// place gives m a shard, that with the fewest members.
func (f *fanout) place(m *Member) {
	least := slices.MinFunc(f.shards, func(a, b *shard) int { return a.members - b.members })
	if least.members >= shardMembers && len(f.shards) < f.most {
		least = f.grow()
	}
	least.members++
	m.shard = least
}

// unplace is told of each member that leaves.
func (f *fanout) unplace(m *Member) { m.shard.members-- }

// publish hands over the next block, which is in the tail already. Until the one before has been written it blocks.
func (f *fanout) publish(b *block) {
	f.await()
	f.writing.Add(len(f.shards))
	for _, s := range f.shards {
		s.request(shardRequest{block: b})
	}
}

// await returns when no block waits or is being written.
func (f *fanout) await() { f.writing.Wait() }

// stop ends the shards. It is called when the appender has ended and no member is live any more.
func (f *fanout) stop() {
	for _, s := range f.shards {
		s.stop()
	}
}
