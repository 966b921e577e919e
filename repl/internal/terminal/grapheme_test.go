package terminal

import "testing"

func TestCharacters(t *testing.T) {
	const family, flags, accent = "👨\u200d👩\u200d👧", "🇩🇪🇫🇷", "e\u0301"
	tests := []struct {
		name   string
		edit   func(draft) draft
		before string // | is the cursor
		after  string
	}{
		{"left over a family", draft.left, "a" + family + "|b", "a|" + family + "b"},
		{"left over a flag", draft.left, flags + "|", "🇩🇪|🇫🇷"},
		{"left at the start", draft.left, "|a", "|a"},
		{"left from inside", draft.left, "ae|\u0301", "a|" + accent},
		{"right over an accent", draft.right, "|" + accent + "x", accent + "|x"},
		{"right over a skin tone", draft.right, "|👍🏽👍", "👍🏽|👍"},
		{"right at the end", draft.right, "a|", "a|"},
		{"right from inside", draft.right, "e|\u0301b", accent + "|b"},
		{"backspace over a family", draft.deletePrevious, "a" + family + "|b", "a|b"},
		{"backspace over what is invisible", draft.deletePrevious, "a❤\ufe0f|", "a|"},
		{"backspace at the start", draft.deletePrevious, "|" + family, "|" + family},
		{"backspace over a syllable", draft.deletePrevious, "\u1112\u1161\u11ab|", "|"},
		{"backspace over a newline", draft.deletePrevious, "a\n|b", "a|b"},
		{"delete a flag", draft.deleteNext, "|" + flags, "|🇫🇷"},
		{"delete at the end", draft.deleteNext, "a|", "a|"},
		{"transpose", draft.transpose, "a" + accent + "|b", "ab" + accent + "|"},
		{"transpose at the end", draft.transpose, "x" + accent + "👍🏽|", "x👍🏽" + accent + "|"},
		{"transpose one", draft.transpose, family + "|", family + "|"},
		{"transpose at the start", draft.transpose, "|ab", "|ab"},
		{"transpose nothing", draft.transpose, "|", "|"},
	}
	for _, tt := range tests {
		got := tt.edit(parseDraft(tt.before))
		if shown := string(got.text[:got.pos]) + "|" + string(got.text[got.pos:]); shown != tt.after {
			t.Errorf("%s: %q became %q, want %q", tt.name, tt.before, shown, tt.after)
		}
	}
}

// parseDraft takes a text in which | is the cursor.
func parseDraft(s string) draft {
	var d draft
	for _, r := range s {
		if r == '|' {
			d.pos = len(d.text)
			continue
		}
		d.text = append(d.text, r)
	}
	return d
}
