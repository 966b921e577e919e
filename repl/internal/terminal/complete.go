package terminal

import (
	"fmt"
	"strings"

	"hubbub/repl/internal/cellwidth"
)

// listLimit is how many candidates are shown.
const listLimit = 50

// A Completion is what TAB found: something to insert, candidates to show, both or neither.
type Completion struct {
	Replace int      // how many runes before the cursor Insert takes the place of
	Insert  string   // what all candidates begin with, or the one candidate and a blank
	List    []string // the candidates, where there are several; of a long list the first 50 are shown
}

// columns arranges a list of candidates in lines that fit the screen. A candidate that is wider stands alone.
func columns(list []string, cols int) string {
	more := ""
	if n := len(list) - listLimit; n > 0 {
		list, more = list[:listLimit], fmt.Sprintf("and %d more", n)
	}
	var b strings.Builder
	col := 0
	add := func(s string) {
		w := textWidth(s)
		switch {
		case col == 0:
		case col+2+w > cols:
			b.WriteByte('\n')
			col = 0
		default:
			b.WriteString("  ")
			col += 2
		}
		b.WriteString(s)
		col += w
	}
	for _, s := range list {
		add(s)
	}
	if more != "" {
		add(more)
	}
	return b.String()
}

func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += cellwidth.Of(r)
	}
	return n
}
