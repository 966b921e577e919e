//go:build unix

package terminal

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const historyVariable = "TERMINAL_TEST_HISTORY_WRITER"

// runHistoryWriter is another process that adds lines to the history: "file name count limit".
func runHistoryWriter() int {
	var file, name string
	var count, limit int
	if _, err := fmt.Sscan(os.Getenv(historyVariable), &file, &name, &count, &limit); err != nil {
		fmt.Println(err)
		return 1
	}
	h, err := OpenHistory(file, limit)
	for i := 0; i < count && err == nil; i++ {
		err = h.Add(fmt.Sprintf("%s %d", name, i))
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func writeTogether(t *testing.T, file string, count, limit int) {
	t.Helper()
	var writers []*exec.Cmd
	for _, name := range []string{"a", "b"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d %d", historyVariable, file, name, count, limit))
		cmd.Stdout = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, cmd)
	}
	for _, cmd := range writers {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func readHistory(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

func TestHistoryTwoProcesses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	writeTogether(t, file, 200, 1000)
	lines := readHistory(t, file)
	if len(lines) != 400 {
		t.Errorf("%d lines, want 400", len(lines))
	}
	for _, name := range []string{"a", "b"} {
		for i := range 200 {
			if !slices.Contains(lines, fmt.Sprintf("%s %d", name, i)) {
				t.Errorf("%s %d is lost", name, i)
			}
		}
	}
}

func TestHistoryTwoProcessesBeyondTheLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	const each, limit = 400, 500 // from the 501st on every line has the file written anew
	writeTogether(t, file, each, limit)
	lines := readHistory(t, file)
	if len(lines) != limit {
		t.Errorf("%d lines, want %d", len(lines), limit)
	}
	// The newest lines of each are there, and none is missing in between.
	for _, name := range []string{"a ", "b "} {
		var own []string
		for _, line := range lines {
			if strings.HasPrefix(line, name) {
				own = append(own, line)
			}
		}
		for i, line := range own {
			if want := fmt.Sprintf("%s%d", name, each-len(own)+i); line != want {
				t.Fatalf("%q where %q should be", line, want)
			}
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if files, _ := os.ReadDir(filepath.Dir(file)); len(files) != 1 {
		t.Errorf("left beside it: %v", files)
	}
}

func TestHistoryFile(t *testing.T) {
	tests := []struct {
		name    string
		before  string
		add     []string
		after   string
		entries []string
	}{
		{name: "new", add: []string{"one", "two"}, after: "one\ntwo\n", entries: []string{"one", "two"}},
		{name: "last line without newline", before: "one\ntwo", add: []string{"three"}, after: "one\ntwo\nthree\n",
			entries: []string{"one", "two", "three"}},
		{name: "limit", before: "1\n2\n3\n4\n5\n", add: nil, after: "2\n3\n4\n5\n", entries: []string{"2", "3", "4", "5"}},
		{name: "limit when added to", before: "1\n2\n3\n", add: []string{"4", "5"}, after: "2\n3\n4\n5\n",
			entries: []string{"2", "3", "4", "5"}},
		{name: "limit and no newline", before: "1\n2\n3\n4", add: []string{"5"}, after: "2\n3\n4\n5\n",
			entries: []string{"2", "3", "4", "5"}},
		{name: "not kept", add: []string{"", " blank", "\ttab", "one", "one", "two", "one"}, after: "one\ntwo\none\n",
			entries: []string{"one", "two", "one"}},
		{name: "several lines", add: []string{"a\nb", `c\nd\`, "e\r"}, after: `a\nb` + "\n" + `c\\nd\\` + "\n" + `e\r` + "\n",
			entries: []string{"a\nb", `c\nd\`, "e\r"}},
		{name: "invalid UTF-8", before: "a\xffb\n", entries: []string{"a\uFFFDb"}, after: "a\xffb\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "folder", "history")
			if tt.before != "" {
				if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(tt.before), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			h, err := OpenHistory(file, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range tt.add {
				if err := h.Add(line); err != nil {
					t.Fatal(err)
				}
			}
			if b, err := os.ReadFile(file); err != nil || string(b) != tt.after {
				t.Errorf("the file holds %q, want %q (%v)", b, tt.after, err)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, want 0600 (%v)", info.Mode(), err)
			}
			again, err := OpenHistory(file, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range []*History{h, again} {
				if got := all(h); !slices.Equal(got, tt.entries) {
					t.Errorf("entries %q, want %q", got, tt.entries)
				}
			}
		})
	}
}

func all(h *History) []string {
	var lines []string
	for i := range h.length() {
		lines = append(lines, h.entry(i))
	}
	return lines
}

func TestHistoryLinkStays(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "dotfiles"), filepath.Join(folder, "history")
	if err := os.Symlink("dotfiles", link); err != nil {
		t.Fatal(err)
	}
	h, err := OpenHistory(link, 2)
	for _, line := range []string{"one", "two", "three"} {
		if err == nil {
			err = h.Add(line)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); target != "dotfiles" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if got := readHistory(t, file); !slices.Equal(got, []string{"two", "three"}) {
		t.Errorf("the file holds %q", got)
	}
}

func TestHistoryFolderIsPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "history")
	if _, err := OpenHistory(file, 4); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, want 0700 (%v)", info.Mode(), err)
	}
}

func TestHistoryInMemory(t *testing.T) {
	for _, path := range []string{"", os.DevNull} {
		h, err := OpenHistory(path, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"one", "two", "three"} {
			if err := h.Add(line); err != nil {
				t.Fatal(err)
			}
		}
		if got := all(h); !slices.Equal(got, []string{"two", "three"}) {
			t.Errorf("entries %q", got)
		}
	}
}

func FuzzHistoryEscape(f *testing.F) {
	for _, line := range []string{"", `\`, `\n`, "\n", `\\n`, "a\\\nb", "\r\n"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		escaped := escaper.Replace(line)
		if strings.ContainsAny(escaped, "\r\n") {
			t.Errorf("%q has a newline", escaped)
		}
		if back := unescaper.Replace(escaped); back != line {
			t.Errorf("%q became %q", line, back)
		}
	})
}
