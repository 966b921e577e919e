package memlog

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hubbub/wire"
)

// Numbers come in any order, and go in any, and what is found is what is there.
func TestNumbers(t *testing.T) {
	const most = 3 * chunkNumbers
	for _, test := range []struct {
		name string
		next func(rng *rand.Rand, i int) wire.ID
	}{
		{"ascending", func(_ *rand.Rand, i int) wire.ID { return wire.ID(i + 1) }},
		{"descending", func(_ *rand.Rand, i int) wire.ID { return wire.ID(1e6 - i) }},
		{"in any order", func(rng *rand.Rand, _ int) wire.ID { return wire.ID(1 + rng.IntN(4*most)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			var got numbers
			want := map[wire.ID]wire.Seq{}
			var added []wire.ID // that are still there, the oldest first
			check := func(id wire.ID) {
				t.Helper()
				seq, ok := got.find(id)
				if wanted, there := want[id]; ok != there || seq != wanted {
					t.Fatalf("number %d: got %d, %v; want %d, %v", id, seq, ok, wanted, there)
				}
			}
			for i := range 4 * most {
				id := test.next(rng, i)
				check(id)
				if _, there := want[id]; !there {
					got.add(sent{id: id, seq: wire.Seq(i)})
					want[id] = wire.Seq(i)
					added = append(added, id)
				}
				check(id)
				if len(added) > most {
					gone := rng.IntN(2) * rng.IntN(most) // mostly the oldest
					id := added[gone]
					added = slices.Delete(added, gone, gone+1)
					got.drop(id)
					delete(want, id)
					check(id)
				}
			}
			for id := range wire.ID(4*most + 2) {
				check(id)
			}
			for _, id := range added {
				got.drop(id)
			}
			if len(got) != 0 {
				t.Errorf("%d chunks are left", len(got))
			}
		})
	}
}
