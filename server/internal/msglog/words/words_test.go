package words_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/server/internal/msglog/words"
)

func TestAppend(t *testing.T) {
	for text, want := range map[string]string{
		"":                       " ",
		"... !":                  " ",
		"Hello, World!":          " hello world ",
		"don't":                  " don t ",
		"snake_case 4.5":         " snake case 4 5 ",
		"Straße ÉTÉ":             " strasse été ",
		"E\u0301te\u0301":        " été ",
		"Ｆｕｌｌ ²":                 " full 2 ",
		"\u0301a":                " a ",
		"東京タワー":                  " 東 京 タ ワ ー ",
		"iPhone手机v2":             " iphone 手 机 v2 ",
		"हिन्दी में":             " हिन्दी में ",
		"กิน":                    " กิ น ",
		"한국어":                    " 한국어 ",
		"😀a😀":                    " a ",
		"a\nb\tc":                " a b c ",
		`"a" AND NOT b*`:         " a and not b ",
		strings.Repeat("x", 300): " " + strings.Repeat("x", 300) + " ",
	} {
		if got := string(words.Append([]byte("+"), text)); got != "+"+want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	type phrase struct {
		words  string
		prefix bool
	}
	for text, want := range map[string][]phrase{
		"":            nil,
		"?!":          nil,
		"Foo":         {{"foo", true}},
		"foo ":        {{"foo", false}},
		"foo.":        {{"foo", false}},
		"foo b":       {{"foo", false}, {"b", false}},
		"foo Foo foo": {{"foo", false}, {"foo", true}},
		"foo bar":     {{"foo", false}, {"bar", true}},
		"foo-bar":     {{"foo", false}, {"bar", true}},
		"東京 タワー":      {{"東 京", false}, {"タ ワ ー", false}},
		"手机v2":        {{"手 机 v2", true}},
		`"a" OR b*`:   {{"a", false}, {"or", false}, {"b", false}},
	} {
		var got []phrase
		for _, p := range words.Parse(text) {
			got = append(got, phrase{p.Words, p.Prefix})
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		query, text string
		want        bool
	}{
		{"", "a", false},
		{"a", "", false},
		{"art", "The art of it", true},
		{"art", "The article", true},
		{"art ", "The article", false},
		{"art ", "articles are art", true},
		{"art", "a part", false},
		{"it the", "the art of it", true},
		{"it no", "the art of it", false},
		{"京都", "東京都", true},
		{"京東", "東京都", false},
		{"東都", "東京都", false},
	} {
		if got := words.Parse(c.query).Match(words.Append(nil, c.text)); got != c.want {
			t.Errorf("%q in %q: %v", c.query, c.text, got)
		}
	}
}

// FuzzMatch: every text is found by itself and by each of its own beginnings that end in a blank.
func FuzzMatch(f *testing.F) {
	f.Add("Hello, World! 東京タワー don't")
	f.Add("\u0345 ᾳ ﷺ ㌀")
	f.Fuzz(func(t *testing.T, text string) {
		folded := words.Append(nil, text)
		q := words.Parse(text)
		if (len(q) > 0) != q.Match(folded) {
			t.Fatalf("%q as %q is not found by %v", text, folded, q)
		}
		for _, p := range q {
			for _, r := range p.Words {
				if r == '"' || r == 0 {
					t.Fatalf("%q is in the words of %q", r, text)
				}
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	text := strings.Repeat("All work and no play ", 5)
	q := words.Parse("dull boy")
	var folded []byte
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if folded = words.Append(folded[:0], text); q.Match(folded) {
			b.Fatal("found")
		}
	}
}
