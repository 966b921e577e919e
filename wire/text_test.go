package wire_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"hubbub/wire"
)

func TestCheckName(t *testing.T) {
	for _, good := range []string{
		"A", "Alice", "alice_2.0-x", "Ünal", "王小明", "Ольга", "हिन्दी", "สมชาย", "٣", strings.Repeat("é", wire.MaxName),
	} {
		if err := wire.CheckName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", " ", "Al ice", "Alice\n", "a\x1b[2J", "a\u202eb", "a\u200bb", "\u0301a", "-\u0301", "😀", "a@b", "a/b", "\xff",
		strings.Repeat("é", wire.MaxName+1),
	} {
		if err := wire.CheckName(bad); err == nil || err.Code != wire.CodeBadName {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, good := range []string{"x", " ", "a\nb\tc", "שלום 👩‍👩‍👧 \u200d", strings.Repeat("x", wire.MaxText)} {
		if err := wire.CheckText(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "\x00", "\r", "\x1b[2J", "\x7f", "\u009b2J", "\u202e", "\u2066", "\xff",
		strings.Repeat("é", wire.MaxText/2) + "x",
	} {
		if err := wire.CheckText(bad); err == nil || err.Code != wire.CodeBadText {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestSplitText(t *testing.T) {
	frame := func(part string) wire.Frame {
		return wire.Message{From: "Alice", Text: part, Seq: 1 << 40, Time: moment}
	}
	for _, text := range []string{
		"short", strings.Repeat("word ", 800), strings.Repeat("王", 1000), strings.Repeat("\"\\\n", 700),
		strings.Repeat("x", 4096),
	} {
		parts := wire.SplitText(text, wire.OldRead, frame)
		if joined := strings.Join(parts, ""); joined != text {
			t.Errorf("%.20q: the parts make another text: %.40q", text, joined)
		}
		for _, part := range parts {
			if n := len(wire.Append(nil, frame(part))); n > wire.OldRead {
				t.Errorf("%.20q: a part makes a frame of %d bytes", text, n)
			}
		}
	}
	if parts := wire.SplitText(strings.Repeat("word ", 800), wire.OldRead, frame); !strings.HasSuffix(parts[0], "word ") {
		t.Errorf("cut inside of a word: %q", parts[0])
	}
	if parts := wire.SplitText("王小明", 5, frame); len(parts) != 3 {
		t.Errorf("a limit that nothing fits into: got %q", parts)
	}
}

func TestCheckSearch(t *testing.T) {
	for _, words := range []string{"a", "7", "王", "\"a\" OR *", strings.Repeat("é", wire.MaxSearch/2)} {
		if err := wire.CheckSearch(words); err != nil {
			t.Errorf("%q: %v", words, err)
		}
	}
	for _, words := range []string{"", " ", "?!", "\u0301", "😀", "a\xff", strings.Repeat("é", wire.MaxSearch/2) + "a"} {
		if err := wire.CheckSearch(words); err == nil || err.Code != wire.CodeBadFrame {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func TestLogID(t *testing.T) {
	id := wire.NewLogID()
	if !id.Valid() || id == wire.NewLogID() {
		t.Errorf("%q", id)
	}
	for _, bad := range []wire.LogID{"", id[1:], id + "0", "00112233445566778899AABBCCDDEEFF"} {
		if bad.Valid() {
			t.Errorf("%q is valid", bad)
		}
	}
}

func TestSessionID(t *testing.T) {
	id := wire.NewSessionID()
	if !id.Valid() || id == wire.NewSessionID() {
		t.Errorf("%q", string(id))
	}
	for _, bad := range []wire.SessionID{"", "00112233445566778899aabbccddeef", "00112233445566778899AABBCCDDEEFF"} {
		if bad.Valid() {
			t.Errorf("%q is valid", string(bad))
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("joined", "session", id)
	if strings.Contains(log.String(), string(id)) {
		t.Errorf("the log shows a session id: %s", log.String())
	}
}
