package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/command"
	"hubbub/repl/internal/render"
	"hubbub/wire"
)

// pipe is the program in a pipe: lines come in, messages go out.
type pipe struct {
	*session

	// Set when the pipe is made, then only read.
	lines <-chan inputLine

	// Safe by themselves.
	sent      sentLines
	texts     atomic.Int64 // that were sent
	refusals  atomic.Int64 // texts that the server has refused
	listening atomic.Bool  // everything is sent, and what others say is awaited

	// Owned by the goroutine that feeds.
	number   int  // of the line that is being done
	lost     int  // lines that were not sent
	failed   bool // a command has failed
	complete bool // everything that is to be sent was taken from the input
	unread   bool // the end came before some lines that were there already
	quit     bool // a line said so
}

// piped joins, says what stdin holds line by line, and ends when that is delivered. What others say goes to stdout.
func piped(signaled context.Context, o options, stdin io.Reader, stdout, stderr io.Writer) error {
	ctx, end := context.WithCancelCause(signaled)
	defer end(nil)
	reading, stopReading := context.WithCancel(context.WithoutCancel(ctx))
	defer stopReading()
	lines := readLines(reading, stdin)
	name, err := nameFrom(ctx, o, lines)
	if err != nil {
		return err
	}
	c, err := dial(ctx, o, name, 0, nil)
	if err != nil {
		return err
	}
	patient, stopCounting := impatient()
	defer stopCounting()
	var progress bottomLine
	shows := showsProgress(o, stdin, stderr)
	if shows {
		progress.w = stderr
		if isTerminal(stdout) {
			stdout = progress.above(stdout)
		}
		stderr = progress.above(stderr)
	}
	var outputError error
	out := newOutput(stdout, func(err error) { outputError = err; end(fmt.Errorf("%w: %w", errOutput, err)) })
	notices := newOutput(stderr, func(error) {}) // there is nowhere left to say it
	p := &pipe{
		session: newSession(c, pipedView(out, notices, o.json), o, o.useColor(false), end),
		lines:   lines,
	}
	p.refused = p.reportRefusal
	go p.listen()
	if c.Status().Old {
		p.view.notice(oldServerNotice)
	}

	stopProgress, clearProgress := func() {}, func() {}
	if shows {
		stopProgress, clearProgress = p.showProgress(&progress)
	}
	stop := p.watch(ctx, time.Time{}, time.Time{}, end)
	p.feed(ctx)
	if o.follow && p.complete && !p.quit {
		p.listening.Store(true)
		<-ctx.Done()
	}
	stop()
	stopTelling := p.tellWaiting(signaled)
	verdict := p.finish(ctx, patient)
	stopTelling()
	stopProgress()
	c.Close()
	isShown := p.isShown(signaled)
	result := verdict()
	if !isShown {
		within(lastWrites, clearProgress)
		return result
	}
	out.flush()
	clearProgress()
	if result == nil && outputError != nil && !isClosedOutput(outputError) {
		return fmt.Errorf("%w: %w", errOutput, outputError)
	}
	return result
}

// isShown waits until everything that was received is written, and reports whether it is. A signal limits the waiting:
// a write to a pipe that nobody reads can't be taken back, and its goroutine stays behind.
func (p *pipe) isShown(signaled context.Context) bool {
	select {
	case <-p.over:
		return true
	case <-signaled.Done():
	}
	select {
	case <-p.over:
		return true
	case <-time.After(lastWrites):
		return false
	}
}

// within waits until work is done, but no longer than d. A goroutine stays behind then.
func within(d time.Duration, work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
	case <-time.After(d):
	}
}

// lastWrites is how long an output may take to take what is left after a signal.
const lastWrites = time.Second

// errOutput is the cause that ends the program when its output can't be written any more.
var errOutput = errors.New("writing the output")

