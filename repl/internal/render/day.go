package render

import "time"

// Day is a day of the calendar, in the renderer's time zone. The zero value is before all others.
type Day struct {
	year    int
	yearDay int
}

// NewDay returns the line that stands before something of the time at, if that is of a later day than last, and makes
// last that day. The day of now needs no line where it is the first. Without Dates there is none at all.
func (r Renderer) NewDay(last *Day, at, now time.Time) (line string, ok bool) {
	if !r.Dates {
		return "", false
	}
	at = r.local(at)
	day, before := dayOf(at), *last
	if !before.isBefore(day) { // clocks differ: midnight does not come twice
		return "", false
	}
	*last = day
	if before == (Day{}) && day == dayOf(r.local(now)) {
		return "", false
	}
	return r.Notice(at.Format("Monday, 2 January 2006")), true
}

func dayOf(t time.Time) Day { return Day{t.Year(), t.YearDay()} }

func (d Day) isBefore(other Day) bool {
	return d.year < other.year || d.year == other.year && d.yearDay < other.yearDay
}
