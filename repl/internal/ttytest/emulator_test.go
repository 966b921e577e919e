package ttytest

import (
	"strings"
	"testing"
)

func TestEmulator(t *testing.T) {
	tests := []struct {
		name, written string
		lines         []string // of a terminal of 5×3
		col, row      int
		above         []string
	}{
		{"text", "abc", []string{"abc"}, 3, 0, nil},
		{"the wrap is held back", "abcde", []string{"abcde"}, 4, 0, nil},
		{"the wrap comes", "abcdef", []string{"abcde", "f"}, 1, 1, nil},
		{"CR at the edge stays", "abcde\rx", []string{"xbcde"}, 1, 0, nil},
		{"CR LF at the edge", "abcde\r\nx", []string{"abcde", "x"}, 1, 1, nil},
		{"wide", "你好", []string{"你好"}, 4, 0, nil},
		{"wide at the edge", "a你好", []string{"a你好"}, 4, 0, nil},
		{"wide does not fit", "你好你", []string{"你好", "你"}, 2, 1, nil},
		{"half a wide one overwritten", "你好\x1b[2Gx", []string{" x好"}, 2, 0, nil},
		{"combining", "e\u0301x", []string{"e\u0301x"}, 2, 0, nil},
		{"combining at the edge", "abcde\u0301", []string{"abcde\u0301"}, 4, 0, nil},
		{"combining on a wide one", "你\u0301", []string{"你\u0301"}, 2, 0, nil},
		{"scrolling", "1\r\n2\r\n3\r\n4", []string{"2", "3", "4"}, 1, 2, []string{"1"}},
		{"up, clear below", "1\r\n2\r\n3\x1b[1A\r\x1b[J", []string{"1"}, 0, 1, nil},
		{"up stops at the top", "1\x1b[9Ax", []string{"1x"}, 2, 0, nil},
		{"right stops at the edge", "\x1b[9Cx", []string{"    x"}, 4, 0, nil},
		{"home and clear", "abc\x1b[H\x1b[2Jx", []string{"x"}, 1, 0, nil},
		{"clear the line", "abc\x1b[2G\x1b[Kx", []string{"ax"}, 2, 0, nil},
		{"place", "\x1b[2;3Hx", []string{"", "  x"}, 3, 1, nil},
		{"colour", "\x1b[1;31ma\x1b[0mb", []string{"ab"}, 2, 0, nil},
		{"a character in pieces", "你", []string{"你"}, 2, 0, nil},
	}
	for _, tt := range tests {
		e := NewEmulator(5, 3, Xterm)
		for _, b := range []byte(tt.written) {
			_, _ = e.Write([]byte{b})
		}
		s := e.Screen()
		if strings.Join(s.Shown(), "|") != strings.Join(tt.lines, "|") || s.Col != tt.col || s.Row != tt.row ||
			strings.Join(s.Above, "|") != strings.Join(tt.above, "|") || len(s.Unknown) > 0 {
			t.Errorf("%s: want %q at column %d of row %d, got %q\n%s", tt.name, tt.lines, tt.col, tt.row, s.Unknown, s)
		}
	}
}

func TestBackspaceAtTheFirstColumn(t *testing.T) {
	for _, tt := range []struct {
		traits   Traits
		col, row int
	}{{Tmux, 4, 0}, {Xterm, 0, 1}} {
		e := NewEmulator(5, 3, tt.traits)
		_, _ = e.Write([]byte("abcdef\r\b"))
		if s := e.Screen(); s.Col != tt.col || s.Row != tt.row {
			t.Errorf("%+v: column %d of row %d, want %d of %d", tt.traits, s.Col, s.Row, tt.col, tt.row)
		}
	}
}

func TestClearFromTheFirstColumn(t *testing.T) {
	for _, tt := range []struct {
		traits Traits
		above  string
	}{{Tmux, "a|b"}, {Xterm, ""}} {
		e := NewEmulator(5, 3, tt.traits)
		_, _ = e.Write([]byte("a\r\nb\x1b[H\x1b[J"))
		if s := e.Screen(); strings.Join(s.Above, "|") != tt.above || len(s.Shown()) != 0 {
			t.Errorf("%+v: above %q\n%s", tt.traits, s.Above, s)
		}
	}
}

func TestReflow(t *testing.T) {
	tests := []struct {
		name, written string
		cols, rows    int
		lines         []string
		col, row      int
		above         []string
	}{
		{"narrower", "abcdefgh", 4, 4, []string{"abcd", "efgh"}, 3, 1, nil},
		{"narrower, cursor on the way", "abcdefgh\x1b[3D", 4, 4, []string{"abcd", "efgh"}, 1, 1, nil},
		{"wider", "abcdefghijkl", 20, 4, []string{"abcdefghijkl"}, 12, 0, nil},
		{"lines stay apart", "abcdefghijkl\r\nxyz", 20, 4, []string{"abcdefghijkl", "xyz"}, 3, 1, nil},
		{"wide at the new edge", "a你好你", 4, 4, []string{"a你", "好你"}, 3, 1, nil},
		{"wide at the old edge", "a你好你你你", 20, 4, []string{"a你好你你你"}, 11, 0, nil},
		{"the top scrolls off", "abcdefghij\r\nxyz", 3, 4, []string{"def", "ghi", "j", "xyz"}, 2, 3, []string{"abc"}},
		{"lower", "1\r\n2\r\n3", 10, 2, []string{"2", "3"}, 1, 1, []string{"1"}},
		{"higher", "1\r\n2\r\n3\r\n4\r\n5", 10, 6, []string{"1", "2", "3", "4", "5"}, 1, 4, nil},
		{"a blank at the new edge", "abcdefghij \r", 5, 4, []string{"abcde", "fghij"}, 0, 2, nil},
		{"a blank after the edge", "abcdefghij \r", 20, 4, []string{"abcdefghij"}, 10, 0, nil},
	}
	for _, tt := range tests {
		e := NewEmulator(10, 4, Xterm)
		_, _ = e.Write([]byte(tt.written))
		e.Resize(tt.cols, tt.rows)
		s := e.Screen()
		if strings.Join(s.Shown(), "|") != strings.Join(tt.lines, "|") || s.Col != tt.col || s.Row != tt.row ||
			strings.Join(s.Above, "|") != strings.Join(tt.above, "|") {
			t.Errorf("%s: want %q at column %d of row %d below %q, got %q\n%s",
				tt.name, tt.lines, tt.col, tt.row, tt.above, s.Above, s)
		}
	}
}

func TestUnknown(t *testing.T) {
	e := NewEmulator(5, 3, Xterm)
	_, _ = e.Write([]byte("\x1b[?2004h\x1b[5i\x1bc\a\x1b[?2004l"))
	s := e.Screen()
	if strings.Join(s.Unknown, " ") != "\x1b[5i \x1bc" || s.Bells != 1 {
		t.Errorf("unknown %q, %d bells", s.Unknown, s.Bells)
	}
	if on, told := s.Modes[2004]; on || !told {
		t.Errorf("modes %v", s.Modes)
	}
}
