package terminal

// A recall is a walk through the history with the arrow keys. Below the newest entry lies the draft that the walk began
// with.
type recall struct {
	history *History
	at      int   // history.length() where the draft lies
	began   draft // set once the walk has left it
}

func newRecall(h *History) recall {
	return recall{history: h, at: h.length()}
}

// older returns the entry before, and false at the oldest one.
func (r *recall) older(d draft) (draft, bool) {
	if r.at == 0 {
		return d, false
	}
	if r.at == r.history.length() {
		r.began = d
	}
	r.at--
	return r.here(), true
}

// newer returns the entry after, at the end the draft, and false below that.
func (r *recall) newer(d draft) (draft, bool) {
	if r.at >= r.history.length() {
		return d, false
	}
	r.at++
	if r.at == r.history.length() {
		return r.began, true
	}
	return r.here(), true
}

func (r *recall) here() draft {
	line := []rune(r.history.entry(r.at))
	return draft{line, len(line)}
}
