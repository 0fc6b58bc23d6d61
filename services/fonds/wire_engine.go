package main

import (
	"fmt"

	"github.com/fonds-archive/fonds/workers/engine"
)

// engineConfig describes the children of this process.
func (n *node) engineConfig() (engine.Config, error) {
	program, err := n.options.findEngine()
	if err != nil {
		return engine.Config{}, fmt.Errorf("%w; --roles catalog,intake,relay,extract reads no pages and needs none", err)
	}
	args := []string{fmt.Sprintf("--memory-limit=%d", n.options.childMemory)}
	for _, folder := range n.options.tessdata {
		args = append(args, "--tessdata", folder)
	}
	return engine.Config{
		Path: program, Args: args, DescribeArgs: []string{"--describe"},
		Children: n.children(), Deadline: n.options.pageDeadline,
		Pages: n.options.pageBudget, Log: n.log.With("role", "engine"),
	}, nil
}

// children is how many engine children this process has. One that reads no pages
// needs them only to draw pictures now and then.
func (n *node) children() int {
	if n.options.has(roleOCR) {
		return n.options.workers
	}
	return 1
}

// openEngine makes the pool of children and begins to start them: the worker's
// read pages, the catalog's draw them.
func (n *node) openEngine() (*engine.Pool, error) {
	if !n.options.has(roleOCR) && !n.options.has(roleCatalog) {
		return nil, nil
	}
	config, err := n.engineConfig()
	if err != nil {
		if n.options.has(roleOCR) {
			return nil, err
		}
		// A catalog without the program serves all but page images; its callers
		// hear why when they ask for one.
		config = engine.Config{Path: engineName, StartAttempts: 1}
	}
	pool := engine.New(config)
	n.onClose(pool.Close)
	return pool, nil
}
