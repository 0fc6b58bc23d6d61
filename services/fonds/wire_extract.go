package main

import (
	"context"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/feed"
)

// extractor gives the rules with the names that they know.
func (n *node) extractor() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }

// startExtract starts the role that looks for fields. The names are indexed in its
// own time: that takes a part of a second, and nobody waits for it.
func (n *node) startExtract(start starter) {
	start(roleExtract, func(ctx context.Context) error {
		return feed.Run(ctx, feed.Config{
			Catalog: n.catalog, Extractor: n.extractor(), Log: n.log.With("role", roleExtract),
		})
	})
}
