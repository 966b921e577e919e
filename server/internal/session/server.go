// Package session serves connections: it accepts them, shakes hands, reads frames and dispatches each to what answers
// it. The room itself is package hub's.
//
// The way of a message: [Server.Serve] accepts the connection (server.go), session.await reads (session.go), and
// session.chat (dispatch.go) checks it and says it to the hub.
package session

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hubbub/server/internal/hub"
	"hubbub/server/internal/msglog"
	"hubbub/wire"
)

// Config is what a server needs. Every field is required.
type Config struct {
	Hub    *hub.Hub
	Log    msglog.Log // for history frames
	Logger *slog.Logger

	MaxClients int // connections at a time
	MaxPerIP   int // of them from one address

	Rate  rate.Limit // frames a second that are read from a member; rate.Inf: no limit
	Burst int        // frames that may come at once

	Handshake time.Duration // until a connection must have joined
	Idle      time.Duration // a member that speaks version 1 is gone when nothing was heard for so long
	Linger    time.Duration // for what is still to be said when a connection ends
}

// Server serves connections. It is made by [New].
type Server struct {
	cfg  Config
	stop chan struct{} // closed by Shutdown

	sessions sync.WaitGroup // connections that are not closed yet
	readers  sync.WaitGroup // of them, those that may still call the hub

	mu        sync.Mutex // guards the following
	stopping  bool
	listeners map[net.Listener]struct{}
	conns     map[net.Conn]struct{} // also those that there was no room for
	admitted  int
	perIP     map[netip.Addr]int // of the admitted
}

// New makes a server without a listener. [Server.Shutdown] ends it.
func New(cfg Config) *Server {
	return &Server{
		cfg:       cfg,
		stop:      make(chan struct{}),
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[net.Conn]struct{}),
		perIP:     make(map[netip.Addr]int),
	}
}

// Serve accepts connections until Shutdown is called, and then returns nil. It closes ln. Passing failures to accept,
// for want of file descriptors for example, are logged and tried again, at most a second apart.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	if !s.listen(ln) {
		return nil
	}
	const firstPause, longestPause = 5 * time.Millisecond, time.Second
	pause := firstPause
	for {
		conn, err := ln.Accept()
		if err == nil {
			pause = firstPause
			s.admit(conn)
			continue
		}
		select {
		case <-s.stop:
			return nil
		default:
		}
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		s.cfg.Logger.Warn("a connection could not be accepted; trying again", "error", err, "pause", pause)
		select {
		case <-time.After(pause):
		case <-s.stop:
			return nil
		}
		pause = min(2*pause, longestPause)
	}
}

// listen notes ln, for Shutdown to close, and reports whether there is anything to accept.
func (s *Server) listen(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.listeners[ln] = struct{}{}
	return true
}

// sendBuffer is how many bytes the kernel is asked to keep for a connection that does not take them; Linux keeps twice
// as many. Left alone it keeps up to 4 MiB, which for a crowd that stops reading is memory that those who read have to
// wait for. What is said while a client's answer is on its way must fit in there: 1 MiB is 6,000 messages of 100 bytes.
const sendBuffer = 512 << 10

// admit starts a session for conn, which ends at once where there are too many.
func (s *Server) admit(conn net.Conn) {
	if c, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		c.SetWriteBuffer(sendBuffer) // an error leaves it as it was
	}
	ip := addrOf(conn)
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		conn.Close()
		return
	}
	full := s.noRoom(ip)
	if full == nil {
		s.admitted++
		s.perIP[ip]++
	}
	s.conns[conn] = struct{}{}
	s.sessions.Add(1)
	s.readers.Add(1)
	s.mu.Unlock()

	go newSession(s, conn, full == nil).start(full)
}

// noRoom says why a connection from ip can't be admitted, or nil. It is called with mu held.
func (s *Server) noRoom(ip netip.Addr) *wire.Error {
	switch {
	case s.admitted >= s.cfg.MaxClients:
		return wire.Errorf(wire.CodeFull, "the server is full; try again later")
	case s.perIP[ip] >= s.cfg.MaxPerIP:
		return wire.Errorf(wire.CodeFull, "there are too many connections from your address; close one first")
	}
	return nil
}

// release takes out a session that has closed its connection.
func (s *Server) release(c *session) {
	defer s.sessions.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c.conn)
	if !c.admitted {
		return
	}
	ip := addrOf(c.conn)
	s.admitted--
	if s.perIP[ip]--; s.perIP[ip] == 0 {
		delete(s.perIP, ip)
	}
}

// addrOf is the address that a connection comes from, without its port.
func addrOf(conn net.Conn) netip.Addr {
	addr, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return addr.Addr().Unmap()
}

// Shutdown stops accepting and reading, has the hub deliver what it has and tell everybody, and closes all
// connections. What has not been delivered when ctx ends is cut off, which is its error. When it returns, none of the
// server's and of the hub's goroutines is left. It is called once.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	listeners := slices.Collect(maps.Keys(s.listeners))
	conns := slices.Collect(maps.Keys(s.conns))
	s.mu.Unlock()
	close(s.stop)
	for _, ln := range listeners {
		ln.Close()
	}
	for _, conn := range conns {
		conn.SetReadDeadline(past)
	}
	waitFor(ctx, &s.readers) // one that is held back by its client is ended by the hub
	err := s.cfg.Hub.Shutdown(ctx)
	if waitFor(ctx, &s.sessions) != nil {
		s.mu.Lock()
		conns = slices.Collect(maps.Keys(s.conns))
		s.mu.Unlock()
		for _, conn := range conns {
			conn.Close()
		}
		s.sessions.Wait()
	}
	return err
}

// waitFor waits for group, or for the end of ctx, which is its error. The goroutine that it leaves behind in that case
// ends with the group.
func waitFor(ctx context.Context, group *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
