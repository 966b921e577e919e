package wire_test

import (
	"reflect"
	"strings"
	"testing"

	"hubbub/wire"
)

const moment wire.Time = 1792497600123 // 2026-10-20T12:00:00.123Z

func seq(n wire.Seq) *wire.Seq { return &n }

const session wire.SessionID = "00112233445566778899aabbccddeeff"

const logID wire.LogID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// clientLiterals and serverLiterals hold every frame of the protocol as it stands on the wire.
var clientLiterals = []struct {
	name  string
	frame wire.Frame
	bytes string
}{
	{"join", wire.Join{Name: "Alice", V: 1, Session: session, History: 50},
		`{"type":"join","data":"Alice","v":1,"session":"00112233445566778899aabbccddeeff","history":50}`},
	{"join resuming", wire.Join{Name: "Alice", V: 1, Session: session, Since: seq(0)},
		`{"type":"join","data":"Alice","v":1,"session":"00112233445566778899aabbccddeeff","since":0}`},
	{"join resuming in a log", wire.Join{Name: "Alice", V: 1, Session: session, Since: seq(42), Log: logID},
		`{"type":"join","data":"Alice","v":1,"session":"00112233445566778899aabbccddeeff","since":42,` +
			`"log":"0f1e2d3c4b5a69788796a5b4c3d2e1f0"}`},
	{"join of an old client", wire.Join{Name: "Alice"}, `{"type":"join","data":"Alice"}`},
	{"chat", wire.Chat{Text: "Hello World!", ID: 7}, `{"type":"chat","data":"Hello World!","id":7}`},
	{"chat of an old client", wire.Chat{Text: "Hello World!"}, `{"type":"chat","data":"Hello World!"}`},
	{"chat with escapes", wire.Chat{Text: "a\"b\\c\nd\te\x1bf<&>é😀\u2028"},
		`{"type":"chat","data":"a\"b\\c\nd\te\u001bf<&>é😀` + "\u2028" + `"}`},
	{"history request", wire.HistoryRequest{Before: 100, Limit: 20}, `{"type":"history","before":100,"limit":20}`},
	{"history request from the end", wire.HistoryRequest{Limit: 20}, `{"type":"history","limit":20}`},
	{"search", wire.Search{Words: "hello world", Before: 100, Limit: 20},
		`{"type":"search","data":"hello world","before":100,"limit":20}`},
	{"search from the end", wire.Search{Words: "\"hello\" OR", Limit: 20},
		`{"type":"search","data":"\"hello\" OR","limit":20}`},
	{"ping", wire.Ping{Data: "x"}, `{"type":"ping","data":"x"}`},
}

var serverLiterals = []struct {
	name  string
	frame wire.Frame
	bytes string
}{
	{"welcome", wire.Welcome{
		Greeting: "Welcome, Alice.", V: 1, Name: "Alice", Room: "lobby", Users: []string{"Alice", "Bob"}, Seq: 42,
		Log:    logID,
		Limits: wire.Limits{Frame: 16384, Text: 4096, Name: 32, Rate: 20, Burst: 40},
	}, `{"type":"welcome","data":"Welcome, Alice.","v":1,"name":"Alice","room":"lobby","users":["Alice","Bob"],` +
		`"seq":42,"log":"0f1e2d3c4b5a69788796a5b4c3d2e1f0",` +
		`"limits":{"frame":16384,"text":4096,"name":32,"rate":20,"burst":40}}`},
	{"welcome without a log, with a gap and more users", wire.Welcome{Users: []string{}, V: 1, More: true, Gap: true},
		`{"type":"welcome","data":"","v":1,"name":"","room":"","users":[],"more":true,"seq":0,` +
			`"limits":{"frame":0,"text":0,"name":0,"rate":0,"burst":0},"gap":true}`},
	{"roster", wire.Roster{Data: "2 people are here.", Users: []string{"Alice", "Bob"}, More: true},
		`{"type":"roster","data":"2 people are here.","users":["Alice","Bob"],"more":true}`},
	{"message", wire.Message{From: "Alice", Text: "Hello World!", Seq: 7, Time: moment},
		`{"type":"message","from":"Alice","data":"Hello World!","seq":7,"time":"2026-10-20T12:00:00.123Z"}`},
	{"message of an old server", wire.Message{From: "Alice", Text: "Hello World!"},
		`{"type":"message","from":"Alice","data":"Hello World!"}`},
	{"ack", wire.Ack{ID: 3, Seq: 7, Time: moment}, `{"type":"ack","id":3,"seq":7,"time":"2026-10-20T12:00:00.123Z"}`},
	{"announcement", wire.ServerMessage{Data: "Bob has left the chat.", Event: wire.EventLeave, Users: []string{"Bob"}},
		`{"type":"server_message","data":"Bob has left the chat.","event":"leave","users":["Bob"]}`},
	{"announcement of an old server", wire.ServerMessage{Data: "Bob has left the chat."},
		`{"type":"server_message","data":"Bob has left the chat."}`},
	{"history", wire.History{Messages: []wire.Message{{From: "Bob", Text: "hi", Seq: 1, Time: moment}}, More: true},
		`{"type":"history","messages":[{"type":"message","from":"Bob","data":"hi","seq":1,` +
			`"time":"2026-10-20T12:00:00.123Z"}],"more":true}`},
	{"empty history", wire.History{Messages: []wire.Message{}}, `{"type":"history","messages":[],"more":false}`},
	{"found", wire.Found{
		Data: "1 message found.", Messages: []wire.Message{{From: "Bob", Text: "hi", Seq: 1, Time: moment}}, More: true,
	}, `{"type":"found","data":"1 message found.","messages":[{"type":"message","from":"Bob","data":"hi","seq":1,` +
		`"time":"2026-10-20T12:00:00.123Z"}],"more":true}`},
	{"nothing found", wire.Found{Data: "No messages found.", Messages: []wire.Message{}},
		`{"type":"found","data":"No messages found.","messages":[],"more":false}`},
	{"error", &wire.Error{Code: wire.CodeBadText, Message: "a text must not be empty", ID: 3},
		`{"type":"error","code":"bad_text","data":"a text must not be empty","id":3}`},
	{"error that answers no chat", &wire.Error{Code: wire.CodeFull, Message: "no more room"},
		`{"type":"error","code":"full","data":"no more room"}`},
	{"pong", wire.Pong{Data: "x"}, `{"type":"pong","data":"x"}`},
}

