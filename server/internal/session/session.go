package session

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"golang.org/x/time/rate"

	"hubbub/server/internal/hub"
	"hubbub/wire"
)

// past is a deadline that has passed.
var past = time.Unix(1, 0)

// session is one connection. One goroutine at a time reads; the hub writes once the connection has joined.
type session struct {
	// Set when the session is made, then only read.
	server   *Server
	conn     net.Conn
	admitted bool // there is room for it

	// Owned by the session's goroutine: await's, or serve's.
	frames   *wire.Reader
	member   *hub.Member // nil until it has joined
	old      bool        // has joined without a version
	limit    *rate.Limiter
	deadline time.Time // for the next frame, as set on the connection
}

func newSession(s *Server, conn net.Conn, admitted bool) *session {
	return &session{
		server:   s,
		conn:     conn,
		admitted: admitted,
		frames:   wire.NewReader(conn),
		limit:    rate.NewLimiter(s.cfg.Rate, s.cfg.Burst),
	}
}

// start is the session's first goroutine. The last one closes the connection. full is not nil where there is no room
// for it.
func (c *session) start(full *wire.Error) {
	c.logger().Info("new connection")
	if full != nil {
		c.close(full)
		return
	}
	c.setDeadline(c.server.cfg.Handshake)
	go c.await()
}

// await is the session's goroutine while nothing comes. It hands over to serve, and that to a new await: a stack that
// has once grown, as it does to parse a frame, does not become small again, and nearly all connections wait nearly all
// the time.
func (c *session) await() {
	err := c.frames.Wait()
	go c.serve(err)
}

// serve is the session's goroutine while there is something to do. err is that of waiting for it.
func (c *session) serve(err error) {
	if err == nil {
		err = c.handleHeld()
	} else {
		err = c.readError(err)
	}
	if err != nil {
		c.close(err)
		return
	}
	go c.await()
}

// close ends the session, from which the hub hears nothing more.
func (c *session) close(why error) {
	c.server.readers.Done()
	c.end(why)
	c.logger().Info("disconnected", "reason", c.reason(why))
	c.conn.Close()
	c.server.release(c)
}

// logger names the client in all that it logs. It is made when there is something to log: to have one for each
// connection would cost more memory than most of the rest of it.
func (c *session) logger() *slog.Logger {
	log := c.server.cfg.Logger.With("addr", c.conn.RemoteAddr().String())
	if c.member != nil {
		log = log.With("user", c.member.Name())
	}
	return log
}

// The reasons for which a session ends beside those that it tells its client.
var (
	errStopping = errors.New("the server is stopping")
	errEnded    = errors.New("the hub has ended the connection")
)

// handleHeld answers frame after frame of what has come. It returns nil where more is to be waited for, or why there
// will be no more: a *wire.Error that the client is to be told, errStopping, errEnded, io.EOF where the client has
// left, or what broke the connection.
func (c *session) handleHeld() error {
	for {
		object, err := c.frames.Held()
		if err != nil {
			return c.readError(err)
		}
		if object == nil {
			return nil
		}
		if err := c.handle(object); err != nil {
			return err
		}
		if c.member != nil && !c.old {
			c.extendDeadline()
		}
	}
}

