package main

import "os/exec"

// process is a program of the stage's, which awaits its end, and brings it about where nobody else has.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended and what it printed has been read
	err   error         // how it ended; set before ended is closed
}

// launch starts cmd, and read in a goroutine, which returns when there is nothing more to be read from it.
func (s *stage) launch(cmd *exec.Cmd, read func()) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	s.processes = append(s.processes, p)
	s.goroutines.Go(func() {
		defer close(p.ended)
		read()
		p.err = cmd.Wait()
	})
	return p, nil
}

// wait waits for the process's end and returns what is wrong with it.
func (p *process) wait() error {
	<-p.ended
	return p.err
}

// kill ends the process, unless it has ended.
func (p *process) kill() { p.cmd.Process.Kill() }
