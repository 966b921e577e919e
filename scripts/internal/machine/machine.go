//go:build linux

// Package machine says on what a script has measured. It reads Linux's /proc.
package machine

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Describe names the processor, how many cores there are, the kernel, Go, and the load at this moment.
func Describe() (string, error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "", err
	}
	load, err := LoadAverage()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %d cores, Linux %s, %s; load at the start %s", processor(), runtime.NumCPU(),
		bytes.TrimRight(name.Release[:], "\x00"), runtime.Version(), load), nil
}

// LoadAverage is the load of the last 1, 5 and 15 minutes.
func LoadAverage() (string, error) {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(string(load))[:3], " "), nil
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.SplitSeq(string(info), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