// readError finds out what an error of the connection means.
func (c *session) readError(err error) error {
	if isClosed(c.ended()) {
		return errEnded
	}
	if isClosed(c.server.stop) {
		return errStopping
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if c.member == nil {
		return wire.Errorf(wire.CodeTimeout, "you have not joined within %v", c.server.cfg.Handshake)
	}
	return wire.Errorf(wire.CodeTimeout, "nothing was heard from you for %v", c.server.cfg.Idle)
}

// handle answers one frame. Its error ends the session.
func (c *session) handle(object []byte) error {
	if err := c.wait(); err != nil {
		return err
	}
	frame, err := wire.DecodeClient(object)
	if err == nil {
		err = c.dispatch(frame)
	}
	var refused *wire.Error
	if errors.As(err, &refused) {
		return c.say(refused)
	}
	return err
}

// say writes a frame to the client: through the hub once it has joined.
func (c *session) say(f wire.Frame) error {
	if c.member != nil {
		c.member.Send(f)
		return nil
	}
	c.conn.SetWriteDeadline(time.Now().Add(c.server.cfg.Linger))
	_, err := c.conn.Write(wire.Append(nil, f))
	return err
}

// setDeadline has reading fail unless a frame comes within d. 0 is no deadline.
func (c *session) setDeadline(d time.Duration) {
	c.deadline = time.Time{}
	if d > 0 {
		c.deadline = time.Now().Add(d)
	}
	c.conn.SetReadDeadline(c.deadline)
	// Who ends the session from outside lets its deadline pass, which must not be undone.
	if isClosed(c.server.stop) || isClosed(c.ended()) {
		c.conn.SetReadDeadline(past)
	}
}

// extendDeadline moves the deadline for a member that has been heard. Once in a while is enough: a system call for each
// frame would cost more than the frame.
func (c *session) extendDeadline() {
	idle := c.server.cfg.Idle
	if time.Until(c.deadline) < idle-idle/16 {
		c.setDeadline(idle)
	}
}

// end says what is still to be said, and gives the client time to take it.
func (c *session) end(why error) {
	var told *wire.Error
	switch {
	case errors.As(why, &told):
		if c.member != nil {
			c.member.Fail(told)
		} else {
			c.say(told)
		}
	case errors.Is(why, errStopping):
		if c.member == nil {
			c.say(wire.Errorf(wire.CodeShuttingDown, "the server is shutting down"))
		}
	case errors.Is(why, io.EOF), errors.Is(why, errEnded):
	default:
		c.conn.Close() // broken: the hub's writes fail at once
	}
	if c.member != nil {
		c.leave(why)
	}
	if told != nil || errors.Is(why, errStopping) || errors.Is(why, errEnded) {
		c.linger()
	}
}

// leave takes the client out of the room and waits until the hub has written the last to it.
func (c *session) leave(why error) {
	if !errors.Is(why, errStopping) {
		c.member.Leave()
		timer := time.AfterFunc(c.server.cfg.Linger, func() { c.conn.Close() })
		defer timer.Stop()
	}
	<-c.member.Done()
}

// lingerQuiet is how long linger waits for a client that sends nothing.
const lingerQuiet = time.Second

// linger ends our half of the connection and reads on until the client has ended its own, sends nothing for a moment, or
// has had Config.Linger. Closing the connection while there is something unread would reset it, and the client might
// never see what is still on its way to it, above all why it was ended (RFC 1122, section 4.2.2.13).
func (c *session) linger() {
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	end := time.Now().Add(c.server.cfg.Linger)
	unread := make([]byte, 4<<10)
	for err := error(nil); err == nil; {
		c.conn.SetReadDeadline(earlier(time.Now().Add(lingerQuiet), end))
		_, err = c.conn.Read(unread)
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// wait holds reading back until the limit allows another frame. Nothing is refused: the client's frames wait in its
// socket.
func (c *session) wait() error {
	delay := c.limit.Reserve().Delay()
	if delay == 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.server.stop:
		return errStopping
	case <-c.ended():
		return errEnded
	}
	if c.member == nil && time.Now().After(c.deadline) {
		return c.readError(os.ErrDeadlineExceeded)
	}
	return nil
}

// ended is closed when the hub has ended the connection. Before the join that does not happen.
func (c *session) ended() <-chan struct{} {
	if c.member == nil {
		return nil
	}
	return c.member.Done()
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// reason is why the session has ended, for the log; nothing where its client just left.
func (c *session) reason(why error) string {
	var told *wire.Error
	switch {
	case errors.Is(why, io.EOF):
		return ""
	case errors.As(why, &told):
		return told.Message
	case errors.Is(why, errEnded) && c.member.Err() != nil:
		return c.member.Err().Message
	}
	return why.Error()
}
