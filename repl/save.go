package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"hubbub/repl/internal/client"
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
	first, last, err := s.shown(ctx)
	if err != nil {
		return "", err
	}
	saved := 0
	err = writeNew(path, func(w io.Writer) error {
		line := s.lineFor(path)
		return s.walk(ctx, first, last, func(m wire.Message) error {
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
	if n := int(last+1-first) - saved; n > 0 {
		sentence += fmt.Sprintf("; the server no longer has the %d before", n)
	}
	return s.look().Wrap(sentence, 2), nil
}

// path returns where the file of that name is.
func (s *session) path(file string) (string, error) {
	if rest, ok := strings.CutPrefix(file, "~/"); ok {
		if s.home == "" {
			return "", errors.New("where ~ is, is not known: HOME is not set")
		}
		file = filepath.Join(s.home, rest)
	}
	return filepath.Abs(file)
}

// shown returns the first and the last number of what is shown. What was said here is in the log then.
func (s *session) shown(ctx context.Context) (first, last wire.Seq, err error) {
	switch status := s.client.Status(); {
	case status.Old:
		return 0, 0, errKeepsNothing
	case !status.Connected && s.view.person:
		return 0, 0, client.ErrOffline
	}
	limited, cancel := s.patience(ctx)
	defer cancel()
	if err := s.client.Drain(limited); err != nil {
		if ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
		return 0, 0, fmt.Errorf("not saved, because what was said before is not delivered: %w", errStalled)
	}
	newest, err := s.stored(ctx, 0, 1)
	if err != nil {
		return 0, 0, err
	}
	first = s.place().oldest
	last = first - 1
	if n := len(newest.Messages); n > 0 {
		last = max(last, newest.Messages[n-1].Seq)
	}
	return first, last, nil
}

// walk calls do with every stored message from first to last, in order.
func (s *session) walk(ctx context.Context, first, last wire.Seq, do func(wire.Message) error) error {
	for ; first <= last; first += savePage {
		messages, err := s.between(ctx, first, min(first+savePage-1, last))
		if err != nil {
			return err
		}
		for _, m := range messages {
			if err := do(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// between returns the stored messages from first to last, which may be more than a frame holds.
func (s *session) between(ctx context.Context, first, last wire.Seq) ([]wire.Message, error) {
	var messages []wire.Message
	for before := last + 1; before > first; {
		h, err := s.stored(ctx, before, int(before-first))
		if err != nil || len(h.Messages) == 0 {
			return messages, err
		}
		messages = append(h.Messages, messages...)
		before = h.Messages[0].Seq
	}
	return messages, nil
}

// lineFor returns how messages are written to that file.
func (s *session) lineFor(path string) func(wire.Message) string {
	if strings.EqualFold(filepath.Ext(path), ".jsonl") {
		return func(m wire.Message) string { return jsonLine(bytes.TrimSuffix(wire.Append(nil, m), []byte("\n"))) }
	}
	look := s.look()
	return render.Renderer{Location: look.Location}.Entry
}
