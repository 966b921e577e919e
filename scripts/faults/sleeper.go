package main

import (
	"context"
	"fmt"

	"hubbub/wire"
)

// mostMemory is what the server may have taken when it has served a reader that slept, in bytes.
const mostMemory = 256 << 20

// sleeper stops a REPL that reads, has others say very much, and lets it go on. It must get everything, and the server
// must not have kept it in memory meanwhile.
func sleeper(ctx context.Context, s *stage) error {
	if err := s.startServer(ctx); err != nil {
		return err
	}
	asleep, err := s.startReader(ctx, s.server.addr)
	if err != nil {
		return err
	}
	before, err := peakMemory(s.server.hub.Process().Pid)
	if err != nil {
		return err
	}
	if err := suspend(asleep.cmd.Process.Pid); err != nil {
		return err
	}
	const writers = 2
	talking, err := s.startWriters(ctx, s.server.addr, writers, s.missed/writers, 0)
	if err == nil {
		err = waitForAll(talking)
	}
	if err != nil {
		return err
	}
	if err := resume(asleep.cmd.Process.Pid); err != nil {
		return err
	}
	if _, err := asleep.upTo(wire.Seq(len(s.said))); err != nil {
		return err
	}
	after, err := peakMemory(s.server.hub.Process().Pid)
	if err != nil {
		return err
	}
	s.figures.note = fmt.Sprintf("the server's memory was %d MiB before and %d MiB at the most", before>>20, after>>20)
	if after > mostMemory {
		return fmt.Errorf("the server took %d MiB", after>>20)
	}
	return nil
}
