package sqlite

import (
	"context"
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
