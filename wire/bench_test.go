package wire_test

import (
	"strings"
	"testing"

	"hubbub/wire"
)

// text has the length of the load generator's.
var text = strings.Repeat("x", 100)

func BenchmarkAppendMessage(b *testing.B) {
	b.ReportAllocs()
	m := wire.Message{From: "Alice", Text: text, Seq: 123456, Time: moment}
	var buf []byte
	for b.Loop() {
		buf = wire.Append(buf[:0], &m)
	}
}

func BenchmarkAppendAck(b *testing.B) {
	b.ReportAllocs()
	ack := wire.Ack{ID: 12345, Seq: 123456, Time: moment}
	var buf []byte
	for b.Loop() {
		buf = wire.Append(buf[:0], &ack)
	}
}

func BenchmarkDecodeClient(b *testing.B) {
	for _, c := range []struct {
		name   string
		object string
	}{
		{"chat", `{"type":"chat","data":"` + text + `","id":12345}`},
		{"chat-with-escapes", `{"type":"chat","data":"` + text + `\n","id":12345}`},
		{"ping", `{"type":"ping","data":"x"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			object := []byte(c.object)
			for b.Loop() {
				if _, err := wire.DecodeClient(object); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReader(b *testing.B) {
	b.ReportAllocs()
	object := `{"type":"chat","data":"` + text + `","id":12345}` + "\n"
	r := wire.NewReader(&endless{data: []byte(strings.Repeat(object, 64))})
	b.SetBytes(int64(len(object)))
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

// endless reads its data again and again.
type endless struct {
	data []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.data[e.at:])
	e.at = (e.at + n) % len(e.data)
	return n, nil
}
