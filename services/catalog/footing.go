package catalog

import (
	"errors"
	"fmt"
	"slices"
)

// footing is what the regions of a document stand on. Each scan is read once, and each
// page of a text: up to 20,000 regions may lie on one of them.
type footing struct {
	reader   Reader
	document Document
	scans    map[Digest]*scanSeen
}

type scanSeen struct {
	holding Holding
	scan    Scan
	// pages are nil until a box asks for them.
	pages map[int]Page
	// imported are the newest imported readings of the pages that were asked for, nil
	// for a page that has none.
	imported map[int]*Reading
	// choices are the recipes that were chosen for pages; nil until one is asked for.
	choices map[int]Digest
}

// fill checks that a region's page is there and lets it show the page's outcome.
func (f footing) fill(g Region) (Region, error) {
	if g.Outcome != 0 {
		return g, nil
	}
	seen, err := f.scan(g.Scan)
	if err != nil {
		return g, err
	}
	if g.Page > seen.scan.PageCount {
		return g, &Error{
			Code: Precondition, Reason: ReasonPageNotFound, Field: "document.regions",
			Message: fmt.Sprintf("scan %s has %d pages, not %d", g.Scan, seen.scan.PageCount, g.Page),
		}
	}
	if err := f.meetsPage(seen, g); err != nil {
		return g, err
	}
	imported, err := f.imported(seen, g)
	if err != nil {
		return g, err
	}
	if err := checkRange(imported, g); err != nil {
		return g, err
	}
	if imported != nil {
		g.Reading, g.Origin, g.Outcome, g.Assurance = imported.ID, Imported, Text, AssuranceMachine
		return g, nil
	}
	recipe, err := f.recipe(seen, g)
	if err != nil {
		return g, err
	}
	w, err := f.reader.Work(WorkKey{Scan: g.Scan, Page: g.Page, Recipe: recipe})
	if errors.Is(err, ErrNotFound) || err == nil && w.State != Ended {
		return g, nil
	}
	return g.showing(w), err
}

// scan gives a scan that the document's collection holds.
func (f footing) scan(digest Digest) (*scanSeen, error) {
	if seen, ok := f.scans[digest]; ok {
		return seen, nil
	}
	seen := &scanSeen{imported: map[int]*Reading{}}
	var err error
	seen.holding, err = holdingFor(f.reader, f.document, digest)
	if errors.Is(err, ErrNotFound) {
		return nil, &Error{
			Code: Precondition, Reason: ReasonScanNotInCollection, Field: "document.regions",
			Message: fmt.Sprintf("collection %q does not hold scan %s", f.document.Collection, digest),
		}
	}
	if err != nil {
		return nil, err
	}
	if seen.scan, err = f.reader.Scan(digest); err != nil {
		return nil, err
	}
	if err := seen.scan.refused(); err != nil {
		return nil, err
	}
	f.scans[digest] = seen
	return seen, nil
}

// recipe gives that by which the collection shows a region's page.
func (f footing) recipe(seen *scanSeen, g Region) (Digest, error) {
	if seen.choices == nil {
		var err error
		if seen.choices, err = f.reader.PageChoices(seen.holding.Collection, g.Scan, seen.holding.Recipe); err != nil {
			return "", err
		}
	}
	if chosen, ok := seen.choices[g.Page]; ok {
		return chosen, nil
	}
	return seen.holding.Recipe, nil
}

// meetsPage refuses a box that lies outside its page, where the page's size is known.
func (f footing) meetsPage(seen *scanSeen, g Region) error {
	if g.Box == nil {
		return nil
	}
	if seen.pages == nil {
		pages, err := f.reader.Pages(g.Scan)
		if err != nil {
			return err
		}
		seen.pages = make(map[int]Page, len(pages))
		for _, p := range pages {
			seen.pages[p.Number] = p
		}
	}
	p := seen.pages[g.Page]
	if p.Width > 0 && (g.Box.X >= p.Width || g.Box.Y >= p.Height) {
		return invalid("document.regions", "page %d of scan %s is %d × %d pixels: the box at %d, %d lies outside it",
			g.Page, g.Scan, p.Width, p.Height, g.Box.X, g.Box.Y)
	}
	return nil
}

// imported gives the newest imported reading of a region's page; nil for none.
func (f footing) imported(seen *scanSeen, g Region) (*Reading, error) {
	if newest, ok := seen.imported[g.Page]; ok {
		return newest, nil
	}
	readings, err := f.reader.Readings(g.Scan, g.Page)
	if err != nil {
		return nil, err
	}
	var newest *Reading
	for _, reading := range slices.Backward(readings) {
		if reading.Origin == Imported {
			newest = &reading
			break
		}
	}
	seen.imported[g.Page] = newest
	return newest, nil
}

// checkRange refuses a range that is not one of an imported text.
func checkRange(imported *Reading, g Region) error {
	if g.Range == nil {
		return nil
	}
	if imported == nil {
		return invalid("document.regions", "a range of text can be taken of an imported page only: of scan %s page %d take a box", g.Scan, g.Page)
	}
	if _, ok := g.Range.of(imported.Text); !ok || g.Range.Start == g.Range.End {
		return invalid("document.regions", "bytes %d to %d are not in the text of scan %s, which has %d",
			g.Range.Start, g.Range.End, g.Scan, len(imported.Text))
	}
	return nil
}

const (
	// mostRegions is what the contract lets a document have.
	mostRegions = 20_000
	// mostText bounds the imported text that a document shows, in bytes: who reads a
	// document holds all of it, and 20,000 regions may show the same text.
	mostText = 128 << 20
)

// checkExtent refuses a document of more regions, or more text, than one can have.
func checkExtent(r Reader, field string, regions []Region) error {
	if len(regions) > mostRegions {
		return invalid(field, "the document would have %d regions; at most %d are taken", len(regions), mostRegions)
	}
	if len(regions) == 1 {
		return nil
	}
	shown, lengths := 0, map[string]int{}
	for _, g := range regions {
		switch {
		case g.Range != nil:
			shown += g.Range.End - g.Range.Start
		case g.Origin == Imported:
			length, known := lengths[g.Reading]
			if !known {
				texts, err := r.ReadingTexts([]string{g.Reading})
				if err != nil {
					return err
				}
				length = len(texts[g.Reading])
				lengths[g.Reading] = length
			}
			shown += length
		}
		if shown > mostText {
			return invalid(field, "the regions show more than %d bytes of text, which is the most that a document may show", mostText)
		}
	}
	return nil
}
