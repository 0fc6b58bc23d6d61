package api

import (
	"context"
	"fmt"
	"slices"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
	"github.com/fonds-archive/fonds/services/passage"
)

// ProposeSplit finds where further documents begin.
func (s *catalogServer) ProposeSplit(ctx context.Context, req *fondsv1.ProposeSplitRequest) (*fondsv1.ProposeSplitResponse, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	head, shown, err := s.shown(ctx, id)
	if err != nil {
		return nil, err
	}
	found, err := s.Texts.Documents(shown.Text, false)
	if err != nil {
		return nil, fmt.Errorf("find the documents in %s: %w", req.GetName(), err)
	}
	m := &fondsv1.ProposeSplitResponse{Etag: head.Etag()}
	for _, d := range found[min(1, len(found)):] {
		n, at := placeOf(shown, d.Start)
		m.Cuts = append(m.Cuts, &fondsv1.Cut{
			Region: number(n + 1), Start: number(at), Title: d.Title, Confidence: d.Confidence, FirstWords: d.FirstWords,
		})
	}
	return m, nil
}

// shown reads what the newest revision of a document shows.
func (s *catalogServer) shown(ctx context.Context, id string) (catalog.DocumentHead, *passage.Text, error) {
	text, err := s.Catalog.Text(ctx, id, 0, 0)
	if err != nil {
		return text.Head, nil, err
	}
	t, err := s.assembled(ctx, text)
	return text.Head, t, err
}

// assembled puts a document's text together; bodies are read as far as they are needed.
func (s *catalogServer) assembled(ctx context.Context, text catalog.DocumentText) (*passage.Text, error) {
	return passage.Assemble(text, func(g catalog.Region) (catalog.Reading, error) {
		return s.Catalog.Reading(ctx, g.Scan, g.Page, g.Reading)
	})
}

// placeOf gives the region that has a byte of the document's text, counted from 0, and
// the byte of its own text.
func placeOf(t *passage.Text, at int) (region, start int) {
	for i, p := range t.Parts {
		if p.Text != "" && at < p.Start+len(p.Text) {
			return i, max(0, at-p.Start)
		}
	}
	return len(t.Parts) - 1, 0
}

// SplitDocument cuts a document where it is told.
func (s *catalogServer) SplitDocument(ctx context.Context, req *fondsv1.SplitDocumentRequest) (*fondsv1.SplitDocumentResponse, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	head, shown, err := s.shown(ctx, id)
	if err != nil {
		return nil, err
	}
	etag := req.GetEtag()
	if etag == "" {
		etag = head.Etag() // what was read here is what is cut
	}
	parts, err := s.partsAsked(shown, req.GetCuts())
	if err != nil {
		return nil, err
	}
	heads, err := s.Catalog.SplitDocument(ctx, id, etag, person(ctx), parts)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.SplitDocumentResponse{Documents: documentsOf(heads, true)}
	if err := s.callPeople(ctx, messages(m.GetDocuments())...); err != nil {
		return nil, err
	}
	return m, nil
}

// partsAsked deals the regions to the documents that begin at the cuts.
func (s *catalogServer) partsAsked(shown *passage.Text, cuts []*fondsv1.Cut) ([]catalog.Part, error) {
	parts := []catalog.Part{{}}
	next := 0
	for i := range shown.Parts {
		rest := shown.Parts[i].Region
		for last := -1; next < len(cuts) && int(cuts[next].GetRegion()) == i+1; next++ {
			at := int(cuts[next].GetStart())
			if err := checkCut(shown.Parts[i].Text, next, at, last); err != nil {
				return nil, err
			}
			before, err := cutAt(shown, i, &rest, at)
			if err != nil {
				return nil, err
			}
			part := &parts[len(parts)-1]
			if before != nil {
				part.Regions = append(part.Regions, *before)
			}
			if len(part.Regions) == 0 {
				return nil, invalid(cutField(next), "nothing stands before the cut")
			}
			parts = append(parts, catalog.Part{Title: cuts[next].GetTitle()})
			last = at
		}
		parts[len(parts)-1].Regions = append(parts[len(parts)-1].Regions, rest)
	}
	if next < len(cuts) {
		return nil, invalid(cutField(next), fmt.Sprintf("cuts come in the order of the document, whose last region is %d", len(shown.Parts)))
	}
	return parts, s.nameParts(shown, cuts, parts)
}

