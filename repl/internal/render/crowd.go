package render

import (
	"fmt"
	"strings"

	"hubbub/wire"
)

// Crowd is who has come and gone, in one sentence. The zero value is nobody.
type Crowd struct {
	people []comings          // in the order in which they were first spoken of
	index  map[string]int     // into people, by name
	only   wire.ServerMessage // the last announcement
	count  int                // of announcements
}

// comings is what one person did.
type comings struct {
	name        string
	first, last wire.Event
}

// Add adds an announcement, which must be of a join or a leave.
func (c *Crowd) Add(m wire.ServerMessage) {
	if c.index == nil {
		c.index = make(map[string]int)
	}
	c.only = m
	c.count++
	for _, name := range m.Users {
		i, ok := c.index[name]
		if !ok {
			i = len(c.people)
			c.index[name] = i
			c.people = append(c.people, comings{name: name, first: m.Event})
		}
		c.people[i].last = m.Event
	}
}

// Len returns how many people it is about.
func (c *Crowd) Len() int { return len(c.people) }

// Sentence says what happened. Of a single person's coming or going it has the server's words.
func (c *Crowd) Sentence() string {
	if c.count == 1 && len(c.people) < 2 {
		return c.only.Data
	}
	var sentences []string
	for _, did := range []struct {
		first, last wire.Event
		verb        string
	}{
		{wire.EventJoin, wire.EventJoin, "joined"},
		{wire.EventLeave, wire.EventLeave, "left"},
		{wire.EventJoin, wire.EventLeave, "joined and left"},
		{wire.EventLeave, wire.EventJoin, "left and came back"},
	} {
		var names []string
		for _, p := range c.people {
			if p.first == did.first && p.last == did.last {
				names = append(names, HarmlessName(p.name))
			}
		}
		if len(names) > 0 {
			sentences = append(sentences, enumerate(names)+" "+did.verb+".")
		}
	}
	return strings.Join(sentences, " ")
}

// enumerate names up to three, and of more the first two and how many others there are.
func enumerate(names []string) string {
	switch n := len(names); n {
	case 1:
		return names[0]
	case 2, 3:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return fmt.Sprintf("%s, %s and %d others", names[0], names[1], n-2)
	}
}
