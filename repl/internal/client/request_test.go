package client

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/wire"
)

func TestPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		go func() {
			server.expect(`{"type":"ping","data":"1"}` + "\n")
			server.send(`{"type":"pong","data":""}{"type":"pong","data":"another"}`)
			time.Sleep(7 * time.Millisecond) // the bubble's
			server.send(`{"type":"pong","data":"1"}`)
		}()
		if took, err := c.Ping(t.Context()); took != 7*time.Millisecond || err != nil {
			t.Errorf("ping took %v (%v)", took, err)
		}
	})
}

func TestRequestsTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		go func() {
			for {
				if _, err := server.conn.Read(make([]byte, 1024)); err != nil {
					return
				}
				server.send(" ")
			}
		}()
		for range 2 * maxRequests {
			if _, err := c.Ping(t.Context()); err != ErrNoAnswer {
				t.Fatalf("Ping says %v", err)
			}
		}
		for range maxRequests {
			if _, err := c.History(t.Context(), 0, 1); err != ErrNoAnswer {
				t.Fatalf("History says %v", err)
			}
		}
		_, err := c.History(t.Context(), 0, 1)
		wantError(t, err, "left 64 requests unanswered")
	})
}

func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		go func() {
			server.expect(`{"type":"history","before":7,"limit":2}` + "\n")
			server.send(`{"type":"history","messages":[{"type":"message","from":"bob","data":"a","seq":5},` +
				`{"type":"message","from":"Alice","data":"b","seq":6}],"more":true}`)
			server.expect(`{"type":"history","limit":2}` + "\n")
			server.send(`{"type":"error","code":"internal","data":"the log can't be read"}`)
		}()
		got, err := c.History(t.Context(), 7, 2)
		want := wire.History{
			Messages: []wire.Message{{From: "bob", Text: "a", Seq: 5}, {From: "Alice", Text: "b", Seq: 6}},
			More:     true,
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("history %+v (%v), want %+v", got, err, want)
		}
		_, err = c.History(t.Context(), 0, 2)
		if refused := (*wire.Error)(nil); !errors.As(err, &refused) || refused.Code != wire.CodeInternal {
			t.Errorf("the refused history says %v", err)
		}
	})
}

func TestSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		go func() {
			server.expect(`{"type":"search","data":"a b","before":7,"limit":2}` + "\n")
			server.send(`{"type":"found","data":"1 message found.","messages":[` +
				`{"type":"message","from":"bob","data":"b a","seq":5}],"more":true}`)
			server.expect(`{"type":"search","data":"a b","limit":2}` + "\n")
			server.send(`{"type":"error","code":"unknown_type","data":"frames of type \"search\" are not known here"}`)
		}()
		got, err := c.Search(t.Context(), "a b", 7, 2)
		want := wire.Found{
			Data: "1 message found.", Messages: []wire.Message{{From: "bob", Text: "b a", Seq: 5}}, More: true,
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("found %+v (%v), want %+v", got, err, want)
		}
		_, err = c.Search(t.Context(), "a b", 0, 2)
		wantError(t, err, "not known here")
		long := strings.Repeat("x", wire.MaxSearch+1)
		for words, says := range map[string]string{"": "a letter or digit", long: "256 bytes", "\xff": "UTF-8"} {
			_, err := c.Search(t.Context(), words, 0, 2)
			wantError(t, err, says)
		}
	})
}

// What a server refuses of several requests is told apart by their order, whatever they ask for.
func TestRefusalsOfRequestsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		go func() {
			server.expect(`{"type":"search","data":"a","limit":1}` + "\n")
			server.expect(`{"type":"history","limit":1}` + "\n")
			server.send(`{"type":"error","code":"internal","data":"no search"}` +
				`{"type":"error","code":"internal","data":"no log"}`)
		}()
		searched := make(chan error)
		go func() {
			_, err := c.Search(t.Context(), "a", 0, 1)
			searched <- err
		}()
		synctest.Wait()
		_, err := c.History(t.Context(), 0, 1)
		wantError(t, err, "no log")
		wantError(t, <-searched, "no search")
	})
}

// An answer that comes too late is not taken for the next one's.
func TestHistoryAnswersKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server := joined(t)
		go func() {
			server.expect(`{"type":"history","limit":1}` + "\n")
			server.expect(`{"type":"history","before":5,"limit":1}` + "\n")
			server.send(`{"type":"history","messages":[],"more":true}{"type":"history","messages":[],"more":false}`)
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.History(ctx, 0, 1); err == nil {
			t.Error("the first one has an answer")
		}
		if got, err := c.History(t.Context(), 5, 1); got.More || err != nil {
			t.Errorf("the second one got the first one's answer (%v)", err)
		}
	})
}
