package wire

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// The short way gives what encoding/json gives, or leaves the frame to it.
func TestPlainChat(t *testing.T) {
	for _, c := range []struct {
		object string
		plain  bool
	}{
		{`{"type":"chat","data":"Hello World!","id":7}`, true},
		{`{"type":"chat","data":"王小明 😀\u007f","id":9007199254740991}`, false},
		{"{\"type\":\"chat\",\"data\":\"王小明 😀\x7f\",\"id\":9007199254740991}", true},
		{`{"type":"chat","data":""}`, true},
		{`{"type":"chat","data":"x"}`, true},
		{`{"type":"chat","data":"a\"b"}`, false},
		{"{\"type\":\"chat\",\"data\":\"a\nb\"}", false},
		{`{"type":"chat","data":"x","id":0}`, false},
		{`{"type":"chat","data":"x","id":01}`, false},
		{`{"type":"chat","data":"x","id":}`, false},
		{`{"type":"chat","data":"x","id":1.5}`, false},
		{`{"type":"chat","data":"x","id":9007199254740992}`, false},
		{`{"type":"chat","data":"x","id":` + strings.Repeat("9", 400) + `}`, false},
		{`{"type":"chat","data":"x","id":1,"id":2}`, false},
		{`{"type":"chat","data":"x","data":"y"}`, false},
		{`{"type":"chat", "data":"x"}`, false},
		{`{"type":"chat","data":"x" }`, false},
		{`{"type":"chat","data":"x`, false},
		{`{"type":"ping","data":"x"}`, false},
	} {
		if _, plain := plainChat([]byte(c.object)); plain != c.plain {
			t.Errorf("%.60s: taken %v, want %v", c.object, plain, c.plain)
		}
		comparePlain(t, []byte(c.object))
	}
}

func FuzzPlainChat(f *testing.F) {
	f.Add("Hello", `,"id":7}`)
	f.Add(`\u0041`, `}`)
	f.Fuzz(func(t *testing.T, text, rest string) {
		if object := []byte(`{"type":"chat","data":"` + text + `"` + rest); utf8.Valid(object) {
			comparePlain(t, object)
		}
	})
}

func comparePlain(t *testing.T, object []byte) {
	t.Helper()
	got, plain := plainChat(object)
	if !plain {
		return
	}
	var want Chat
	if err := json.Unmarshal(object, &want); err != nil || got != want {
		t.Errorf("%q: got %+v, want %+v, %v", object, got, want, err)
	}
}
