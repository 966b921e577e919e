//go:build unix

package hub

import (
	"net"
	"syscall"
)

// rawConn returns what a rawWriter writes to, nil for a connection that is not plain TCP.
func rawConn(conn net.Conn) syscall.RawConn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// rawWriter calls write(2) on sockets, which are in non-blocking mode as all of package net's are. It is for one
// goroutine.
type rawWriter struct {
	try func(fd uintptr) bool // once, as a value that is not made anew for every write

	// Set during one write.
	b   []byte
	n   int
	err error
}

func newRawWriter() *rawWriter {
	w := &rawWriter{}
	w.try = w.once
	return w
}

// write writes what the connection's buffer takes, and never waits. It returns how many bytes were taken: fewer than
// all without an error where the buffer is full.
func (w *rawWriter) write(conn syscall.RawConn, b []byte) (int, error) {
	w.b, w.n, w.err = b, 0, nil
	err := conn.Write(w.try)
	w.b = nil
	if err == nil {
		err = w.err
	}
	return w.n, err
}

// once reports true whatever comes, so that nobody waits until the socket is writable.
func (w *rawWriter) once(fd uintptr) bool {
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
