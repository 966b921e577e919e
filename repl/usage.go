package main

import (
	"flag"
	"fmt"
	"strings"
)

// usage is what -h prints.
func usage() string {
	var b strings.Builder
	b.WriteString(`Hubbub is chat for the terminal.

  hubbub [flags]                                chat
  make test && echo done | hubbub -name Alice   say what comes through a pipe
  hubbub -name Bob -follow </dev/null           only listen

In a pipe each line is one message; what others say goes to stdout. The program
ends when everything is acknowledged. /help lists the commands.

Flags, which can also come from the environment:
`)
	_, flags := newFlags(func(string) string { return "" })
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(&b, "  -%s\n", strings.TrimSpace(f.Name+" "+value))
		fmt.Fprintf(&b, "      %s\n", strings.ReplaceAll(text, "\n", "\n      "))
		if f.Name == flagOnly {
			return
		}
		fmt.Fprintf(&b, "      %s", variable(f.Name))
		switch value := f.DefValue; {
		case f.Name == "history-file":
			b.WriteString(", default $XDG_STATE_HOME/hubbub/input_history, else\n" +
				"      ~/.local/state/hubbub/input_history")
		case value != "" && value != "false":
			b.WriteString(", default " + value)
		}
		b.WriteByte('\n')
	})
	b.WriteString(`
Exit status: 0 all delivered, 1 something failed, 2 usage, 3 no connection,
4 refused by the server, 5 not all delivered.
`)
	return b.String()
}
