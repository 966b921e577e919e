package main

import (
	"context"
	"time"
)

// sleep waits for d. Where ctx is done earlier, its error is returned then.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
