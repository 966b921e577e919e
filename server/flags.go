package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/time/rate"
)

// errUsage is an error in how the program was called: its status is 2.
var errUsage = errors.New("see hubbub-server -h")

// errDone ends the program well, after -h or -version.
var errDone = errors.New("done")

// exitStatus is the process's for run's error: 0 stopped as asked, 1 failed, 2 called wrongly.
func exitStatus(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		return 1
	}
}

// options is what the program was called with.
type options struct {
	listen     string
	data       string
	log        string
	logLevel   slog.Level
	motd       string
	maxClients int
	maxPerIP   int
	rate       float64
	burst      int
	history    int
	version    bool
}

const usage = `Hubbub-server is the hub of a chat in the terminal.

Usage: hubbub-server [flags]

Each flag may also come from the environment: HUBBUB_ and its name in capitals, with _ for -, HUBBUB_MAX_CLIENTS for
example. The flag wins.

`

// parseFlags reads the flags, and the environment for those that are not given. It writes the answer to -h to out.
func parseFlags(args []string, lookupEnv func(string) (string, bool), out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("hubbub-server", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:5050",
		"the `address` to listen on, host:port; port 0 takes a free one")
	flags.StringVar(&o.data, "data", defaultData(lookupEnv), "the `folder` of the log; \"memory\" keeps nothing on disk")
	flags.StringVar(&o.log, "log", "console",
		"the `form` of the log: console for people; text or json for programs, without what people say")
	flags.Var((*level)(&o.logLevel), "log-level",
		"the `level` of what is logged at least: debug, info (the default), warn or error")
	flags.StringVar(&o.motd, "motd", "", "the `file` with the greeting, at most 1024 bytes")
	flags.IntVar(&o.maxClients, "max-clients", 10000, "connections at a time")
	flags.IntVar(&o.maxPerIP, "max-per-ip", 1000, "connections at a time from one address")
	o.rate = 20
	flags.Var((*number)(&o.rate), "rate", "`messages` a second from a connection, more are read later; 0: no limit")
	flags.IntVar(&o.burst, "burst", 40, "messages that may come at once before -rate holds them back")
	flags.IntVar(&o.history, "history", 0, "messages that are kept; 0: all, of which memory holds the newest 64 MiB")
	flags.BoolVar(&o.version, "version", false, "print the version and end")

	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return o, errDone
	}
	if err != nil {
		return o, fmt.Errorf("%w; %w", err, errUsage)
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; %w", flags.Arg(0), errUsage)
	}
	if err := setFromEnv(flags, lookupEnv); err != nil {
		return o, fmt.Errorf("%w; %w", err, errUsage)
	}
	if err := o.check(); err != nil {
		return o, fmt.Errorf("%w; %w", err, errUsage)
	}
	return o, nil
}

// level is a flag's value: how important what is logged is at least.
type level slog.Level

func (l *level) String() string { return strings.ToLower(slog.Level(*l).String()) }

func (l *level) Set(text string) error {
	if (*slog.Level)(l).UnmarshalText([]byte(text)) != nil {
		return errors.New("it must be debug, info, warn or error")
	}
	return nil
}

// number is a flag's value that need not be whole.
type number float64

func (n *number) String() string { return strconv.FormatFloat(float64(*n), 'f', -1, 64) }

func (n *number) Set(text string) error {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return errors.New("it must be a number")
	}
	*n = number(value)
	return nil
}

// inMemory is the -data that keeps nothing on disk.
const inMemory = "memory"

// defaultData is where the log is kept unless -data says otherwise: in the folder for state of the XDG Base Directory
// Specification, which has relative ones ignored. It is empty where there is no such folder.
func defaultData(lookupEnv func(string) (string, bool)) string {
	state, _ := lookupEnv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, ok := lookupEnv("HOME")
		if !ok {
			home, ok = lookupEnv("USERPROFILE")
		}
		if !ok {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "hubbub")
}

// setFromEnv sets each flag that was not given and whose variable is there. HUBBUB_VERSION may be anything to anybody.
func setFromEnv(flags *flag.FlagSet, lookupEnv func(string) (string, bool)) error {
	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var failed error
	flags.VisitAll(func(f *flag.Flag) {
		name := "HUBBUB_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := lookupEnv(name)
		if !ok || given[f.Name] || failed != nil || f.Name == "version" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = fmt.Errorf("the environment's %s can't be %q: %w", name, value, err)
		}
	})
	return failed
}

func (o *options) check() error {
	if _, _, err := net.SplitHostPort(o.listen); err != nil {
		return fmt.Errorf("-listen %q is not an address like 127.0.0.1:5050", o.listen)
	}
	switch o.log {
	case "console", "text", "json":
	default:
		return fmt.Errorf("-log can't be %q, only console, text or json", o.log)
	}
	for _, limit := range []struct {
		name      string
		value, at float64
	}{
		{"max-clients", float64(o.maxClients), 1},
		{"max-per-ip", float64(o.maxPerIP), 1},
		{"rate", o.rate, 0},
		{"burst", float64(o.burst), 1},
		{"history", float64(o.history), 0},
	} {
		if !(limit.value >= limit.at) {
			return fmt.Errorf("-%s can't be less than %v", limit.name, limit.at)
		}
	}
	return nil
}

// limit is -rate for the limiter.
func (o *options) limit() rate.Limit {
	if o.rate == 0 {
		return rate.Inf
	}
	return rate.Limit(o.rate)
}
