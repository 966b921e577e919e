package main

import (
	"bufio"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadLine(t *testing.T) {
	full := strings.Repeat("x", lineLimit)
	for _, c := range []struct {
		input string
		want  []inputLine
	}{
		{"", nil},
		{"\n", []inputLine{{}}},
		{"a\nb", []inputLine{{text: "a", size: 1}, {text: "b", size: 1}}},
		{"a\r\n\r\n", []inputLine{{text: "a", size: 1}, {}}},
		{"a\r\r\n", []inputLine{{text: "a\r", size: 2}}},
		{full + "\r\n", []inputLine{{text: full, size: lineLimit}}},
		{full + "x\n" + full, []inputLine{{size: lineLimit + 1}, {text: full, size: lineLimit}}},
		{full + "xx\nb", []inputLine{{size: lineLimit + 2}, {text: "b", size: 1}}},
		{full + full, []inputLine{{size: 2 * lineLimit}}},
		{full + full + "\n", []inputLine{{size: 2 * lineLimit}}},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.input), iotest.OneByteReader(strings.NewReader(c.input))} {
			in := bufio.NewReaderSize(r, 16)
			var got []inputLine
			for {
				line, ok := readLine(in)
				if !ok {
					break
				}
				got = append(got, line)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%.40q: got %.200v, want %.200v", c.input, got, c.want)
			}
		}
	}
}

func TestReadLinesThatFail(t *testing.T) {
	broken := errors.New("broken")
	lines := readLines(t.Context(), io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	if line := <-lines; line.text != "a" || line.number != 1 {
		t.Errorf("got %+v", line)
	}
	if line := <-lines; !errors.Is(line.err, broken) {
		t.Errorf("got %+v", line)
	}
	if line, ok := <-lines; ok {
		t.Errorf("got %+v behind an error", line)
	}
}

func TestALongLineIsNotHeld(t *testing.T) {
	in := bufio.NewReaderSize(io.LimitReader(zeros{}, 10_000_000), 64<<10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	line, ok := readLine(in)
	runtime.ReadMemStats(&after)
	if !ok || line.size != 10_000_000 {
		t.Errorf("got %+v, %v", line, ok)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("%d bytes are allocated", allocated)
	}
}
