package logtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"hubbub/server/internal/msglog"
	"hubbub/server/internal/msglog/words"
	"hubbub/wire"
)

// RunSearch runs the part of Run that is about Search, for a store that finds messages in several ways.
func RunSearch(t *testing.T, open func(t *testing.T) msglog.Log) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, msglog.Log)
	}{
		{"search", testSearch},
		{"search by page", testSearchPages},
		{"search for anything", testSearchAnything},
		{"search at random", testSearchRandom},
		{"search while appending", testSearchConcurrently},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := open(t)
			defer log.Close()
			test.run(t, log)
		})
	}
}

// Texts returns an entry for each text, numbered from the id first on.
func Texts(session wire.SessionID, first wire.ID, texts ...string) []msglog.Entry {
	entries := Entries(session, first, len(texts))
	for i, text := range texts {
		entries[i].Text = text
	}
	return entries
}

// WantFound checks which entries of the lobby a search finds, in their order.
func WantFound(t testing.TB, log msglog.Log, words string, before wire.Seq, limit int, want ...wire.Seq) {
	t.Helper()
	entries, err := log.Search(t.Context(), room, words, before, limit)
	if err != nil {
		t.Errorf("search for %q: %v", words, err)
		return
	}
	var got []wire.Seq
	for _, e := range entries {
		got = append(got, e.Seq)
	}
	if !slices.Equal(got, want) {
		t.Errorf("search for %q before %d, limit %d: found %v, want %v", words, before, limit, got, want)
	}
}

var searched = []string{
	"The deploy to staging is done",       // 1
	"deployed: production, at 12:30",      // 2
	"Don't DEPLOY on Fridays!",            // 3
	"straße und Café",                     // 4
	"東京タワーに行きました",                         // 5
	"我们明天去京都 by train",                    // 6
	`say "hello world" AND NOT (goodbye)`, // 7
	"ΣΊΣΥΦΟΣ и Ёлка",                      // 8
	"C:\\temp a*b text:x ^y {z} -w +v",    // 9
	"no",                                  // 10
}

func testSearch(t *testing.T, log msglog.Log) {
	WantFound(t, log, "deploy", 0, 10)
	mustAppend(t, log, Texts(Session(1), 1, searched...))
	elsewhere := Texts(Session(2), 1, searched...)
	for i := range elsewhere {
		elsewhere[i].Room = "kitchen"
	}
	mustAppend(t, log, elsewhere)
	for words, want := range map[string][]wire.Seq{
		"deploy":            {3, 2, 1}, // the newest first; the last word may go on
		"deploy ":           {3, 1},    // unless something stands behind it
		"Deploy.":           {3, 1},
		"deploy staging":    {1},
		"staging deploy":    {1}, // in any order
		"depl staging":      nil, // only the last one may go on
		"eploy":             nil,
		"12":                {2},
		"12:30":             {2},
		"don't":             {3},
		"STRASSE":           {4},
		"café":              {4},
		"CAFE\u0301":        {4},
		"cafe":              nil, // accents count
		"タワー":               {5},
		"京":                 {6, 5},
		"東京":                {5},
		"京東":                nil,
		"京都 train":          {6},
		`"hello world"`:     {7},
		"hello AND goodbye": {7},
		"hello OR deploy":   nil,
		"NOT hello":         {7},
		"hello NOT":         {7},
		"σίσυφος":           {8},
		"ёлка":              {8},
		"a*b":               {9},
		"text:x":            {9},
		"{z} -w":            {9},
		"^y":                {9},
		"n":                 nil, // one character is not a beginning
		"no":                {10, 7},
		"missing":           nil,
		"":                  nil,
		"?!":                nil,
	} {
		WantFound(t, log, words, 0, 100, want...)
	}
	got, err := log.Search(t.Context(), "kitchen", "staging", 0, 10)
	if err != nil || len(got) != 1 || got[0] != elsewhere[0] {
		t.Errorf("found %+v, %v; want %+v", got, err, elsewhere[0])
	}
	if got, err := log.Search(t.Context(), "nowhere", "staging", 0, 10); err != nil || len(got) != 0 {
		t.Errorf("found %+v, %v in a room that is not there", got, err)
	}
}

