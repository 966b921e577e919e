//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// processorTime returns how long a process has run, on all cores. Its clock is finer than what /proc says in hundredths
// of a second.
func processorTime(pid int) (time.Duration, error) {
	clock := int32(^pid<<3 | 2) // see clock_getcpuclockid(3)
	var ts unix.Timespec
	if err := unix.ClockGettime(clock, &ts); err != nil {
		return 0, fmt.Errorf("the processor time of process %d: %w", pid, err)
	}
	return time.Duration(ts.Nano()), nil
}

func ownProcessorTime() (time.Duration, error) { return processorTime(os.Getpid()) }

// memory is what a process holds, in bytes.
type memory struct{ now, peak float64 }

func readMemory(pid int) (m memory, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m, err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		key, value, _ := strings.Cut(line, ":")
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		var field *float64
		switch key {
		case "VmRSS":
			field = &m.now
		case "VmHWM":
			field = &m.peak
		default:
			continue
		}
		kib, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return m, fmt.Errorf("the memory of process %d: %w", pid, err)
		}
		*field = kib * 1024
	}
	if m.now == 0 {
		return m, fmt.Errorf("the memory of process %d is not known: it has ended", pid)
	}
	return m, nil
}
