package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/wire"
)

// ended runs a program that is expected to end by itself.
func ended(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	lookup := func(key string) (string, bool) {
		value, ok := env[key]
		return value, ok
	}
	out := new(output)
	err := run(ctx, args, lookup, out)
	if ctx.Err() != nil {
		t.Fatalf("%q serves", args)
	}
	return out.String(), err
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "motd")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// What can't be is said in one sentence, which names what is wrong.
func TestCalledWrongly(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	taken := ln.Addr().String()
	for _, c := range []struct {
		name   string
		env    map[string]string
		args   []string
		says   string
		status int
	}{
		{"a port that is taken", nil, []string{"-listen", taken}, taken + " is taken", 1},
		{"a port that is none", nil, []string{"-listen", "127.0.0.1:99999"}, "99999", 1},
		{"an address of elsewhere", nil, []string{"-listen", "192.0.2.1:0"}, "192.0.2.1", 1},
		{"no port", nil, []string{"-listen", "127.0.0.1"}, `-listen "127.0.0.1"`, 2},
		{"an unknown flag", nil, []string{"-colour"}, "-colour", 2},
		{"not a number", nil, []string{"-max-clients", "many"}, "-max-clients", 2},
		{"no clients", nil, []string{"-max-clients", "0"}, "-max-clients", 2},
		{"none per address", nil, []string{"-max-per-ip", "0"}, "-max-per-ip", 2},
		{"a negative rate", nil, []string{"-rate", "-1"}, "-rate", 2},
		{"a rate that is no number", nil, []string{"-rate", "NaN"}, "-rate", 2},
		{"no burst", nil, []string{"-burst", "0"}, "-burst", 2},
		{"a negative history", nil, []string{"-history", "-1"}, "-history", 2},
		{"a log of no form", nil, []string{"-log", "xml"}, `-log can't be "xml"`, 2},
		{"a rate that is no number", nil, []string{"-rate", "fast"}, "-rate: it must be a number", 2},
		{"a level of none", nil, []string{"-log-level", "loud"}, "-log-level: it must be debug, info, warn or error", 2},
		{"an argument", nil, []string{"serve"}, `"serve"`, 2},
		{"a bad variable", map[string]string{"HUBBUB_BURST": "lots"}, nil, `HUBBUB_BURST can't be "lots"`, 2},
		{"a variable that can't be", map[string]string{"HUBBUB_LOG": "xml"}, nil, `"xml"`, 2},
		{"no such motd", nil, []string{"-motd", filepath.Join(t.TempDir(), "none")}, "-motd", 1},
		{"a folder for motd", nil, []string{"-motd", t.TempDir()}, "-motd", 1},
		{"an empty motd", nil, []string{"-motd", file(t, "\n")}, "-motd", 1},
		{"a long motd", nil, []string{"-motd", file(t, strings.Repeat("x", 1025))}, "1024 bytes", 1},
		{"a motd that terminals obey", nil, []string{"-motd", file(t, "\x1b[2J")}, "-motd", 1},
		{"a motd that is not UTF-8", nil, []string{"-motd", file(t, "\xff")}, "-motd", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := ended(t, c.env, c.args...)
			if err == nil || exitStatus(err) != c.status {
				t.Fatalf("ended with %v and status %d, want %d", err, exitStatus(err), c.status)
			}
			says := err.Error()
			if !strings.Contains(says, c.says) || strings.Contains(says, "\n") || strings.HasSuffix(says, ".") {
				t.Errorf("it says %q, want one sentence with %q", says, c.says)
			}
			if out != "" {
				t.Errorf("the output has %q", out)
			}
		})
	}
}

func TestVersionAndHelp(t *testing.T) {
	out, err := ended(t, nil, "-version")
	if err != nil || !strings.HasPrefix(out, "hubbub-server ") || strings.Count(out, "\n") != 1 {
		t.Errorf("-version says %q, %v", out, err)
	}
	for _, flag := range []string{"-h", "-help", "--help"} {
		out, err := ended(t, nil, flag)
		if err != nil || exitStatus(err) != 0 {
			t.Errorf("%s ends with %v", flag, err)
		}
		for _, name := range []string{
			"listen", "data", "log", "log-level", "motd", "max-clients", "max-per-ip", "rate", "burst", "history", "version",
		} {
			if !strings.Contains(out, "\n  -"+name) {
				t.Errorf("%s says nothing about -%s", flag, name)
			}
		}
	}
}

