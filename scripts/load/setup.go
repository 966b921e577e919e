//go:build linux

package main

import (
	"strconv"
	"strings"
)

// setup is how a server is started.
type setup struct {
	data  string // where it keeps its log: a folder, or inMemory
	procs int    // its GOMAXPROCS; 0: its own choice

	// What these are called where several are compared.
	store, gomaxprocs string
}

// inMemory as -data keeps the log in memory.
const inMemory = "memory"

// setups returns how the server is started, for each case once: with each store and each GOMAXPROCS.
func (o *options) setups() []setup {
	stores, procs := strings.Split(o.data, ","), o.procs
	if len(procs) == 0 {
		procs = numbers{0}
	}
	var setups []setup
	for _, data := range stores {
		for _, p := range procs {
			s := setup{data: data, procs: p}
			if len(stores) > 1 {
				s.store = storeName(data)
			}
			if len(procs) > 1 {
				s.gomaxprocs = "GOMAXPROCS " + strconv.Itoa(p)
			}
			setups = append(setups, s)
		}
	}
	return setups
}

// storeName is what a case is called that is measured on several stores.
func storeName(data string) string {
	if data == inMemory {
		return data
	}
	return "SQLite"
}
