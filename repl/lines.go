package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"hubbub/wire"
)

// lineLimit is how much of a line is kept, in bytes: a text, and a command in front of it.
const lineLimit = wire.MaxText + 256

// inputLine is a line of the input.
type inputLine struct {
	number int    // from 1
	text   string // without what ends the line; empty where the line is longer than lineLimit
	size   int    // in bytes
	err    error  // the input can't be read on; there is no text then
}

// readLines returns the lines of r, with \n or \r\n or nothing at their end, and closes the channel behind the last.
// Its goroutine ends with the input or, once a read returns, when ctx is done.
func readLines(ctx context.Context, r io.Reader) <-chan inputLine {
	lines := make(chan inputLine)
	go func() {
		defer close(lines)
		in := bufio.NewReaderSize(r, 64<<10)
		for number := 1; ; number++ {
			line, ok := readLine(in)
			if !ok {
				return
			}
			line.number = number
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
			if line.err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine returns the next line, or false at the end of the input.
func readLine(in *bufio.Reader) (inputLine, bool) {
	var kept []byte
	size := 0
	for {
		part, err := in.ReadSlice('\n')
		size += len(part)
		kept = append(kept, part[:min(len(part), lineLimit+2-len(kept))]...) // with room for \r\n
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && err != io.EOF:
			return inputLine{err: err}, true
		case err != nil && size == 0:
			return inputLine{}, false
		case err == nil && size > len(kept):
			return inputLine{size: size - 1}, true // what ended it is not a part of it
		case size > len(kept):
			return inputLine{size: size}, true
		}
		text := bytes.TrimSuffix(bytes.TrimSuffix(kept, []byte("\n")), []byte("\r"))
		if len(text) > lineLimit {
			return inputLine{size: len(text)}, true
		}
		return inputLine{text: string(text), size: len(text)}, true
	}
}
