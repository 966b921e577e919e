//go:build linux

package main

import (
	"cmp"
	"slices"
)

// median is the middle value, or the mean of the two in the middle. It is 0 of nothing.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// percentile is the least of the sorted values that is not exceeded by permille of them in 1,000 (the nearest rank).
// It is 0 of nothing.
func percentile[T cmp.Ordered](sorted []T, permille int) T {
	if len(sorted) == 0 {
		var zero T
		return zero
	}
	rank := (len(sorted)*permille + 999) / 1000
	return sorted[max(rank, 1)-1]
}
