package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadingBack says more than a page and a frame hold, and reads it again with /history, /search and /save.
func TestReadingBack(t *testing.T) {
	s := startServer(t, "127.0.0.1:0", "-rate", "0")
	var input strings.Builder
	for i := 1; i <= 300; i++ {
		fmt.Fprintf(&input, "build %d of the night %s\n", i, strings.Repeat("x", i%7*100))
	}
	say(t, s.addr, "Bob", input.String()).ends(0)

	folder := t.TempDir()
	text, lines := filepath.Join(folder, "all.txt"), filepath.Join(folder, "all.jsonl")
	script := "/history 1\n/history 290\n/history\n/history\n/search 177\n/search nights\n/search NIG\n/search\n" +
		"done\n/save " + text + "\n/save " + lines + "\n"
	alice := say(t, s.addr, "Alice", script)
	alice.ends(0)
	var numbers []string
	answers := []string{}
	for _, line := range alice.stdout.lines() {
		var n int
		if _, err := fmt.Sscanf(line, "[Bob]: build %d", &n); err == nil {
			numbers = append(numbers, fmt.Sprint(n))
			continue
		}
		answers = append(answers, line)
	}
	var want []string
	for _, page := range [][2]int{{300, 300}, {10, 299}, {1, 9}} {
		for i := page[0]; i <= page[1]; i++ {
			want = append(want, fmt.Sprint(i))
		}
	}
	if got, want := strings.Join(numbers, " "), strings.Join(want, " "); got != want {
		t.Errorf("the pages have\n%s\nwant\n%s", got, want)
	}
	answer := strings.Join(answers, "\n")
	for _, part := range []string{
		"There is nothing older.\n#177 ", "-- 1 message found\nNo message has \"nights\".\n#300 ",
		"messages found so far; /search alone shows older ones\n#", "301 messages are saved in " + text,
	} {
		if !strings.Contains(answer, part) {
			t.Errorf("the answers are\n%s\nwithout\n%s", answer, part)
		}
	}
	for file, last := range map[string]string{text: "[Alice]: done\n", lines: `,"seq":301,"time":"`} {
		all, err := os.ReadFile(file)
		got := strings.SplitAfter(string(all), "\n")
		if err != nil || len(got) != 302 || !strings.Contains(got[300], last) || !strings.Contains(got[6], "build 7 of") {
			t.Errorf("%s has %d lines (%v)", file, len(got)-1, err)
		}
	}
}
