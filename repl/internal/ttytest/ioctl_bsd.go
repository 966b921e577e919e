//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package ttytest

import "golang.org/x/sys/unix"

const getTermios = unix.TIOCGETA
