package hub

import (
	"sync"
	"time"
)

// remindAfter is the least time between two lines in the server's log about the same trouble with the message log.
const remindAfter = time.Minute

// trouble is what the appender knows of a log that takes no messages. It is logged when that begins, once in a while,
// and when it is over: not for each message, of which there may be thousands a second. On a disk that is nearly full a
// short message may fit in now and then; trouble that begins again so soon is not logged before its time, and what was
// refused meanwhile is counted in the next line.
type trouble struct {
	reminder reminder
	told     bool // the last line said that there is trouble
	refused  int  // messages since the last line that said that it is over
}

// refuse notes an Append of that many messages that has failed.
func (t *trouble) refuse(cfg *Config, messages int, err error) {
	t.refused += messages
	if _, due := t.reminder.count(cfg.Now()); due {
		cfg.Logger.Error("the log takes no messages; whoever sends one is told, and what is stored can still be read",
			"refused", t.refused, "error", err)
		t.told = true
	}
}

// over notes that something has been stored. An Append of nothing but duplicates does not show that: it writes nothing.
func (t *trouble) over(cfg *Config) {
	if t.told {
		cfg.Logger.Warn("the log takes messages again", "refused", t.refused)
		t.told, t.refused = false, 0
	}
}

// reminder says when something that happens often is to be logged: at once, and again after remindAfter. It may be used
// by several goroutines.
type reminder struct {
	mu     sync.Mutex // guards the following
	logged time.Time  // the last time
	silent int        // times since then
}

// count counts one more time, and reports whether it is to be logged. If so, n times have not been, this one included.
func (r *reminder) count(now time.Time) (n int, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.silent++
	if now.Sub(r.logged) < remindAfter {
		return 0, false
	}
	n = r.silent
	r.logged, r.silent = now, 0
	return n, true
}
