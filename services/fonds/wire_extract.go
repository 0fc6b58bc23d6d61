package main

import (
	"context"
	"sync"

	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/feed"
)

// extractor gives the rules with the names that they know.
func (n *node) extractor() *extract.Extractor { return extract.New(n.names()) }

// startExtract starts the role that looks for fields. The names are indexed in its
// own time: that takes a part of a second, and nobody waits for it.
func (n *node) startExtract(start starter) {
	start(roleExtract, func(ctx context.Context) error { return feed.Run(ctx, n.feed()) })
}

// feed gives the rules and what they read and write.
func (n *node) feed() feed.Config {
	return feed.Config{Catalog: n.catalog, Extractor: n.extractor(), Log: n.log.With("role", roleExtract)}
}

// rules are those that the role extract reads with, whether it runs here or not.
func (n *node) rules() api.Rules {
	return lateRules(sync.OnceValue(func() feed.Config { return n.feed().Ready() }))
}

// lateRules are made when they are first needed.
type lateRules func() feed.Config

func (r lateRules) Read(ctx context.Context, head catalog.DocumentHead) (catalog.Extracted, error) {
	return r().Read(ctx, head)
}

func (r lateRules) Version() string { return r().Version() }
