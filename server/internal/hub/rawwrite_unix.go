//go:build unix

package hub

import (
	"net"
	"syscall"
)

// rawWriter writes what a connection's buffer takes, and never waits.
type rawWriter interface {
	// write returns how many bytes were taken: fewer than all without an error where the buffer is full.
	write(b []byte) (int, error)
}

// newRawWriter returns nil for a connection that is not plain TCP.
func newRawWriter(conn net.Conn) rawWriter {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	w := &socketWriter{conn: raw}
	w.try = w.once
	return w
}

// socketWriter calls write(2) on the socket, which is in non-blocking mode as all of package net's are.
type socketWriter struct {
	conn syscall.RawConn
	try  func(fd uintptr) bool // once, as a value that is not made anew for every write

	// Set during one write.
	b   []byte
	n   int
	err error
}

func (w *socketWriter) write(b []byte) (int, error) {
	w.b, w.n, w.err = b, 0, nil
	err := w.conn.Write(w.try)
	w.b = nil
	if err == nil {
		err = w.err
	}
	return w.n, err
}

// once reports true whatever comes, so that nobody waits until the socket is writable.
func (w *socketWriter) once(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), w.b)
		switch err {
		case nil:
			w.n = n
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
		default:
			w.err = err
		}
		return true
	}
}
