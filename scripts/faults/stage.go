package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/scripts/internal/programs"
)

// plan says how much is broken while how much is said.
type plan struct {
	seed uint64

	// crash
	kills, cuts      int
	writers, readers int
	messages         int           // of each writer
	betweenKills     time.Duration // on average

	leavers int // client
	fills   int // limit, disk
	turns   int // name
	missed  int // sleeper
}

// A faultCase is one way to break things.
type faultCase struct {
	name string
	play func(context.Context, *stage) error
}

// cases are all that there are, in the order in which they are run.
var cases = []faultCase{
	{"crash", crash},
	{"client", leaving},
	{"limit", fileLimit},
	{"disk", fullDisk},
	{"name", race},
	{"sleeper", sleeper},
}

// choose returns the cases of those names, with commas between; of none: all.
func choose(names string) ([]faultCase, error) {
	if names == "" {
		return cases, nil
	}
	var chosen []faultCase
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(cases, func(c faultCase) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no case %q", name)
		}
		chosen = append(chosen, cases[i])
	}
	return chosen, nil
}

// errNotHere is the error of a case that the system or the user's rights don't allow.
var errNotHere = errors.New("it can't be done here")

// run plays the case in a folder of its own under dir, and checks what has become of what was said.
func (c faultCase) run(ctx context.Context, set programs.Set, dir string, p plan) (figures, error) {
	start := time.Now()
	s := &stage{
		plan: p, set: set, dir: filepath.Join(dir, c.name), chance: rand.New(rand.NewPCG(p.seed, 0)),
		said: make(record),
	}
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		err = c.play(ctx, s)
	}
	if errors.Is(err, errNotHere) {
		s.figures.skipped = err
		err = nil
	} else if err == nil {
		err = s.check(ctx)
	}
	err = errors.Join(err, s.strike())
	s.figures.took = time.Since(start)
	return s.figures, err
}

// stage is what a case plays on: a server, REPLs that read, and what was said.
type stage struct {
	plan
	set     programs.Set
	dir     string
	home    string       // of the server; empty: dir
	unmount func() error // what home is on; nil: nothing
	chance  *rand.Rand

	server  *victim
	proxies []*proxy
	readers []*reader
	said    record

	processes  []*process
	goroutines sync.WaitGroup // that await the processes, and feed them; they end with them

	onlookers int // lines said in onlook

	figures figures
}

// startServer starts the case's server.
func (s *stage) startServer(ctx context.Context) error {
	s.server = &victim{set: s.set, dir: cmp.Or(s.home, s.dir)}
	s.server.set.Console = &s.server.console
	return s.server.start(ctx)
}

// startProxy puts a network in front of the server, which cuts a connection after about so many bytes; 0: never.
func (s *stage) startProxy(every int) (*proxy, error) {
	proxy, err := startProxy(s.server.addr, max(1, every), rand.New(rand.NewPCG(s.seed, uint64(1+len(s.proxies)))))
	if err != nil {
		return nil, err
	}
	proxy.calm.Store(every == 0)
	s.proxies = append(s.proxies, proxy)
	return proxy, nil
}

// check compares what was said with what is stored, and that with what the readers have.
func (s *stage) check(ctx context.Context) error {
	for _, p := range s.proxies {
		p.calm.Store(true)
		s.figures.cuts += p.cuts.Load()
	}
	stored, err := readAll(ctx, s.server.addr)
	if err != nil {
		return err
	}
	return check(&s.figures, stored, s.said, s.readers)
}

// strike ends everything that is still running, and waits for it.
func (s *stage) strike() error {
	for _, p := range s.processes {
		p.kill()
	}
	s.goroutines.Wait()
	for _, p := range s.proxies {
		p.close()
	}
	var failed []error
	if s.server != nil {
		failed = append(failed, s.server.stop())
	}
	if s.unmount != nil {
		failed = append(failed, s.unmount())
	}
	return errors.Join(failed...)
}
