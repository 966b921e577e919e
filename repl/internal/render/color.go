package render

import (
	"hash/fnv"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
)

// Colours are of the fixed part of the 256-colour palette, 16 to 255, because what the first sixteen look like is up to
// the terminal's theme. All have a contrast ratio (WCAG 2.2) of at least 3 against black and against white.

// palette is for names: of what has the contrast, the sixteen that differ most from one another.
var palette = [...]uint8{25, 28, 30, 63, 67, 93, 97, 100, 132, 137, 166, 167, 170, 196, 198, 201}

// grey is for what the program and the server say.
const grey = 243

// colorOf is a name's colour, the same for everybody who sees the name, in whatever case.
func colorOf(name string) uint8 {
	h := fnv.New32a()
	var buf [utf8.UTFMax]byte
	for _, r := range name {
		h.Write(utf8.AppendRune(buf[:0], fold(r)))
	}
	return palette[h.Sum32()%uint32(len(palette))]
}

// indexed are the attributes of a foreground colour of the 256-colour palette.
func indexed(c uint8) []color.Attribute { return []color.Attribute{38, 5, color.Attribute(c)} }

func (r Renderer) paint(text string, attributes ...color.Attribute) string {
	if !r.Color || text == "" {
		return text
	}
	c := color.New(attributes...)
	c.EnableColor() // whatever the environment says: it has been asked already
	return c.Sprint(text)
}

// fold returns the same rune for all that differ in case only: the smallest.
func fold(r rune) rune {
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	return smallest
}
