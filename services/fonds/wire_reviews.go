package main

import (
	"context"
	"time"
)

// makeReviews gives documents from before there were reviews theirs, beside everything
// else: 100,000 take some 25 s, none costs nothing. What cannot be stored is tried again
// when the server starts the next time.
func (n *node) makeReviews(ctx context.Context) error {
	log := n.log.With("role", roleCatalog)
	start := time.Now()
	made, err := n.catalog.MakeReviews(ctx, func(document string, err error) {
		log.Error("a document cannot be reviewed: fonds fsck tells more", "document", document, "error", err)
	})
	switch {
	case ctx.Err() != nil:
	case err != nil:
		log.Error("make the reviews of documents that have none", "made", made, "error", err)
	case made > 0:
		log.Info("documents that had no reviews have them now", "documents", made, "took", time.Since(start).Round(time.Millisecond))
	}
	return nil
}
