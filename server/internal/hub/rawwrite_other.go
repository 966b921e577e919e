//go:build !unix

package hub

import "net"

// rawWriter would write without waiting; here every member has a goroutine that waits.
type rawWriter interface {
	write(b []byte) (int, error)
}

func newRawWriter(net.Conn) rawWriter { return nil }
