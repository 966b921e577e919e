//go:build !unix

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "picture: it needs tmux, which this system does not have")
	os.Exit(1)
}
