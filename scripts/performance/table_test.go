//go:build linux

package main

import "testing"

func TestTable(t *testing.T) {
	var table table
	for _, v := range []float64{3, 1, 2} {
		table.add([]figure{{"odd", "ms", v}, {"one of several", "KiB", 1000 * v}})
	}
	table.add([]figure{{"even", "MiB", 0.25}})
	table.add([]figure{{"even", "MiB", 99.99}})
	const want = `| | median | least | most | runs |
| --- | --- | --- | --- | --- |
| odd | 2.0 ms | 1.0 | 3.0 | 3 |
| one of several | 2,000 KiB | 1,000 | 3,000 | 3 |
| even | 50.1 MiB | 0.2 | 100.0 | 2 |
`
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFormat(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0", 1.26: "1.3", 99.94: "99.9", 100: "100", 999.4: "999", 999.6: "1,000", 1000: "1,000",
		123456.7: "123,457", 1e6: "1,000,000",
	} {
		if got := format(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}
