package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubbub/wire"
)

// onlyFile returns what is in the folder's only file.
func onlyFile(t *testing.T, folder string) (name, content string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatalf("in the folder is %v (%v), want one file", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 && filepath.Separator == '/' {
		t.Errorf("the file is %v (%v)", info, err)
	}
	all, err := os.ReadFile(filepath.Join(folder, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	return entries[0].Name(), string(all)
}

func stamp(at time.Time) string { return at.Local().Format("2006-01-02 15:04:05 -0700 ") }

func TestSave(t *testing.T) {
	noon := time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC)
	at := func(minute int) string { return stamp(noon.Add(time.Duration(minute) * time.Minute)) }
	for _, c := range []struct{ file, quote, input, want string }{
		{"a b.txt", `"`, "one\n/history 3\n", at(2) + "[Bob]: text 2\n" + at(3) + "[Eve]: \u202bx\n  " + at(9) +
			"[Bob]: fake\n" +
			at(4) + "* Bob waves\n" + at(0) + "[Alice]: one\n"},
		{"a.jsonl", "", "/history 2\none\n", `{"type":"message","from":"Eve","data":"\u202bx\n` + at(9) +
			`[Bob]: fake","seq":3,"time":"2026-10-20T12:03:00.000Z"}
{"type":"message","from":"Bob","data":"*waves*","seq":4,"time":"2026-10-20T12:04:00.000Z"}
{"type":"message","from":"Alice","data":"one","seq":5,"time":"2026-10-20T12:00:00.000Z"}
`},
	} {
		h := startLibrary(t, 4, func(h *fakeHub) {
			h.history[2].From, h.history[2].Text = "Eve", "\u202bx\n"+at(9)+"[Bob]: fake"
			h.history[3].Text = "*waves*"
		})
		folder := t.TempDir()
		path := filepath.Join(folder, c.file)
		p := say(t, h, c.input+"/save "+c.quote+path+c.quote+"\n", "-name", "Alice")
		p.ends(statusDelivered, "")
		c.want = strings.ReplaceAll(c.want, "\u202b", "<U+202B>")
		if _, got := onlyFile(t, folder); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.file, got, c.want)
		}
		if got := p.stdout.String(); !strings.Contains(got, "saved in "+path+"\n") {
			t.Errorf("%s: on stdout: %s", c.file, got)
		}
	}
}

func TestSaveNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	p := say(t, startLibrary(t, 1, nil), "/save "+path+"\none\n/save '"+path+"'\n", "-name", "Alice")
	p.ends(statusDelivered, "")
	if got, want := p.stdout.String(), "There is nothing to save yet.\n1 message is saved in "+path+"\n"; got != want {
		t.Errorf("on stdout: %s", got)
	}
	onlyFile(t, folder)
}

// The own folder is there already.
func TestSaveInTheOwnFolder(t *testing.T) {
	home := t.TempDir()
	env := func(name string) string { return map[string]string{"HOME": home}[name] }
	stderr := newBuffer()
	args := []string{"-addr", startHub(t, nil).addr(), "-name", "Alice"}
	err := run(t.Context(), args, env, strings.NewReader("one\n/save ~\n"), io.Discard, stderr)
	if want := "line 2: " + home + " is there already, and is not overwritten\n"; statusOf(err) != statusFailed ||
		!strings.HasSuffix(stderr.String(), want) {
		t.Errorf("ended with %v; on stderr: %s", err, stderr)
	}
}

// TestSaveInPages has more messages than the client keeps in memory, and the hub answers with two at a time.
func TestSaveInPages(t *testing.T) {
	home := t.TempDir()
	h := startLibrary(t, 2*savePage+51, nil)
	env := func(name string) string { return map[string]string{"HOME": home}[name] }
	stdout := newBuffer()
	args := []string{"-addr", h.addr(), "-name", "Alice"}
	err := run(t.Context(), args, env, strings.NewReader("/history 1000\n/save ~/all\n/save ~/all\n"), stdout, io.Discard)
	if statusOf(err) != statusFailed {
		t.Errorf("ended with %v", err)
	}
	var want strings.Builder
	for _, m := range h.history {
		want.WriteString(stamp(m.Time.Time()) + "[Bob]: " + m.Text + "\n")
	}
	if name, got := onlyFile(t, home); name != "all" || got != want.String() {
		t.Errorf("%s has\n%s", name, got)
	}
	last := "251 messages are saved in " + filepath.Join(home, "all") + "\n"
	if !strings.HasSuffix(stdout.String(), last) {
		t.Errorf("on stdout: %s", stdout)
	}
}

// What the server has let go meanwhile is missing from the transcript, which is said.
func TestSaveWhatIsNoLongerKept(t *testing.T) {
	h := startLibrary(t, 10, func(h *fakeHub) { h.kept = 4 })
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	p := start(t, t.Context(), h, strings.NewReader("/history 10\n/wait Bob now\n/save "+path+"\n"), "-name", "Alice")
	p.await(p.stdout, "text 7")
	h.update(func() { h.kept = 2 })
	h.speak("Bob", "now")
	p.ends(statusDelivered, "")
	want := "2 messages are saved in " + path + "; the server no longer has the 3 before\n"
	if !strings.HasSuffix(p.stdout.String(), want) {
		t.Errorf("on stdout: %s", p.stdout)
	}
}

