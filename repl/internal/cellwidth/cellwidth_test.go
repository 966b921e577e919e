package cellwidth

import "testing"

func TestOf(t *testing.T) {
	for _, c := range []struct {
		runes string
		want  int
	}{
		{"\x00\t\n\x1b\x7f\u0080\u009b\u009f", 0},
		{" a~\u00a0\u00e9\u02ff", 1},
		{"\u0301\u0308\u20dd\u0e31\ufe0f", 0}, // marks
		{"\u00ad", 1},                         // terminals show a soft hyphen
		{"\u200b\u200d\u2066\ufeff", 0},       // invisible
		{"αжشع\u0e01", 1},                     // other scripts
		{"你好、。", 2},                           // Chinese
		{"！，（ａ￥", 2},                          // full-width
		{"ｱ¢→", 1},                            // half-width, narrow and ambiguous
		{"\u1100한", 2},                        // a Hangul consonant, a syllable
		{"\u1161\u11a8\ud7b0\ud7cb", 0},       // what joins the consonant
		{"🎉👩\U0001f3fd", 2},                   // emoji, a skin tone by itself
		{"❤\U0001f1e9", 1},                    // a picture only with a selector, a letter of a flag
		{"\U0010fffd", 1},                     // private
		{"\U000e0061", 0},                     // a tag
		{"\U00020000", 2},                     // an ideograph beyond the first plane
	} {
		for _, r := range c.runes {
			if got := Of(r); got != c.want {
				t.Errorf("%U has %d columns, want %d", r, got, c.want)
			}
		}
	}
}
