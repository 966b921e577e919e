//go:build unix

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// What a cell measures, in pixels: most monospaced fonts of 14 px are 0.6 as wide.
const (
	cellWidth  = 8.4
	cellHeight = 19
	baseline   = 14
	margin     = 16
)

// style is how a character is shown.
type style struct {
	color   int // of the 256-colour palette; -1: the text's own
	bold    bool
	reverse bool
}

// stretch is some text of one style that starts at a column.
type stretch struct {
	style
	col, cols int
	text      string
}

const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]g %[2]g" ` +
	`width="%[1]g" height="%[2]g" role="img" aria-label="A chat in the terminal: messages appear above a half-typed line">
<style>
  text { font: 14px "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace; ` +
	`white-space: pre; fill: #1f2328; }
  .page { fill: #ffffff; stroke: #d1d9e0; }
  .block { fill: #1f2328; }
  .inverse { fill: #ffffff; }
  .bold { font-weight: bold; }
%[3]s  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .page { fill: #0d1117; stroke: #3d444d; }
    .block { fill: #e6edf3; }
    .inverse { fill: #0d1117; }
  }
</style>
<rect class="page" x="0.5" y="0.5" width="%[4]g" height="%[5]g" rx="8"/>
`

// draw makes an SVG image of a screen.
func draw(s screen) []byte {
	lines := make([][]stretch, len(s.lines))
	used := map[int]bool{}
	now := style{color: -1} // it goes on from one line to the next
	for i, line := range s.lines {
		lines[i], now = parse(line, now)
		for _, r := range lines[i] {
			used[r.color] = true
		}
	}
	var colors strings.Builder
	for c := 16; c < 256; c++ {
		if used[c] {
			fmt.Fprintf(&colors, "  .c%d { fill: %s; }\n", c, rgb(c))
		}
	}
	width, height := 2*margin+cols*cellWidth, float64(2*margin+rows*cellHeight)
	var b bytes.Buffer
	fmt.Fprintf(&b, head, width, height, colors.String(), width-1, height-1)
	for row, runs := range lines {
		for _, r := range runs {
			drawRun(&b, r, row)
		}
	}
	fmt.Fprintf(&b, "<rect class=\"block\" x=\"%.6g\" y=\"%d\" width=\"%.6g\" height=\"%d\"/>\n",
		margin+float64(s.col)*cellWidth, margin+s.row*cellHeight, cellWidth, cellHeight-1)
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// drawRun draws text where the terminal has it, whatever the font's own widths are.
func drawRun(b *bytes.Buffer, r stretch, row int) {
	x, y := margin+float64(r.col)*cellWidth, margin+row*cellHeight
	var classes []string
	if r.color >= 0 {
		classes = append(classes, "c"+strconv.Itoa(r.color))
	}
	if r.bold {
		classes = append(classes, "bold")
	}
	if r.reverse {
		classes = append(classes, "inverse")
		fmt.Fprintf(b, "<rect class=\"block\" x=\"%.6g\" y=\"%d\" width=\"%.6g\" height=\"%d\"/>\n",
			x, y, float64(r.cols)*cellWidth, cellHeight)
	}
	fmt.Fprintf(b, "<text x=\"%.6g\" y=\"%d\" textLength=\"%.6g\" lengthAdjust=\"spacingAndGlyphs\"",
		x, y+baseline, float64(r.cols)*cellWidth)
	if len(classes) > 0 {
		fmt.Fprintf(b, " class=\"%s\"", strings.Join(classes, " "))
	}
	b.WriteByte('>')
	_ = xml.EscapeText(b, []byte(r.text)) // a bytes.Buffer takes everything
	b.WriteString("</text>\n")
}

// parse takes a line apart into stretches: of one style, and without blanks beside them. A wide character is one of its
// own. It begins with the style now, and returns the last one.
func parse(line string, now style) ([]stretch, style) {
	var runs []stretch
	col := 0
	joined := false // the next character goes on with the last run
	for line != "" {
		if parameters, rest, ok := sequence(line); ok {
			now = now.apply(parameters)
			line = rest
			joined = false
			continue
		}
		r, size := utf8.DecodeRuneInString(line)
		cells := columns(r)
		switch {
		case cells == 0 && len(runs) > 0:
			runs[len(runs)-1].text += line[:size]
		case r == ' ' && !now.reverse && (!joined || strings.HasPrefix(line, "  ")):
			joined = false
		case joined && cells == 1:
			last := &runs[len(runs)-1]
			last.text += line[:size]
			last.cols++
		default:
			runs = append(runs, stretch{style: now, col: col, cols: cells, text: line[:size]})
			joined = cells == 1
		}
		col += cells
		line = line[size:]
	}
	return trimmed(runs), now
}

// trimmed takes the blanks off the ends of stretches.
func trimmed(runs []stretch) []stretch {
	for i := range runs {
		r := &runs[i]
		for !r.reverse && strings.HasSuffix(r.text, " ") {
			r.text = strings.TrimSuffix(r.text, " ")
			r.cols--
		}
	}
	return runs
}

// sequence returns the parameters of the SGR sequence that line starts with, and what is behind it.
func sequence(line string) (parameters []int, rest string, ok bool) {
	body, ok := strings.CutPrefix(line, "\x1b[")
	if !ok {
		return nil, line, false
	}
	body, rest, ok = strings.Cut(body, "m")
	for p := range strings.FieldsFuncSeq(body, func(r rune) bool { return r == ';' || r == ':' }) {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, line, false
		}
		parameters = append(parameters, n)
	}
	return parameters, rest, ok
}

func (s style) apply(parameters []int) style {
	if len(parameters) == 0 {
		return style{color: -1}
	}
	for i := 0; i < len(parameters); i++ {
		switch p := parameters[i]; {
		case p == 0:
			s = style{color: -1}
		case p == 1:
			s.bold = true
		case p == 22:
			s.bold = false
		case p == 7:
			s.reverse = true
		case p == 27:
			s.reverse = false
		case p == 39:
			s.color = -1
		case p == 38 && i+2 < len(parameters) && parameters[i+1] == 5:
			s.color = parameters[i+2]
			i += 2
		}
	}
	return s
}

// columns returns how many columns tmux gives to r.
func columns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// rgb is a colour of the fixed part of the 256-colour palette, as xterm has it.
func rgb(c int) string {
	if c >= 232 {
		v := 8 + 10*(c-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
	levels := [6]int{0, 95, 135, 175, 215, 255}
	c -= 16
	return fmt.Sprintf("#%02x%02x%02x", levels[c/36], levels[c/6%6], levels[c%6])
}
