//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
)

// figure is one measured value.
type figure struct {
	name  string
	unit  string
	value float64
}

// table holds the values of each figure, in the order in which they first came.
type table struct {
	names  []string
	units  map[string]string
	values map[string][]float64
}

func (t *table) add(figures []figure) {
	if t.values == nil {
		t.units, t.values = map[string]string{}, map[string][]float64{}
	}
	for _, f := range figures {
		if _, ok := t.values[f.name]; !ok {
			t.names = append(t.names, f.name)
			t.units[f.name] = f.unit
		}
		t.values[f.name] = append(t.values[f.name], f.value)
	}
}

// String is the table in Markdown.
func (t *table) String() string {
	var b strings.Builder
	b.WriteString("| | median | least | most | runs |\n| --- | --- | --- | --- | --- |\n")
	for _, name := range t.names {
		values := slices.Sorted(slices.Values(t.values[name]))
		n := len(values)
		median := (values[(n-1)/2] + values[n/2]) / 2
		fmt.Fprintf(&b, "| %s | %s %s | %s | %s | %d |\n",
			name, format(median), t.units[name], format(values[0]), format(values[n-1]), n)
	}
	return b.String()
}

// format writes a value with three digits or more.
func format(v float64) string {
	switch {
	case v >= 999.5:
		digits := fmt.Sprintf("%.0f", v)
		var parts []string
		for len(digits) > 3 {
			parts = append([]string{digits[len(digits)-3:]}, parts...)
			digits = digits[:len(digits)-3]
		}
		return digits + "," + strings.Join(parts, ",")
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
