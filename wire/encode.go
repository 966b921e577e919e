package wire

import (
	"strconv"
	"unicode/utf8"
)

// Append appends f as one JSON object and a newline, and returns the extended buffer. The object has no other newline
// in it. Text that is not UTF-8 is written with U+FFFD in place of what is wrong.
func Append(dst []byte, f Frame) []byte {
	return append(appendObject(dst, f), '\n')
}

func appendObject(dst []byte, f Frame) []byte {
	dst = append(dst, `{"type":"`...)
	dst = append(dst, f.Type()...)
	dst = append(dst, '"')
	dst = f.appendFields(dst)
	return append(dst, '}')
}

func (f Join) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Name)
	dst = appendCount(dst, "v", f.V)
	if f.Session != "" {
		dst = appendString(dst, "session", string(f.Session))
	}
	if f.Since != nil {
		dst = appendNumber(dst, "since", *f.Since)
	}
	dst = appendLog(dst, f.Log)
	return appendCount(dst, "history", f.History)
}

func (f Chat) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Text)
	return appendCount(dst, "id", f.ID)
}

func (f HistoryRequest) appendFields(dst []byte) []byte {
	dst = appendCount(dst, "before", f.Before)
	return appendCount(dst, "limit", f.Limit)
}

func (f Search) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Words)
	dst = appendCount(dst, "before", f.Before)
	return appendCount(dst, "limit", f.Limit)
}

func (f Ping) appendFields(dst []byte) []byte { return appendString(dst, "data", f.Data) }

func (f Welcome) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Greeting)
	dst = appendNumber(dst, "v", f.V)
	dst = appendString(dst, "name", f.Name)
	dst = appendString(dst, "room", f.Room)
	dst = appendStrings(dst, "users", f.Users)
	dst = appendFlag(dst, "more", f.More)
	dst = appendNumber(dst, "seq", f.Seq)
	dst = appendLog(dst, f.Log)
	dst = appendKey(dst, "limits")
	dst = f.Limits.append(dst)
	return appendFlag(dst, "gap", f.Gap)
}

func (l Limits) append(dst []byte) []byte {
	dst = append(dst, `{"frame":`...)
	dst = strconv.AppendInt(dst, int64(l.Frame), 10)
	dst = appendNumber(dst, "text", l.Text)
	dst = appendNumber(dst, "name", l.Name)
	dst = appendKey(dst, "rate")
	dst = strconv.AppendFloat(dst, l.Rate, 'g', -1, 64)
	dst = appendNumber(dst, "burst", l.Burst)
	return append(dst, '}')
}

func (f Roster) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Data)
	dst = appendStrings(dst, "users", f.Users)
	return appendFlag(dst, "more", f.More)
}

func (f Message) appendFields(dst []byte) []byte {
	dst = appendString(dst, "from", f.From)
	dst = appendString(dst, "data", f.Text)
	dst = appendCount(dst, "seq", f.Seq)
	return appendTime(dst, f.Time)
}

func (f Ack) appendFields(dst []byte) []byte {
	dst = appendCount(dst, "id", f.ID)
	dst = appendNumber(dst, "seq", f.Seq)
	return appendTime(dst, f.Time)
}

func (f ServerMessage) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Data)
	if f.Event != "" {
		dst = appendString(dst, "event", string(f.Event))
	}
	if len(f.Users) > 0 {
		dst = appendStrings(dst, "users", f.Users)
	}
	return dst
}

func (f History) appendFields(dst []byte) []byte { return appendPage(dst, f.Messages, f.More) }

func (f Found) appendFields(dst []byte) []byte {
	dst = appendString(dst, "data", f.Data)
	return appendPage(dst, f.Messages, f.More)
}

// appendPage writes messages and whether there are more.
func appendPage(dst []byte, messages []Message, more bool) []byte {
	dst = appendKey(dst, "messages")
	dst = append(dst, '[')
	for i, m := range messages {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendObject(dst, m)
	}
	dst = append(dst, ']')
	dst = appendKey(dst, "more")
	return strconv.AppendBool(dst, more)
}

func (e *Error) appendFields(dst []byte) []byte {
	dst = appendString(dst, "code", string(e.Code))
	dst = appendString(dst, "data", e.Message)
	return appendCount(dst, "id", e.ID)
}

func (f Pong) appendFields(dst []byte) []byte { return appendString(dst, "data", f.Data) }

// The field appenders below each write a comma, the key and the value.

func appendKey(dst []byte, key string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

func appendString(dst []byte, key, value string) []byte {
	return appendQuoted(appendKey(dst, key), value)
}

func appendStrings(dst []byte, key string, values []string) []byte {
	dst = append(appendKey(dst, key), '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, v)
	}
	return append(dst, ']')
}

type number interface{ int | Seq | ID }

func appendNumber[N number](dst []byte, key string, value N) []byte {
	return strconv.AppendInt(appendKey(dst, key), int64(value), 10)
}

// appendCount writes a number that is left out when it is 0.
func appendCount[N number](dst []byte, key string, value N) []byte {
	if value == 0 {
		return dst
	}
	return appendNumber(dst, key, value)
}

// appendFlag writes a flag that is left out when it is false.
func appendFlag(dst []byte, key string, value bool) []byte {
	if !value {
		return dst
	}
	return append(appendKey(dst, key), "true"...)
}

func appendLog(dst []byte, l LogID) []byte {
	if l == "" {
		return dst
	}
	return appendString(dst, "log", string(l))
}

func appendTime(dst []byte, t Time) []byte {
	if t == 0 {
		return dst
	}
	dst = append(appendKey(dst, "time"), '"')
	dst = t.appendTo(dst)
	return append(dst, '"')
}

// appendQuoted writes a JSON string (RFC 8259, section 7), escaping only what must be.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0 // of what is not written yet
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[start:i]...)
				dst = utf8.AppendRune(dst, utf8.RuneError)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