func TestEnvironment(t *testing.T) {
	lookup := func(key string) (string, bool) {
		value, ok := map[string]string{
			"HUBBUB_LISTEN": "127.0.0.1:1", "HUBBUB_MAX_PER_IP": "7", "HUBBUB_RATE": "3", "HUBBUB_LOG_LEVEL": "warn",
			"RATE": "9",
		}[key]
		return value, ok
	}
	o, err := parseFlags([]string{"-listen", "127.0.0.1:2"}, lookup, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.listen != "127.0.0.1:2" || o.maxPerIP != 7 || o.rate != 3 || o.burst != 40 || o.logLevel.String() != "WARN" {
		t.Errorf("the options are %+v", o)
	}
}

// What the old server wrote to its console, word for word.
func TestConsoleLines(t *testing.T) {
	p := start(t)
	alice := p.join(t, "Alice")
	alice.say("Hello Bob!\n[FAKE] line\ttab", 1)
	alice.wantAck(1)
	bob := p.joinOld(t, "Bob")
	bob.send(`{"type": "chat", "data": "Hello Alice!"}`)
	alice.wantAnnouncement("Bob has joined the chat.")
	alice.wantMessage("Bob", "Hello Alice!")
	a, b := alice.local(), bob.local()
	bob.leave()
	alice.wantAnnouncement("Bob has left the chat.")
	p.out.await(t, "DISCONNECTED. "+b)
	alice.reset()
	p.out.await(t, "DISCONNECTED. "+a)
	p.stop()
	got := p.out.String()
	// How a broken connection is described is the system's.
	if i, j := strings.Index(got, "("+"Alice) disconnected"), strings.Index(got, "[STOPPING]"); i >= 0 && j > i {
		got = got[:i] + "(Alice) disconnected…\n" + got[j:]
	}
	if want := "[STARTING] Server is listening on " + p.addr + "\n" +
		"[NEW CONNECTION] " + a + " connected.\n" +
		"[" + a + "] User 'Alice' has joined the chat.\n" +
		"[" + a + "] Message from 'Alice': Hello Bob!⏎[FAKE] line tab\n" +
		"[NEW CONNECTION] " + b + " connected.\n" +
		"[" + b + "] User 'Bob' has joined the chat.\n" +
		"[" + b + "] Message from 'Bob': Hello Alice!\n" +
		"[DISCONNECTED] " + b + " (Bob) disconnected.\n" +
		"[DISCONNECTED] " + a + " (Alice) disconnected…\n" +
		"[STOPPING] Server is stopping: it was asked to.\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLogLevel(t *testing.T) {
	for _, form := range []string{"console", "text", "json"} {
		out := new(output)
		log := newLogger(options{log: form, logLevel: slog.LevelWarn}, out)
		log.Info("starting", "addr", "127.0.0.1:5050")
		if out.String() != "" {
			t.Errorf("as %s it says %q", form, out)
		}
		log.Warn("loud")
		if !strings.Contains(out.String(), "loud") {
			t.Errorf("as %s it says %q", form, out)
		}
	}
}

// The logs for programs tell who came and went and that something was said, but not what, nor any session.
func TestLogsForPrograms(t *testing.T) {
	const secret = "the-secret-word"
	for _, form := range []string{"text", "json"} {
		t.Run(form, func(t *testing.T) {
			p := start(t, "-log", form, "-log-level", "debug")
			session := wire.NewSessionID()
			alice := p.dial(t)
			alice.welcome(wire.Join{Name: "Alice", Session: session})
			alice.say(secret, 1)
			alice.wantAck(1)
			alice.say(secret+"\x1b", 2)
			alice.wantError(wire.CodeBadText)
			alice.send(`{"type":"` + secret + `"}`)
			alice.wantError(wire.CodeUnknownType)
			alice.send(secret)
			alice.wantError(wire.CodeBadFrame)
			alice.wantEnd()
			p.out.await(t, "disconnected")
			p.stop()
			out := p.out.String()
			for _, hidden := range []string{secret, string(session), "\x1b"} {
				if strings.Contains(out, hidden) {
					t.Errorf("%q is in the log:\n%s", hidden, out)
				}
			}
			for _, event := range []string{"starting", "new connection", "joined", "message", "disconnected", "stopping"} {
				if !strings.Contains(out, event) {
					t.Errorf("%q is not in the log:\n%s", event, out)
				}
			}
			if form == "json" {
				checkJSON(t, out)
			}
		})
	}
}

// checkJSON checks that every line is an object with what each record has.
func checkJSON(t *testing.T, out string) {
	t.Helper()
	lines := json.NewDecoder(strings.NewReader(out))
	for {
		var line struct{ Time, Level, Msg string }
		err := lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil || line.Time == "" || line.Level == "" || line.Msg == "" {
			t.Fatalf("%+v, %v", line, err)
		}
	}
}
