package terminal

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A historyFile is a file of lines that several processes add to. Each addition is one append under a lock. A file that
// has reached its limit is written anew under another name and then takes the place of the old one, so that a crash
// loses nothing.
type historyFile struct {
	path  string
	limit int

	mu   sync.Mutex // guards the following
	seen os.FileInfo
	tail tail
}

// tail is what has to be known of a file to append to it.
type tail struct {
	lines int
	open  bool // the last line has no newline
}

// load returns the newest lines and removes the others from the file.
func (f *historyFile) load() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return nil, err
	}
	file, err := f.lock()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := file.Chmod(0o600); err != nil {
		return nil, err
	}
	lines, err := f.read(file)
	if err != nil || len(lines) <= f.limit {
		return lines, err
	}
	lines = lines[len(lines)-f.limit:]
	return lines, f.rewrite(lines)
}

// add appends a line.
func (f *historyFile) add(line string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, err := f.lock()
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if f.seen == nil || !os.SameFile(info, f.seen) || info.Size() != f.seen.Size() || f.tail.lines >= f.limit {
		lines, err := f.read(file)
		if err != nil {
			return err
		}
		if len(lines) >= f.limit {
			return f.rewrite(append(lines[len(lines)-f.limit+1:], line))
		}
	}
	line += "\n"
	if f.tail.open {
		line = "\n" + line
	}
	if _, err := io.WriteString(file, line); err != nil {
		return err
	}
	f.tail = tail{lines: f.tail.lines + 1}
	f.seen, err = file.Stat()
	return err
}

// lock opens the file and locks it until it is closed. Another process may put a new file in its place in between; then
// the lock is on a file that nobody reads any more, and the new one is taken.
func (f *historyFile) lock() (*os.File, error) {
	for {
		file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return nil, err
		}
		if err := lockFile(file); err != nil {
			file.Close()
			return nil, err
		}
		locked, err := file.Stat()
		if err != nil {
			file.Close()
			return nil, err
		}
		if current, err := os.Stat(f.path); err == nil && os.SameFile(locked, current) {
			return file, nil
		}
		file.Close()
	}
}

// read returns all lines of a locked file. The last one needs no newline.
func (f *historyFile) read(file *os.File) ([]string, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range bytes.Lines(b) {
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			lines = append(lines, string(line))
		}
	}
	f.seen, err = file.Stat()
	f.tail = tail{lines: len(lines), open: len(b) > 0 && b[len(b)-1] != '\n'}
	return lines, err
}

// rewrite puts a file with these lines in the place of the locked one. Where the path is a symbolic link it stays one.
func (f *historyFile) rewrite(lines []string) error {
	path, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // does nothing once it has its new name
	_, err = io.WriteString(file, strings.Join(lines, "\n")+"\n")
	if err == nil {
		f.seen, err = file.Stat()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	f.tail = tail{lines: len(lines)}
	return os.Rename(file.Name(), path)
}
