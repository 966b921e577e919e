//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFlags(t *testing.T) {
	o, err := parseFlags([]string{
		"-workload", "fanout,idle", "-n", "20, 30", "-w", "4", "-duration", "1s", "-addr", "127.0.0.1:5050", "-pid", "7",
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var got []testCase
	for _, w := range o.workloads {
		got = append(got, w.cases(&o)...)
	}
	fanout := testCase{workload: "fanout", w: 4, duration: time.Second, floor: true, setup: setup{data: inMemory}}
	idle := testCase{workload: "idle", duration: time.Second, silent: true, setup: setup{data: inMemory}}
	want := []testCase{fanout, fanout, idle, idle}
	for i := range want {
		want[i].n = []int{20, 30}[i%2]
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

func TestWhatIsCompared(t *testing.T) {
	for args, want := range map[string][]string{
		"":                          {"fanout 0"},
		"-procs 0":                  {"fanout 0"},
		"-procs 2":                  {"fanout 2"},
		"-procs 1,2":                {"fanout (GOMAXPROCS 1) 1", "fanout (GOMAXPROCS 2) 2"},
		"-data memory,log":          {"fanout (memory) 0", "fanout (SQLite) 0"},
		"-data memory,log -procs 1": {"fanout (memory) 1", "fanout (SQLite) 1"},
		"-data memory,log -procs 0,1024": {
			"fanout (memory, GOMAXPROCS 0) 0", "fanout (memory, GOMAXPROCS 1024) 1024",
			"fanout (SQLite, GOMAXPROCS 0) 0", "fanout (SQLite, GOMAXPROCS 1024) 1024",
		},
		"-light":            {"fanout (light) 0"},
		"-light -procs 1,2": {"fanout (light, GOMAXPROCS 1) 1", "fanout (light, GOMAXPROCS 2) 2"},
	} {
		o, err := parseFlags(strings.Fields("-workload fanout -n 20 -w 4 "+args), io.Discard)
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		var got []string
		for _, c := range o.workloads[0].cases(&o) {
			got = append(got, fmt.Sprint(c.name(), " ", c.procs))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

func TestLightMeasuresWhatItCan(t *testing.T) {
	for args, want := range map[string]string{
		"-light":                              "fanout, scale",
		"-light -workload all":                "fanout, scale",
		"-light -workload scale -check 1":     "scale",
		"-workload all":                       namesOf(workloads),
		"-workload latency,fanout -check 0":   "latency, fanout",
		"-light=false -workload idle,appends": "idle, appends",
	} {
		o, err := parseFlags(strings.Fields(args), io.Discard)
		if err != nil || namesOf(o.workloads) != want {
			t.Errorf("%s: got %s (%v), want %s", args, namesOf(o.workloads), err, want)
		}
	}
}

func TestFlagsRefused(t *testing.T) {
	for args, want := range map[string]string{
		"-addr 192.0.2.1:5050":         "not on this machine's loopback",
		"-addr nowhere":                "-addr",
		"-pid 7":                       "-pid is for the server at -addr",
		"-workload fanout,sprint":      `no workload "sprint"`,
		"-n 10,x":                      `"x" is not a whole number`,
		"-n 1":                         "-n can't be 1",
		"-n 1000000":                   "-n can't be 1000000",
		"-w 0":                         "-w can't be 0",
		"-size 10":                     "-size can't be 10",
		"-senders 0":                   "-senders can't be 0",
		"-procs 1,x":                   `"x" is not a whole number`,
		"-procs -1":                    "-procs can't be -1",
		"-procs 1,1025":                "-procs can't be 1025",
		"-procs 1 -addr 127.0.0.1:1":   "-procs is for a server that is started",
		"-light -check 0":              "-light needs receivers that read",
		"-light -workload fanout,slow": "-light is not for slow, only for what counts deliveries: fanout, scale",
		"-runs 0":                      "-runs can't be 0",
		"-duration 1h":                 "-duration can't be 1h",
		"more":                         `unexpected argument "more"`,
		"-floors":                      "not defined",
		"-addr 192.0.2.1:1 -runs 9000": "-runs can't be 9000",
	} {
		_, err := parseFlags(strings.Fields(args), io.Discard)
		if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", args, err, want)
		}
		if exitStatus(err) != 2 {
			t.Errorf("%s: the exit status is %d, want 2", args, exitStatus(err))
		}
	}
}

func TestAnywhere(t *testing.T) {
	if _, err := parseFlags([]string{"-addr", "192.0.2.1:5050", "-anywhere"}, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestHelp(t *testing.T) {
	var out strings.Builder
	_, err := parseFlags([]string{"-h"}, &out)
	if !errors.Is(err, flag.ErrHelp) || exitStatus(err) != 0 {
		t.Errorf("got %v", err)
	}
	for _, w := range workloads {
		if !strings.Contains(out.String(), w.name) {
			t.Errorf("the help has no word of %s", w.name)
		}
	}
}
