package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"hubbub/repl/internal/client"
	"hubbub/repl/internal/render"
	"hubbub/repl/internal/terminal"
	"hubbub/wire"
)

// enter joins the server. It asks for a name where there is none, and again where the server refuses it. The client is
// nil where the person leaves instead, and the error then too. Between the questions the terminal is as it always is,
// so that Ctrl-C ends the dialing. For run see [client.Config].
func enter(
	ctx context.Context, o options, in, out *os.File, notices *output, run func(work func()),
) (*client.Client, error) {
	name := o.name
	for {
		if name == "" {
			var err error
			if name, err = askName(ctx, o, in, out); name == "" {
				return nil, err
			}
		}
		c, err := dial(ctx, o, name, joinHistory, run)
		var refused *wire.Error
		if !errors.As(err, &refused) || refused.Code != wire.CodeBadName && refused.Code != wire.CodeNameTaken {
			return c, err
		}
		notices.line(render.Harmless(err.Error()))
		notices.flush()
		name = ""
	}
}

// askName asks until there is an answer. It is empty where the person leaves instead.
func askName(ctx context.Context, o options, in, out *os.File) (string, error) {
	t, err := openConsole(o, terminal.Config{In: in, Out: out, Prompt: "Enter username: "}, nil)
	if err != nil {
		return "", err
	}
	defer t.Close()
	defer context.AfterFunc(ctx, func() { t.Close() })()
	for {
		line, err := t.ReadLine()
		if err != nil {
			return "", nil
		}
		if name := strings.TrimSpace(line); name != "" {
			return name, nil
		}
		t.Print("A name must not be empty.")
	}
}
