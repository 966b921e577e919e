package client

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// maxRoster bounds the roster: more names than a hub has room for are not kept.
const maxRoster = 100_000

// roster is who is in the room. A person is there once, whatever the case of the name.
type roster struct {
	mu    sync.Mutex        // guards the following
	users map[string]string // by the name in lower case
	more  bool              // the next part goes on where the last one left off
}

func newRoster() *roster { return &roster{users: make(map[string]string)} }

// begin takes a list of who is here, or its first part: more says that others follow. It replaces what was known.
func (r *roster) begin(users []string, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.more = false
	r.addPartLocked(users, more)
}

// goOn takes the next part of the list, where one is missing, and else is begin.
func (r *roster) goOn(users []string, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addPartLocked(users, more)
}

func (r *roster) addPartLocked(users []string, more bool) {
	if !r.more {
		clear(r.users)
	}
	r.more = more
	for _, user := range users {
		r.addLocked(user)
	}
}

func (r *roster) add(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addLocked(user)
}

func (r *roster) addLocked(user string) {
	if user != "" && len(r.users) < maxRoster {
		r.users[strings.ToLower(user)] = user
	}
}

func (r *roster) remove(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.users, strings.ToLower(user))
}

// announced takes an old server's announcement, which says who came or went in its text alone.
func (r *roster) announced(text string) {
	if user, ok := strings.CutSuffix(text, " has joined the chat."); ok {
		r.add(user)
	}
	if user, ok := strings.CutSuffix(text, " has left the chat."); ok {
		r.remove(user)
	}
}

// names returns the roster in alphabetical order without regard to case.
func (r *roster) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, 0, len(r.users))
	for _, user := range r.users {
		names = append(names, user)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}
