package terminal

import (
	"fmt"
	"strings"
	"testing"
)

// describe writes keys down as text in quotes and numbers of codes.
func describe(s *scanner) string {
	var b strings.Builder
	for {
		k, ok := s.next()
		switch {
		case !ok:
			return b.String()
		case k.code == keyText:
			b.WriteString(string(k.text))
		case k.code == keyPaste:
			fmt.Fprintf(&b, "<paste %q>", string(k.text))
		default:
			fmt.Fprintf(&b, "<%s>", keyNames[k.code])
		}
	}
}

var keyNames = map[keyCode]string{
	keyPasteTooLong: "too long", keyEnter: "enter", keyNewline: "newline", keyInterrupt: "interrupt", keyEOF: "eof",
	keySuspend: "suspend", keyClear: "clear", keyTab: "tab", keyEscape: "escape", keyLeft: "left", keyRight: "right",
	keyHome: "home", keyEnd: "end", keyWordLeft: "word left", keyWordRight: "word right", keyUp: "up", keyDown: "down",
	keyBackspace: "backspace", keyDelete: "delete", keyTranspose: "transpose", keyKillLine: "kill line",
	keyKillFront: "kill front", keyKillWordBack: "kill word back", keyKillBlankBack: "kill blank back",
	keyKillWord: "kill word", keyYank: "yank", keySearchBack: "search back", keySearchForward: "search forward",
	keyCancel: "cancel",
}

var scanTests = []struct {
	bytes, keys string
}{
	{"hello", "hello"},
	{"grün 你好 🎉", "grün 你好 🎉"},
	{"\r\n", "<enter><enter>"},
	{"\x01\x02\x03\x04\x05\x06\x07", "<home><left><interrupt><eof><end><right><cancel>"},
	{"\x08\x7f\t\x0b\x0c\x0e\x10", "<backspace><backspace><tab><kill line><clear><down><up>"},
	{"\x12\x13\x14\x15\x17\x19\x1a",
		"<search back><search forward><transpose><kill front><kill blank back><yank><suspend>"},
	{"a\x00\x0f\x11\x16\x18\x1c\x1d\x1e\x1fb", "ab"},
	{"\x1b[A\x1b[B\x1b[C\x1b[D", "<up><down><right><left>"},
	{"\x1bOA\x1bOB\x1bOC\x1bOD\x1bOM", "<up><down><right><left><enter>"},
	{"\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "<home><end><home><end><home><end><home><end>"},
	{"\x1b[3~\x1b[3;5~\x1b[3;2~", "<delete><kill word><delete>"},
	{"\x1b[1;5C\x1b[1;5D\x1b[1;3C\x1b[1;2D\x1bOc\x1bOd",
		"<word right><word left><word right><left><word right><word left>"},
	{"\x1bb\x1bf\x1bd\x1b\x7f\x1b\x08\x1b\r",
		"<word left><word right><kill word><kill word back><kill word back><newline>"},
	{"\x1b\x1b[Da\x1bq\x1büb", "<left>ab"},
	{"a\x1b[2~\x1b[5~\x1b[6~\x1b[11~\x1b[Z\x1bOP\x1b[[Ab", "ab"},
	{"a\x1b[<0;1;2Mb\x1b[M\x20\x21\x22c\x1b[I\x1b[Od", "abcd"},
	{"a\x1b]0;x\ab\x1bP1$r\x1b\\c\x1b[?1;2cd", "abcd"},
	{"a\x1b[12\rb", "a<enter>b"},
	{"a\x1b[" + strings.Repeat("0", sequenceLimit-2) + "bc\x1bO" + strings.Repeat("1", sequenceLimit-2) + "d", "abcd"},
	{"a\xffb\xe4\xbdc", "a\uFFFDb\uFFFD\uFFFDc"},
	{"a\u0080\u009bb\U0010ff00\U0010ffffc", "abc"},
	{"\U000f0001", "\U000f0001"}, // icon fonts use these
	{"a\x1b[200~b\r\nc\rd\te\x1b[D\x03\x1b[201~f", `a<paste "b\nc\nd\te[D">f`},
	{"\x1b[200~\u2068Al\u202eice\u2069\u200d\u200f\x1b[201~\u2066b\u202c", "<paste \"Alice\\u200d\\u200f\">b"},
	{"\x1b[200~x\n\n\x1b[201~\x1b[200~\x1b[201~", `<paste "x">`},
	{"\x1b[200~\x1b[20\x1b[201~", `<paste "[20">`},
	{"\x1b[200~" + strings.Repeat("x", pasteLimit+1) + "\x1b[201~a", "<too long>a"},
}

func TestScan(t *testing.T) {
	for _, tt := range scanTests {
		var s scanner
		s.feed([]byte(tt.bytes))
		if got := describe(&s); got != tt.keys {
			t.Errorf("%.60q is %.60q, want %.60q", tt.bytes, got, tt.keys)
		}
		if s.patience() != 0 {
			t.Errorf("%.60q waits for more", tt.bytes)
		}
	}
}

func TestScanSplit(t *testing.T) {
	for _, tt := range scanTests {
		if len(tt.bytes) > 1000 {
			continue
		}
		for cut := range len(tt.bytes) {
			var s scanner
			s.feed([]byte(tt.bytes[:cut]))
			s.feed([]byte(tt.bytes[cut:]))
			if got := describe(&s); got != tt.keys {
				t.Errorf("%q and %q are %q, want %q", tt.bytes[:cut], tt.bytes[cut:], got, tt.keys)
			}
		}
		var s scanner
		for _, b := range []byte(tt.bytes) {
			s.feed([]byte{b})
		}
		if got := describe(&s); got != tt.keys {
			t.Errorf("%q byte by byte is %q, want %q", tt.bytes, got, tt.keys)
		}
	}
}

func TestScanExpires(t *testing.T) {
	tests := []struct {
		bytes, keys string
	}{
		{"\x1b", "<escape>a"},
		{"\x1b[", "a"},
		{"\x1b[1;", "a"},
		{"\x1b[M!", "a"},
		{"\x1b]0;", "a"},
		{"\xe4\xbd", "\uFFFDa"},
		{"\x1b[200~one\x1b[20", `<paste "one">a`},
		{"\x1b[200~", "a"},
	}
	for _, tt := range tests {
		var s scanner
		s.feed([]byte(tt.bytes))
		if s.patience() == 0 {
			t.Errorf("%q does not wait", tt.bytes)
		}
		s.expire()
		s.feed([]byte("a"))
		if got := describe(&s); got != tt.keys {
			t.Errorf("%q and an a are %q, want %q", tt.bytes, got, tt.keys)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, tt := range scanTests {
		if len(tt.bytes) < 1000 {
			f.Add([]byte(tt.bytes), 3)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		var whole, pieces scanner
		whole.feed(b)
		if cut < 0 || cut > len(b) {
			cut = len(b) / 2
		}
		pieces.feed(b[:cut])
		pieces.feed(b[cut:])
		if a, b := describe(&whole), describe(&pieces); a != b {
			t.Errorf("%q in one piece, %q in two", a, b)
		}
		for whole.patience() != 0 {
			whole.expire()
		}
		whole.feed([]byte("x"))
		if got := describe(&whole); !strings.HasSuffix(got, "x") {
			t.Errorf("a key after %q is lost: %q", b, got)
		}
	})
}
