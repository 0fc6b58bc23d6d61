package main

import (
	"os"
	"strings"
	"sync"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// openNames reads the files of --agents and returns what gives the index over all
// names: built when it is first asked for, and the same each time.
func openNames(paths []string) (func() *agents.Index, error) {
	if len(paths) == 0 {
		return agents.BuiltInIndex, nil
	}
	authority, err := readAuthority(paths)
	if err != nil {
		return nil, err
	}
	return sync.OnceValue(func() *agents.Index { return agents.NewIndex(authority) }), nil
}

// readAuthority gives the built-in authority file with those of --agents laid over
// it, one over the other in their order.
func readAuthority(paths []string) (*agents.Authority, error) {
	authority := agents.BuiltIn()
	for _, path := range paths {
		own, err := readNames(path)
		if err != nil {
			return nil, dataf("--agents %s: %s", shown(path), err)
		}
		if authority, err = agents.Merge(authority, own); err != nil {
			return nil, dataf("--agents %s: %s", shown(path), err)
		}
	}
	return authority, nil
}

// readNames reads one file of names: JSON by its name, else CSV.
func readNames(path string) (*agents.Authority, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, localError(err)
	}
	defer file.Close()
	if strings.HasSuffix(strings.ToLower(path), ".json") {
		return agents.ReadJSON(file)
	}
	return agents.ReadCSV(file)
}
