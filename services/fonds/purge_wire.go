package main

import (
	"context"
	"errors"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
	"github.com/fonds-archive/fonds/workers/extract/feed"
	"github.com/fonds-archive/fonds/workers/purge"
)

// startPurge carries out purges in the process that owns the catalog: those too that an
// earlier process was killed over.
func (n *node) startPurge(start starter) {
	config := purge.Config{
		Catalog: n.catalog, Streams: n.bus, Blobs: n.blobs, Terms: indexedTerms, Forget: n.forget, Log: n.log.With("role", "purge"),
	}
	start("purge", func(ctx context.Context) error {
		purge.Run(ctx, config)
		return nil
	})
}

// forget has every cache of this process forget what was purged.
func (n *node) forget(documents []string, scans []catalog.Digest) {
	digests := make([]string, len(scans))
	for i, scan := range scans {
		digests[i] = string(scan)
	}
	n.mu.Lock()
	forgetters := n.forgetters
	n.mu.Unlock()
	for _, forget := range forgetters {
		forget(documents, digests)
	}
}

// onForget adds a cache.
func (n *node) onForget(forget func(documents, scans []string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forgetters = append(n.forgetters, forget)
}

// indexedTerms are those under which a text was found.
func indexedTerms(text catalog.DocumentText) ([]catalog.Term, error) {
	t, err := passage.Assemble(text, func(catalog.Region) (catalog.Reading, error) {
		return catalog.Reading{}, errors.New("the words of a text need no boxes")
	})
	if err != nil {
		return nil, err
	}
	return feed.Terms(text.Head.Revision.Title, t.Text), nil
}
