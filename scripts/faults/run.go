package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hubbub/scripts/internal/programs"
)

// plan says how much is broken while how much is said.
type plan struct {
	kills, cuts      int
	writers, readers int
	messages         int // of each writer
	seed             uint64
	betweenKills     time.Duration // on average
}

// figures are what has happened.
type figures struct {
	plan
	killed  int
	cut     int64
	took    time.Duration
	said    int
	lost    int
	doubled int
}

// String is the figures as a table.
func (f figures) String() string {
	return fmt.Sprintf(`seed      %d
kills     %d
cuts      %d
messages  %d
lost      %d
doubled   %d
took      %v
`, f.seed, f.killed, f.cut, f.said, f.lost, f.doubled, f.took.Round(time.Millisecond))
}

// run carries the plan out. Its error says what was not as it must be.
func run(ctx context.Context, p plan) (f figures, err error) {
	f.plan = p
	start := time.Now()
	defer func() { f.took = time.Since(start) }()
	dir, err := os.MkdirTemp("", "hubbub-faults-")
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(dir)
	set, err := programs.Build(ctx, dir)
	if err != nil {
		return f, err
	}
	chance := rand.New(rand.NewPCG(p.seed, 0))
	v := &victim{set: set, dir: dir}
	if err := v.start(ctx); err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, v.stop()) }()
	proxy, err := startProxy(v.addr, p.bytesToCut(), rand.New(rand.NewPCG(p.seed, 1)))
	if err != nil {
		return f, err
	}
	defer proxy.close()
	proxy.calm.Store(p.cuts == 0)

	readers, err := startReaders(ctx, set, dir, proxy.addr(), p)
	if err != nil {
		return f, err
	}
	writers, err := startWriters(ctx, set, dir, proxy.addr(), p)
	if err != nil {
		return f, err
	}
	written := make(chan error, 1)
	go func() { written <- waitForAll(writers) }()
	f.killed, err = v.kill(ctx, p, chance, written)
	proxy.calm.Store(true)
	if err != nil {
		return f, err
	}
	f.cut = proxy.cuts.Load()
	f.said = p.writers * p.messages
	stored, err := readAll(ctx, v.addr)
	if err != nil {
		return f, err
	}
	return f, check(&f, stored, readers)
}

// bytesToCut is how many bytes pass one way between two cuts, about, for as many as are planned.
func (p plan) bytesToCut() int {
	const frame = 110
	bytes := p.messages * p.writers * frame * (1 + p.readers + p.writers)
	return max(2000, bytes/max(1, p.cuts))
}

// betweenMessages is how long a writer pauses, so that it has something to say until the last kill.
func (p plan) betweenMessages() time.Duration {
	return p.betweenKills * time.Duration(p.kills) / time.Duration(max(1, p.messages))
}

// victim is the server that is killed and started again, always on the same address and folder.
type victim struct {
	set  programs.Set
	dir  string
	addr string
	hub  *programs.Hub
}

func (v *victim) start(ctx context.Context) error {
	listen := v.addr
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	hub, err := v.set.StartHub(ctx, v.dir,
		"-listen", listen, "-data", filepath.Join(v.dir, "data"), "-rate", "0")
	if err != nil {
		return err
	}
	v.hub, v.addr = hub, hub.Addr
	return nil
}

func (v *victim) stop() error {
	if v.hub == nil {
		return nil
	}
	return v.hub.Stop()
}

// kill kills the server again and again until the plan is carried out, or what is being written is, and then waits for
// that. It returns how often it did.
func (v *victim) kill(ctx context.Context, p plan, chance *rand.Rand, written <-chan error) (int, error) {
	for n := 0; ; {
		var pause <-chan time.Time
		if n < p.kills {
			pause = time.After(p.betweenKills/2 + time.Duration(chance.Int64N(int64(p.betweenKills))))
		}
		select {
		case err := <-written:
			return n, err
		case <-ctx.Done():
			return n, ctx.Err()
		case <-pause:
		}
		v.hub.Kill()
		v.hub = nil
		if err := v.start(ctx); err != nil {
			return n, err
		}
		n++
	}
}

// waitForAll waits for writers and returns what went wrong with them.
func waitForAll(writers []*writer) error {
	failed := make([]error, len(writers))
	var all sync.WaitGroup
	for i, w := range writers {
		all.Go(func() { failed[i] = w.wait() })
	}
	all.Wait()
	return errors.Join(failed...)
}
