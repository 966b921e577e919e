package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hubbub/wire"
)

// Roster renders who is here, sorted, with oneself marked.
func (r Renderer) Roster(names []string) string {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int {
		if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = r.name(name)
		if sameName(name, r.Name) {
			shown[i] += " (you)"
		}
	}
	list := strings.Join(shown, ", ")
	switch len(names) {
	case 0:
		return "Nobody is known to be here."
	case 1:
		return r.Wrap("1 person is here: "+list, len(indent))
	}
	return r.Wrap(fmt.Sprintf("%d people are here: %s", len(names), list), len(indent))
}

// A Row is a line of two columns.
type Row struct{ Label, Text string }

// Rows renders rows one below the other, with their texts in one column, gap columns behind the widest label, each
// wrapped within that.
func (r Renderer) Rows(gap int, rows ...Row) string {
	labels := 0
	for _, row := range rows {
		labels = max(labels, textColumns(row.Label))
	}
	labels += gap
	lines := make([]string, len(rows))
	for i, row := range rows {
		label := row.Label + strings.Repeat(" ", labels-textColumns(row.Label))
		if r.Cols > 0 && r.Cols-labels < minColumn {
			lines[i] = r.Wrap(row.Label, len(indent)) + "\n" + r.Wrap(indent+row.Text, len(indent))
			continue
		}
		lines[i] = label + r.column(row.Text, labels)
	}
	return strings.Join(lines, "\n")
}

// minColumn is how wide the second column of rows is at the least; where there is less room it goes below the first.
const minColumn = 24

// Status is what there is to know about a connection.
type Status struct {
	Server         string // its address
	Name           string // one's own
	RoundTrip      time.Duration
	Seq            wire.Seq // of the last message seen
	Unacknowledged int
	Old            bool      // the server neither numbers nor acknowledges messages, and answers no ping
	Offline        bool      // there is no connection to it at the moment
	Retry          time.Time // when the next attempt to connect again starts; zero: it is under way
}

// Status renders s, one fact a line.
func (r Renderer) Status(s Status) string {
	roundTrip, seq, unacknowledged := formatRoundTrip(s.RoundTrip), fmt.Sprint(s.Seq), fmt.Sprint(s.Unacknowledged)
	if s.Old {
		const unknown = "not known: this is an old server"
		roundTrip, seq, unacknowledged = unknown, unknown, unknown
	}
	switch {
	case s.Offline && s.Retry.IsZero():
		roundTrip = "offline; connecting again"
	case s.Offline:
		roundTrip = "offline; connecting again at " + r.local(s.Retry).Format("15:04:05")
	}
	return r.Rows(1,
		Row{"server:", Harmless(s.Server)},
		Row{"name:", r.name(s.Name)},
		Row{"round trip:", roundTrip},
		Row{"sequence number:", seq},
		Row{"unacknowledged:", unacknowledged},
	)
}

// formatRoundTrip writes a duration in milliseconds, with more digits the shorter it is.
func formatRoundTrip(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 1:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.3f ms", ms)
}
