package api_test

import (
	"context"
	"sync"

	"github.com/fonds-archive/fonds/services/catalog"
)

// headKeeper answers heads from memory, as a store that alone writes its
// database may: what a transaction changed is forgotten before Tx returns.
type headKeeper struct {
	catalog.Store
	mu    sync.Mutex
	heads map[string]catalog.Document
	// changes counts forgettings: what was read before one may not be kept after it.
	changes int
}

func keepHeads(s catalog.Store) catalog.Store {
	return &headKeeper{Store: s, heads: map[string]catalog.Document{}}
}

func (k *headKeeper) Head(ctx context.Context, id string) (catalog.Document, error) {
	k.mu.Lock()
	d, ok := k.heads[id]
	before := k.changes
	k.mu.Unlock()
	if ok {
		return d, nil
	}
	err := k.View(ctx, func(r catalog.Reader) error {
		var err error
		d, err = r.Document(id)
		return err
	})
	if err != nil {
		return d, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changes == before {
		k.heads[id] = d
	}
	return d, nil
}

func (k *headKeeper) KeptHead(id string) (catalog.Document, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, ok := k.heads[id]
	return d, ok
}

func (k *headKeeper) Newest(ctx context.Context, id string) (newest catalog.DocumentHead, err error) {
	if newest.Document, err = k.Head(ctx, id); err != nil {
		return newest, err
	}
	err = k.View(ctx, func(r catalog.Reader) error {
		newest.Revision, err = r.Revision(id, newest.Head)
		return err
	})
	return newest, err
}

func (k *headKeeper) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	t := &headTx{}
	err := k.Store.Tx(ctx, func(tx catalog.Tx) error {
		t.Tx = tx
		return fn(t)
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changes++
	for _, id := range t.changed {
		delete(k.heads, id)
	}
	return err
}

type headTx struct {
	catalog.Tx
	changed []string
}

func (t *headTx) PutDocument(d catalog.Document) error {
	t.changed = append(t.changed, d.ID)
	return t.Tx.PutDocument(d)
}
