//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// report collects what was measured.
type report struct {
	json bool
	w    io.Writer
	rows []*row
}

// row is one figure of one case, in all runs.
type row struct {
	test testCase
	name string
	unit string
	// By run: what was measured on the server, and on the floor where it was.
	server, floor map[int]float64
}

// machine notes on what everything is measured.
func (r *report) machine(description string) {
	if r.json {
		r.line(map[string]any{"machine": description})
	}
}

// add takes the figures of one measurement.
func (r *report) add(t testCase, run int, bare bool, figures []figure) {
	values := make(map[string]float64, len(figures))
	for _, f := range figures {
		name := f.name
		if f.unit != "" {
			name += ", " + f.unit
		}
		values[name] = f.value
		row := r.row(t, f)
		if bare {
			row.floor[run] = f.value
		} else {
			row.server[run] = f.value
		}
	}
	if r.json {
		of := "server"
		if bare {
			of = "floor"
		}
		r.line(struct {
			Workload string             `json:"workload"`
			N        int                `json:"n"`
			W        int                `json:"w,omitempty"`
			Light    bool               `json:"light,omitempty"`
			Store    string             `json:"store,omitempty"`
			Procs    int                `json:"procs,omitempty"`
			Run      int                `json:"run"`
			Of       string             `json:"of"`
			Figures  map[string]float64 `json:"figures"`
		}{t.workload, t.n, t.w, t.light, t.store, t.procs, run + 1, of, values})
	}
}

// line writes a line of JSON. Like all that is printed, it is lost where nobody takes it.
func (r *report) line(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		line = strconv.AppendQuote(nil, err.Error()) // a figure that is no number
	}
	fmt.Fprintf(r.w, "%s\n", line)
}

// row returns the row of a figure, which is a new one for the first run.
func (r *report) row(t testCase, f figure) *row {
	i := slices.IndexFunc(r.rows, func(row *row) bool { return row.test == t && row.name == f.name })
	if i >= 0 {
		return r.rows[i]
	}
	added := &row{test: t, name: f.name, unit: f.unit, server: map[int]float64{}, floor: map[int]float64{}}
	r.rows = append(r.rows, added)
	return added
}

// table is the medians in Markdown.
func (r *report) table() string {
	withFloor := slices.ContainsFunc(r.rows, func(row *row) bool { return len(row.floor) > 0 })
	var b strings.Builder
	b.WriteString("| workload | N | W | | median | least to most |")
	line := "\n| --- | ---: | ---: | --- | ---: | --- |"
	if withFloor {
		b.WriteString(" floor | of the floor |")
		line += " ---: | --- |"
	}
	b.WriteString(line + "\n")
	for _, row := range r.rows {
		w := ""
		if row.test.w > 0 {
			w = format(float64(row.test.w))
		}
		server := inOrder(row.server)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |", row.test.name(), format(float64(row.test.n)), w, row.name,
			strings.TrimSpace(format(median(server))+" "+row.unit), spread(server))
		if withFloor {
			b.WriteString(row.ratio())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ratio is the end of a row: the floor's median, and the median and spread of the ratios in each run.
func (r *row) ratio() string {
	var ratios []float64
	for run, floor := range r.floor {
		if server, ok := r.server[run]; ok && floor > 0 {
			ratios = append(ratios, server/floor)
		}
	}
	if len(ratios) == 0 {
		return " | |"
	}
	slices.Sort(ratios)
	return fmt.Sprintf(" %s | %s (%s) |", format(median(inOrder(r.floor))), format(median(ratios)), spread(ratios))
}

// inOrder returns the values of all runs, ascending.
func inOrder(values map[int]float64) []float64 {
	var sorted []float64
	for _, v := range values {
		sorted = append(sorted, v)
	}
	slices.Sort(sorted)
	return sorted
}

// spread is the least and the most of the sorted values.
func spread(sorted []float64) string {
	if len(sorted) == 0 {
		return ""
	}
	return format(sorted[0]) + " to " + format(sorted[len(sorted)-1])
}

// String is the figure for who waits.
func (f figure) String() string {
	return strings.TrimSpace(f.name + " " + format(f.value) + " " + f.unit)
}

// format writes a value with three digits, or all before the point.
func format(v float64) string {
	switch {
	case v >= 1000:
		digits := strconv.FormatFloat(v, 'f', 0, 64)
		var parts []string
		for len(digits) > 3 {
			parts = append([]string{digits[len(digits)-3:]}, parts...)
			digits = digits[:len(digits)-3]
		}
		return strings.Join(append([]string{digits}, parts...), ",")
	case v == float64(int(v)):
		return strconv.Itoa(int(v))
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}
