package terminal

// A key is what somebody did at the keyboard, whatever bytes their terminal sends for it.
type key struct {
	code keyCode
	text []rune // of keyText: one character; of keyPaste: what was pasted
}

type keyCode int

const (
	keyNone keyCode = iota
	keyText
	keyPaste
	keyPasteTooLong
	keyOffer // nobody's: what OfferDraft was given

	keyEnter
	keyNewline // a newline in the draft
	keyInterrupt
	keyEOF // Ctrl-D, which deletes where there is something to delete
	keySuspend
	keyClear
	keyTab
	keyEscape

	keyLeft
	keyRight
	keyHome
	keyEnd
	keyWordLeft
	keyWordRight
	keyUp
	keyDown

	keyBackspace
	keyDelete
	keyTranspose
	keyKillLine      // to the end of the line
	keyKillFront     // to the start of the line
	keyKillWordBack  // letters and digits
	keyKillBlankBack // to a blank
	keyKillWord
	keyYank

	keySearchBack
	keySearchForward
	keyCancel
)

// controlKeys says what the control characters are. Those that are missing do nothing.
var controlKeys = map[byte]keyCode{
	0x01: keyHome,
	0x02: keyLeft,
	0x03: keyInterrupt,
	0x04: keyEOF,
	0x05: keyEnd,
	0x06: keyRight,
	0x07: keyCancel,
	0x08: keyBackspace,
	0x09: keyTab,
	0x0a: keyEnter,
	0x0b: keyKillLine,
	0x0c: keyClear,
	0x0d: keyEnter,
	0x0e: keyDown,
	0x10: keyUp,
	0x12: keySearchBack,
	0x13: keySearchForward,
	0x14: keyTranspose,
	0x15: keyKillFront,
	0x17: keyKillBlankBack,
	0x19: keyYank,
	0x1a: keySuspend,
	0x7f: keyBackspace,
}

// altKeys says what Alt and a key are, which is ESC and the key.
var altKeys = map[byte]keyCode{
	'b':  keyWordLeft,
	'f':  keyWordRight,
	'd':  keyKillWord,
	0x08: keyKillWordBack,
	0x7f: keyKillWordBack,
	'\r': keyNewline,
	'\n': keyNewline,
}

// finalKeys says what ESC [ or ESC O and a letter are.
var finalKeys = map[byte]keyCode{
	'A': keyUp,
	'B': keyDown,
	'C': keyRight,
	'D': keyLeft,
	'H': keyHome,
	'F': keyEnd,
	'M': keyEnter, // on the keypad; ESC [ M is a mouse report and does not come here
	'a': keyUp,
	'b': keyDown,
	'c': keyWordRight, // rxvt, with Ctrl
	'd': keyWordLeft,
}

// tildeKeys says what ESC [ and a number and ~ are.
var tildeKeys = map[string]keyCode{
	"1": keyHome,
	"7": keyHome,
	"4": keyEnd,
	"8": keyEnd,
	"3": keyDelete,
}

// modifiedKeys says what keys are with Ctrl or Alt.
var modifiedKeys = map[keyCode]keyCode{
	keyLeft:   keyWordLeft,
	keyRight:  keyWordRight,
	keyDelete: keyKillWord,
}
