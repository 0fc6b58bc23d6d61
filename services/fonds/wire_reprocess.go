package main

import (
	"context"

	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/workers/reprocess"
)

// startReprocess runs campaigns beside the role catalog, which takes them: one that is made
// goes on wherever its calls are answered.
func (n *node) startReprocess(recipes *recipe.Book, start starter) {
	config := reprocess.Config{
		Catalog: n.catalog, Live: n.bus.Live, Resolve: recipes.Resolve, Log: n.log.With("role", "reprocess"),
	}
	if n.options.has(roleExtract) {
		config.Fields = n.rules().Read
	}
	start("reprocess", func(ctx context.Context) error { reprocess.Run(ctx, config); return nil })
}
