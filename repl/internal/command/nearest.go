package command

import "strings"

// nearest returns the command that was probably meant by a name that is none: one that starts with it, or one that
// differs in one place, or in two but not in its first letter.
func nearest(name string) (string, bool) {
	best, bestDistance := "", 3
	for _, c := range Table() {
		if len(name) > 1 && strings.HasPrefix(c.Name, name) {
			return c.Name, true
		}
		d := distance(name, c.Name)
		if d < bestDistance && 2*d <= len(c.Name) && (d == 1 || strings.HasPrefix(name, c.Name[:1])) {
			best, bestDistance = c.Name, d
		}
	}
	return best, best != ""
}

// distance counts the letters that must be put in, taken out, changed, or swapped with their neighbour to make b of a
// (the optimal string alignment distance).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before := make([]int, len(to)+1) // the row before the last
	last := make([]int, len(to)+1)
	row := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row[0] = i
		for j := 1; j <= len(to); j++ {
			change := 1
			if from[i-1] == to[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(to)]
}
