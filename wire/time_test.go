package wire

import (
	"math/rand"
	"testing"
)

func TestTimeIsWrittenAsTheLayoutSays(t *testing.T) {
	times := []Time{firstTime - 1, firstTime, -1, 0, 1, lastTime, lastTime + 1}
	for range 1000 {
		times = append(times, firstTime+Time(rand.Int63n(int64(lastTime-firstTime))))
	}
	for _, at := range times {
		if want := at.Time().Format(timeLayout); at.String() != want {
			t.Errorf("%d: got %s, want %s", at, at, want)
		}
	}
}
