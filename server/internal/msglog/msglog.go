// Package msglog says what a room's log is. A message is appended to the log first and gets its sequence number there;
// whatever anybody sees is read from it.
//
// [Log] is implemented by one package for each store, and package logtest holds the conformance suite that every one of
// them passes.
package msglog

import (
	"context"
	"errors"

	"hubbub/wire"
)

// Entry is one message in a room's log.
type Entry struct {
	Room    string
	Session wire.SessionID // of the client that sent it; never empty
	ID      wire.ID        // the client's own number; 0: not protected against doubling
	From    string
	Text    string
	Time    wire.Time

	// Set by Append.
	Seq       wire.Seq
	Duplicate bool // the log had this (Session, ID) already; Seq and Time are those of the first
}

// Bounds are the first and the last sequence number that a log holds of a room. An empty log has Last 0 and First 1;
// one whose messages have all been dropped has First = Last+1.
type Bounds struct {
	First, Last wire.Seq
}

// Log is an ordered log for each room. Its methods may be called from any goroutine; Append by one at a time.
type Log interface {
	// Identity tells this log from every other one: numbers of another log mean nothing in this one. It is drawn at
	// random when the log is made, and stays with it for as long as the entries do. A closed log still has it.
	Identity() wire.LogID

	// Append adds the entries in their order, all of them or, with an error, none. They are durable, as far as the
	// store is, when it returns. It sets each entry's Seq: the numbers of a room are 1, 2, 3 and so on, without holes.
	// An entry whose (Session, ID) is there already, in the log or earlier in entries, is not added again. Where the
	// first is no longer kept, the entry gets the Seq and the Time of it or of another one of the session that is not.
	Append(ctx context.Context, entries []Entry) error

	// Read returns the entries of the room with a number over after, in order, limit of them at the most. It returns
	// none where after is the log's end. Entries that are no longer kept are passed over: the first one's number shows
	// that.
	Read(ctx context.Context, room string, after wire.Seq, limit int) ([]Entry, error)

	// Search returns the entries of the room with a number below before (0: all) that the words are found in, the newest
	// first, limit of them at the most. What that means is package words' to say; words without any are found nowhere.
	// It sees every entry that Append had returned for when it was called. It may take seconds in a long log, and keeps
	// neither Append nor Read waiting; several may have to wait for one another.
	Search(ctx context.Context, room, words string, before wire.Seq, limit int) ([]Entry, error)

	// Bounds returns which numbers Read can return.
	Bounds(ctx context.Context, room string) (Bounds, error)

	// Close releases what the log holds. Other methods return [ErrClosed] afterwards.
	Close() error
}

// ErrClosed is what the methods of a closed log return.
var ErrClosed = errors.New("the log is closed")
