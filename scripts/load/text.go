//go:build linux

package main

import (
	"bytes"
	"strconv"
	"time"
)

// A text that is said has its sender and number in front, and ends in the time of its sending and a marker, which is
// nowhere else in what a server sends: to count messages is to count markers.
//
//	03-0000000017 xxxxxxxxxx0000001234567890~
const (
	senderDigits = 2
	numberDigits = 10
	stampDigits  = 16 // nanoseconds since the crowd began
	headSize     = senderDigits + 1 + numberDigits + 1
	leastSize    = headSize + stampDigits + len(marker)
	marker       = "~"
)

var markerBytes = []byte(marker)

// appendText appends the text number of a sender, of size bytes.
func appendText(dst []byte, size, sender int, number int64, at time.Duration) []byte {
	dst = appendDigits(dst, int64(sender), senderDigits)
	dst = append(dst, '-')
	dst = appendDigits(dst, number, numberDigits)
	dst = append(dst, ' ')
	dst = append(dst, bytes.Repeat([]byte("x"), size-leastSize)...)
	dst = appendDigits(dst, int64(at), stampDigits)
	return append(dst, marker...)
}

// appendDigits appends v with zeros in front.
func appendDigits(dst []byte, v int64, width int) []byte {
	var digits [20]byte
	d := strconv.AppendInt(digits[:0], v, 10)
	for range width - len(d) {
		dst = append(dst, '0')
	}
	return append(dst, d...)
}

// parseHead returns what stands in front of a text. It is false for a text that was not said here.
func parseHead(text []byte) (sender int, number int64, ok bool) {
	if len(text) < headSize || text[senderDigits] != '-' || text[headSize-1] != ' ' {
		return 0, 0, false
	}
	s, ok1 := parseDigits(text[:senderDigits])
	n, ok2 := parseDigits(text[senderDigits+1 : headSize-1])
	return int(s), n, ok1 && ok2
}

func parseDigits(digits []byte) (v int64, ok bool) {
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, false
		}
		v = 10*v + int64(d-'0')
	}
	return v, len(digits) > 0
}

// stamps takes the times out of what one receiver is sent.
type stamps struct {
	rest   []byte   // the last bytes before those that come next, at most stampDigits
	micros []uint32 // from sending to receipt, for each message
}

// take notes how old the messages are whose markers are in data, which was read at that time.
func (s *stamps) take(data []byte, at time.Duration) {
	for start := 0; ; {
		i := bytes.Index(data[start:], markerBytes)
		if i < 0 {
			break
		}
		end := start + i
		digits := data[max(0, end-stampDigits):end]
		if missing := stampDigits - len(digits); missing > 0 && missing <= len(s.rest) {
			digits = append(bytes.Clone(s.rest[len(s.rest)-missing:]), digits...)
		}
		if sent, ok := parseDigits(digits); ok && len(digits) == stampDigits {
			s.micros = append(s.micros, uint32(max(0, (at-time.Duration(sent)).Microseconds())))
		}
		start = end + 1
	}
	s.rest = append(s.rest, data[max(0, len(data)-stampDigits):]...)
	s.rest = append(s.rest[:0], s.rest[max(0, len(s.rest)-stampDigits):]...)
}
