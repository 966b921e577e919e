package wire_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"hubbub/wire"
)

func asError(err error, target **wire.Error) bool { return errors.As(err, target) }

// readAll returns the frames of a stream and the error that ended it.
func readAll(r io.Reader) (frames []string, err error) {
	reader := wire.NewReader(r)
	for {
		frame, err := reader.Next()
		if err != nil {
			return frames, err
		}
		frames = append(frames, string(frame))
	}
}

// exactly returns a frame that is n bytes long.
func exactly(n int) string {
	const shell = `{"type":"ping","data":""}`
	return `{"type":"ping","data":"` + strings.Repeat("x", n-len(shell)) + `"}`
}

func TestReader(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream string
		frames []string
		err    error
	}{
		{"nothing", "", nil, io.EOF},
		{"nothing between", `{"a":1}{"b":2}`, []string{`{"a":1}`, `{"b":2}`}, io.EOF},
		{"newlines between", "{\"a\":1}\n{\"b\":2}\r\n", []string{`{"a":1}`, `{"b":2}`}, io.EOF},
		{"blanks between", " \t\r\n{}  {}", []string{`{}`, `{}`}, io.EOF},
		{"braces in strings", `{"a":"}{\"}"}{"\\":"}"}`, []string{`{"a":"}{\"}"}`, `{"\\":"}"}`}, io.EOF},
		{"nested", `{"a":{"b":[{"c":{}}]}}`, []string{`{"a":{"b":[{"c":{}}]}}`}, io.EOF},
		{"over several lines", "{\n\"a\":\n1\n}", []string{"{\n\"a\":\n1\n}"}, io.EOF},
		{"a forgotten quotation mark", "{\"a\":\"b}\n{\"b\":2}", []string{"{\"a\":\"b}\n", `{"b":2}`}, io.EOF},
		{"cut off", `{}{"a":`, []string{`{}`}, io.ErrUnexpectedEOF},
		{"an HTTP request", "POST / HTTP/1.1\r\n\r\n{}", nil, wire.Errorf(wire.CodeBadFrame, "")},
		{"garbage behind a frame", `{}x{}`, []string{`{}`}, wire.Errorf(wire.CodeBadFrame, "")},
		{"the longest", exactly(wire.MaxFrame) + `{}`, []string{exactly(wire.MaxFrame), `{}`}, io.EOF},
		{"too long", `{}` + exactly(wire.MaxFrame+1), []string{`{}`}, wire.Errorf(wire.CodeTooLarge, "")},
		{"endless", `{"` + strings.Repeat("x", 1<<20), nil, wire.Errorf(wire.CodeTooLarge, "")},
	} {
		for kind, fragment := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
			"in halves":    iotest.HalfReader,
			"error beside": iotest.DataErrReader,
		} {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				frames, err := readAll(fragment(strings.NewReader(c.stream)))
				if !errors.Is(err, c.err) {
					t.Errorf("ended with %v, want %v", err, c.err)
				}
				if len(frames) != len(c.frames) {
					t.Fatalf("got %d frames, want %d: %.100q", len(frames), len(c.frames), frames)
				}
				for i := range frames {
					if frames[i] != c.frames[i] {
						t.Errorf("frame %d: got %.100q, want %.100q", i, frames[i], c.frames[i])
					}
				}
			})
		}
	}
}

// counter counts the bytes that were read from it.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestReaderStopsAtTheLimit(t *testing.T) {
	c := &counter{r: strings.NewReader(strings.Repeat(`{"a":`, 1<<20))}
	if _, err := readAll(c); !errors.Is(err, wire.Errorf(wire.CodeTooLarge, "")) {
		t.Fatal(err)
	}
	if c.n > wire.MaxFrame {
		t.Errorf("read %d bytes of a frame without end, the limit is %d", c.n, wire.MaxFrame)
	}
}

func TestReaderGoesOnAfterATimeout(t *testing.T) {
	// The reader fails once with a timeout in the middle of the frame, as a connection with a deadline does.
	stream := io.MultiReader(strings.NewReader(`{"a"`), iotest.ErrReader(os.ErrDeadlineExceeded))
	reader := wire.NewReader(&thenReader{first: stream, then: strings.NewReader(`:1}`)})
	if _, err := reader.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	if frame, err := reader.Next(); err != nil || string(frame) != `{"a":1}` {
		t.Fatalf("got %q, %v", frame, err)
	}
}

// Held takes what has been read, and reads on by itself only where a read has taken all that there was room for.
func TestReaderHeld(t *testing.T) {
	small, large := exactly(30), exactly(1000)
	pieces := []string{small + small + small[:7], small[7:], large + large, "{", "}"}
	var readers []io.Reader
	for _, piece := range pieces {
		readers = append(readers, strings.NewReader(piece))
	}
	source := &counter{r: io.MultiReader(readers...)}
	r := wire.NewReader(source)
	sent := 0
	for _, c := range []struct {
		piece string
		want  []string
	}{
		{pieces[0], []string{small, small}},
		{pieces[1], []string{small}},
		{pieces[2], []string{large, large}},
		{pieces[3], nil},
		{pieces[4], []string{"{}"}},
	} {
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			frame, err := r.Held()
			if err != nil {
				t.Fatal(err)
			}
			if frame == nil {
				break
			}
			got = append(got, string(frame))
		}
		if sent += len(c.piece); !slices.Equal(got, c.want) || source.n != sent {
			t.Fatalf("behind %.30q: got %.60q, %d bytes read; want %.60q, %d", c.piece, got, source.n, c.want, sent)
		}
	}
}

// thenReader reads from first until that fails, and afterwards from then.
type thenReader struct {
	first, then io.Reader
	failed      bool
}

func (r *thenReader) Read(p []byte) (int, error) {
	if r.failed {
		return r.then.Read(p)
	}
	n, err := r.first.Read(p)
	r.failed = err != nil
	return n, err
}

// FuzzDecode: nothing makes the decoder panic or read past the limit, and what it decodes and encodes again decodes to
// the same.
func FuzzDecode(f *testing.F) {
	for _, l := range clientLiterals {
		f.Add([]byte(l.bytes))
	}
	for _, l := range serverLiterals {
		f.Add([]byte(l.bytes))
	}
	f.Add([]byte("{\"a\":\"b}\n{}"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		reader := wire.NewReader(iotest.HalfReader(bytes.NewReader(stream)))
		for {
			object, err := reader.Next()
			if err != nil {
				return
			}
			if len(object) > wire.MaxFrame {
				t.Fatalf("a frame of %d bytes", len(object))
			}
			for _, decode := range []func([]byte) (wire.Frame, error){wire.DecodeClient, wire.DecodeServer} {
				frame, err := decode(object)
				if err != nil {
					continue
				}
				first := wire.Append(nil, frame)
				if bytes.IndexByte(first, '\n') != len(first)-1 {
					t.Fatalf("a newline inside of %q", first)
				}
				again, err := decode(first)
				if err != nil {
					t.Fatalf("%q was decoded and encoded as %q: %v", object, first, err)
				}
				if second := wire.Append(nil, again); !bytes.Equal(first, second) {
					t.Fatalf("%q was encoded as %q and then as %q", object, first, second)
				}
			}
		}
	})
}
