package main

import (
	"runtime"
	"slices"
	"testing"
)

func TestReserveFollowsWhatTheCollectorLooksAt(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		use  memoryUse
		want int
	}{
		{memoryUse{}, 100}, // before the first collection
		{memoryUse{live: 2 * mib, roots: mib, scanned: 2 * mib}, 100},
		{memoryUse{live: 9 * mib, roots: mib, scanned: 2 * mib}, 40},  // 4 MiB at least
		{memoryUse{live: 70 * mib, roots: 2 * mib, scanned: mib}, 10}, // a log that is full
		{memoryUse{live: 90 * mib, roots: 10 * mib, scanned: 20 * mib}, 20},
		{memoryUse{live: 30 * mib, roots: 20 * mib, scanned: 50 * mib}, 100},
	} {
		if got := tt.use.percent(); got != tt.want {
			t.Errorf("%+v: %d, want %d", tt.use, got, tt.want)
		}
	}
}

func TestMemoryIsGivenBackOnceItIsQuiet(t *testing.T) {
	const mib = 1 << 20
	var released []int
	var percents []int
	step := 0
	k := memoryKeeper{
		setPercent: func(percent int) int { percents = append(percents, percent); return 0 },
		release:    func() { released = append(released, step) },
	}
	var use memoryUse
	for i, allocated := range []uint64{
		mib / 2, // 0: too little to be worth it
		1,       // 1
		3 * mib, // 2: busy
		3 * mib, // 3
		1,       // 4: quiet, for the first time since
		1,       // 5
		mib / 2, // 6
		mib / 2, // 7
		1,       // 8: quiet again, and worth it
	} {
		step = i
		use.allocated += allocated
		k.step(use)
	}
	if want := []int{4, 8}; !slices.Equal(released, want) {
		t.Errorf("given back in steps %v, want %v", released, want)
	}
	if want := []int{100}; !slices.Equal(percents, want) {
		t.Errorf("GOGC was set to %v, want %v: only when it changes", percents, want)
	}
}

func TestRuntimeSaysWhatItUses(t *testing.T) {
	before := readMemoryUse()
	runtime.GC()
	after := readMemoryUse()
	if after.live == 0 || after.roots == 0 || after.scanned == 0 || after.allocated < before.allocated {
		t.Errorf("%+v, and before it %+v", after, before)
	}
}
