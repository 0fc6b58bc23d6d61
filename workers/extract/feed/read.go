package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

// maxRegions bounds the pages of a document that is read; a telegram has one or
// two, a file of a whole delo some hundreds.
const maxRegions = 2000

// Read gives a document's text to the rules and returns what they say of it; nothing
// is stored. The texts of its pages are held at once, the bodies with their words one
// after the other and only where something was found.
func (c Config) Read(ctx context.Context, head catalog.DocumentHead) (catalog.Extracted, error) {
	e := catalog.Extracted{Document: head.ID, Revision: head.Head, Rules: c.Version()}
	before, err := head.Revision.Fields.List()
	if err != nil {
		return e, err
	}
	if len(head.Revision.Regions) > maxRegions {
		c.Log.Warn("a document is too long to look for fields", "document", head.ID, "regions", len(head.Revision.Regions))
		stated := catalog.Stated(before, nil) // what people state is found all the same
		e.Keys = append(keys.OfAll(stated), keys.OfCorrespondence(correspondent(head, stated))...)
		return e, nil
	}
	t, found, err := c.documentsIn(ctx, head)
	if err != nil {
		return e, err
	}
	for _, f := range mainDocument(found).Fields {
		value, err := json.Marshal(f.Value)
		if err != nil {
			return e, fmt.Errorf("encode %s: %w", f.Name, err)
		}
		evidence, err := t.evidence(f.Evidence)
		if err != nil {
			return e, err
		}
		e.Fields = append(e.Fields, catalog.Field{
			Name: f.Name, Value: value, Raw: f.Raw, Evidence: evidence, Confidence: f.Confidence,
			Rule: f.Rule, Assurance: catalog.AssuranceMachine,
		})
	}
	stated := catalog.Stated(before, e.Fields)
	e.Keys = append(keys.OfAll(stated), keys.OfCorrespondence(correspondent(head, stated))...)
	e.Keys = append(e.Keys, keys.OfText(t.text[:min(len(t.text), mostCompared)])...)
	e.Keys = append(e.Keys, keys.OfParts(len(found))...)
	return e, nil
}

// documentsIn gives the documents in a document's text: one where somebody has said where it
// begins and ends. A part of an imported text is read among the others of its file.
func (c Config) documentsIn(ctx context.Context, head catalog.DocumentHead) (*assembled, []extract.Document, error) {
	if g := head.Revision.Regions[0]; len(head.Revision.Regions) == 1 && g.Range != nil && !g.Whole {
		known := c.editions
		if known == nil {
			known = &editions{}
		}
		d, text, ok, err := known.document(ctx, c, g)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			return &assembled{Text: passage.Reading(g, text), text: text}, []extract.Document{d}, nil
		}
	}
	t, err := c.assemble(ctx, head)
	if err != nil {
		return nil, nil, err
	}
	found, err := c.extract(t.text, bounded(head))
	return t, found, err
}

// extract runs the rules. A fault of theirs costs the fields of one document and not
// the server that the role lives in.
func (c Config) extract(text string, one bool) (found []extract.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rules panicked: %v\n%s", p, debug.Stack())
		}
	}()
	if one {
		return c.Extractor.ExtractOne(text), nil
	}
	return c.Extractor.Extract(text), nil
}

// bounded tells that somebody has said where the document begins and ends: its text
// is one document, whatever it looks like. Otherwise it was proposed for a file.
func bounded(head catalog.DocumentHead) bool {
	if head.Holding == "" || len(head.Revision.MadeOf) > 0 {
		return true
	}
	for _, g := range head.Revision.Regions {
		if g.Box != nil || g.Range != nil {
			return true
		}
	}
	return false
}

// mainDocument is the one that a proposed document stands for: the first that is
// not a compiler's text.
func mainDocument(found []extract.Document) extract.Document {
	for _, d := range found {
		for _, f := range d.Fields {
			if f.Name == "record_type" && f.Value != "editorial_text" {
				return d
			}
		}
	}
	if len(found) > 0 {
		return found[0]
	}
	return extract.Document{}
}
