package memlog

import (
	"slices"
	"sort"

	"hubbub/wire"
)

// sent is a message that a client gave a number.
type sent struct {
	id  wire.ID
	seq wire.Seq // in its room
}

// numbers are messages in the order of their ids. They are held in chunks, none of them empty, so that little memory is
// left unused, and one more behind all others, as nearly all are, does not move those.
type numbers [][]sent

const chunkNumbers = 256 // after so many the next chunk is begun

// at returns in which chunk the number id is, and where in that, or would be. There must be a chunk.
func (n numbers) at(id wire.ID) (chunk, i int) {
	chunk = sort.Search(len(n)-1, func(c int) bool { return n[c][len(n[c])-1].id >= id })
	return chunk, sort.Search(len(n[chunk]), func(i int) bool { return n[chunk][i].id >= id })
}

// find returns the sequence number of the message with this id.
func (n numbers) find(id wire.ID) (wire.Seq, bool) {
	if len(n) == 0 {
		return 0, false
	}
	chunk, i := n.at(id)
	if i == len(n[chunk]) || n[chunk][i].id != id {
		return 0, false
	}
	return n[chunk][i].seq, true
}

// add adds m, whose id is not there.
func (n *numbers) add(m sent) {
	if len(*n) == 0 {
		*n = numbers{{m}}
		return
	}
	chunk, i := n.at(m.id)
	if i >= chunkNumbers && i == len((*n)[chunk]) { // behind all others
		*n = append(*n, []sent{m})
		return
	}
	(*n)[chunk] = slices.Insert((*n)[chunk], i, m)
}

// drop takes out the message with this id, which is there.
func (n *numbers) drop(id wire.ID) {
	chunk, i := n.at(id)
	switch left := (*n)[chunk]; {
	case len(left) == 1:
		*n = slices.Delete(*n, chunk, chunk+1)
	case i == 0:
		(*n)[chunk] = left[1:]
	default:
		(*n)[chunk] = slices.Delete(left, i, i+1)
	}
}
