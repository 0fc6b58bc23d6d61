package api

import (
	"context"
	"fmt"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
)

// shown is a region with what it shows, as it is needed for cutting.
type shown struct {
	region catalog.Region
	text   string
	// body of a scanned page, cut to the region's box; nil for imported text.
	body *fondsv1.Body
	// start is where the text begins in that of the document.
	start int
}

// ProposeSplit finds where further documents begin.
func (s *catalogServer) ProposeSplit(ctx context.Context, req *fondsv1.ProposeSplitRequest) (*fondsv1.ProposeSplitResponse, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	head, regions, err := s.shownRegions(ctx, id)
	if err != nil {
		return nil, err
	}
	found, err := s.Texts.Documents(joined(regions), false)
	if err != nil {
		return nil, fmt.Errorf("find the documents in %s: %w", req.GetName(), err)
	}
	m := &fondsv1.ProposeSplitResponse{Etag: head.Etag()}
	for _, d := range found[min(1, len(found)):] {
		n, at := placeOf(regions, d.Start)
		m.Cuts = append(m.Cuts, &fondsv1.Cut{
			Region: number(n + 1), Start: number(at), Title: d.Title, Confidence: d.Confidence, FirstWords: d.FirstWords,
		})
	}
	return m, nil
}

// shownRegions reads what the newest revision of a document shows.
func (s *catalogServer) shownRegions(ctx context.Context, id string) (catalog.DocumentHead, []shown, error) {
	text, err := s.Catalog.Text(ctx, id, 0, 0)
	if err != nil {
		return text.Head, nil, err
	}
	regions := make([]shown, len(text.Regions))
	start := 0
	for i, r := range text.Regions {
		regions[i] = shown{region: r.Region, text: r.Text}
		if r.Region.Box != nil && len(r.Body) > 0 {
			body, err := decoded(r.Body, &fondsv1.Body{})
			if err != nil {
				return text.Head, nil, fmt.Errorf("body of reading %s: %w", r.Region.Reading, err)
			}
			regions[i].body = export.Cut(body, regionOf(r.Region).GetBox())
			regions[i].text = regions[i].body.GetText()
		}
		if regions[i].text != "" && start > 0 {
			start += len(between)
		}
		regions[i].start = start
		start += len(regions[i].text)
	}
	return text.Head, regions, nil
}

// between parts the texts of two regions.
const between = "\n\n"

func joined(regions []shown) string {
	var b strings.Builder
	for _, r := range regions {
		if r.text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(between)
		}
		b.WriteString(r.text)
	}
	return b.String()
}

// placeOf gives the region that has a byte of the document's text, counted from 0, and
// the byte of its own text.
func placeOf(regions []shown, at int) (region, start int) {
	for i, r := range regions {
		if r.text != "" && at < r.start+len(r.text) {
			return i, max(0, at-r.start)
		}
	}
	return len(regions) - 1, 0
}

// SplitDocument cuts a document where it is told.
func (s *catalogServer) SplitDocument(ctx context.Context, req *fondsv1.SplitDocumentRequest) (*fondsv1.SplitDocumentResponse, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	head, regions, err := s.shownRegions(ctx, id)
	if err != nil {
		return nil, err
	}
	etag := req.GetEtag()
	if etag == "" {
		etag = head.Etag() // what was read here is what is cut
	}
	parts, err := s.partsAsked(ctx, regions, req.GetCuts())
	if err != nil {
		return nil, err
	}
	heads, err := s.Catalog.SplitDocument(ctx, id, etag, person(ctx), parts)
	if err != nil {
		return nil, err
	}
	return &fondsv1.SplitDocumentResponse{Documents: documentsOf(heads, true)}, nil
}

// partsAsked deals the regions to the documents that begin at the cuts.
func (s *catalogServer) partsAsked(ctx context.Context, regions []shown, cuts []*fondsv1.Cut) ([]catalog.Part, error) {
	parts := []catalog.Part{{}}
	next := 0
	for i := range regions {
		rest := regions[i].region
		for last := -1; next < len(cuts) && int(cuts[next].GetRegion()) == i+1; next++ {
			at := int(cuts[next].GetStart())
			if err := checkCut(regions[i], next, at, last); err != nil {
				return nil, err
			}
			before, err := s.cutAt(ctx, &regions[i], &rest, at)
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
		return nil, invalid(cutField(next), fmt.Sprintf("cuts come in the order of the document, whose last region is %d", len(regions)))
	}
	return parts, s.nameParts(regions, cuts, parts)
}

func cutField(n int) string { return fmt.Sprintf("cuts[%d]", n) }

// checkCut refuses a place that is not behind the cut before, or not in the text.
func checkCut(r shown, n, at, last int) error {
	switch {
	case at <= last:
		return invalid(cutField(n), "cuts come in the order of the document, each behind the one before")
	case at > 0 && at >= len(r.text):
		return invalid(cutField(n), fmt.Sprintf("byte %d is not in the region's text, which has %d", at, len(r.text)))
	case runeStart(r.text, at) != at:
		return invalid(cutField(n), fmt.Sprintf("byte %d lies inside a character", at))
	}
	return nil
}

// cutAt takes from the rest of a region what stands before a byte of its text; nil
// where nothing does.
func (s *catalogServer) cutAt(ctx context.Context, r *shown, rest *catalog.Region, at int) (before *catalog.Region, err error) {
	if at == 0 {
		return nil, nil
	}
	first := *rest
	if rest.Origin == catalog.Imported {
		offset := 0
		if r.region.Range != nil {
			offset = r.region.Range.Start
		}
		if rest.Range == nil {
			rest.Range = &catalog.Range{End: len(r.text)}
		}
		first.Range = &catalog.Range{Start: rest.Range.Start, End: offset + at}
		rest.Range = &catalog.Range{Start: offset + at, End: rest.Range.End}
		return &first, nil
	}
	if r.body == nil {
		reading, err := s.Catalog.Reading(ctx, rest.Scan, rest.Page, rest.Reading)
		if err != nil {
			return nil, err
		}
		if r.body, err = decoded(reading.Body, &fondsv1.Body{}); err != nil {
			return nil, fmt.Errorf("body of reading %s: %w", rest.Reading, err)
		}
	}
	upper, lower, ok := export.Halves(r.body, regionOf(*rest).GetBox(), at)
	if !ok {
		return nil, nil // the first line of what is left
	}
	first.Box, rest.Box = boxOf(upper), boxOf(lower)
	return &first, nil
}

func boxOf(b *fondsv1.Box) *catalog.Box {
	return &catalog.Box{X: int(b.GetX()), Y: int(b.GetY()), Width: int(b.GetWidth()), Height: int(b.GetHeight())}
}

// nameParts gives titles to the parts whose cut has none.
func (s *catalogServer) nameParts(regions []shown, cuts []*fondsv1.Cut, parts []catalog.Part) error {
	text := joined(regions)
	for i := range cuts {
		if parts[i+1].Title != "" {
			continue
		}
		r := regions[cuts[i].GetRegion()-1]
		start, end := min(len(text), r.start+int(cuts[i].GetStart())), len(text)
		if i+1 < len(cuts) {
			r = regions[cuts[i+1].GetRegion()-1]
			end = max(start, min(len(text), r.start+int(cuts[i+1].GetStart())))
		}
		found, err := s.Texts.Documents(text[start:end], true)
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
	return written(s.Catalog.MergeDocuments(ctx, id, req.GetEtag(), person(ctx), others))
}
