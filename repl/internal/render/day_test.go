package render_test

import (
	"testing"
	"time"

	"hubbub/repl/internal/render"
	"hubbub/wire"
)

func TestNewDay(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, zone)
	r := render.Renderer{Dates: true, Location: zone}
	var last render.Day
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 11, 20, 21, 59, 0, 0, time.UTC), "-- Friday, 20 November 2026"}, // 23:59
		{time.Date(2026, 11, 20, 22, 1, 0, 0, time.UTC), "-- Saturday, 21 November 2026"},
		{time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), ""},
		{time.Date(2026, 11, 20, 21, 59, 59, 0, time.UTC), ""}, // another clock
		{now, "-- Monday, 23 November 2026"},
		{now.AddDate(0, 0, 1), "-- Tuesday, 24 November 2026"},
		{now.AddDate(1, 0, 0), "-- Tuesday, 23 November 2027"},
	} {
		if got, ok := r.NewDay(&last, c.at, now); got != c.want || ok != (c.want != "") {
			t.Errorf("%v: got %q, want %q", c.at, got, c.want)
		}
	}
	last = render.Day{}
	if got, ok := r.NewDay(&last, now, now); ok {
		t.Errorf("today needs no line at first; got %q", got)
	}
	if got, ok := (render.Renderer{}).NewDay(&last, now.AddDate(0, 0, 2), now); ok {
		t.Errorf("without dates: got %q", got)
	}
}

func TestMessagesOfSeveralDays(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	messages := []wire.Message{
		{From: "A", Text: "1", Time: wire.TimeOf(now.AddDate(0, 0, -1))},
		{From: "B", Text: "2", Time: wire.TimeOf(now.AddDate(0, 0, -1).Add(time.Hour))},
		{From: "A", Text: "3", Time: wire.TimeOf(now)},
	}
	got := render.Renderer{Dates: true}.Messages(messages, now)
	if want := "-- Sunday, 22 November 2026\n[A]: 1\n[B]: 2\n-- Monday, 23 November 2026\n[A]: 3"; got != want {
		t.Errorf("got\n%s", got)
	}
	if got := (render.Renderer{}).Messages(messages, now); got != "[A]: 1\n[B]: 2\n[A]: 3" {
		t.Errorf("without dates: got\n%s", got)
	}
}
