//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hubbub/scripts/internal/programs"
	"hubbub/wire"
)

const (
	logMessages = 1_000_000
	logTalkers  = 4 // who write them at the same time
)

// storedLog is a folder with a log of logMessages messages of about 100 bytes.
type storedLog struct{ dir string }

// fill has a hub store the messages.
func (l storedLog) fill(ctx context.Context, b bench) (figures []figure, err error) {
	hub, err := b.StartHub(ctx, b.dir, "-data", l.dir, "-rate", "0")
	if err != nil {
		return nil, err
	}
	began := time.Now()
	done := make(chan error)
	for i := range logTalkers {
		go func() { done <- b.talk(ctx, hub, i) }()
	}
	for range logTalkers {
		err = errors.Join(err, <-done)
	}
	stored := time.Now()
	if err == nil {
		err = awaitIdle(ctx, hub.Process().Pid)
	}
	indexed := time.Now().Add(-idleFor)
	if err := errors.Join(err, hub.Stop()); err != nil {
		return nil, err
	}
	size, err := folderSize(l.dir)
	return []figure{
		{"1,000,000 lines of 4 pipes into SQLite, a second", "lines", logMessages / stored.Sub(began).Seconds()},
		{"from then on, until the index for searching has them all", "s", indexed.Sub(stored).Seconds()},
		{"the log of them, on disk", "MiB", float64(size) / (1 << 20)},
	}, err
}

// idleFor is how long a process does nothing before it is taken to be done.
const idleFor = 2 * time.Second

// awaitIdle waits until a process has done nothing for idleFor: a hub that has indexed what it has stored.
func awaitIdle(ctx context.Context, pid int) error {
	const nothing = 20 * time.Millisecond
	for {
		before, err := processorTime(pid)
		if err != nil {
			return err
		}
		select {
		case <-time.After(idleFor):
		case <-ctx.Done():
			return ctx.Err()
		}
		if after, err := processorTime(pid); err != nil || after-before < nothing {
			return err
		}
	}
}

// talk says one talker's part of the messages through a pipe.
func (b bench) talk(ctx context.Context, hub *programs.Hub, talker int) error {
	cmd := programs.Command(ctx, b.dir, b.REPL, "-addr", hub.Addr,
		"-name", fmt.Sprintf("talker%d", talker), "-timeout", "5m")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		return err
	}
	w := newWords(talker)
	for n := talker; n < logMessages && err == nil; n += logTalkers {
		_, err = fmt.Fprintf(in, "n%06d %s\n", n, w.text())
	}
	if err := errors.Join(err, in.Close(), cmd.Wait()); err != nil {
		return fmt.Errorf("talker %d: %w: %s", talker, err, complaint.String())
	}
	return nil
}

// words makes texts of words that are as unevenly frequent as those of a language.
type words struct {
	words []string
	zipf  *rand.Zipf
}

func newWords(seed int) *words {
	const vocabulary = 20_000
	syllables := []string{
		"ba", "den", "fo", "gri", "hel", "ju", "ka", "lom", "mi", "ner", "po", "qua", "ras", "sti", "tu", "wen",
	}
	w := &words{}
	for i := range vocabulary {
		word := ""
		for n := i + 1; n > 0; n /= len(syllables) {
			word += syllables[n%len(syllables)]
		}
		w.words = append(w.words, word)
	}
	w.zipf = rand.NewZipf(rand.New(rand.NewPCG(uint64(seed), 0)), 1.1, 4, vocabulary-1)
	return w
}

// text returns words of some 90 bytes.
func (w *words) text() string {
	var b strings.Builder
	for b.Len() < 85 {
		b.WriteString(w.words[w.zipf.Uint64()] + " ")
	}
	return b.String()
}

func folderSize(dir string) (size int64, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		info, err := os.Stat(filepath.Join(dir, f.Name()))
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

// searches are what is looked for in texts of newWords.
var searches = []struct{ what, words string }{
	{"a word that is nowhere", "nowhere"},
	{"a word of one message", "n654321"},
	{"the most frequent word", "den"},
	{"the two most frequent words", "den fo"},
	{"the beginning of many words", "d"},
}

// open starts a hub on the log, joins it and searches it.
func (l storedLog) open(ctx context.Context, b bench) (figures []figure, err error) {
	began := time.Now()
	hub, err := b.StartHub(ctx, b.dir, "-data", l.dir)
	if err != nil {
		return nil, err
	}
	took := func(what string) {
		figures = append(figures, figure{what, "ms", float64(time.Since(began)) / float64(time.Millisecond)})
	}
	took("start to listening on a log of 1,000,000 messages")
	defer func() { err = errors.Join(err, hub.Stop()) }()

	began = time.Now()
	r, err := enter(ctx, hub.Addr)
	if err != nil {
		return nil, err
	}
	defer r.conn.Close()
	if err := r.shown(50); err != nil {
		return nil, err
	}
	took("joining it, until 50 messages of history are there")

	for _, s := range searches {
		began = time.Now()
		if err := r.search(s.words); err != nil {
			return nil, err
		}
		took("searching it for " + s.what)
	}
	return figures, nil
}

// reader is somebody on a bare connection.
type reader struct {
	conn   net.Conn
	frames *wire.Reader
}

func enter(ctx context.Context, addr string) (*reader, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // an error shows again when it is read from
	}
	r := &reader{conn, wire.NewReader(conn)}
	return r, r.send(wire.Join{Name: "reader", V: wire.Version, Session: wire.NewSessionID(), History: 50})
}

func (r *reader) send(f wire.Frame) error {
	_, err := r.conn.Write(wire.Append(nil, f))
	return err
}

// shown reads until so many messages have come.
func (r *reader) shown(messages int) error {
	for messages > 0 {
		f, err := r.next()
		if err != nil {
			return err
		}
		if _, ok := f.(wire.Message); ok {
			messages--
		}
	}
	return nil
}

// search asks and waits for the answer.
func (r *reader) search(words string) error {
	if err := r.send(wire.Search{Words: words, Limit: 20}); err != nil {
		return err
	}
	for {
		switch f, err := r.next(); {
		case err != nil:
			return err
		case f.Type() == wire.TypeFound:
			return nil
		}
	}
}

// next reads a frame. An error of the server's is one.
func (r *reader) next() (wire.Frame, error) {
	object, err := r.frames.Next()
	if err != nil {
		return nil, err
	}
	f, err := wire.DecodeServer(object)
	if err != nil {
		return nil, err
	}
	if refused, ok := f.(*wire.Error); ok {
		return nil, refused
	}
	return f, nil
}