// A server that comes back in the middle, with another log or without what was asked for, leaves no mixed file.
func TestSaveOfAnotherLog(t *testing.T) {
	for _, c := range []struct {
		about    string
		n        int // messages when the client joins, of which it reads all
		said     int // and then
		answered int // requests of the /save
		change   func(*fakeHub)
		want     error
	}{
		{"a shorter one", 6, 0, 2, func(h *fakeHub) { h.history = h.history[:2] }, errOtherLog},
		{"an empty one", 6, 0, 2, func(h *fakeHub) { h.history = nil }, errOtherLog},
		{"both shown from the first message on", 0, 4, 2, func(h *fakeHub) { h.said = h.said[:2] }, errOtherLog},
		{"an empty one, before the first page", 0, 4, 0, func(h *fakeHub) { h.said = nil }, errOtherLog},
		{"the log without a part", 2*savePage + 50, 0, 1 + savePage/2, func(h *fakeHub) { h.kept = 70 }, errLetGo},
		{"the log without anything of a page", savePage + 4, 0, 1 + savePage/2, func(h *fakeHub) { h.kept = 2 }, errLetGo},
	} {
		t.Run(c.about, func(t *testing.T) {
			asked := c.n/2 + c.answered // two messages are in each answer
			h := startLibrary(t, c.n, func(h *fakeHub) { h.silent, h.answers = true, asked })
			folder := t.TempDir()
			input, typing := io.Pipe()
			p := start(t, t.Context(), h, input, "-name", "Alice")
			h.awaitJoin("Alice")
			for i := range c.said {
				h.speak("Bob", fmt.Sprint("text ", i+1))
			}
			if c.said > 0 {
				p.await(p.stdout, fmt.Sprint("text ", c.said))
			}
			fmt.Fprintf(typing, "/history 1000\n/save %s\n", filepath.Join(folder, "a"))
			h.await("the question", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.asked > asked })
			h.stop()
			h.update(func() { h.answers = math.MaxInt; c.change(h) })
			h.restart()
			typing.Close()
			p.ends(statusFailed, "")
			if got, want := p.stderr.String(), "line 2: "+c.want.Error()+"\n"; !strings.HasSuffix(got, want) {
				t.Errorf("on stderr: %s", got)
			}
			if entries, _ := os.ReadDir(folder); len(entries) != 0 {
				t.Errorf("%v is left", entries)
			}
		})
	}
}

func TestEndOfAStretch(t *testing.T) {
	for _, c := range []struct {
		seqs []wire.Seq
		want bool
	}{
		{[]wire.Seq{4, 5, 6}, true},
		{[]wire.Seq{5, 6}, true},
		{[]wire.Seq{4, 5}, false},
		{[]wire.Seq{6, 7}, false},
		{[]wire.Seq{3, 4, 5, 6}, false},
		{[]wire.Seq{4, 6}, false},
		{[]wire.Seq{6, 5}, false},
		{[]wire.Seq{6, 6}, false},
		{[]wire.Seq{0}, false},
	} {
		var messages []wire.Message
		for _, seq := range c.seqs {
			messages = append(messages, wire.Message{Seq: seq})
		}
		if got := (stretch{first: 4, last: 6}).endsIn(messages); got != c.want {
			t.Errorf("%v: got %v", c.seqs, got)
		}
	}
}

func TestSaveThatFails(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there")
	if err := os.WriteFile(there, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := startLibrary(t, 3, nil)
	p := say(t, h, "/history 3\n/save "+there+"\n/save "+folder+"/no/a\n/save "+there+"/a\n/save ~/a\n", "-name", "Alice")
	p.ends(statusFailed, "")
	for n, want := range []string{
		there + " is there already, and is not overwritten\n",
		folder + "/no/a can't be written: no such file or directory\n",
		there + "/a can't be written: not a directory\n",
		"where ~ is, is not known: HOME is not set\n",
	} {
		if lines := strings.SplitAfter(p.stderr.String(), "\n"); !strings.HasSuffix(lines[n], want) {
			t.Errorf("on stderr is %q, want %q", lines[n], want)
		}
	}
	if got, err := os.ReadFile(there); err != nil || string(got) != "mine" {
		t.Errorf("the file that was there is %q (%v)", got, err)
	}
}

// Whatever ends the writing, nothing is left behind, and what somebody else has put there meanwhile stays.
func TestWriteNewLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	broken := errors.New("broken")
	err := writeNew(path, func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("x", 10_000))
		return broken
	})
	if entries, _ := os.ReadDir(folder); err != broken || len(entries) != 0 {
		t.Errorf("got %v, and %v is left", err, entries)
	}
	err = writeNew(path, func(w io.Writer) error { return os.WriteFile(path, []byte("other"), 0o600) })
	if err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("got %v", err)
	}
	if _, got := onlyFile(t, folder); got != "other" {
		t.Errorf("in the file is %q", got)
	}
}

func TestSaveIsInterrupted(t *testing.T) {
	folder := t.TempDir()
	h := startLibrary(t, 3, func(h *fakeHub) { h.silent, h.answers = true, 3 })
	ctx, cancel := context.WithCancel(t.Context())
	p := start(t, ctx, h, strings.NewReader("/history 3\n/save "+filepath.Join(folder, "a")+"\n"), "-name", "Alice")
	h.await("the question", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.asked > 3 })
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("while it is written there is %v", entries)
	}
	cancel()
	p.wait()
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("%v is left", entries)
	}
}

func TestSaveWaitsForWhatWasSaid(t *testing.T) {
	h := startHub(t, func(h *fakeHub) { h.onChat = func(*fakeMember, wire.Chat) bool { return true } })
	p := say(t, h, "one\n/save "+filepath.Join(t.TempDir(), "a")+"\n", "-name", "Alice", "-timeout", "50ms")
	p.ends(statusUndelivered, "1 message is not acknowledged, line 1")
}
