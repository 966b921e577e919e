//go:build unix

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	plain := style{color: -1}
	green := style{color: 28}
	for _, c := range []struct {
		line string
		now  style
		want []stretch
		last style
	}{
		{"", plain, nil, plain},
		{"two words", plain, []stretch{{plain, 0, 9, "two words"}}, plain},
		{"  far   apart ", plain, []stretch{{plain, 2, 3, "far"}, {plain, 8, 5, "apart"}}, plain},
		{"[\x1b[38;5;28mBob\x1b[0m]", plain, []stretch{{plain, 0, 1, "["}, {green, 1, 3, "Bob"}, {plain, 4, 1, "]"}}, plain},
		{"goes on", green, []stretch{{green, 0, 7, "goes on"}}, green},
		{"\x1b[1;7ma b\x1b[27m", plain, []stretch{{style{-1, true, true}, 0, 3, "a b"}}, style{-1, true, false}},
		{"\x1b[1mYou:\x1b[22m hi", plain, []stretch{{style{-1, true, false}, 0, 4, "You:"}, {plain, 5, 2, "hi"}}, plain},
		{"a你好", plain, []stretch{{plain, 0, 1, "a"}, {plain, 1, 2, "你"}, {plain, 3, 2, "好"}}, plain},
		{"e\u0301x", plain, []stretch{{plain, 0, 2, "e\u0301x"}}, plain},
	} {
		got, last := parse(c.line, c.now)
		if len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) || last != c.last {
			t.Errorf("%q is %v and then %v, want %v and %v", c.line, got, last, c.want, c.last)
		}
	}
}

func TestDraw(t *testing.T) {
	svg := draw(screen{
		lines: []string{"[\x1b[38;5;28mBob\x1b[0m]: a < b & c", "\x1b[1;7m@Alice\x1b[0m"},
		col:   3, row: 1,
	})
	for _, want := range []string{
		"  .c28 { fill: #008700; }\n",
		`<text x="24.4" y="30" textLength="25.2" lengthAdjust="spacingAndGlyphs" class="c28">Bob</text>`,
		"]: a &lt; b &amp; c</text>",
		`<rect class="block" x="16" y="35" width="50.4" height="19"/>`,
		`class="bold inverse">@Alice</text>`,
		`<rect class="block" x="41.2" y="35" width="8.4" height="18"/>`, // the cursor
	} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("%s is missing in\n%s", want, svg)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestRGB(t *testing.T) {
	for c, want := range map[int]string{16: "#000000", 21: "#0000ff", 196: "#ff0000", 231: "#ffffff", 243: "#767676"} {
		if got := rgb(c); got != want {
			t.Errorf("%d is %s, want %s", c, got, want)
		}
	}
}
