package terminal

import "github.com/rivo/uniseg"

// A person sees as one character what may be many runes: a letter and its accent, a family, a flag. The functions here
// walk over those, so that no key stops in the middle of one.

// before returns where the character starts that lies before pos, or around it.
func (d draft) before(pos int) int {
	start := 0
	d.characters(func(from, to int) bool {
		start = from
		return to < pos
	})
	return start
}

// after returns where the character ends that lies after pos, or around it.
func (d draft) after(pos int) int {
	end := len(d.text)
	d.characters(func(_, to int) bool {
		end = to
		return to <= pos
	})
	return end
}

// characters calls visit with the place of each character until visit returns false.
func (d draft) characters(visit func(from, to int) bool) {
	rest, state, from := string(d.text), -1, 0
	for rest != "" {
		var character string
		character, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		to := from + len([]rune(character))
		if !visit(from, to) {
			return
		}
		from = to
	}
}

func (d draft) left() draft { return draft{d.text, d.before(d.pos)} }

func (d draft) right() draft { return draft{d.text, d.after(d.pos)} }

func (d draft) deletePrevious() draft { return d.replace(d.before(d.pos), d.pos, nil) }

func (d draft) deleteNext() draft { return d.replace(d.pos, d.after(d.pos), nil) }

// transpose swaps the characters at either side of the cursor, or the last two at the end of the line.
func (d draft) transpose() draft {
	middle := d.pos
	if d.pos == len(d.text) {
		middle = d.before(d.pos)
	}
	if d.pos == 0 || middle == 0 {
		return d
	}
	from, to := d.before(middle), d.after(middle)
	swapped := append(append([]rune(nil), d.text[middle:to]...), d.text[from:middle]...)
	return d.replace(from, to, swapped)
}
