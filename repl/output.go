package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"unicode/utf8"

	"hubbub/wire"
)

// output writes lines to a stream that several goroutines share. A write error is told once; after it nothing is
// written any more.
type output struct {
	failed func(error) // must not call back into the output

	mu     sync.Mutex // guards the following
	w      *bufio.Writer
	broken bool
}

func newOutput(w io.Writer, failed func(error)) *output {
	return &output{failed: failed, w: bufio.NewWriter(w)}
}

// line adds a line, which flush writes.
func (o *output) line(text string) { o.text(text, "\n") }

// text adds text, which flush writes.
func (o *output) text(parts ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, part := range parts {
		_, err := o.w.WriteString(part)
		o.check(err)
	}
}

// flush writes what was added.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.check(o.w.Flush())
}

func (o *output) check(err error) {
	if err != nil && !o.broken {
		o.broken = true
		o.failed(err)
	}
}

// isClosedOutput reports whether err says that nobody reads what is written.
func isClosedOutput(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// jsonLine makes one line of a JSON object. What a terminal would obey is escaped, which changes nothing in the JSON.
func jsonLine(raw []byte) string {
	line := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == '\n' || r == '\r' || r == '\t': // no JSON string holds one
			line = append(line, ' ')
		case wire.Obeyed(r):
			line = fmt.Appendf(line, `\u%04x`, r)
		default:
			line = append(line, raw[:size]...)
		}
		raw = raw[size:]
	}
	return string(line)
}
