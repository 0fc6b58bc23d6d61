package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// directLoop saves drafts as the server's handler does, from as many goroutines as there
// are editors, each with a page of its own: what is between this and the bare loop is the
// catalog and its store, what is above it is gRPC on both of its sides.
type directLoop struct {
	catalog *catalog.Catalog
	store   *sqlite.Store
	pages   []page
	etags   []string
	pause   time.Duration
}

func openDirect(ctx context.Context, path string, s settings) (*directLoop, error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	d := &directLoop{store: store, etags: make([]string, s.editors), pause: s.pause}
	d.catalog = catalog.New(store, present, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.DefaultLimits())
	if d.pages, err = fill(ctx, d.catalog, s.editors); err != nil {
		return d, err
	}
	for i, p := range d.pages {
		v, err := d.catalog.ClaimReview(ctx, p.document, p.key(), person(i))
		if err != nil {
			return d, err
		}
		d.etags[i] = v.Etag()
	}
	return d, nil
}

func person(n int) string { return fmt.Sprintf("person %d", n) }

// key is the last part of the review's name.
func (p page) key() string {
	_, key, _ := strings.Cut(p.review, "/reviews/")
	return key
}

func (d *directLoop) run(ctx context.Context, during time.Duration) (times []time.Duration, err error) {
	each, failed := make([][]time.Duration, len(d.pages)), make([]error, len(d.pages))
	until := time.Now().Add(during)
	var saving sync.WaitGroup
	for i, p := range d.pages {
		saving.Go(func() {
			text := recognised(string(p.scan[:6])).GetText()
			for time.Now().Before(until) && failed[i] == nil {
				began := time.Now()
				var v catalog.Review
				v, failed[i] = d.catalog.SaveDraft(ctx, p.document, p.key(), person(i), text, d.etags[i])
				each[i] = append(each[i], time.Since(began))
				d.etags[i] = v.Etag()
				rest(ctx, d.pause)
			}
		})
	}
	saving.Wait()
	for i := range d.pages {
		if failed[i] != nil {
			return nil, fmt.Errorf("save without gRPC: %w", failed[i])
		}
		times = append(times, each[i]...)
	}
	return times, nil
}
