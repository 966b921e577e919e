// Package ttytest runs a program on a real pseudo-terminal and shows what a person would see there.
//
// A Terminal keeps every byte that the program writes and renders it with an Engine, so that a test compares exact rows
// and the exact place of the cursor. Nothing in it waits for a time to pass: a test names the condition that it
// waits for.
package ttytest
