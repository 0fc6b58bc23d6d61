package api

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
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
	least := catalog.Assurance(req.GetMinAssurance()) //nolint:gosec // validated as defined
	key := revisionKey{getText, id, revisionAsked(req.GetAsOf(), head)}
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
	text, err := s.Catalog.Text(ctx, key.document, key.revision, least)
	if err != nil {
		return answer{}, err
	}
	r := text.Head.Revision
	m := &fondsv1.GetTextResponse{
		Name: "documents/" + key.document, Revision: number(r.Number),
		Complete: r.Complete(), Assurance: fondsv1.Assurance(r.Assurance()),
		Regions: make([]*fondsv1.RegionText, len(text.Regions)),
	}
	lowest := catalog.AssuranceVerified
	for i, g := range text.Regions {
		lowest = min(lowest, g.Region.Assurance)
		m.Regions[i] = &fondsv1.RegionText{Region: regionOf(g.Region), Text: g.Text}
		if g.Region.Box == nil || len(g.Body) == 0 {
			continue
		}
		body, err := decoded(g.Body, &fondsv1.Body{})
		if err != nil {
			return answer{}, fmt.Errorf("body of reading %s: %w", g.Region.Reading, err)
		}
		m.Regions[i].Text = textWithin(body, *g.Region.Box)
	}
	encoded, err := proto.Marshal(m)
	if err != nil {
		return answer{}, fmt.Errorf("encode text of %s: %w", key.document, err)
	}
	return answer{encoded: encoded, least: lowest}, nil
}

// textWithin returns the words whose centre lies in a box, joined as in a body's
// text: words by a blank, each line ended by "\n", paragraphs parted by an empty line.
func textWithin(body *fondsv1.Body, box catalog.Box) string {
	var paragraphs []string
	for _, p := range body.GetParagraphs() {
		var b strings.Builder
		for _, l := range within(body.GetLines(), p.GetLineStart(), p.GetLineEnd()) {
			var words []string
			for _, w := range within(body.GetWords(), l.GetWordStart(), l.GetWordEnd()) {
				if centreIn(w.GetBox(), box) {
					words = append(words, wordText(body, w))
				}
			}
			if len(words) > 0 {
				b.WriteString(strings.Join(words, " ") + "\n")
			}
		}
		if b.Len() > 0 {
			paragraphs = append(paragraphs, b.String())
		}
	}
	return strings.Join(paragraphs, "\n")
}

// within slices by indices that come from outside.
func within[T any](all []T, start, end uint32) []T {
	n := uint32(len(all)) //nolint:gosec // a message is below 2 GiB
	start, end = min(start, n), min(end, n)
	return all[start:max(start, end)]
}

func wordText(body *fondsv1.Body, w *fondsv1.Word) string {
	text := body.GetText()
	n := uint32(len(text)) //nolint:gosec // a message is below 2 GiB
	start, end := min(w.GetStart(), n), min(w.GetEnd(), n)
	return text[start:max(start, end)]
}

// centreIn compares doubled coordinates, so that no half pixel is lost.
func centreIn(word *fondsv1.Box, box catalog.Box) bool {
	x := 2*int64(word.GetX()) + int64(word.GetWidth())
	y := 2*int64(word.GetY()) + int64(word.GetHeight())
	return x >= 2*int64(box.X) && x < 2*int64(box.X+box.Width) &&
		y >= 2*int64(box.Y) && y < 2*int64(box.Y+box.Height)
}
