//go:build !linux

package main

import (
	"context"
	"fmt"
)

var errOnlyLinux = fmt.Errorf("%w: it needs Linux", errNotHere)

func fileLimit(context.Context, *stage) error { return errOnlyLinux }

func fullDisk(context.Context, *stage) error { return errOnlyLinux }

func suspend(int) error { return errOnlyLinux }

func resume(int) error { return errOnlyLinux }

func peakMemory(int) (int, error) { return 0, errOnlyLinux }
