package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/wire"
)

// A server that is started again on the same folder has what was said, and recognises what is sent again.
func TestDataSurvivesARestart(t *testing.T) {
	data := t.TempDir()
	p := start(t, "-data", data)
	since := wire.Seq(0)
	join := wire.Join{Name: "Alice", V: 1, Session: wire.NewSessionID(), Since: &since}
	alice := p.dial(t)
	alice.write(join)
	join.Log = want[wire.Welcome](alice).Log
	alice.say("Hello World!", 1)
	first := want[wire.Ack](alice)
	p.stop()

	p = start(t, "-data", data)
	again := p.dial(t)
	again.write(join)
	if w := want[wire.Welcome](again); w.Seq != first.Seq || w.Gap || w.Log != join.Log {
		t.Errorf("%+v", w)
	}
	if ack := want[wire.Ack](again); ack != first {
		t.Errorf("resumed with %+v, want %+v", ack, first)
	}
	again.say("Hello World!", 1)
	if ack := want[wire.Ack](again); ack != first {
		t.Errorf("sent again: %+v, want %+v", ack, first)
	}
}

func TestFolderHasOneOwner(t *testing.T) {
	data := t.TempDir()
	p := start(t, "-data", data)
	err := run(t.Context(), []string{"-listen", "127.0.0.1:0", "-data", data}, noEnv, new(output))
	if err == nil || exitStatus(err) != 1 || !strings.Contains(err.Error(), p.addr) {
		t.Errorf("got %v, status %d", err, exitStatus(err))
	}
}

func TestDefaultFolder(t *testing.T) {
	home := t.TempDir()
	env := map[string]string{"HOME": home}
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	o, err := parseFlags(nil, lookup, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	log, err := openLog(t.Context(), o, "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := os.Stat(filepath.Join(home, ".local", "state", "hubbub", "log.db")); err != nil {
		t.Error(err)
	}
	env["XDG_STATE_HOME"] = filepath.Join(home, "state")
	if got := defaultData(lookup); got != filepath.Join(home, "state", "hubbub") {
		t.Errorf("got %s", got)
	}
	err = run(t.Context(), []string{"-listen", "127.0.0.1:0"}, noEnv, new(output))
	if err == nil || exitStatus(err) != 2 {
		t.Errorf("without a home: %v", err)
	}
}
