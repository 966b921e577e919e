// Hubbub is the chat client: a prompt where a person sits at a terminal, and a filter where it stands in a pipe.
//
// The way of a line that somebody types: readLines or terminal.ReadLine, command.Do, session.say, client.Send. The way
// of what others say: client.Events, session.listen, render, view.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"hubbub/repl/internal/render"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error of writing, and not the end on the spot
	err := run(notifySignals(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	if err != nil && err.Error() != "" {
		fmt.Fprintln(os.Stderr, "hubbub: "+render.Harmless(err.Error()))
	}
	os.Exit(statusOf(err))
}

// run is the whole program. It ends when the person leaves, the input has ended and is delivered, the connection ends,
// or ctx is done. [statusOf] makes its error the exit status; an error without a sentence has been told already.
//
// A read of stdin can't be taken back: where ctx ends it, one goroutine stays until that read returns.
func run(
	ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer,
) error {
	o, err := parseFlags(args, getenv)
	switch {
	case errors.Is(err, errHelp):
		_, err := io.WriteString(stdout, usage())
		return err
	case err != nil:
		return fail(statusUsage, "%w; hubbub -h lists the flags", err)
	case o.version:
		_, err := fmt.Fprintln(stdout, version())
		return err
	}
	in, inIsFile := stdin.(*os.File)
	out, outIsFile := stdout.(*os.File)
	if inIsFile && outIsFile && !o.json && canChat(in, out) {
		return interactive(ctx, o, in, out, stderr)
	}
	return piped(ctx, o, stdin, stdout, stderr)
}
