package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12001: "12,001", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: got %s", n, got)
		}
	}
}

// TestBottomLine writes as two streams of one terminal do. <> stands for the erasing of the line.
func TestBottomLine(t *testing.T) {
	var screen bytes.Buffer
	line := &bottomLine{w: &screen}
	out, notices := line.above(&screen), line.above(&screen)
	written := func(when, want string) {
		t.Helper()
		got := strings.NewReplacer(eraseLine, "<>", noWrap, "", wrapAgain, "").Replace(screen.String())
		if got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
		screen.Reset()
	}
	io.WriteString(out, "one\n")
	written("without a line", "one\n")
	line.show("1 sent")
	line.show("1 sent")
	written("the line, once", "<>1 sent")
	line.show("2 sent")
	written("another line", "<>2 sent")
	io.WriteString(out, "two\n")
	written("something that is said", "<>two\n<>2 sent")
	io.WriteString(notices, "hubbub: three\n")
	written("a notice", "<>hubbub: three\n<>2 sent")
	io.WriteString(out, "half ")
	line.show("3 sent")
	io.WriteString(notices, "x")
	written("half a line", "<>half x")
	io.WriteString(out, "a line\n")
	written("its other half", "a line\n<>3 sent")
	line.show("")
	line.show("")
	written("the end", "<>")
	io.WriteString(out, "four\n")
	written("after the end", "four\n")
}

func TestProgressIsForWhoWatches(t *testing.T) {
	h := startHub(t, nil)
	p := say(t, h, "one\n/sleep 1500ms\n", "-name", "Alice")
	p.ends(statusDelivered, "")
	if got := p.stdout.String() + p.stderr.String(); got != "" {
		t.Errorf("written: %q", got)
	}
}
