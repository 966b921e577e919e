package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"hubbub/repl/internal/render"
)

// writeNew makes a file that only its owner can read, of what write writes. A file that is there already stays as it
// is. Until everything is written the file has another name, in the same folder, and where anything fails there is
// none.
func writeNew(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return isThere(path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".hubbub-*") // which has mode 0600
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return cannotWrite(path, err)
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	return cannotWrite(path, name(f.Name(), path))
}

// name gives the file a name that no other file has. Not every file system has links, with which nothing can come
// between the looking and the naming.
func name(file, path string) error {
	err := os.Link(file, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(file, path)
}

// cannotWrite makes a sentence of the file system's errors; others stay as they are.
func cannotWrite(path string, err error) error {
	var call *fs.PathError
	var naming *os.LinkError
	switch {
	case errors.Is(err, fs.ErrExist):
		return isThere(path)
	case errors.As(err, &call):
		err = call.Err
	case errors.As(err, &naming):
		err = naming.Err
	default:
		return err
	}
	return fmt.Errorf("%s can't be written: %w", render.HarmlessName(path), err)
}

func isThere(path string) error {
	return fmt.Errorf("%s is there already, and is not overwritten", render.HarmlessName(path))
}
