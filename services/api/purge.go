package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

type purgeServer struct {
	fondsv1.UnimplementedPurgeServiceServer
	Deps
}

// RequestPurge asks for a purge in the caller's name.
func (s *purgeServer) RequestPurge(ctx context.Context, req *fondsv1.RequestPurgeRequest) (*fondsv1.Purge, error) {
	ids := make([]string, len(req.GetDocuments()))
	for i, name := range req.GetDocuments() {
		var err error
		if ids[i], err = uuidAfter("documents", fmt.Sprintf("documents[%d]", i), name); err != nil {
			return nil, err
		}
	}
	p, err := s.Catalog.RequestPurge(ctx, catalog.NewPurge{
		Documents: ids, Reason: req.GetReason(), KeepShared: req.GetKeepShared(), Person: person(ctx),
	})
	return s.purged(ctx, p, err)
}

// ConfirmPurge has a purge carried out in the name of a second person.
func (s *purgeServer) ConfirmPurge(ctx context.Context, req *fondsv1.ConfirmPurgeRequest) (*fondsv1.Purge, error) {
	p, err := s.Catalog.ConfirmPurge(ctx, req.GetName(), person(ctx))
	return s.purged(ctx, p, err)
}

// CancelPurge takes back what nobody has confirmed.
func (s *purgeServer) CancelPurge(ctx context.Context, req *fondsv1.CancelPurgeRequest) (*fondsv1.Purge, error) {
	p, err := s.Catalog.CancelPurge(ctx, req.GetName())
	return s.purged(ctx, p, err)
}

// purged answers with a purge that was changed.
func (s *purgeServer) purged(ctx context.Context, p catalog.Purge, err error) (*fondsv1.Purge, error) {
	if err != nil {
		return nil, err
	}
	return s.GetPurge(ctx, &fondsv1.GetPurgeRequest{Name: "purges/" + p.ID})
}

// GetPurge returns one.
func (s *purgeServer) GetPurge(ctx context.Context, req *fondsv1.GetPurgeRequest) (*fondsv1.Purge, error) {
	v, err := s.Catalog.Purge(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return purgeOf(v), nil
}

// ListPurges returns purges, newest first.
func (s *purgeServer) ListPurges(ctx context.Context, req *fondsv1.ListPurgesRequest) (*fondsv1.ListPurgesResponse, error) {
	query := []string{"purges", fmt.Sprint(req.GetState())}
	after, err := readIDToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	found, err := s.Catalog.Purges(ctx, catalog.PurgeState(req.GetState()), after, size+1)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListPurgesResponse{}
	found, m.NextPageToken = page(found, size, func(v catalog.PurgeView) string { return v.ID }, query...)
	for _, v := range found {
		m.Purges = append(m.Purges, purgeOf(v))
	}
	return m, nil
}

func purgeOf(v catalog.PurgeView) *fondsv1.Purge {
	m := &fondsv1.Purge{
		Name: "purges/" + v.ID, State: fondsv1.PurgeState(v.State), Reason: v.Reason, KeepShared: v.KeepShared,
		AskedBy: v.AskedBy, AskedByName: v.AskedByName, AskTime: timestamp(v.AskedAt),
		ConfirmedBy: v.ConfirmedBy, ConfirmedByName: v.ConfirmedByName, ConfirmTime: timestamp(v.ConfirmedAt),
		EndTime: timestamp(v.EndedAt),
	}
	for _, id := range v.Documents {
		m.Documents = append(m.Documents, "documents/"+id)
	}
	for _, s := range v.Scans {
		name := "scans/" + string(s.Digest)
		if s.Kept {
			m.KeptScans = append(m.KeptScans, name)
		} else {
			m.Scans = append(m.Scans, name)
		}
	}
	return m
}

// Forget has the answers that are kept of documents, by ID, forgotten: nobody is given
// them any more, and neither should they lie in memory.
func (s *Services) Forget(documents []string) {
	for _, id := range documents {
		s.cache.forget(id)
	}
}

// forget takes every answer of a document out.
func (c *cache) forget(document string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.byKey {
		if key.document != document {
			continue
		}
		old := c.recent.Remove(e).(*kept)
		delete(c.byKey, key)
		c.size -= len(old.answer.encoded) + len(old.key.mask) + overhead
	}
}

// taken gives an error on. Where it says that a file was purged, it takes the bytes away
// again that came, as their digest is not known before, and the path in the batch.
func (s *ingestServer) taken(ctx context.Context, a catalog.Arrival, err error) error {
	refused, ok := errors.AsType[*catalog.Error](err)
	if !ok || refused.Reason != catalog.ReasonWithdrawn {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if _, failed := s.Blobs.Remove(ctx, string(a.Digest), time.Now().Add(time.Hour)); failed != nil {
		s.Log.ErrorContext(ctx, "a file that was purged came again, and cannot be removed: run fonds fsck --prune", "scan", a.Digest, "error", failed)
	}
	if a.Batch == "" {
		return err
	}
	if failed := s.Catalog.EndWithdrawn(ctx, a.Batch, a.Path, a.Digest); failed != nil {
		s.Log.ErrorContext(ctx, "a file that was purged was named again, and its batch keeps the name", "batch", a.Batch, "error", failed)
	}
	return err
}

// unlessWithdrawn sends parts of a scan, or of its picture, for as long as it is not
// purged: who began to fetch it before is given no more of it.
func (s *catalogServer) unlessWithdrawn(ctx context.Context, scan catalog.Digest, send func([]byte) error) func([]byte) error {
	return func(data []byte) error {
		if _, err := s.Catalog.Scan(ctx, scan); err != nil {
			return err
		}
		return send(data)
	}
}
