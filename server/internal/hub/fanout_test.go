package hub

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/server/internal/msglog/memlog"
	"hubbub/wire"
)

func TestPlaceInShards(t *testing.T) {
	var members []*Member
	f := newFanout(nil, nil, func(func()) {}, 3)
	place := func(n int) {
		for range n {
			m := &Member{}
			f.place(m)
			members = append(members, m)
		}
	}
	for _, c := range []struct {
		does string
		do   func()
		want []int // members of each shard
	}{
		{"as many as one shard takes", func() { place(shardMembers) }, []int{shardMembers}},
		{"one more", func() { place(1) }, []int{shardMembers, 1}},
		{"two shards are full", func() { place(shardMembers - 1) }, []int{shardMembers, shardMembers}},
		{
			"a third one, the last", func() { place(shardMembers + 2) },
			[]int{shardMembers + 1, shardMembers + 1, shardMembers},
		},
		{"some leave", func() {
			for _, m := range members[:10] {
				f.unplace(m)
			}
		}, []int{shardMembers - 9, shardMembers + 1, shardMembers}},
		{"others come", func() { place(11) }, []int{shardMembers + 1, shardMembers + 1, shardMembers + 1}},
	} {
		c.do()
		var got []int
		for _, s := range f.shards {
			got = append(got, s.members)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: the shards have %v members, want %v", c.does, got, c.want)
		}
	}
}

// Members of two shards see one order, with acks in place of their own messages, while others come and go.
func TestShardsSeeOneOrder(t *testing.T) {
	const members, speakers, each = shardMembers + 30, 6, 25
	text := strings.Repeat("x", 2000) // so that some blocks are large
	h := newHub(t, memlog.New(memlog.Options{}), time.Minute)
	h.fanout.most = 2
	clients := make([]*client, members)
	for i := range clients {
		clients[i] = join(t, h, named(fmt.Sprint("Member", i), ""))
	}
	var speaking sync.WaitGroup
	defer speaking.Wait()
	for i := range speakers {
		speaking.Go(func() {
			for id := range wire.ID(each) {
				clients[i*members/speakers].Say(text, id+1)
			}
		})
	}
	for i := range 20 {
		passer := join(t, h, named(fmt.Sprint("Passer", i), ""))
		passer.Leave()
		passer.closeWhenDone()
	}
	for _, c := range clients {
		c.expectNumbers(speakers * each)
	}
	if n := len(h.fanout.shards); n != 2 {
		t.Errorf("there are %d shards", n)
	}
}

// expectNumbers is expectInOrder without decoding frames, which takes far longer.
func (c *client) expectNumbers(n int) {
	c.t.Helper()
	for next := 1; next <= n; {
		frame, err := c.frames.Next()
		if err != nil {
			c.t.Fatal(err)
		}
		if !bytes.HasPrefix(frame, []byte(`{"type":"message"`)) && !bytes.HasPrefix(frame, []byte(`{"type":"ack"`)) {
			continue
		}
		if bytes.HasPrefix(frame, fmt.Appendf(nil, `{"type":"message","from":%q,`, c.name)) {
			c.t.Fatalf("%s got its own message", c.name)
		}
		if !bytes.Contains(frame, fmt.Appendf(nil, `"seq":%d,`, next)) {
			c.t.Fatalf("%s got %.200s where message %d should be", c.name, frame, next)
		}
		next++
	}
}
