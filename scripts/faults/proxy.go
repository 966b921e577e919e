package main

import (
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy is a bad network between the REPLs and the server. It passes bytes on in pieces of any size, some of them late,
// and now and then resets a connection in the middle of a frame or stalls it for a while.
type proxy struct {
	// Set when it is made, then only read.
	listener net.Listener
	server   string
	every    int // a connection is cut after about so many bytes

	cuts atomic.Int64
	calm atomic.Bool // no more faults

	up, down lane // to the server, and to the clients

	goroutines sync.WaitGroup

	mu     sync.Mutex // guards the following
	chance *rand.Rand
	conns  map[net.Conn]struct{}
	closed bool
}

// startProxy listens on a free port.
func startProxy(server string, every int, chance *rand.Rand) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, server: server, every: every, chance: chance, conns: make(map[net.Conn]struct{})}
	p.goroutines.Go(p.accept)
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// close cuts everything and waits until all goroutines have ended.
func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for conn := range p.conns {
		conn.Close()
	}
	p.mu.Unlock()
	p.up.held.Store(false)
	p.down.held.Store(false)
	p.goroutines.Wait()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil { // it has been killed
			client.Close()
			continue
		}
		if !p.keep(client, server) {
			return
		}
		p.goroutines.Go(func() { p.pass(client, server) })
	}
}

// keep notes connections for close, which it reports to have come already.
func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range conns {
		if p.closed {
			conn.Close()
			continue
		}
		p.conns[conn] = struct{}{}
	}
	return !p.closed
}

// pass serves one connection, in both directions, until either end or a fault ends it.
func (p *proxy) pass(client, server net.Conn) {
	var both sync.WaitGroup
	both.Go(func() { p.copy(server, client, &p.up) })
	both.Go(func() { p.copy(client, server, &p.down) })
	both.Wait()
	client.Close()
	server.Close()
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// lane is one direction, which can be held up.
type lane struct {
	held    atomic.Bool
	waiting atomic.Bool // something has come since that is held back
}

// wait returns when the lane is open, or at once where the bytes are none.
func (l *lane) wait(n int) {
	for n > 0 && l.held.Load() {
		l.waiting.Store(true)
		time.Sleep(time.Millisecond)
	}
}

// hold holds a lane up.
func (l *lane) hold() {
	l.waiting.Store(false)
	l.held.Store(true)
}

// drop ends every connection and lets what is held back go, to nobody.
func (p *proxy) drop() {
	p.mu.Lock()
	for conn := range p.conns {
		reset(conn)
	}
	p.mu.Unlock()
	p.up.held.Store(false)
	p.down.held.Store(false)
}

// copy passes bytes on until there are no more, or a fault comes.
func (p *proxy) copy(to, from net.Conn, way *lane) {
	buf := make([]byte, 4096)
	left := p.upTo(2 * p.every)
	for {
		n, err := from.Read(buf[:1+p.upTo(len(buf)-1)])
		p.delay()
		way.wait(n)
		cut := !p.calm.Load() && n > left
		if cut {
			n = left // in the middle of whatever it is
		}
		left -= n
		if _, failed := to.Write(buf[:n]); failed != nil || cut {
			if cut {
				p.cuts.Add(1)
			}
			reset(to)
			reset(from)
			return
		}
		if err != nil {
			to.(*net.TCPConn).CloseWrite()
			return
		}
	}
}

// delay lets one piece in a hundred wait, and one in a thousand for long.
func (p *proxy) delay() {
	if p.calm.Load() {
		return
	}
	switch r := p.upTo(1000); {
	case r == 0:
		time.Sleep(300 * time.Millisecond)
	case r < 10:
		time.Sleep(time.Duration(p.upTo(20)) * time.Millisecond)
	}
}

// upTo returns a number from 0 to n-1.
func (p *proxy) upTo(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chance.IntN(max(1, n))
}

// reset closes a connection in the way that a crashed machine does.
func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}
