package feed

import (
	"context"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
	"github.com/fonds-archive/fonds/workers/extract"
)

// assembled is the text of a document, with the places where it stands.
type assembled struct {
	*passage.Text
	text string
}

// assemble puts the texts of a document's regions together.
func (c Config) assemble(ctx context.Context, head catalog.DocumentHead) (*assembled, error) {
	text, err := c.Catalog.TextShown(ctx, head)
	if err != nil {
		return nil, err
	}
	t, err := passage.Assemble(text, func(g catalog.Region) (catalog.Reading, error) {
		return c.Catalog.Reading(ctx, g.Scan, g.Page, g.Reading)
	})
	if err != nil {
		return nil, err
	}
	return &assembled{Text: t, text: t.Text}, nil
}

// evidence translates spans of the whole into those of readings. A span over two
// pages becomes two.
func (a *assembled) evidence(spans []extract.Span) ([]catalog.Evidence, error) {
	var found []catalog.Evidence
	for _, s := range spans {
		places, err := a.Places(s.Start, s.End)
		if err != nil {
			return nil, err
		}
		found = append(found, places...)
	}
	return found, nil
}
