//go:build linux

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func newLightBench(t *testing.T) *bench {
	b := newBench(t)
	b.light = true
	return b
}

func TestLightReceivers(t *testing.T) {
	for _, test := range []struct {
		workload string
		bare     bool
	}{{"fanout", false}, {"scale", false}, {"fanout", true}} {
		t.Run(fmt.Sprintf("%s, bare %v", test.workload, test.bare), func(t *testing.T) {
			b := newLightBench(t)
			c, _ := crowdOf(t, b, test.workload, test.bare)
			if c.said == 0 || c.total != c.said*people {
				t.Errorf("%d messages were said to %d receivers, and %d delivered", c.said, people, c.total)
			}
			light := 0
			for _, m := range c.receivers() {
				if m.bytes != c.members[0].bytes || m.bytes < c.said*int64(b.size) {
					t.Errorf("%s was sent %d bytes, %s %d", m.name, m.bytes, c.members[0].name, c.members[0].bytes)
				}
				if m.light {
					light++
				} else if m.counted != c.said {
					t.Errorf("%s was sent %d messages of %d", m.name, m.counted, c.said)
				}
			}
			if light != people-b.check {
				t.Errorf("%d receivers are light, want %d", light, people-b.check)
			}
		})
	}
}

func TestWhatALightReceiverMissesIsFound(t *testing.T) {
	c, _ := crowdOf(t, newLightBench(t), "fanout", false)
	m := &c.receivers()[slices.IndexFunc(c.receivers(), func(m member) bool { return m.light })]
	for _, more := range []int64{-1, 1} {
		m.bytes += more
		if err := c.verify(); err == nil || !strings.Contains(err.Error(), m.name+" was sent") {
			t.Errorf("%d bytes more: %v", more, err)
		}
		m.bytes -= more
	}
	if err := c.verify(); err != nil {
		t.Error(err)
	}
}

// TestLightReceiversAreNotSentTheSame has something between the hub and the crowd change what some receivers are sent.
// Where one gets less another gets more: the crowd would wait long for what is missing altogether.
func TestLightReceiversAreNotSentTheSame(t *testing.T) {
	drop := func([]byte) []byte { return nil }
	double := func(line []byte) []byte { return bytes.Repeat(line, 2) }
	shorten := func(line []byte) []byte { return bytes.Replace(line, []byte("x"), nil, 1) }
	lengthen := func(line []byte) []byte { return bytes.Replace(line, []byte("x"), []byte("xx"), 1) }
	const light, checked, lighter = 0, 1, 2
	for _, test := range []struct {
		name    string
		changes changes
		want    int // the receiver that is named; -1: there is no error
	}{
		{"the same", nil, -1},
		{"a byte more", changes{light: lengthen}, light},
		{"a byte fewer", changes{light: shorten, lighter: lengthen}, light},
		{"a message twice", changes{light: double}, light},
		{"a message missing", changes{light: drop, lighter: double}, light},
		{"a message missing of one that is checked", changes{checked: drop, light: double}, checked},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newLightBench(t)
			fanout := workloads[0]
			measured := fanout.cases(&b.options)[0]
			hub := startTarget(t, b, measured, false)
			c := newCrowdAt(t, b, &target{addr: startRelay(t, hub.addr, test.changes), pid: hub.pid}, measured)
			_, err := fanout.run(t.Context(), c, measured)
			if !c.members[light].light || c.members[checked].light || !c.members[lighter].light {
				t.Fatal("the light receivers are others")
			}
			switch {
			case test.want < 0 && err != nil:
				t.Error(err)
			case test.want >= 0 && (err == nil || !strings.HasPrefix(err.Error(), c.members[test.want].name+" was sent")):
				t.Errorf("got %v, want that %s was sent something else", err, c.members[test.want].name)
			}
		})
	}
}
