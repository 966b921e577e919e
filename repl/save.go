package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// savePage is how many messages are in memory at the most while a transcript is written.
const savePage = 100

// save writes the transcript to the file of that name: every message from the oldest that is shown to the newest, as
// the log has it. The file is there whole or not at all.
func (s *session) save(ctx context.Context, file string) (string, error) {
	path, err := s.path(file)
	if err != nil {
		return "", err
	}
	shown, err := s.shown(ctx)
	if err != nil {
		return "", err
	}
	if shown.len() == 0 {
		return "There is nothing to save yet.", nil
	}
	saved := 0
	err = writeNew(path, func(w io.Writer) error {
		line := s.lineFor(path)
		return s.walk(ctx, shown, func(m wire.Message) error {
			saved++
			_, err := io.WriteString(w, line(m)+"\n")
			return err
		})
	})
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("%d messages are", saved)
	if saved == 1 {
		what = "1 message is"
	}
	sentence := fmt.Sprintf("%s saved in %s", what, render.HarmlessName(path))
	if n := shown.len() - saved; n > 0 {
		sentence += fmt.Sprintf("; the server no longer has the %d before", n)
	}
	return s.look().Wrap(sentence, 2), nil
}

// path returns where the file of that name is, which may stand in quotes, as a shell takes it.
func (s *session) path(file string) (string, error) {
	if n := len(file); n > 2 && (file[0] == '"' || file[0] == '\'') && file[n-1] == file[0] {
		file = file[1 : n-1]
	}
	if rest, ok := strings.CutPrefix(file, "~"); ok && (rest == "" || rest[0] == '/') {
		if s.home == "" {
			return "", errors.New("where ~ is, is not known: HOME is not set")
		}
		file = filepath.Join(s.home, rest)
	}
	return filepath.Abs(file)
}

// stretch is messages of one log that follow one another.
type stretch struct {
	log         int // the [reading]'s
	first, last wire.Seq
}

func (s stretch) len() int { return int(s.last + 1 - s.first) }

// What errors are where a stretch can't be read as a whole.
var (
	errOtherLog  = errors.New("the server has come back with another log; nothing is saved")
	errOtherPage = errors.New("the server has answered with other messages than those asked for; nothing is saved")
	errLetGo     = errors.New("the server has let messages go while they were read; nothing is saved")
)

// shown returns what is shown. What was said here is in the log then.
func (s *session) shown(ctx context.Context) (stretch, error) {
	if err := s.awaitLogged(ctx); err != nil {
		return stretch{}, err
	}
	place := *s.place()
	newest, err := s.storedIn(ctx, place.log, 0, 1)
	if err != nil {
		return stretch{}, err
	}
	shown := stretch{log: place.log, first: place.oldest, last: place.oldest - 1}
	if n := len(newest.Messages); n > 0 {
		shown.last = max(shown.last, newest.Messages[n-1].Seq)
	}
	return shown, nil
}

// walk calls do with every message of all that is still stored, in order. Only the oldest may be missing.
func (s *session) walk(ctx context.Context, all stretch, do func(wire.Message) error) error {
	begun := false
	for first := all.first; first <= all.last; first += savePage {
		part := stretch{all.log, first, min(first+savePage-1, all.last)}
		messages, err := s.between(ctx, part)
		if err != nil {
			return err
		}
		if begun && len(messages) < part.len() {
			return errLetGo
		}
		for _, m := range messages {
			begun = true
			if err := do(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// between returns the stored messages of a stretch, which may be more than a frame holds.
func (s *session) between(ctx context.Context, all stretch) ([]wire.Message, error) {
	var messages []wire.Message
	for rest := all; rest.first <= rest.last; rest.last = messages[0].Seq - 1 {
		h, err := s.storedIn(ctx, all.log, rest.last+1, rest.len())
		switch {
		case err != nil:
			return nil, err
		case len(h.Messages) == 0:
			return messages, nil
		case !rest.endsIn(h.Messages):
			return nil, errOtherPage
		}
		messages = append(h.Messages, messages...)
	}
	return messages, nil
}

// storedIn asks as stored does, for messages of that log.
func (s *session) storedIn(ctx context.Context, log int, before wire.Seq, limit int) (wire.History, error) {
	h, err := s.stored(ctx, before, limit)
	if err == nil && s.place().log != log {
		err = errOtherLog
	}
	return h, err
}

// endsIn reports whether messages, of which there are some, are the last ones of the stretch.
func (s stretch) endsIn(messages []wire.Message) bool {
	if len(messages) > s.len() {
		return false
	}
	for i, m := range messages {
		if m.Seq != s.last+1-wire.Seq(len(messages)-i) {
			return false
		}
	}
	return true
}

// lineFor returns how messages are written to that file.
func (s *session) lineFor(path string) func(wire.Message) string {
	if strings.EqualFold(filepath.Ext(path), ".jsonl") {
		return func(m wire.Message) string { return jsonLine(bytes.TrimSuffix(wire.Append(nil, m), []byte("\n"))) }
	}
	look := s.look()
	return render.Renderer{Location: look.Location}.Entry
}
