//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/scripts/internal/programs"
)

// home is where the server is built and has its home.
var home string

// TestMain makes this binary the bare broadcaster where it is started as such.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == floorFlag {
		if err := runFloor(os.Args[2:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var err error
	if home, err = os.MkdirTemp("", "hubbub-load-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(home)
	os.Exit(status)
}

// built is the server's binary, built by the first test that needs it.
var built = sync.OnceValues(func() (string, error) {
	set, err := programs.Build(context.Background(), home)
	return set.Server, err
})

const people = 20

func newBench(t *testing.T) *bench {
	t.Helper()
	server, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{
		options: options{
			server: server, data: "memory", senders: 4, size: 100, check: 8, runs: 1,
			n: numbers{people}, w: numbers{16}, duration: 200 * time.Millisecond,
		},
		home: home, progress: &progress{w: t.Output(), last: time.Now()},
	}
}

// crowdOf runs a workload and returns its crowd, after the checks that it makes itself.
func crowdOf(t *testing.T, b *bench, name string, bare bool) (*crowd, []figure) {
	t.Helper()
	chosen, err := parseWorkloads(name, b.light)
	if err != nil {
		t.Fatal(err)
	}
	test := chosen[0].cases(&b.options)[0]
	c := newCrowdAt(t, b, startTarget(t, b, test, bare), test)
	figures, err := chosen[0].run(t.Context(), c, test)
	if err != nil {
		t.Fatal(err)
	}
	return c, figures
}

// startTarget starts what a crowd joins, and stops it in the clean-up.
func startTarget(t *testing.T, b *bench, test testCase, bare bool) (target *target) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // it ends in the clean-up
	var err error
	if bare {
		target, err = startFloor(ctx, test.n, b.senders)
	} else {
		target, err = b.startServer(ctx, test.setup)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.stop(); err != nil {
			t.Error(err)
		}
	})
	return target
}

// newCrowdAt makes a crowd that is closed in the clean-up.
func newCrowdAt(t *testing.T, b *bench, target *target, test testCase) *crowd {
	t.Helper()
	c, err := newCrowd(target, test, &b.options, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

func TestEverythingArrivesOnceAndInOrder(t *testing.T) {
	for _, test := range []struct {
		workload string
		bare     bool
	}{{"fanout", false}, {"latency", false}, {"slow", false}, {"scale", false}, {"fanout", true}, {"latency", true}} {
		t.Run(fmt.Sprintf("%s, bare %v", test.workload, test.bare), func(t *testing.T) {
			c, _ := crowdOf(t, newBench(t), test.workload, test.bare)
			if c.said == 0 {
				t.Fatal("nothing was said")
			}
			checked := 0
			for _, m := range c.receivers() {
				if m.counted != c.said {
					t.Errorf("%s was sent %d messages of %d", m.name, m.counted, c.said)
				}
				if m.checker == nil || test.bare {
					continue
				}
				checked++
				sum := int64(0)
				for _, said := range m.checker.said {
					sum += said
				}
				if m.checker.err != nil || sum != c.said {
					t.Errorf("%s was checked for %d messages of %d: %v", m.name, sum, c.said, m.checker.err)
				}
			}
			if !test.bare && checked != 8 {
				t.Errorf("%d receivers were checked, want 8", checked)
			}
		})
	}
}

func TestLatencyIsOfEachMessage(t *testing.T) {
	c, _ := crowdOf(t, newBench(t), "latency", false)
	for _, m := range c.receivers() {
		if n, first := len(m.stamps.micros), len(c.members[0].stamps.micros); n != first || n == 0 {
			t.Errorf("%s has %d latencies, the first receiver %d", m.name, n, first)
		}
	}
}

func TestWhatIsLostIsFound(t *testing.T) {
	c, _ := crowdOf(t, newBench(t), "fanout", false)
	if err := c.verify(); err != nil {
		t.Fatal(err)
	}
	c.members[3].counted--
	if err := c.verify(); err == nil || !strings.Contains(err.Error(), c.members[3].name) {
		t.Errorf("a message that one receiver did not get: %v", err)
	}
	c.members[3].counted++
	c.speakers()[0].own++
	if err := c.verify(); err == nil {
		t.Error("a message that was not acknowledged is not missed")
	}
}

func TestCrowdEndsWithItsContext(t *testing.T) {
	c, _ := crowdOf(t, newBench(t), "fanout", false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.drive(ctx, time.Hour, c.keepInFlight(1)); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestIdle(t *testing.T) {
	c, figures := crowdOf(t, newBench(t), "idle", false)
	if c.joined != people || len(c.members) != people {
		t.Errorf("%d have joined of %d, want %d", c.joined, len(c.members), people)
	}
	for _, f := range figures {
		if f.name == "server memory" && f.value <= 0 {
			t.Errorf("got %v", f)
		}
	}
}

func TestAppendsOnBothStores(t *testing.T) {
	b := newBench(t)
	args := []string{
		"-server", b.server, "-data", "memory," + t.TempDir(), "-workload", "appends", "-w", "8", "-duration", "100ms",
		"-runs", "1",
	}
	var out bytes.Buffer
	if err := run(t.Context(), args, &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"| appends (memory) | 0 | 8 | acknowledged |", "| appends (SQLite) | 0 | 8 | p99 |"} {
		if !strings.Contains(out.String(), row) {
			t.Errorf("there is no row %q in\n%s", row, out.String())
		}
	}
}

func TestServerIsStartedWithGOMAXPROCS(t *testing.T) {
	target, err := newBench(t).startServer(t.Context(), setup{data: inMemory, procs: 1})
	if err != nil {
		t.Fatal(err)
	}
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", target.pid))
	if err != nil || !strings.Contains(string(environment), "GOMAXPROCS=1\x00") {
		t.Errorf("the server's environment is %q (%v)", environment, err)
	}
	if err := target.stop(); err != nil {
		t.Error(err)
	}
}

func TestServerThatRuns(t *testing.T) {
	b := newBench(t)
	target, err := b.startServer(t.Context(), setup{data: inMemory})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := target.stop(); err != nil {
			t.Error(err)
		}
	}()
	args := []string{
		"-addr", target.addr, "-pid", strconv.Itoa(target.pid), "-workload", "fanout", "-n", "20", "-w", "1,8",
		"-duration", "100ms", "-runs", "2",
	}
	var out bytes.Buffer
	if err := run(t.Context(), args, &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "| deliveries |"); n != 2 {
		t.Errorf("%d rows of deliveries, want 2:\n%s", n, out.String())
	}
}

func TestProgram(t *testing.T) {
	b := newBench(t)
	args := []string{
		"-server", b.server, "-data", t.TempDir(), "-n", "20", "-w", "8",
		"-duration", "100ms", "-runs", "1", "-floor", "-json",
	}
	var out bytes.Buffer
	if err := run(t.Context(), args, &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	measured := map[string]int{}
	lines := bufio.NewScanner(&out)
	for lines.Scan() && strings.HasPrefix(lines.Text(), "{") {
		var line struct{ Workload, Of string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		measured[line.Workload+" "+line.Of]++
	}
	for _, w := range workloads {
		if measured[w.name+" server"] != 1 || (measured[w.name+" floor"] == 1) != w.floor {
			t.Errorf("%s: the lines are of %v", w.name, measured)
		}
	}
	if !strings.Contains(lines.Text(), "cores, Linux") {
		t.Errorf("no machine, but %q", lines.Text())
	}
}
