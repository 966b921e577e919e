package wire

import "bytes"

// plainChat decodes a chat written as [Append] writes it, with a text that has nothing escaped in it. That is nearly
// all that a server decodes, and encoding/json takes ten times as long. It reports false where it is anything else, a
// bad frame for example, which is then for encoding/json to judge. Whether the text is UTF-8 is not looked at.
func plainChat(object []byte) (Chat, bool) {
	const head, id = `{"type":"chat","data":"`, `,"id":`
	rest, ok := bytes.CutPrefix(object, []byte(head))
	if !ok {
		return Chat{}, false
	}
	n := 0
	for n < len(rest) && rest[n] >= ' ' && rest[n] != '"' && rest[n] != '\\' {
		n++
	}
	text := rest[:n]
	if rest, ok = bytes.CutPrefix(rest[n:], []byte(`"`)); !ok {
		return Chat{}, false
	}
	chat := Chat{}
	if digits, ok := bytes.CutPrefix(rest, []byte(id)); ok {
		if chat.ID, rest, ok = plainID(digits); !ok {
			return Chat{}, false
		}
	}
	if string(rest) != "}" {
		return Chat{}, false
	}
	chat.Text = string(text)
	return chat, true
}

// plainID decodes the id that rest begins with, from 1 to MaxCount without a zero in front.
func plainID(rest []byte) (id ID, behind []byte, ok bool) {
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' && id <= MaxCount {
		id = 10*id + ID(rest[n]-'0')
		n++
	}
	return id, rest[n:], n > 0 && rest[0] != '0' && id <= MaxCount
}
