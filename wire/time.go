package wire

import (
	"errors"
	"time"
)

// Time is a moment in milliseconds since the Unix epoch; 0 stands for "not known". On the wire it is an RFC 3339 date
// and time in UTC with three digits of milliseconds.
type Time int64

const timeLayout = "2006-01-02T15:04:05.000Z"

// The years that RFC 3339 can write.
var (
	firstTime = TimeOf(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
	lastTime  = TimeOf(time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC))
)

// TimeOf rounds t down to the millisecond.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Time is the moment in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }

// String is the moment as the wire has it.
func (t Time) String() string { return string(t.appendTo(nil)) }

// AppendText appends the moment as the wire has it.
func (t Time) AppendText(dst []byte) ([]byte, error) {
	return t.appendTo(dst), nil
}

// appendTo is AppendText without what makes package time's formatting slow: a layout to interpret.
func (t Time) appendTo(dst []byte) []byte {
	at := t.Time()
	year, month, day := at.Date()
	if year < 0 || year > 9999 {
		return at.AppendFormat(dst, timeLayout)
	}
	hour, minute, second := at.Clock()
	dst = appendDigits(dst, year, 4)
	dst = appendDigits(append(dst, '-'), int(month), 2)
	dst = appendDigits(append(dst, '-'), day, 2)
	dst = appendDigits(append(dst, 'T'), hour, 2)
	dst = appendDigits(append(dst, ':'), minute, 2)
	dst = appendDigits(append(dst, ':'), second, 2)
	dst = appendDigits(append(dst, '.'), at.Nanosecond()/1e6, 3)
	return append(dst, 'Z')
}

// appendDigits appends v, which has at most width digits, with zeros in front.
func appendDigits(dst []byte, v, width int) []byte {
	dst = append(dst, "0000"[:width]...)
	for i := len(dst) - 1; v > 0; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}

// UnmarshalText takes any RFC 3339 date and time. What is finer than a millisecond is cut off.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return errors.New("a time must be an RFC 3339 date and time")
	}
	ms := TimeOf(parsed)
	if ms < firstTime || ms > lastTime {
		return errors.New("a time must lie in the years 0 to 9999 of UTC")
	}
	*t = ms
	return nil
}
