//go:build !unix

package hub

import (
	"errors"
	"net"
	"syscall"
)

// rawConn would return what can be written to without waiting; here every member has a goroutine that waits.
func rawConn(net.Conn) syscall.RawConn { return nil }

type rawWriter struct{}

func newRawWriter() *rawWriter { return &rawWriter{} }

func (*rawWriter) write(syscall.RawConn, []byte) (int, error) { return 0, errors.ErrUnsupported }
