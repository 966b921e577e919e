package main

import (
	"fmt"
	"time"
)

// figures are what has happened in a case.
type figures struct {
	kills        int   // of the server, or of a client
	cuts         int64 // connections that were reset
	messages     int   // that are stored
	acknowledged int
	lost         int // acknowledged, and missing in the store or with a reader
	doubled      int
	note         string // what else there is to say
	took         time.Duration

	skipped error // why there are none
}

// heading stands above lines of figures.
const heading = "case     kills  cuts  messages  acknowledged  lost  doubled    took"

// String is the figures as a line under the heading, without the case's name.
func (f figures) String() string {
	line := fmt.Sprintf("%5d %5d %9d %13d %5d %8d %6.1fs", f.kills, f.cuts, f.messages, f.acknowledged, f.lost, f.doubled,
		f.took.Seconds())
	if f.note != "" {
		line += "  " + f.note
	}
	return line
}
