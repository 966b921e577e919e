package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"hubbub/repl/internal/client"
)

// errHelp is the error of parseFlags when the person asks for help.
var errHelp = flag.ErrHelp

// options is what flags and environment say.
type options struct {
	addrs        []string
	name         string
	color        colorMode
	noColor      bool   // NO_COLOR is set
	term         string // the kind of terminal, as TERM has it
	historyFile  string
	home         string // the person's folder; empty where it is not known
	json         bool
	follow       bool
	screenReader bool
	timeout      time.Duration // 0: for ever
	version      bool

	intervals client.Intervals // no flag sets these
	awayAfter time.Duration
}

// useColor reports whether to use colour on a terminal, or else in a pipe.
func (o options) useColor(onTerminal bool) bool {
	return o.color == colorAlways || o.color == colorAuto && onTerminal && !o.noColor
}

// flagOnly is the flag that does not come from the environment, where packagers keep a version of their own.
const flagOnly = "version"

// parseFlags reads the flags, and from the environment those that are not given: HUBBUB_ADDR for -addr and so on.
func parseFlags(args []string, getenv func(string) string) (options, error) {
	o, flags := newFlags(getenv)
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("hubbub takes flags only, and not %q", flags.Arg(0))
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var wrong error
	flags.VisitAll(func(f *flag.Flag) {
		value := getenv(variable(f.Name))
		if value == "" || given[f.Name] || wrong != nil || f.Name == flagOnly {
			return
		}
		if err := f.Value.Set(value); err != nil {
			if o, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && o.IsBoolFlag() {
				err = errors.New("it must be true or false")
			}
			wrong = fmt.Errorf("the environment's %s is %q: %w", variable(f.Name), value, err)
		}
	})
	return *o, wrong
}

// newFlags returns the flags with their defaults, and the options that they set.
func newFlags(getenv func(string) string) (*options, *flag.FlagSet) {
	o := &options{
		addrs:       []string{"127.0.0.1:5050"},
		historyFile: defaultHistoryFile(getenv),
		home:        homeFolder(getenv),
		noColor:     getenv("NO_COLOR") != "",
		term:        getenv("TERM"),
		timeout:     30 * time.Second,
		awayAfter:   awayAfter,
	}
	flags := flag.NewFlagSet("hubbub", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Var((*addrList)(&o.addrs), "addr",
		"where the server is, as `host:port`; several with commas: the next is tried\nwhen one is gone")
	flags.StringVar(&o.name, "name", "",
		"the `name` you have in the chat; without it you are asked, and in a pipe the\nfirst line of the input is the name")
	flags.Var(&o.color, "color", "`when` to use colour: auto, always or never; auto honours NO_COLOR")
	flags.StringVar(&o.historyFile, "history-file", o.historyFile,
		"the `file` that keeps what you typed, for the arrow keys; empty: none")
	flags.BoolVar(&o.json, "json", false, "print the frames of the protocol as they are, one a line")
	flags.BoolVar(&o.follow, "follow", false, "in a pipe, keep listening after the input's end")
	flags.BoolVar(&o.screenReader, "screen-reader", false,
		"on a terminal, only add lines at the end: nothing is painted again, there\n"+
			"is no colour, and the terminal itself edits the line")
	flags.Var((*timeout)(&o.timeout), "timeout",
		"the longest `duration` to wait for a connection or an answer; in a pipe also\n"+
			"for a lost connection, and for an acknowledgement since the last one came\n"+
			"or a text began to wait for one; 0: for ever")
	flags.BoolVar(&o.version, flagOnly, false, "print the version and end")
	return o, flags
}

// variable is the name of a flag's variable in the environment.
func variable(flag string) string {
	return "HUBBUB_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func defaultHistoryFile(getenv func(string) string) string {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the specification has relative ones ignored
		home := homeFolder(getenv)
		if home == "" {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "hubbub", "input_history")
}

func homeFolder(getenv func(string) string) string {
	if home := getenv("HOME"); home != "" {
		return home
	}
	return getenv("USERPROFILE")
}

// colorMode says when to use colour.
type colorMode int

const (
	colorAuto colorMode = iota
	colorAlways
	colorNever
)

var colorNames = [...]string{"auto", "always", "never"}

// String implements [flag.Value].
func (m *colorMode) String() string { return colorNames[*m] }

// Set implements [flag.Value].
func (m *colorMode) Set(value string) error {
	for i, name := range colorNames {
		if value == name {
			*m = colorMode(i)
			return nil
		}
	}
	return errors.New("it must be auto, always or never")
}

// addrList is a list of addresses with commas between them.
type addrList []string

// String implements [flag.Value].
func (l *addrList) String() string { return strings.Join(*l, ",") }

// Set implements [flag.Value].
func (l *addrList) Set(value string) error {
	var addrs []string
	for addr := range strings.SplitSeq(value, ",") {
		addr = strings.TrimSpace(addr)
		_, port, err := net.SplitHostPort(addr)
		if err != nil || port == "" {
			return errors.New("an address is host:port, for example 127.0.0.1:5050")
		}
		if n, err := strconv.Atoi(port); err == nil && (n < 1 || n > math.MaxUint16) {
			return errors.New("a port is a number from 1 to 65535")
		}
		addrs = append(addrs, addr)
	}
	*l = addrs
	return nil
}

// timeout is a duration that is not negative.
type timeout time.Duration

// String implements [flag.Value].
func (t *timeout) String() string { return time.Duration(*t).String() }

// Set implements [flag.Value].
func (t *timeout) Set(value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return errors.New("it must be a duration such as 500ms, 30s or 2m, or 0 for ever")
	}
	*t = timeout(d)
	return nil
}

func version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	return "hubbub " + v
}
