//go:build linux

package main

// ruler says how many messages stand in so many bytes of a stream that is the same for all receivers. Those who read
// theirs in full lay it out; it converts what the others have only counted.
type ruler struct {
	// marks has the last one that the receivers have reached on average, and those beyond.
	marks []mark
}

// mark is a place in the stream, and how many messages are there up to it. Both count from where the ruler begins.
type mark struct{ bytes, messages int64 }

func newRuler() *ruler { return &ruler{marks: []mark{{}}} }

// lay notes what a receiver has read. It adds to the ruler if no other has read so far.
func (r *ruler) lay(bytes, messages int64) {
	if bytes > r.end().bytes {
		r.marks = append(r.marks, mark{bytes, messages})
	}
}

// end is as far as the ruler goes.
func (r *ruler) end() mark { return r.marks[len(r.marks)-1] }

// messages converts the bytes that n receivers have, all together, into messages: exactly where they have on average
// what is at a mark, in proportion between two marks, and none beyond the end. From one call to the next n stays the
// same, and there may only be more bytes.
func (r *ruler) messages(bytes, n int64) int64 {
	for len(r.marks) > 1 && bytes >= n*r.marks[1].bytes {
		r.marks = r.marks[1:]
	}
	from := r.marks[0]
	if len(r.marks) == 1 {
		return n * from.messages
	}
	to := r.marks[1]
	return n*from.messages + (to.messages-from.messages)*(bytes-n*from.bytes)/(to.bytes-from.bytes)
}
