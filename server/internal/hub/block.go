package hub

import (
	"bytes"
	"slices"
	"sort"

	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// position counts the frames that a room has published since the hub started: messages and announcements. A member's
// position is that of the next frame it is to get.
type position uint64

// roomEnd is a position that no frame ever has.
const roomEnd = ^position(0)

// block is a run of a room's frames as they go over the wire. Once it is published it does not change.
type block struct {
	first position
	seq   wire.Seq   // of the last message up to the block's end; 0 where the log was empty
	data  []byte     // frames, one after another
	ends  []uint32   // ends[i]: where frame i ends in data
	seqs  []wire.Seq // seqs[i]: the number of frame i, 0 for an announcement
	owned []owned    // its messages, ascending by frame
	// senders are the sessions whose messages are in owned, each once.
	senders []wire.SessionID
}

// owned is a message in a block, which its sender does not get: in its place stands its ack.
type owned struct {
	frame  uint32
	sender uint32  // in the block's senders
	id     wire.ID // 0 for a message without, for which no ack stands
	time   wire.Time
}

func (b *block) end() position { return b.first + position(len(b.ends)) }

// add notes that a frame has been appended to data. seq is 0 for an announcement.
func (b *block) add(seq wire.Seq) {
	b.ends = append(b.ends, uint32(len(b.data)))
	b.seqs = append(b.seqs, seq)
	if seq != 0 {
		b.seq = seq
	}
}

// sender returns where a session is among the senders, which it is from now on.
func (b *block) sender(session wire.SessionID) uint32 {
	i := slices.Index(b.senders, session)
	if i < 0 {
		i = len(b.senders)
		b.senders = append(b.senders, session)
	}
	return uint32(i)
}

// addEntry appends a stored message of that sender. The frame is made in m, which would otherwise be allocated for each
// one.
func (b *block) addEntry(m *wire.Message, e *msglog.Entry, sender uint32) {
	b.owned = append(b.owned, owned{frame: uint32(len(b.ends)), sender: sender, id: e.ID, time: e.Time})
	*m = wire.Message{From: e.From, Text: e.Text, Seq: e.Seq, Time: e.Time}
	b.data = wire.Append(b.data, m)
	b.add(e.Seq)
}

// grow makes room for the entries, so that it is not made bit by bit.
func (b *block) grow(entries []msglog.Entry) {
	const frame = 90 // bytes of one beside its texts, about
	size := 0
	for i := range entries {
		size += len(entries[i].Text) + len(entries[i].From) + frame
	}
	n := len(entries)
	b.data = slices.Grow(b.data, size)
	b.ends, b.seqs, b.owned = slices.Grow(b.ends, n), slices.Grow(b.seqs, n), slices.Grow(b.owned, n)
}

// has reports whether messages of that session are in b.
func (b *block) has(session wire.SessionID) bool { return slices.Contains(b.senders, session) }

// frame returns the bytes of frame i.
func (b *block) frame(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.data[start:b.ends[i]]
}

// view is a stretch of a room as one member is to see it, ready to be written.
type view struct {
	first  position
	stored bool // read from the log, so that first does not count
	data   []byte
	base   uint32   // what ends count beyond data's start
	ends   []uint32 // ends[i]-base: where what stands for the frame first+i ends in data
	seqs   []wire.Seq
	ack    wire.Ack // appendOwn's
}

// whole is the view of somebody who has said nothing in b. It shares b's memory.
func (b *block) whole() view { return view{first: b.first, data: b.data, ends: b.ends, seqs: b.seqs} }

// from is the view of somebody who has said nothing in b, from p on. It shares b's memory.
func (b *block) from(p position) view {
	v := b.whole()
	if i := int(p - b.first); i > 0 {
		v = view{first: p, data: b.data[b.ends[i-1]:], base: b.ends[i-1], ends: b.ends[i:], seqs: b.seqs[i:]}
	}
	return v
}

// reset empties v, keeping its memory, to start at p.
func (v *view) reset(p position) {
	v.first, v.base = p, 0
	v.data, v.ends, v.seqs = v.data[:0], v.ends[:0], v.seqs[:0]
}

func (v *view) end() position { return v.first + position(len(v.ends)) }

// add appends the frames of b from v's end on as m sees them, until v has limit bytes or more.
func (v *view) add(b *block, m *Member, limit int) {
	i := int(v.end() - b.first)
	self := slices.Index(b.senders, m.session)
	next := sort.Search(len(b.owned), func(k int) bool { return int(b.owned[k].frame) >= i })
	for ; i < len(b.ends) && len(v.data) < limit; i++ {
		if next < len(b.owned) && int(b.owned[next].frame) == i {
			own := &b.owned[next]
			next++
			if int(own.sender) == self {
				v.appendOwn(own, b.seqs[i], !m.old)
				continue
			}
		}
		v.append(b.frame(i), b.seqs[i])
	}
}

// last returns the number of the last message in v, 0 for none.
func (v *view) last() wire.Seq { return lastSeq(v.seqs) }

func lastSeq(seqs []wire.Seq) wire.Seq {
	for i := len(seqs) - 1; i >= 0; i-- {
		if seqs[i] != 0 {
			return seqs[i]
		}
	}
	return 0
}

// append appends what stands for one frame, of the message with that number or with 0 of none.
func (v *view) append(frame []byte, seq wire.Seq) {
	v.data = append(v.data, frame...)
	v.endFrame(seq)
}

// appendOwn appends what stands for one's own message: its ack, or nothing where it has none or is not to be acked.
func (v *view) appendOwn(own *owned, seq wire.Seq, acked bool) {
	if acked && own.id != 0 {
		v.ack = wire.Ack{ID: own.id, Seq: seq, Time: own.time}
		v.data = wire.Append(v.data, &v.ack)
	}
	v.endFrame(seq)
}

// endFrame notes that data now ends with what stands for one more frame, of the message with that number or with 0 of
// none.
func (v *view) endFrame(seq wire.Seq) {
	v.ends = append(v.ends, uint32(len(v.data)))
	v.seqs = append(v.seqs, seq)
}

// truncate takes out what is from position p on.
func (v *view) truncate(p position) {
	n := 0
	if p > v.first {
		n = int(p - v.first)
	}
	v.ends, v.seqs = v.ends[:n], v.seqs[:n]
	size := uint32(0)
	if n > 0 {
		size = v.ends[n-1] - v.base
	}
	v.data = v.data[:size]
}

// taken returns where a member is that has taken n bytes of v: the position and the number of the last message up to
// there, 0 for none in v, and what is left of the frame that was begun.
func (v *view) taken(n int) (next position, seq wire.Seq, rest []byte) {
	frames, _ := slices.BinarySearch(v.ends, uint32(n)+v.base)
	if n > 0 {
		rest = v.data[n : v.ends[frames]-v.base]
		frames++
	}
	return v.first + position(frames), lastSeq(v.seqs[:frames]), rest
}

// frameEnd returns where the frame ends in v that byte n is in.
func (v *view) frameEnd(n int) int {
	frame, _ := slices.BinarySearch(v.ends, uint32(n)+v.base+1)
	return int(v.ends[frame] - v.base)
}

// nextFrame returns the first of the frames in b. A frame ends in the only newline that it has.
func nextFrame(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1]
	}
	return b
}

// appendOld appends a frame for an old client, which can't take more than wire.OldRead bytes as one: a longer message
// in parts, a longer announcement without the list of whom it is about.
func appendOld(dst, frame []byte) []byte {
	if len(frame) <= wire.OldRead {
		return append(dst, frame...)
	}
	decoded, err := wire.DecodeServer(frame)
	if err != nil {
		return append(dst, frame...) // can't be: the hub has encoded it
	}
	switch f := decoded.(type) {
	case wire.Message:
		part := func(text string) wire.Frame {
			return wire.Message{From: f.From, Text: text, Seq: f.Seq, Time: f.Time}
		}
		for _, text := range wire.SplitText(f.Text, wire.OldRead, part) {
			dst = wire.Append(dst, part(text))
		}
	case wire.ServerMessage:
		dst = wire.Append(dst, wire.ServerMessage{Data: f.Data, Event: f.Event})
	}
	return dst
}