func cutField(n int) string { return fmt.Sprintf("cuts[%d]", n) }

// checkCut refuses a place that is not behind the cut before, or not in the text.
func checkCut(text string, n, at, last int) error {
	switch {
	case at <= last:
		return invalid(cutField(n), "cuts come in the order of the document, each behind the one before")
	case at > 0 && at >= len(text):
		return invalid(cutField(n), fmt.Sprintf("byte %d is not in the region's text, which has %d", at, len(text)))
	case runeStart(text, at) != at:
		return invalid(cutField(n), fmt.Sprintf("byte %d lies inside a character", at))
	}
	return nil
}

// cutAt takes from the rest of a region, counted from 0, what stands before a byte of
// its text; nil where nothing does.
func cutAt(shown *passage.Text, region int, rest *catalog.Region, at int) (before *catalog.Region, err error) {
	if at == 0 {
		return nil, nil
	}
	if rest.Origin == catalog.Person {
		if _, part := rest.Cut(); rest.Range != nil && part == nil {
			return nil, correctedPart(region)
		}
	}
	first := *rest
	if rest.Origin == catalog.Imported {
		p := shown.Parts[region]
		if rest.Range == nil {
			rest.Range = &catalog.Range{End: len(p.Text)}
		}
		if p.Region.Range != nil {
			at += p.Region.Range.Start
		}
		first.Range = &catalog.Range{Start: rest.Range.Start, End: at}
		rest.Range = &catalog.Range{Start: at, End: rest.Range.End}
		return &first, nil
	}
	body, err := shown.Body(region)
	if err != nil {
		return nil, err
	}
	if rest.Origin == catalog.Person && !slices.ContainsFunc(body.GetWords(), func(w *fondsv1.Word) bool { return w.GetBox() != nil }) {
		return nil, correctedPart(region)
	}
	upper, lower, ok := export.Halves(body, regionOf(*rest).GetBox(), at)
	if !ok {
		return nil, nil // the first line of what is left
	}
	first.Box, rest.Box = boxOf(upper), boxOf(lower)
	first.Whole, rest.Whole = false, false // of what a person has read too, each is a part
	return &first, nil
}

// correctedPart refuses to cut what people have made of imported text: it lies on no
// picture, and its bytes are no longer those of the edition.
func correctedPart(region int) error {
	return &catalog.Error{
		Code: catalog.Precondition, Reason: ReasonCorrectedPart,
		Message: fmt.Sprintf("region %d is imported text that a person has corrected: it can be cut at its borders only", region+1),
	}
}

func boxOf(b *fondsv1.Box) *catalog.Box {
	return &catalog.Box{X: int(b.GetX()), Y: int(b.GetY()), Width: int(b.GetWidth()), Height: int(b.GetHeight())}
}

// nameParts gives titles to the parts whose cut has none.
func (s *catalogServer) nameParts(shown *passage.Text, cuts []*fondsv1.Cut, parts []catalog.Part) error {
	for i := range cuts {
		if parts[i+1].Title != "" {
			continue
		}
		start, end := startOf(shown, cuts[i]), len(shown.Text)
		if i+1 < len(cuts) {
			end = max(start, startOf(shown, cuts[i+1]))
		}
		found, err := s.Texts.Documents(shown.Text[start:end], true)
		if err != nil {
			return fmt.Errorf("find a title: %w", err)
		}
		parts[i+1].Title = fmt.Sprintf("Part %d", i+2)
		if len(found) > 0 && found[0].Title != "" {
			parts[i+1].Title = found[0].Title
		}
	}
	return nil
}

// startOf gives the byte of the document's text at which a cut is made.
func startOf(shown *passage.Text, cut *fondsv1.Cut) int {
	return min(len(shown.Text), shown.Parts[cut.GetRegion()-1].Start+int(cut.GetStart()))
}

// MergeDocuments puts documents together.
func (s *catalogServer) MergeDocuments(ctx context.Context, req *fondsv1.MergeDocumentsRequest) (*fondsv1.Document, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	others := make([]string, len(req.GetOthers()))
	for i, name := range req.GetOthers() {
		if others[i], err = uuidAfter("documents", fmt.Sprintf("others[%d]", i), name); err != nil {
			return nil, err
		}
	}
	return s.written(ctx)(s.Catalog.MergeDocuments(ctx, id, req.GetEtag(), person(ctx), others))
}
