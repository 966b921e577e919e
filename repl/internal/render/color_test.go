package render

import (
	"math"
	"strings"
	"testing"
	"time"

	"hubbub/wire"
)

// rgb is the colour with that number of the 256-colour palette, from 16 on, as xterm defined it.
func rgb(c uint8) [3]uint8 {
	if c >= 232 {
		v := 8 + 10*(c-232)
		return [3]uint8{v, v, v}
	}
	levels := [6]uint8{0, 95, 135, 175, 215, 255}
	c -= 16
	return [3]uint8{levels[c/36], levels[c/6%6], levels[c%6]}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(c [3]uint8) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func TestContrast(t *testing.T) {
	for _, c := range append(palette[:], grey) {
		l := luminance(rgb(c))
		onBlack, onWhite := (l+0.05)/0.05, 1.05/(l+0.05)
		if onBlack < 3 || onWhite < 3 {
			t.Errorf("colour %d has contrast %.2f on black and %.2f on white", c, onBlack, onWhite)
		}
	}
}

func TestColorIsTheNamesOwn(t *testing.T) {
	for _, pair := range [][2]string{{"Alice", "aLICE"}, {"Ünal", "ünal"}, {"ΣΑΣ", "σας"}, {"Kelvin", "\u212aelvin"}} {
		if a, b := colorOf(pair[0]), colorOf(pair[1]); a != b {
			t.Errorf("%s has colour %d, %s has %d", pair[0], a, pair[1], b)
		}
	}
	// Pinned, so that a new version shows people in the colours that everybody knows.
	for name, want := range map[string]uint8{"Alice": 100, "Bob": 67, "王小明": 63} {
		if got := colorOf(name); got != want {
			t.Errorf("%s has colour %d, had %d", name, got, want)
		}
	}
	used := map[uint8]bool{}
	for c := 'a'; c <= 'z'; c++ {
		for d := 'a'; d <= 'z'; d++ {
			used[colorOf(string(c)+string(d))] = true
		}
	}
	if len(used) != len(palette) {
		t.Errorf("only %d of %d colours are ever used", len(used), len(palette))
	}
}

func TestColorIgnoresTheEnvironment(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	message := wire.Message{From: "Bob", Text: "hi"}
	if got, _ := (Renderer{Color: true}).Message(message, time.Time{}); !strings.Contains(got, "\x1b[38;5;") {
		t.Errorf("no colour where it was asked for: %q", got)
	}
	if got, _ := (Renderer{}).Message(message, time.Time{}); got != "[Bob]: hi" {
		t.Errorf("colour where it was not asked for: %q", got)
	}
}
