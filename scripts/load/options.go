//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubbub/wire"
)

// errUsage is an error in how the program was called.
var errUsage = errors.New("see -h")

// The most that can be asked for, so that nothing grows without a bound.
const (
	mostReceivers = 30_000
	mostInFlight  = 16_384
	mostSenders   = 64
	mostRuns      = 100
	mostDuration  = time.Minute
)

// options is what the program was called with.
type options struct {
	addr     string // host:port of a server that runs; empty: start one
	pid      int    // its process; 0: not known, and its CPU and memory are not measured
	anywhere bool
	server   string  // the server's binary; empty: build it
	data     string  // a folder, or inMemory; several with commas
	procs    numbers // GOMAXPROCS of the server, 0 as it likes; empty: the same as 0

	workloads []workload
	n, w      numbers // empty: each workload's own
	senders   int
	size      int           // bytes of a text
	check     int           // receivers that are checked in full
	light     bool          // all others only count bytes
	duration  time.Duration // 0: each workload's own
	runs      int
	floor     bool
	json      bool
	limit     time.Duration
}

const usage = `Load measures how fast a hub delivers, and at which cost.

Usage: go run ./scripts/load [flags]

`

// parseFlags reads the flags. It writes the answer to -h to out.
func parseFlags(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.addr, "addr", "",
		"the `address` of a server that runs; without it a new one is started for each measurement")
	flags.IntVar(&o.pid, "pid", 0, "the process of the server at -addr, to read its CPU and memory")
	flags.BoolVar(&o.anywhere, "anywhere", false, "let -addr be an address that is not on this machine's loopback")
	flags.StringVar(&o.server, "server", "", "the `file` of a server that is built, instead of building one")
	flags.StringVar(&o.data, "data", inMemory,
		"the `folder` of the started server's log, or \"memory\"; with commas, to compare")
	flags.Var(&o.procs, "procs", "`GOMAXPROCS` of the started server, 0 for its own choice; with commas, to compare")
	names := flags.String("workload", "all", "what to measure, with commas: "+namesOf(workloads)+"; or all")
	flags.Var(&o.n, "n", "`receivers`, with commas; without it each workload's own")
	flags.Var(&o.w, "w", "`messages` in flight, with commas; without it each workload's own")
	flags.IntVar(&o.senders, "senders", 4, "connections that send")
	flags.IntVar(&o.size, "size", 100, "`bytes` of a text")
	flags.IntVar(&o.check, "check", 8,
		"receivers that are checked for every message once and in order; all others are counted")
	flags.BoolVar(&o.light, "light", false,
		"have receivers that are not checked only count bytes, which leaves more of the cores to the server; for "+
			namesOf(lightOnes()))
	flags.DurationVar(&o.duration, "duration", 0, "how long each measurement takes; 0: 3s, for latency and slow 10s")
	flags.IntVar(&o.runs, "runs", 3, "how often everything is measured")
	flags.BoolVar(&o.floor, "floor", false, "measure a bare broadcaster too, and print each figure's ratio to it")
	flags.BoolVar(&o.json, "json", false, "print each measurement as a line of JSON too")
	flags.DurationVar(&o.limit, "limit", time.Hour, "how long everything may take")

	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return o, err
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err == nil {
		o.workloads, err = parseWorkloads(*names, o.light)
	}
	if err == nil {
		err = errors.Join(o.checkServer(), o.checkNumbers())
	}
	if err != nil {
		return o, fmt.Errorf("%w; %w", err, errUsage)
	}
	return o, nil
}

// parseWorkloads returns the workloads of these names. All are those that go with light receivers where these are asked
// for.
func parseWorkloads(names string, light bool) ([]workload, error) {
	switch {
	case names == "all" && light:
		return lightOnes(), nil
	case names == "all":
		return workloads, nil
	}
	var chosen []workload
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(workloads, func(w workload) bool { return w.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no workload %q, only %s", name, namesOf(workloads))
		}
		if light && !workloads[i].light {
			return nil, fmt.Errorf("-light is not for %s, only for what counts deliveries: %s", name, namesOf(lightOnes()))
		}
		chosen = append(chosen, workloads[i])
	}
	return chosen, nil
}

// checkServer refuses an address that is not on the loopback: this program's business is to send as much as it can.
func (o *options) checkServer() error {
	if o.addr == "" {
		if o.pid != 0 {
			return errors.New("-pid is for the server at -addr")
		}
		return nil
	}
	if len(o.procs) > 0 {
		return errors.New("-procs is for a server that is started; the one at -addr runs already")
	}
	addr, err := net.ResolveTCPAddr("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if !addr.IP.IsLoopback() && !o.anywhere {
		return fmt.Errorf("%s is not on this machine's loopback; -anywhere sends this load there all the same", o.addr)
	}
	o.addr = netip.AddrPortFrom(addr.AddrPort().Addr().Unmap(), uint16(addr.Port)).String()
	return nil
}

func (o *options) checkNumbers() error {
	type bound struct {
		name               string
		value, least, most int
	}
	bounds := []bound{
		{"senders", o.senders, 1, mostSenders},
		{"size", o.size, leastSize, wire.MaxText},
		{"check", o.check, 0, mostReceivers},
		{"runs", o.runs, 1, mostRuns},
	}
	for _, procs := range o.procs {
		bounds = append(bounds, bound{"procs", procs, 0, 1024})
	}
	for _, n := range o.n {
		bounds = append(bounds, bound{"n", n, 2, mostReceivers})
	}
	for _, w := range o.w {
		bounds = append(bounds, bound{"w", w, 1, mostInFlight})
	}
	for _, b := range bounds {
		if b.value < b.least || b.value > b.most {
			return fmt.Errorf("-%s can't be %d, only %d to %d", b.name, b.value, b.least, b.most)
		}
	}
	if o.light && o.check == 0 {
		return errors.New("-light needs receivers that read (-check), by which the bytes of the others are measured")
	}
	if o.duration < 0 || o.duration > mostDuration {
		return fmt.Errorf("-duration can't be %v, only up to %v", o.duration, mostDuration)
	}
	return nil
}

// mostFiles is how many files are open at the most, in this process and in the floor's.
func (o *options) mostFiles() int {
	const others = 64
	most := 0
	for _, w := range o.workloads {
		for _, c := range w.cases(o) {
			most = max(most, c.n)
		}
	}
	return most + o.senders + others
}

// numbers is a flag's list of whole numbers.
type numbers []int

// Set implements [flag.Value].
func (n *numbers) Set(list string) error {
	*n = nil
	for word := range strings.SplitSeq(list, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return fmt.Errorf("%q is not a whole number", word)
		}
		*n = append(*n, v)
	}
	return nil
}

// String implements [flag.Value].
func (n *numbers) String() string {
	words := make([]string, len(*n))
	for i, v := range *n {
		words[i] = strconv.Itoa(v)
	}
	return strings.Join(words, ",")
}
