package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// env is an environment for a test.
func env(variables ...string) func(string) string {
	return func(name string) string {
		for _, v := range variables {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestFlagsAndEnvironment(t *testing.T) {
	o, err := parseFlags([]string{"-addr", "a:1, b:2", "-timeout", "0"}, env(
		"HUBBUB_ADDR=c:3", "HUBBUB_NAME=Alice", "HUBBUB_COLOR=never", "HUBBUB_JSON=true", "HUBBUB_TIMEOUT=nonsense",
		"HUBBUB_HISTORY_FILE=/x", "HUBBUB_FOLLOW=", "HUBBUB_VERSION=1.2",
	))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(o.addrs, []string{"a:1", "b:2"}) || o.name != "Alice" || o.color != colorNever || !o.json ||
		o.timeout != 0 || o.historyFile != "/x" || o.follow {
		t.Errorf("got %+v", o)
	}
	o, err = parseFlags(nil, noEnv)
	if err != nil || !slices.Equal(o.addrs, []string{"127.0.0.1:5050"}) || o.timeout != 30*time.Second {
		t.Errorf("the defaults: got %+v, %v", o, err)
	}
}

func TestBadEnvironmentIsNamed(t *testing.T) {
	for _, c := range []struct{ variable, says string }{
		{"HUBBUB_TIMEOUT=soon", `HUBBUB_TIMEOUT is "soon": it must be a duration`},
		{"HUBBUB_JSON=maybe", `HUBBUB_JSON is "maybe": it must be true or false`},
		{"HUBBUB_ADDR=a:99999", `HUBBUB_ADDR is "a:99999": a port is a number from 1 to 65535`},
		{"HUBBUB_ADDR=here", `HUBBUB_ADDR is "here": an address is host:port`},
	} {
		if _, err := parseFlags(nil, env(c.variable)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", c.variable, err)
		}
	}
}

func TestUseColor(t *testing.T) {
	for _, c := range []struct {
		args           []string
		noColor        string
		terminal, pipe bool
	}{
		{nil, "", true, false},
		{nil, "NO_COLOR=1", false, false},
		{[]string{"-color", "always"}, "NO_COLOR=1", true, true},
		{[]string{"-color", "never"}, "", false, false},
	} {
		o, err := parseFlags(c.args, env(c.noColor))
		if err != nil || o.useColor(true) != c.terminal || o.useColor(false) != c.pipe {
			t.Errorf("%q with %q: on a terminal %v, in a pipe %v, %v", c.args, c.noColor, o.useColor(true), o.useColor(false),
				err)
		}
	}
}

func TestDefaultHistoryFile(t *testing.T) {
	for _, c := range []struct {
		env  func(string) string
		want string
	}{
		{env("XDG_STATE_HOME=/state", "HOME=/home/a"), "/state/hubbub/input_history"},
		{env("XDG_STATE_HOME=state", "HOME=/home/a"), "/home/a/.local/state/hubbub/input_history"},
		{env("HOME=/home/a"), "/home/a/.local/state/hubbub/input_history"},
		{noEnv, ""},
	} {
		if got := defaultHistoryFile(c.env); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestUsageFitsATerminal(t *testing.T) {
	for line := range strings.SplitSeq(usage(), "\n") {
		if len(line) > 80 {
			t.Errorf("%d wide: %s", len(line), line)
		}
	}
}
