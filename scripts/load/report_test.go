//go:build linux

package main

import (
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(test.values); got != test.want {
			t.Errorf("of %v: got %v, want %v", test.values, got, test.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	var hundred, thousand []int
	for i := 1; i <= 1000; i++ {
		thousand = append(thousand, i)
		if i <= 100 {
			hundred = append(hundred, i)
		}
	}
	for _, test := range []struct {
		sorted         []int
		permille, want int
	}{
		{nil, 500, 0}, {[]int{7}, 1, 7}, {[]int{7}, 1000, 7}, {[]int{1, 2}, 500, 1}, {[]int{1, 2, 3}, 500, 2},
		{hundred, 500, 50}, {hundred, 990, 99}, {hundred, 999, 100}, {hundred, 1000, 100}, {thousand, 999, 999},
	} {
		if got := percentile(test.sorted, test.permille); got != test.want {
			t.Errorf("%d of %d values: got %v, want %v", test.permille, len(test.sorted), got, test.want)
		}
	}
}

func TestLatencies(t *testing.T) {
	quick := member{stamps: &stamps{micros: []uint32{3000, 1000, 2000}}}
	starved := member{stamps: &stamps{micros: []uint32{9000}}}
	var got []string
	for _, f := range latencies([]member{quick, starved}) {
		got = append(got, f.String())
	}
	const want = "p50 2 ms, p99 9 ms, p99.9 9 ms, most 9 ms, p99 of the worst receiver 9 ms"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	r := report{json: true, w: &out}
	c := testCase{workload: "fanout", n: 1000, w: 64}
	for run, v := range []float64{4, 2, 3} {
		r.add(c, run, false, []figure{{"deliveries", "M/s", v}})
		r.add(c, run, true, []figure{{"deliveries", "M/s", 4 + float64(run)}})
	}
	r.add(testCase{workload: "idle", n: 10_000}, 0, false, []figure{{"memory", "MiB", 0.25}})
	want := `| workload | N | W | | median | least to most | floor | of the floor |
| --- | ---: | ---: | --- | ---: | --- | ---: | --- |
| fanout | 1,000 | 64 | deliveries | 3 M/s | 2 to 4 | 5 | 0.500 (0.400 to 1) |
| idle | 10,000 |  | memory | 0.250 MiB | 0.250 to 0.250 | | |
`
	if got := r.table(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	first, _, _ := strings.Cut(out.String(), "\n")
	const line = `{"workload":"fanout","n":1000,"w":64,"run":1,"of":"server","figures":{"deliveries, M/s":4}}`
	if first != line {
		t.Errorf("got %s, want %s", first, line)
	}
}

func TestLineNamesTheSetup(t *testing.T) {
	var out strings.Builder
	r := report{json: true, w: &out}
	compared := setup{data: inMemory, procs: 2, store: inMemory, gomaxprocs: "GOMAXPROCS 2"}
	r.add(testCase{workload: "fanout", n: 10, light: true, setup: compared}, 0, false, nil)
	const want = `{"workload":"fanout","n":10,"light":true,"store":"memory","procs":2,"run":1,"of":"server",` +
		`"figures":{}}` + "\n"
	if out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}

func TestFormat(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.1234: "0.123", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234.4: "1,234", 1234567: "1,234,567", 42: "42",
	} {
		if got := format(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}
