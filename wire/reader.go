package wire

import (
	"errors"
	"io"
	"sync"
)

// smallBuffer is what a Reader holds while nothing comes in, in bytes. A hub has thousands of idle connections. Most of
// what a person types at once fits in there.
const smallBuffer = 128

// largeBuffers are what Readers read into while more comes in at once.
var largeBuffers = sync.Pool{New: func() any { return new([MaxFrame]byte) }}

// Reader cuts a stream into frames. It takes JSON objects with nothing, blanks or newlines between them, in whatever
// pieces they arrive, and never holds more than [MaxFrame] bytes. It is not safe for concurrent use.
//
// Only the object's end is looked for here, which takes counting braces outside of strings; [DecodeClient] and
// [DecodeServer] judge what is inside.
type Reader struct {
	r          io.Reader
	small      [smallBuffer]byte
	large      *[MaxFrame]byte // nil while small is enough
	buf        []byte          // one of the two; buf[start:end] is read but not returned yet
	start, end int

	broken error // what was read can't be cut into frames
	ended  error // the stream's own last error

	// The state of the scan, which has come to buf[scanned].
	scanned  int
	depth    int // of open braces
	inString bool
	escaped  bool // the last byte of the string was a backslash
}

// NewReader returns a Reader that takes frames from r. It never closes r.
func NewReader(r io.Reader) *Reader {
	reader := &Reader{r: r}
	reader.buf = reader.small[:]
	return reader
}

// Next returns the next frame's object, valid until the next call. Its error is [io.EOF] where the stream ends between
// frames and [io.ErrUnexpectedEOF] where it ends inside of one; an [*Error] with code too_large for a frame over
// [MaxFrame], or with code bad_frame where something other than an object stands between frames, which can't be read
// past: what follows might be anything, an HTTP request that a web page makes for example. Every error is final but
// that of a read that timed out (its Timeout method says true): reading can go on after a new deadline.
func (r *Reader) Next() ([]byte, error) {
	for {
		if frame, err := r.Held(); frame != nil || err != nil {
			return frame, err
		}
		if err := r.Wait(); err != nil {
			return nil, err
		}
	}
}

// Held is Next for who does not want to wait: it returns nil where no whole frame is held and nothing is known to be
// waiting in the stream. It reads only where the last read took all that there was room for. [Reader.Wait] waits for
// more.
func (r *Reader) Held() ([]byte, error) {
	for {
		if frame, ok := r.scan(); ok {
			return frame, nil
		}
		switch {
		case r.broken != nil:
			return nil, r.broken
		case r.ended == io.EOF && r.depth > 0:
			return nil, io.ErrUnexpectedEOF
		case r.ended != nil:
			return nil, r.ended
		}
		full := r.end == len(r.buf)
		r.makeRoom(full)
		if !full || r.broken != nil {
			return nil, r.broken
		}
		if err := r.Wait(); err != nil {
			return nil, err
		}
	}
}

// Wait reads once, when Held has returned nothing. Its error, which Held would not return again, is that of a read that
// timed out. It needs little of the stack: a goroutine that does nothing else is a cheap one to have wait.
func (r *Reader) Wait() error {
	n, err := r.r.Read(r.buf[r.end:])
	r.end += n
	if isTimeout(err) {
		return err
	}
	r.ended = err
	return nil
}

// scan looks at what has been read since the last scan and returns the frame that ends there, if one does.
func (r *Reader) scan() ([]byte, bool) {
	for r.scanned < r.end && r.broken == nil {
		c := r.buf[r.scanned]
		if r.depth == 0 {
			r.between(c)
			continue
		}
		r.scanned++
		if r.inside(c) {
			frame := r.buf[r.start:r.scanned]
			r.start = r.scanned
			r.depth, r.inString, r.escaped = 0, false, false
			return frame, true
		}
	}
	return nil, false
}

// between handles a byte that stands outside of every frame.
func (r *Reader) between(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
		r.start++
		r.scanned++
	case '{':
		r.depth = 1
		r.scanned++
	default:
		r.broken = Errorf(CodeBadFrame, "a frame must be a JSON object and start with {")
	}
}

// inside handles a byte of a frame and reports whether it is the frame's last.
func (r *Reader) inside(c byte) bool {
	switch {
	case c == '\n' && r.inString:
		// No JSON string holds a newline. Whoever types frames by hand forgot a quotation mark: the frame is bad, but
		// the next line can be a good one.
		return true
	case r.escaped:
		r.escaped = false
	case r.inString:
		r.escaped = c == '\\'
		r.inString = c != '"'
	case c == '"':
		r.inString = true
	case c == '{':
		r.depth++
	case c == '}':
		r.depth--
		return r.depth == 0
	}
	return false
}

// makeRoom has the buffer begin with what is held, and gives it room where a frame needs it or more is waiting (full:
// the last read has filled it), and back where neither is so.
func (r *Reader) makeRoom(full bool) {
	held := r.buf[r.start:r.end]
	if len(held) == MaxFrame {
		r.broken = Errorf(CodeTooLarge, "a frame must not be longer than %d bytes", MaxFrame)
		return
	}
	large := r.large
	switch {
	case full && large == nil:
		large = largeBuffers.Get().(*[MaxFrame]byte)
		r.buf = large[:]
	case !full && large != nil && len(held) < smallBuffer:
		r.buf = r.small[:]
		large = nil
	}
	r.scanned -= r.start
	r.start, r.end = 0, copy(r.buf, held)
	if r.large != nil && large == nil {
		largeBuffers.Put(r.large)
	}
	r.large = large
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}
