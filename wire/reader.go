package wire

import (
	"errors"
	"io"
)

// smallBuffer is what a Reader holds while nothing comes in, in bytes. A hub has thousands of idle connections.
const smallBuffer = 512

// Reader cuts a stream into frames. It takes JSON objects with nothing, blanks or newlines between them, in whatever
// pieces they arrive, and never holds more than [MaxFrame] bytes. It is not safe for concurrent use.
//
// Only the object's end is looked for here, which takes counting braces outside of strings; [DecodeClient] and
// [DecodeServer] judge what is inside.
type Reader struct {
	r          io.Reader
	buf        []byte // buf[start:end] is read but not returned yet
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
	return &Reader{r: r, buf: make([]byte, smallBuffer)}
}

// Next returns the next frame's object, valid until the next call. Its error is [io.EOF] where the stream ends between
// frames and [io.ErrUnexpectedEOF] where it ends inside of one; an [*Error] with code too_large for a frame over
// [MaxFrame], or with code bad_frame where something other than an object stands between frames, which can't be read
// past: what follows might be anything, an HTTP request that a web page makes for example. Every error is final but
// that of a read that timed out (its Timeout method says true): reading can go on after a new deadline.
func (r *Reader) Next() ([]byte, error) {
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
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
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

// fill reads more behind what is held. It gives the buffer room where a frame needs it, and back where none does. It
// returns only the errors after which reading can go on.
func (r *Reader) fill() error {
	held := r.end - r.start
	if held == MaxFrame {
		r.broken = Errorf(CodeTooLarge, "a frame must not be longer than %d bytes", MaxFrame)
		return nil
	}
	buf := r.buf
	full := r.end == len(buf) // by the last read: more is waiting, or a frame needs the room
	switch {
	case full && len(buf) < MaxFrame:
		buf = make([]byte, 2*len(buf))
	case !full && held == 0 && len(buf) > smallBuffer:
		buf = make([]byte, smallBuffer)
	}
	copy(buf, r.buf[r.start:r.end])
	r.scanned -= r.start
	r.buf, r.start, r.end = buf, 0, held

	n, err := r.r.Read(r.buf[r.end:])
	r.end += n
	if isTimeout(err) {
		return err
	}
	r.ended = err
	return nil
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}
