package api

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
)

// GetText answers from the cache where it can. The whole answer is fixed by the
// revision; min_assurance only decides whether it is given.
func (s *catalogServer) GetText(ctx context.Context, req *fondsv1.GetTextRequest) (*fondsv1.GetTextResponse, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	head, err := s.Catalog.Head(ctx, id)
	if err != nil {
		return nil, err
	}
	if req.GetAsOf() == 0 && !head.DeletedAt.IsZero() {
		return nil, &catalog.Error{
			Code: catalog.Precondition, Reason: catalog.ReasonDocumentDeleted,
			Message:  fmt.Sprintf("the document is deleted: undelete it, or ask for the text as of a revision, such as %d", head.Head),
			Metadata: map[string]string{"revision": fmt.Sprint(head.Head)},
		}
	}
	least := catalog.Assurance(req.GetMinAssurance())
	key := revisionKey{call: getText, document: id, revision: revisionAsked(req.GetAsOf(), head)}
	known, ok := s.cache.get(key)
	if !ok || known.least < least {
		if known, err = s.readText(ctx, key, least); err != nil {
			return nil, err
		}
		s.cache.put(key, known)
	}
	m := &fondsv1.GetTextResponse{}
	carry(m, known.encoded)
	return m, nil
}

func (s *catalogServer) readText(ctx context.Context, key revisionKey, least catalog.Assurance) (answer, error) {
	m, lowest, err := s.text(ctx, key.document, key.revision, least)
	if err != nil {
		return answer{}, err
	}
	encoded, err := proto.Marshal(m)
	if err != nil {
		return answer{}, fmt.Errorf("encode text of %s: %w", key.document, err)
	}
	return answer{encoded: encoded, least: lowest}, nil
}

// text reads the text of a revision, and tells the lowest assurance of its regions.
func (s *catalogServer) text(ctx context.Context, document string, revision int, least catalog.Assurance) (*fondsv1.GetTextResponse, catalog.Assurance, error) {
	text, err := s.Catalog.Text(ctx, document, revision, least)
	if err != nil {
		return nil, 0, err
	}
	r := text.Head.Revision
	m := &fondsv1.GetTextResponse{
		Name: "documents/" + document, Revision: number(r.Number),
		Complete: r.Complete(), Assurance: fondsv1.Assurance(r.Assurance()),
		Regions: make([]*fondsv1.RegionText, len(text.Regions)),
	}
	lowest := catalog.AssuranceVerified
	bodies := map[string]*fondsv1.Body{} // by reading: many regions may be parts of one page
	for i, g := range text.Regions {
		lowest = min(lowest, g.Region.Assurance)
		m.Regions[i] = &fondsv1.RegionText{Region: regionOf(g.Region), Text: g.Text}
		if len(g.Body) == 0 {
			continue
		}
		body, known := bodies[g.Region.Reading]
		if !known {
			if body, err = decoded(g.Body, &fondsv1.Body{}); err != nil {
				return nil, 0, fmt.Errorf("body of reading %s: %w", g.Region.Reading, err)
			}
			bodies[g.Region.Reading] = body
		}
		m.Regions[i].Text = export.Cut(body, m.Regions[i].GetRegion().GetBox()).GetText()
	}
	return m, lowest, nil
}
