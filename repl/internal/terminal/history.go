package terminal

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// entryLimit is how long a line may be that is kept, in bytes.
const entryLimit = 64 << 10

// A History is what was typed before, oldest first. Several goroutines and, through its file, several processes may use
// it at once.
type History struct {
	// Set when the history is opened, then only read.
	limit int
	file  *historyFile // nil: in memory only

	mu      sync.Mutex // guards the following
	entries []string
}

// OpenHistory reads the history file at path and keeps its newest limit lines; those before are removed from the file
// as well. A file that is not there is made, readable by its owner only, and so is its folder. With an empty
// path, and with one like /dev/null, the history is kept in memory only.
func OpenHistory(path string, limit int) (*History, error) {
	h := &History{limit: max(limit, 1)}
	if info, err := os.Stat(path); path == "" || err == nil && !info.Mode().IsRegular() {
		return h, nil
	}
	h.file = &historyFile{path: path, limit: h.limit}
	lines, err := h.file.load()
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	for i, line := range lines {
		lines[i] = unescaper.Replace(strings.ToValidUTF8(line, string(brokenSign)))
	}
	h.entries = lines
	return h, nil
}

// Add keeps a line, also in the file. Not kept are lines that are empty or start with a blank, a line that is the same
// as the last, and one of more than 64 KiB. An error is one of the file; the line is in memory all the same.
func (h *History) Add(line string) error {
	if !h.remember(line) || h.file == nil {
		return nil
	}
	if err := h.file.add(escaper.Replace(line)); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return nil
}

func (h *History) remember(line string) bool {
	if first, _ := utf8.DecodeRuneInString(line); line == "" || unicode.IsSpace(first) || len(line) > entryLimit {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.entries); n > 0 && h.entries[n-1] == line {
		return false
	}
	h.entries = append(h.entries, line)
	if over := len(h.entries) - h.limit; over > 0 {
		h.entries = h.entries[over:]
	}
	return true
}

func (h *History) length() int {
	if h == nil {
		return 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.entries)
}

// entry returns the i-th line, the oldest being 0; an empty one where there is none.
func (h *History) entry(i int) string {
	if h == nil {
		return ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if i < 0 || i >= len(h.entries) {
		return ""
	}
	return h.entries[i]
}

// A line of the file is an entry with its newlines and backslashes escaped.
var (
	escaper   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")
)
