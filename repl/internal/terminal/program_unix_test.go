//go:build unix

package terminal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"hubbub/repl/internal/ttytest"
)

// The tests start this test binary again, as a program with a prompt. It says what each ReadLine returned, and does
// what it is told through a named pipe, as a network would.
const controlVariable = "TERMINAL_TEST_CONTROL"

func TestMain(m *testing.M) {
	if pipe := os.Getenv(controlVariable); pipe != "" {
		os.Exit(runProgram(pipe))
	}
	if os.Getenv(historyVariable) != "" {
		os.Exit(runHistoryWriter())
	}
	goleak.VerifyTestMain(m)
}

// pressed counts the keys.
var pressed atomic.Int64

func runProgram(pipe string) int {
	history, err := OpenHistory(os.Getenv("TERMINAL_TEST_HISTORY"), 100)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	term, err := Open(Config{
		In:       os.Stdin,
		Out:      os.Stdout,
		Prompt:   os.Getenv("TERMINAL_TEST_PROMPT"),
		History:  history,
		Complete: completeNames,
		MaxDraft: 2000,
		Pressed:  func() { pressed.Add(1) },
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	var all sync.WaitGroup
	control, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	all.Go(func() { obey(control, term) })
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)
	all.Go(func() {
		if _, ok := <-signals; ok {
			term.Close()
		}
	})

	status := readLines(term)
	closeErr := term.Close()
	signal.Stop(signals)
	close(signals)
	control.Close()
	all.Wait()
	if err := errors.Join(closeErr, goleak.Find()); err != nil {
		fmt.Println(err)
		return 1
	}
	return status
}

// Statuses of the program, for the ways ReadLine can end.
const (
	leftEOF       = 10
	leftInterrupt = 11
	leftClosed    = 12
)

func readLines(term *Terminal) int {
	for {
		switch line, err := term.ReadLine(); {
		case line == "/quit":
			return 0
		case line == "/keys":
			term.Print(fmt.Sprintf("%d keys", pressed.Load()))
		case line == "/secret":
			term.SetMask(true)
			secret, err := term.ReadLine()
			term.SetMask(false)
			if err == ErrClosed {
				return leftClosed // whether a line is still printed while Close is under way is not said
			}
			term.Print(fmt.Sprintf("secret %q %v", secret, err))
		case err == nil:
			term.Print(fmt.Sprintf("got %q", line))
		case line != "":
			return 1
		case err == io.EOF:
			return leftEOF
		case err == ErrInterrupt:
			return leftInterrupt
		case err == ErrClosed:
			return leftClosed
		}
	}
}

func obey(control io.Reader, term *Terminal) {
	defer term.Guard()
	lines := bufio.NewScanner(control)
	for lines.Scan() {
		verb, text, _ := strings.Cut(lines.Text(), " ")
		switch verb {
		case "print":
			term.Print(text)
		case "flood":
			n, _ := strconv.Atoi(text)
			for i := range n {
				term.Print(fmt.Sprintf("message %d", i))
			}
		case "prompt":
			term.SetPrompt("", text)
		case "offer":
			term.OfferDraft(text)
		case "clear":
			term.Clear()
		case "close":
			term.Close()
		case "keep":
			term.CloseKeeping(text)
		case "panic":
			panic("as told")
		case "stop":
			_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP) // as from outside
		}
	}
}

// completeNames completes the word before the cursor from TERMINAL_TEST_NAMES, or from 1,000 names.
func completeNames(line string, pos int) Completion {
	before := string([]rune(line)[:pos])
	word := before[strings.LastIndexByte(before, ' ')+1:]
	if word == "panic" {
		panic("as told")
	}
	names := strings.Fields(os.Getenv("TERMINAL_TEST_NAMES"))
	if len(names) == 0 {
		for i := range 1000 {
			names = append(names, fmt.Sprintf("name%03d", i))
		}
	}
	var found []string
	for _, name := range names {
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(word)) {
			found = append(found, name)
		}
	}
	c := Completion{Replace: len([]rune(word))}
	switch len(found) {
	case 0:
		return Completion{}
	case 1:
		c.Insert = found[0] + ": "
	default:
		c.Insert, c.List = commonPrefix(found), found
	}
	return c
}

func commonPrefix(words []string) string {
	prefix := []rune(words[0])
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, string(prefix)) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return string(prefix)
}

// A program is a running test program and the pipe that tells it what to do.
type program struct {
	*ttytest.Terminal
	t       *testing.T
	onlyEnd bool // of what is shown counts
	control *os.File
}

type options struct {
	cols, rows int
	prompt     string // "> " where it is empty
	history    string
	names      string
	variable   string           // one more for the environment
	onlyEnd    bool             // program.onlyEnd
	engines    []ttytest.Engine // an emulator of ttytest.Xterm where there is none
}

// start runs the program and waits for its prompt.
func start(t *testing.T, o options) *program {
	t.Helper()
	p := launch(t, o, exec.Command(os.Args[0]))
	p.WaitFor("the prompt", func(s ttytest.Screen) bool { return s.Modes[2004] && s.Lines[0] != "" })
	return p
}

// launch runs a command with an environment in which this test binary is the program.
func launch(t *testing.T, o options, cmd *exec.Cmd) *program {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "control")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	control, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { control.Close() })
	if o.cols == 0 {
		o.cols, o.rows = 40, 12
	}
	if o.prompt == "" {
		o.prompt = "> "
	}
	cmd.Env = append(os.Environ(), "TERM=xterm", controlVariable+"="+pipe, "PROGRAM="+os.Args[0],
		"TERMINAL_TEST_PROMPT="+o.prompt, "TERMINAL_TEST_HISTORY="+o.history, "TERMINAL_TEST_NAMES="+o.names,
		"XTERM_VERSION=", "TMUX=", o.variable)
	return &program{Terminal: ttytest.Start(t, cmd, o.cols, o.rows, o.engines...), t: t, control: control,
		onlyEnd: o.onlyEnd}
}

// tell gives the program an order.
func (p *program) tell(order string) {
	p.t.Helper()
	if _, err := io.WriteString(p.control, order+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// expect waits until exactly these rows are shown with the cursor at column col of the given row.
func (p *program) expect(col, row int, rows ...string) {
	p.t.Helper()
	want := ttytest.Screen{Lines: rows, Col: col, Row: row}
	s := p.WaitFor(fmt.Sprintf("%q with the cursor at column %d of row %d", rows, col, row), func(s ttytest.Screen) bool {
		return s.Col == want.Col && s.Row == want.Row && strings.Join(s.Shown(), "\n") == strings.Join(rows, "\n")
	})
	if len(s.Unknown) > 0 {
		p.t.Errorf("the program writes %q", s.Unknown)
	}
}

// leave ends the program by typing keys and expects its status.
func (p *program) leave(keys string, status int) {
	p.t.Helper()
	p.Type(keys)
	if got := p.Wait(); got != status {
		p.t.Fatalf("the program ended with %d, want %d\n%s", got, status, p.Screen())
	}
}
