package sqlitelog

import (
	"context"
	"time"
)

// upkeepPause is how long the upkeep is left when it has failed, unless an Append stores something before that which
// follows one that has failed as well: what was wrong seems to be over then. It is also the least time between two
// lines in the server's log about it.
const upkeepPause = time.Minute

// wakeUpkeep tells the upkeep that there may be something to do.
func (l *Log) wakeUpkeep() { signal(l.wake) }

// signal puts an element into a channel that holds one, unless it is there.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// upkeep is the goroutine that does what Append must not wait for: it deletes what is over Options.Keep, brings the
// full-text index up to date, and moves the write-ahead log into the database. It takes the writer for short steps, and
// between them whoever waits gets it.
func (l *Log) upkeep(ctx context.Context) {
	defer close(l.stopped)
	l.wakeUpkeep()
	var logged time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		if err := l.tidy(ctx); err != nil && ctx.Err() == nil {
			if time.Since(logged) >= upkeepPause {
				l.options.Logger.Error("the log's upkeep has failed and is tried again later", "error", explain(l.dir, err))
				logged = time.Now()
			}
			l.rest(ctx)
		}
	}
}

// rest waits for upkeepPause, or until Append has recovered.
func (l *Log) rest(ctx context.Context) {
	select { // what is from before
	case <-l.recovered:
	default:
	}
	timer := time.NewTimer(upkeepPause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-l.recovered:
	}
	l.wakeUpkeep()
}

// tidy does what there is to do.
func (l *Log) tidy(ctx context.Context) error {
	for {
		if ctx.Err() != nil { // takeWriter may find the writer all the same
			return ctx.Err()
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		if r := l.roomWith(l.excess, dropStep); r != nil {
			if err := l.drop(ctx, r); err != nil {
				return err
			}
			continue
		}
		r := l.roomWith(l.unindexed, l.options.indexStep)
		if r == nil {
			return nil
		}
		start := time.Now()
		if err := l.index(ctx, r, l.options.indexStep); err != nil {
			return err
		}
		sleep(ctx, indexRest*time.Since(start))
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