// pipedView shows what people say and what commands answer on out, and everything else on notices. With frames, out is
// for them alone.
func pipedView(out, notices *output, frames bool) view {
	notice := func(text string) {
		notices.line("hubbub: " + render.Harmless(text))
		notices.flush()
	}
	v := view{
		line:   out.line,
		answer: func(text string) { out.line(text); out.flush() },
		notice: notice,
		flush:  out.flush,
		bell:   func() {},
		clear:  func() {},
		cols:   func() int { return 0 },
	}
	if frames {
		v.frame = func(raw []byte) { out.line(jsonLine(raw)) }
		v.answer = func(text string) { notices.line(text); notices.flush() }
	}
	return v
}

// nameFrom returns the name: of the flag, or else the input's first line.
func nameFrom(ctx context.Context, o options, lines <-chan inputLine) (string, error) {
	if o.name != "" {
		return o.name, nil
	}
	select {
	case line := <-lines: // an empty one where there is none
		if line.err != nil {
			return "", fmt.Errorf("reading the input: %w", line.err)
		}
		if name := strings.TrimSpace(line.text); name != "" {
			return name, nil
		}
		return "", fail(statusUsage, "no name: give one with -name, or write it in the first line of the input")
	case <-ctx.Done():
		return "", fail(statusNoConnection, "interrupted before the connection was made")
	}
}

// feed does the lines of the input one after the other, until it ends, one says to leave, or ctx is done.
func (p *pipe) feed(ctx context.Context) {
	room := p.room(false)
	room.Say = p.sayLine
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.complete = true
				return
			}
			p.number = line.number
			if !p.do(ctx, room, line) {
				p.unread = ctx.Err() != nil && p.hasMore()
				return
			}
		case <-ctx.Done():
			p.unread = p.hasMore()
			return
		}
	}
}

// nextLine is how long the input may take to give the next line, if it has one, after the end has come.
const nextLine = 100 * time.Millisecond

// hasMore reports whether the input has a line that would have to be done. One that is silent has none.
func (p *pipe) hasMore() bool {
	silence := time.After(nextLine)
	for {
		select {
		case line, ok := <-p.lines:
			switch {
			case !ok || command.IsQuit(line.text):
				p.complete = true
				return false
			case line.err != nil:
				return false
			case line.size > 0:
				return true
			}
		case <-silence:
			return false
		}
	}
}

// do does one line and reports whether to go on.
func (p *pipe) do(ctx context.Context, room *command.Room, line inputLine) bool {
	switch {
	case line.err != nil:
		p.view.notice("reading the input: " + line.err.Error())
		p.failed = true
		return false
	case line.size == 0:
		return true
	case line.text == "":
		p.lost++
		p.report(fmt.Errorf("a text must not be longer than %d bytes; this one has %d", wire.MaxText, line.size))
		return true
	}
	lostBefore := p.lost
	err := command.Do(ctx, room, line.text)
	switch {
	case err == nil:
	case errors.Is(err, command.ErrQuit):
		p.quit, p.complete = true, true
		return false
	case errors.Is(err, client.ErrClosed):
		<-p.over
		return false
	case errors.Is(err, errStalled):
		p.report(fmt.Errorf("%w; neither this line nor what follows is sent", err))
		return false
	case ctx.Err() != nil:
		return false
	default:
		p.report(err)
		p.failed = p.failed || p.lost == lostBefore
	}
	return true
}

// sayLine sends a text and remembers its line.
func (p *pipe) sayLine(ctx context.Context, text string) error {
	p.sent.begin(p.number)
	id, err := p.say(ctx, text)
	if err != nil {
		p.lost++
		if errors.Is(err, errStalled) {
			p.end(err)
		}
		return err
	}
	p.sent.add(id)
	p.texts.Add(1)
	return nil
}

// report says what is wrong with the line that is being done.
func (p *pipe) report(err error) {
	p.view.notice(fmt.Sprintf("line %d: %s", p.number, plainly(err)))
}

func (p *pipe) reportRefusal(r client.Refused) {
	p.refusals.Add(1)
	p.view.notice(p.sent.label(r.ID, r.Text) + ": the server refuses it: " + r.Err.Message)
}
