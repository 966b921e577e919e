package wire

import "fmt"

// Code is what a program reads in an error frame.
type Code string

// The error codes.
const (
	CodeBadFrame      Code = "bad_frame"      // not a frame, or a field is wrong
	CodeTooLarge      Code = "too_large"      // a frame of more than MaxFrame bytes; ends the connection
	CodeBadName       Code = "bad_name"       // see CheckName
	CodeNameTaken     Code = "name_taken"     // somebody is here by that name
	CodeNotJoined     Code = "not_joined"     // a frame before join
	CodeAlreadyJoined Code = "already_joined" // a second join
	CodeBadText       Code = "bad_text"       // see CheckText
	CodeFull          Code = "full"           // no more clients, or no more from this address; ends the connection
	CodeTimeout       Code = "timeout"        // silent or deaf for too long; ends the connection
	CodeUnknownType   Code = "unknown_type"   // a type that this end does not know
	CodeShuttingDown  Code = "shutting_down"  // the server is ending; ends the connection
	CodeInternal      Code = "internal"       // the server failed; a chat that it answers was not stored
)

// Error is an error with two faces: a code and a sentence for the other end, which travel as an error frame, and a
// cause for the log, which stays here.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"data"` // lower case, no full stop
	ID      ID     `json:"id"`   // the chat that it answers; 0 for none

	cause error
}

// Errorf makes an Error. A cause is given with %w, as with [fmt.Errorf], and then also stands in the sentence.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: err}
}

// WithCause returns a copy of e whose Unwrap is cause; its sentence stays as it is.
func (e *Error) WithCause(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// For returns a copy of e that answers the chat with that id.
func (e *Error) For(id ID) *Error {
	c := *e
	c.ID = id
	return &c
}

// Error implements error: the sentence, with its code in front.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap returns the cause, which is never sent.
func (e *Error) Unwrap() error { return e.cause }

// Type implements [Frame].
func (*Error) Type() Type { return TypeError }

// Is reports whether target is an Error of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}