func TestLiteralBytes(t *testing.T) {
	check := func(name string, frame wire.Frame, bytes string, decode func([]byte) (wire.Frame, error)) {
		t.Run(name, func(t *testing.T) {
			if got := string(wire.Append([]byte("prefix"), frame)); got != "prefix"+bytes+"\n" {
				t.Errorf("encoded\n got %s\nwant %s", got, bytes)
			}
			got, err := decode([]byte(bytes))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, frame) {
				t.Errorf("decoded\n got %#v\nwant %#v", got, frame)
			}
		})
	}
	for _, l := range clientLiterals {
		check(l.name, l.frame, l.bytes, wire.DecodeClient)
	}
	for _, l := range serverLiterals {
		check(l.name, l.frame, l.bytes, wire.DecodeServer)
	}
}

func TestEncodingRepairsUTF8(t *testing.T) {
	got := string(wire.Append(nil, wire.Ping{Data: "a\xffb\xc3"}))
	if want := `{"type":"ping","data":"a�b�"}` + "\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDecodeTakesWhatOthersWrite(t *testing.T) {
	for _, c := range []struct {
		object string
		want   wire.Frame
	}{
		{`{"type": "join", "data": "Alice"}`, wire.Join{Name: "Alice"}},
		{`{"data":"h\u00e9","unknown":{"a":[1]},"users":5,"type":"chat"}`, wire.Chat{Text: "hé"}},
		{"{\n\"type\"\t: \"ping\"\r\n}", wire.Ping{}},
		{`{"type":"chat","data":null,"id":null}`, wire.Chat{}},
	} {
		got, err := wire.DecodeClient([]byte(c.object))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %#v, %v; want %#v", c.object, got, err, c.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct {
		object string
		code   wire.Code
		says   string
	}{
		{`{"type":"shout"}`, wire.CodeUnknownType, `"shout"`},
		{`{"type":"message"}`, wire.CodeUnknownType, `"message"`},
		{`{}`, wire.CodeBadFrame, `must have a "type"`},
		{`{"type":5}`, wire.CodeBadFrame, "type"},
		{`{"type":"chat","data":5}`, wire.CodeBadFrame, "field data"},
		{`{"type":"chat","data":hello}`, wire.CodeBadFrame, "JSON object"},
		{`{"type":"chat","data":"` + "\xff" + `"}`, wire.CodeBadFrame, "UTF-8"},
		{`{"type":"chat","id":0}`, wire.CodeBadFrame, "from 1"},
		{`{"type":"chat","id":-1}`, wire.CodeBadFrame, "from 1"},
		{`{"type":"chat","id":9007199254740992}`, wire.CodeBadFrame, "from 1"},
		{`{"type":"chat","id":1.5}`, wire.CodeBadFrame, "from 1"},
		{`{"type":"search","data":["a"]}`, wire.CodeBadFrame, "field data"},
		{`{"type":"search","data":"a","before":-1}`, wire.CodeBadFrame, "from 0"},
		{`{"type":"search","data":"a","limit":"all"}`, wire.CodeBadFrame, "field limit"},
		{`{"type":"found"}`, wire.CodeUnknownType, `"found"`},
		{`{"type":"join","since":-1}`, wire.CodeBadFrame, "from 0"},
		{`{"type":"join","since":1,"log":5}`, wire.CodeBadFrame, "field log"},
		{`{"type":"chat","data":` + strings.Repeat("[", 12000) + `}`, wire.CodeBadFrame, "JSON object"},
	} {
		frame, err := wire.DecodeClient([]byte(c.object))
		var e *wire.Error
		if !asError(err, &e) {
			t.Errorf("%.60s: got %#v, %v", c.object, frame, err)
			continue
		}
		if e.Code != c.code || !strings.Contains(e.Message, c.says) {
			t.Errorf("%.60s: got %s: %s; want %s with %q", c.object, e.Code, e.Message, c.code, c.says)
		}
	}
	for _, bad := range []string{"yesterday", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00+01:00"} {
		if _, err := wire.DecodeServer([]byte(`{"type":"message","time":"` + bad + `"}`)); err == nil {
			t.Errorf("time %q was taken", bad)
		}
	}
}
