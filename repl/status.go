package main

import (
	"errors"
	"fmt"
)

// The exit statuses.
const (
	statusDelivered    = 0
	statusFailed       = 1
	statusUsage        = 2
	statusNoConnection = 3
	statusRefused      = 4
	statusUndelivered  = 5
)

// failure is an error that knows its exit status.
type failure struct {
	status   int
	sentence string // for the person; empty where the person has been told
	cause    error  // nil where there is none
}

// fail makes a failure with a sentence for the person. A cause is given with %w.
func fail(status int, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &failure{status, err.Error(), errors.Unwrap(err)}
}

// Error implements error.
func (f *failure) Error() string { return f.sentence }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// statusOf is the exit status that an error of run stands for.
func statusOf(err error) int {
	var f *failure
	switch {
	case err == nil:
		return statusDelivered
	case errors.As(err, &f):
		return f.status
	}
	return statusFailed
}
