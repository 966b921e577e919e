package hub

import (
	"fmt"
	"sort"
	"strings"

	"hubbub/wire"
)

// roster is who is here, by name. It is the appender's.
type roster struct {
	byKey     map[string]*Member
	bySession map[wire.SessionID]*Member
	sorted    []*Member // by key

	// What it is as frames, until somebody comes or goes. The frames are shared by all who are sent them, and are never
	// written to again.
	names   []string
	encoded []byte
}

func newRoster() *roster {
	return &roster{byKey: make(map[string]*Member), bySession: make(map[wire.SessionID]*Member)}
}

func (r *roster) at(key string) int {
	return sort.Search(len(r.sorted), func(i int) bool { return r.sorted[i].key >= key })
}

// add puts m in, in the place of whoever has its key.
func (r *roster) add(m *Member) {
	i := r.at(m.key)
	if r.byKey[m.key] == nil {
		r.sorted = append(r.sorted, nil)
		copy(r.sorted[i+1:], r.sorted[i:])
	}
	r.sorted[i] = m
	r.byKey[m.key] = m
	r.bySession[m.session] = m
	r.names, r.encoded = nil, nil
}

// remove takes m out and reports whether it was in: a ghost whose place has been taken is not.
func (r *roster) remove(m *Member) bool {
	if r.byKey[m.key] != m {
		return false
	}
	i := r.at(m.key)
	r.sorted = append(r.sorted[:i], r.sorted[i+1:]...)
	delete(r.byKey, m.key)
	if r.bySession[m.session] == m {
		delete(r.bySession, m.session)
	}
	r.names, r.encoded = nil, nil
	return true
}

// A welcome, a roster or an announcement lists so many bytes of names at the most, as JSON, so that it stays within a
// frame: what else is in it takes less than the rest.
const rosterBytes = wire.MaxFrame - 4096

// users returns the names of all who are here. The caller does not change them.
func (r *roster) users() []string {
	if r.names == nil {
		r.names = make([]string, len(r.sorted))
		for i, m := range r.sorted {
			r.names[i] = m.name
		}
	}
	return r.names
}

// cutNames cuts names into lists of rosterBytes at the most. There is at least one.
func cutNames(names []string) [][]string {
	var parts [][]string
	start, size := 0, 0
	for i, name := range names {
		size += len(name) + len(`"",`)
		if size > rosterBytes {
			parts = append(parts, names[start:i])
			start, size = i, len(name)+len(`"",`)
		}
	}
	return append(parts, names[start:])
}

// frames returns the roster as frames of their own, which the caller does not change. In a crowd they are long, so they
// are made once for all who come at the same time.
func (r *roster) frames() []byte {
	if r.encoded == nil {
		parts := cutNames(r.users())
		for i, part := range parts {
			frame := wire.Roster{Data: howMany(len(r.sorted)), Users: part, More: i < len(parts)-1}
			r.encoded = wire.Append(r.encoded, frame)
		}
	}
	return r.encoded
}

// welcome returns the answer to a join: the welcome, and the roster where it does not fit in there. All of it then
// stands in the roster, which everybody else who is welcomed to such a crowd is sent too.
func (r *roster) welcome(w wire.Welcome) (own, roster []byte) {
	if parts := cutNames(r.users()); len(parts) == 1 {
		w.Users = parts[0]
		return wire.Append(nil, w), nil
	}
	w.More = true
	return wire.Append(nil, w), r.frames()
}

func howMany(here int) string {
	if here == 1 {
		return "Nobody else is here."
	}
	return fmt.Sprintf("%d people are here.", here)
}

// announcement says that the names, of which there is at least one, came or went.
func announcement(event wire.Event, names []string) wire.ServerMessage {
	verb := "joined"
	if event == wire.EventLeave {
		verb = "left"
	}
	has := "have"
	if len(names) == 1 {
		has = "has"
	}
	return wire.ServerMessage{
		Data:  fmt.Sprintf("%s %s %s the chat.", enumerate(names), has, verb),
		Event: event,
		Users: names,
	}
}

// enumerate names all of them, or of more than three the first two and how many others.
func enumerate(names []string) string {
	n := len(names)
	switch {
	case n == 1:
		return names[0]
	case n <= 3:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return fmt.Sprintf("%s, %s and %d others", names[0], names[1], n-2)
	}
}
