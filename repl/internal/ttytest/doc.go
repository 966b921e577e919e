// Package ttytest runs a program on a real pseudo-terminal and shows what a person would see there.
//
// A Terminal keeps every byte that the program writes and renders it with one or more engines at once, so that a test
// compares exact rows and the exact place of the cursor. An Engine is an Emulator, with the traits of one kind of
// terminals, or a Multiplexer, which is the real tmux. A Pane runs a program inside tmux itself. Nothing in it waits
// for a time to pass: a test names the condition that it waits for.
package ttytest
