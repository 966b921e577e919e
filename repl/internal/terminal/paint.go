package terminal

import (
	"slices"
	"time"
)

const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"

	// clearBelow clears from the first column of a row to the end of the screen, in two steps: where all of the screen is
	// cleared in one, tmux keeps what was there among the rows that have scrolled off.
	clearBelow = "\r\x1b[K\x1b[C\x1b[J\r"
)

// paint is the painter: it draws a frame whenever something has changed, and ends with the frame that closes.
func (s *screen) paint() {
	defer s.guard()
	defer close(s.done)
	var pasting bool // as the terminal was last told
	gap := time.NewTimer(0)
	defer gap.Stop()
	for range s.wake {
		s.mu.Lock()
		want, queue, asked, closing := s.want, s.queue, s.asked, s.closing
		if want.mode != frozen {
			s.queue = nil
			s.want.bell, s.want.adrift = false, false
		}
		s.mu.Unlock()

		if want.mode != frozen {
			var b []byte
			if want.pasting != pasting {
				b = append(b, pasteSwitch(want.pasting)...)
				pasting = want.pasting
			}
			if b = s.frame(b, want, queue); len(b) > 0 {
				// An error means that the terminal is gone; reading from it tells the program so.
				_, _ = s.out.Write(b)
			}
			s.mu.Lock()
			s.painted = asked
			s.changed.Broadcast()
			s.mu.Unlock()
		}
		if closing {
			return
		}
		if want.mode == hidden {
			continue // the prompt, for which somebody may be waiting, comes next
		}
		gap.Reset(frameGap)
		<-gap.C
	}
}

func pasteSwitch(on bool) string {
	if on {
		return pasteOn
	}
	return pasteOff
}

// frame appends one frame: back to the first row of what is shown, clear, the queued text, prompt and draft.
func (s *screen) frame(b []byte, want state, queue []byte) []byte {
	if want.bell {
		b = append(b, '\a')
	}
	cols, rows := s.size()
	var next *block
	if want.mode == live {
		next = s.block(want, cols, rows)
	}
	if next == s.shown && len(queue) == 0 && !want.adrift {
		return b
	}
	switch {
	case want.adrift:
		b = append(b, clearBelow...)
	case s.shown != nil:
		width := cols
		if s.rigid {
			width = s.shownCols
		}
		b = appendMove(b, s.shown.cursorRow(width), 0)
		b = append(b, clearBelow...)
	}
	b = append(b, queue...)
	if next != nil {
		b = append(b, next.bytes...)
	}
	s.shown, s.shownCols = next, cols
	return b
}

// block lays prompt and draft out, or returns the last block again where nothing about it has changed. One row is left
// free, so that an arriving message can be seen above a draft that fills the screen.
func (s *screen) block(want state, cols, rows int) *block {
	if s.built.block != nil && s.built.version == want.version && s.built.cols == cols && s.built.rows == rows {
		return s.built.block
	}
	prompt := slices.Concat(want.mark, want.prompt)
	if want.search != nil {
		prompt = want.search
	}
	s.built = built{
		block:   layOut(prompt, want.line, want.pos, want.masked, cols, rows-1),
		version: want.version,
		cols:    cols,
		rows:    rows,
	}
	return s.built.block
}
