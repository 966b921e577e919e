package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/wire"
)

// How many messages a search shows at the most: to a person, who is to see the newest too, and in a pipe. It may be
// fewer, and there may be more all the same: one frame has them.
const (
	searchScreen = 10
	searchPipe   = 100
)

// reading is how far somebody has read back in the log. It is that of the goroutine that does commands.
type reading struct {
	log    int      // how many there were before the one that the rest is about
	first  wire.Seq // the client's when the rest was noted; 0 until then
	oldest wire.Seq // of the messages that are shown; 0 on an old server

	words string   // of the last search
	found int      // messages so far
	next  wire.Seq // the search goes on before this one; 0: that was all
}

// place returns how far somebody has read back. Where the server has come back with another log, that is forgotten.
func (s *session) place() *reading {
	status := s.client.Status()
	if s.read.first != status.First || s.read.log != status.Others {
		s.read = reading{log: status.Others, first: status.First, oldest: status.First}
	}
	return &s.read
}

// history renders the n messages before the oldest that is shown.
func (s *session) history(ctx context.Context, n int) (string, error) {
	if err := s.awaitLogged(ctx); err != nil {
		return "", err
	}
	var messages []wire.Message
	older := true
	before := s.place().oldest
	for log := s.read.log; len(messages) < n && older && before != 1; {
		h, err := s.stored(ctx, before, n-len(messages))
		if err != nil {
			return "", err
		}
		if s.place().log != log {
			return s.history(ctx, n)
		}
		if older = h.More && len(h.Messages) > 0; len(h.Messages) > 0 {
			before = h.Messages[0].Seq
		}
		messages = append(h.Messages, messages...)
	}
	s.read.oldest = before
	switch {
	case len(messages) > 0:
		return s.page(messages, older && before > 1), nil
	case s.client.Status().Seq == 0:
		return "Nothing has been said here yet.", nil
	}
	return "There is nothing older.", nil
}

// page renders messages from further back. On a screen, where they stand below newer ones, it says what they are.
func (s *session) page(messages []wire.Message, older bool) string {
	look := s.look()
	text := look.Messages(messages, time.Now())
	if !s.view.person {
		return text
	}
	begin := fmt.Sprintf("older messages, %d to %d:", messages[0].Seq, messages[len(messages)-1].Seq)
	end := "/history shows older ones"
	if !older {
		end = "there is nothing older"
	}
	return strings.Join([]string{look.Notice(begin), text, look.Notice(end)}, "\n")
}

// search renders messages that have all of the words, or where there are none the next ones of the last search.
func (s *session) search(ctx context.Context, words string) (string, error) {
	last := *s.place()
	switch {
	case words != "":
		last.words, last.found, last.next = words, 0, 0
	case last.words == "":
		return "", errNoWords
	case last.next == 0:
		return fmt.Sprintf("There are no older messages with %s.", excerpt(last.words)), nil
	}
	limit := searchPipe
	if s.view.person {
		limit = searchScreen
	}
	if err := s.awaitLogged(ctx); err != nil {
		return "", err
	}
	var f wire.Found
	err := s.request(ctx, func(ctx context.Context) (err error) {
		f, err = s.client.Search(ctx, last.words, last.next, limit)
		return err
	})
	if err != nil {
		return "", err
	}
	if s.place().log != last.log {
		return s.search(ctx, last.words)
	}
	last.found += len(f.Messages)
	last.next = 0
	if f.More && len(f.Messages) > 0 {
		last.next = f.Messages[len(f.Messages)-1].Seq
	}
	s.read = last
	if last.found == 0 {
		return fmt.Sprintf("No message has %s.", cmp.Or(wordsOf(last.words), excerpt(last.words))), nil
	}
	return s.look().Found(f.Messages) + "\n" + s.look().Notice(foundSentence(last)), nil
}

// wordsOf says what a message must have to be found, where that is more than one word.
func wordsOf(words string) string {
	if len(strings.Fields(words)) < 2 {
		return ""
	}
	return "all the words of " + excerpt(words)
}

func foundSentence(r reading) string {
	what := fmt.Sprintf("%d messages found", r.found)
	if r.found == 1 {
		what = "1 message found"
	}
	if r.next != 0 {
		return what + " so far; /search alone shows older ones"
	}
	return what
}

// stored asks for stored messages, the last ones before that number.
func (s *session) stored(ctx context.Context, before wire.Seq, limit int) (h wire.History, err error) {
	err = s.request(ctx, func(ctx context.Context) (err error) {
		h, err = s.client.History(ctx, before, limit)
		return err
	})
	return h, err
}

// request asks the server for stored messages. Where there is no connection, a script waits for its return, but no
// longer than the timeout; a person is told.
func (s *session) request(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := s.patience(ctx)
	defer cancel()
	for {
		changed := s.ear.changed()
		err := ask(ctx)
		switch {
		case errors.Is(err, client.ErrOldServer):
			return errKeepsNothing
		case errors.Is(err, &wire.Error{Code: wire.CodeUnknownType}):
			return errCannot
		case !errors.Is(err, client.ErrOffline) || s.view.person:
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return err
		}
	}
}

// What errors are where the server can't do what it is asked for.
var (
	errKeepsNothing = errors.New("this is an old server: it keeps no messages")
	errCannot       = errors.New("this server can't do that: it is older than this program")
)

var errNoWords = errors.New("/search needs words to look for, for example /search deployed; " +
	"then /search alone shows older ones")
