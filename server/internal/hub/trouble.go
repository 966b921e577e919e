package hub

import "time"

// remindAfter is how long the log may take nothing before that is logged again.
const remindAfter = time.Minute

// trouble is what the appender knows of a log that takes no messages. It is logged when that begins, once in a while,
// and when it is over: not for each message, of which there may be thousands a second.
type trouble struct {
	refused int       // messages since it began; 0: there is none
	logged  time.Time // the last time
}

// note logs what there is to be said after an Append of that many messages.
func (t *trouble) note(cfg *Config, messages int, err error) {
	if err == nil {
		if t.refused > 0 {
			cfg.Logger.Warn("the log takes messages again", "refused", t.refused)
			*t = trouble{}
		}
		return
	}
	t.refused += messages
	if now := cfg.Now(); now.Sub(t.logged) >= remindAfter {
		cfg.Logger.Error("the log takes no messages; whoever sends one is told, and what is stored can still be read",
			"refused", t.refused, "error", err)
		t.logged = now
	}
}