func testSearchPages(t *testing.T, log msglog.Log) {
	const n, step = 240, 3
	entries := Entries(Session(1), 1, n)
	for i := range entries {
		if entries[i].Text = "hay"; i%step == step-1 {
			entries[i].Text = "a needle in it"
		}
	}
	for part := range slices.Chunk(entries, 40) {
		mustAppend(t, log, part)
	}
	before, left := wire.Seq(0), n/step
	for left > 0 {
		page, err := log.Search(t.Context(), room, "needle", before, 7)
		if err != nil || len(page) != min(7, left) {
			t.Fatalf("a page of %d with %d left, %v", len(page), left, err)
		}
		for _, e := range page {
			if want := wire.Seq(step * left); e.Seq != want {
				t.Fatalf("number %d, want %d", e.Seq, want)
			}
			left--
		}
		before = page[len(page)-1].Seq
	}
	WantFound(t, log, "needle", before, 7)
	WantFound(t, log, "needle", 1, 7)
	WantFound(t, log, "needle", 7, 7, 6, 3)
	WantFound(t, log, "needle", wire.MaxCount, 2, n, n-step)
	WantFound(t, log, "needle", 0, 0)
	WantFound(t, log, "needle", 0, -1)
}

// Whatever is searched for is found in itself, and is never an error.
func testSearchAnything(t *testing.T, log msglog.Log) {
	texts := []string{
		`"`, `""`, `"a`, `a"`, "a'b", "' OR 1=1 --", "NEAR(a b)", "a NEAR b", "a + b", "a^", "(", ")", "a:b", "*", "a*",
		"-a", "{a b}:c",
		"\x00a", "a\x00b", "%", "_", "a;b", "\u202ea", "\u0301", "a\u0301\u0302", "ﷺ", "ǅ", "İ", "\ufffda", "क्षि",
		"ภาษาไทย", "🏳️‍🌈x",
		"\U000E0100字", "\U0001FBF5", strings.Repeat("a ", 128), strings.Repeat("字", 85), strings.Repeat("x", wire.MaxSearch),
		"a b c d e f g h i j k l m n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9" +
			" aa ab ac ad ae af ag ah ai aj ak al am an ao ap",
	}
	mustAppend(t, log, Texts(Session(1), 1, texts...))
	for i, text := range texts {
		got, err := log.Search(t.Context(), room, text, 0, 1000)
		if err != nil {
			t.Errorf("search for %q: %v", text, err)
		}
		searchable := wire.CheckSearch(text) == nil
		found := slices.ContainsFunc(got, func(e msglog.Entry) bool { return e.Seq == wire.Seq(i+1) })
		if found != searchable {
			t.Errorf("search for %q: found itself %v among %d", text, found, len(got))
		}
	}
}

// A search finds what package words finds, whatever the words are.
func testSearchRandom(t *testing.T, log msglog.Log) {
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		"a", "B", "ab", "ba", "é", "É", "e\u0301", "7", "京", "都", "กิ", " ", " ", " ", "-", `"`, "*",
	}
	random := func(parts int) string {
		var text strings.Builder
		for range 1 + rng.IntN(parts) {
			text.WriteString(pieces[rng.IntN(len(pieces))])
		}
		return text.String()
	}
	texts := make([]string, 100)
	for i := range texts {
		texts[i] = random(20)
	}
	mustAppend(t, log, Texts(Session(1), 1, texts...))
	for range 100 {
		sought := random(5)
		query := words.Parse(sought)
		var want []wire.Seq
		for i, text := range slices.Backward(texts) {
			if query.Match(words.Append(nil, text)) {
				want = append(want, wire.Seq(i+1))
			}
		}
		WantFound(t, log, sought, 0, len(texts), want...)
	}
}

// A search sees what has been appended when it begins, and one that is under way nothing that is wrong.
func testSearchConcurrently(t *testing.T, log msglog.Log) {
	const n = 200
	stop := make(chan struct{})
	var searching sync.WaitGroup
	searching.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			got, err := log.Search(t.Context(), room, "text", 0, 50)
			if err != nil {
				t.Error(err)
				return
			}
			for i, e := range got {
				if e.Seq != got[0].Seq-wire.Seq(i) {
					t.Errorf("number %d stands at %d behind %d", e.Seq, i, got[0].Seq)
				}
			}
		}
	})
	for id := wire.ID(1); id <= n; id += 10 {
		mustAppend(t, log, Entries(Session(1), id, 10))
		WantFound(t, log, fmt.Sprint("text ", id+9), 0, 1, wire.Seq(id+9))
	}
	close(stop)
	searching.Wait()
}
