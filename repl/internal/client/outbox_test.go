package client

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOwing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		owes := func(when string, want time.Duration) {
			t.Helper()
			got := c.Status().Owing
			if want < 0 && !got.IsZero() || want >= 0 && (got.IsZero() || time.Since(got) != want) {
				t.Errorf("%s: the server owes since %v, %v ago", when, got, time.Since(got))
			}
		}
		owes("in the beginning", -1)
		send(t, c, "one")
		server.expect(`{"type":"chat","data":"one","id":1}` + "\n")
		time.Sleep(time.Second) // the bubble's
		send(t, c, "two")
		server.expect(`{"type":"chat","data":"two","id":2}` + "\n")
		owes("with a second text", time.Second)
		server.send(`{"type":"ack","id":1,"seq":8}`)
		next(t, c)
		next(t, c)
		time.Sleep(time.Minute)
		owes("after an acknowledgement", time.Minute)
		server.send(`{"type":"error","code":"internal","data":"no","id":2}`)
		next(t, c)
		next(t, c)
		owes("after a refusal", -1)
	})
}
