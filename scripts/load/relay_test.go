//go:build linux

package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// changes are what a relay makes of the tenth message of some clients, by their number in the order of connecting.
type changes map[int]func(line []byte) []byte

// startRelay starts what passes everything on between clients and the hub at addr, but for the changes, and returns
// where it listens. It ends in the clean-up, with all connections.
func startRelay(t *testing.T, addr string, edit changes) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for i := 0; ; i++ {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			hub, err := net.Dial("tcp", addr)
			if err != nil {
				client.Close()
				t.Error(err)
				return
			}
			running.Go(func() { relay(hub, client, nil) })
			running.Go(func() { relay(client, hub, edit[i]) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		running.Wait()
	})
	return ln.Addr().String()
}

// relay passes lines on until one side ends, and then ends both.
func relay(to, from net.Conn, edit func(line []byte) []byte) {
	defer to.Close()
	defer from.Close()
	r := bufio.NewReader(from)
	if edit == nil {
		_, _ = io.Copy(to, r)
		return
	}
	for messages := 0; ; {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		if bytes.HasPrefix(line, []byte(`{"type":"message"`)) {
			if messages++; messages == 10 {
				line = edit(line)
			}
		}
		if _, err := to.Write(line); err != nil {
			return
		}
	}
}
