package sqlite

import (
	"context"
	"fmt"
	"sync"

	"github.com/fonds-archive/fonds/services/catalog"
)

// maxHeads bounds the heads in memory: 100,000 take about 30 MB. When they are
// full all are forgotten: what is asked for often is soon there again.
const maxHeads = 100_000

// heads keeps documents as of the newest commit. This store's process alone
// writes the file, so what is here is right until a transaction of ours changes
// it, and that transaction takes it out before Tx returns.
type heads struct {
	mu   sync.Mutex
	kept map[string]catalog.Document
	// changes counts transactions that changed documents: what was read before
	// one of them may not be kept after it.
	changes uint64
}

func (h *heads) get(id string) (d catalog.Document, kept bool, changes uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d, kept = h.kept[id]
	return d, kept, h.changes
}

func (h *heads) keep(d catalog.Document, changes uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.changes != changes {
		return
	}
	if h.kept == nil || len(h.kept) >= maxHeads {
		h.kept = map[string]catalog.Document{}
	}
	h.kept[d.ID] = d
}

func (h *heads) forget(ids []string) {
	if len(ids) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changes++
	for _, id := range ids {
		delete(h.kept, id)
	}
}

var _ catalog.HeadReader = (*Store)(nil)

// Head gives a document as of the newest commit, or catalog.ErrNotFound.
func (s *Store) Head(ctx context.Context, id string) (catalog.Document, error) {
	d, kept, changes := s.heads.get(id)
	if kept {
		return d, nil
	}
	err := s.View(ctx, func(r catalog.Reader) error {
		var err error
		d, err = r.Document(id)
		return err
	})
	if err == nil {
		s.heads.keep(d, changes)
	}
	return d, err
}

// KeptHead is Head where it can be answered from memory.
func (s *Store) KeptHead(id string) (catalog.Document, bool) {
	d, kept, _ := s.heads.get(id)
	return d, kept
}

// Newest gives a document with its newest revision, in one statement, and keeps the head.
func (s *Store) Newest(ctx context.Context, id string) (catalog.DocumentHead, error) {
	_, _, changes := s.heads.get(id)
	var newest catalog.DocumentHead
	err := s.View(ctx, func(r catalog.Reader) error {
		v, ok := r.(*view)
		if !ok {
			return fmt.Errorf("a view is a %T", r)
		}
		var err error
		newest, err = one(v, `SELECT d.id, d.collection, d.holding, d.head, d.extracted, d.derived, d.events, d.created_at, d.deleted_at, d.purged_at,
			r.document, r.number, r.author, r.created_at, r.digest, r.manifest
			FROM documents d CROSS JOIN revisions r ON r.document = d.id AND r.number = d.head WHERE d.id = ?`, readHead, id)
		return err
	})
	if err == nil {
		s.heads.keep(newest.Document, changes)
	}
	return newest, err
}
