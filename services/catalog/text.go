package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// RegionText is a region and the text shown for it.
type RegionText struct {
	Region Region
	Text   string
	// Body is set for a region that is part of a page: its text has to be cut
	// out of the page's by whoever can read bodies.
	Body []byte
}

// DocumentText is the text of a document as of a revision.
type DocumentText struct {
	Head    DocumentHead
	Regions []RegionText
}

// Text returns the text of every region of a document as of a revision (0 is
// the newest). When a region is below the least assurance asked for, nothing is
// returned but an error that lists those regions and what they have instead.
func (c *Catalog) Text(ctx context.Context, id string, asOf int, least Assurance) (DocumentText, error) {
	var text DocumentText
	err := c.store.View(ctx, func(r Reader) error {
		head, err := documentAt(r, id, asOf)
		if err != nil {
			return err
		}
		if err := demand(r, head.Revision, least); err != nil {
			return err
		}
		text = DocumentText{Head: head, Regions: make([]RegionText, len(head.Revision.Regions))}
		return fillTexts(r, head.Revision.Regions, text.Regions)
	})
	return text, err
}

// TextShown returns the text of the regions that a head has, whether it is stored or is yet
// to be.
func (c *Catalog) TextShown(ctx context.Context, head DocumentHead) (DocumentText, error) {
	text := DocumentText{Head: head, Regions: make([]RegionText, len(head.Revision.Regions))}
	err := c.store.View(ctx, func(r Reader) error {
		d, err := r.Document(head.ID)
		if err != nil {
			return orNotFound(err, ReasonDocumentNotFound, "document", head.ID)
		}
		if err := d.Withdrawn(); err != nil {
			return err
		}
		return fillTexts(r, head.Revision.Regions, text.Regions)
	})
	return text, err
}

// fillTexts reads each reading once, however many regions show it.
func fillTexts(r Reader, regions []Region, texts []RegionText) error {
	var ids []string
	for _, g := range regions {
		if box, _ := g.Cut(); g.Outcome == Text && box == nil {
			ids = append(ids, g.Reading)
		}
	}
	slices.Sort(ids)
	found, err := r.ReadingTexts(slices.Compact(ids))
	if err != nil {
		return err
	}
	bodies := map[string][]byte{}
	for i, g := range regions {
		texts[i].Region = g
		box, part := g.Cut()
		switch {
		case g.Outcome != Text:
		case box == nil:
			t, ok := found[g.Reading]
			if !ok {
				return fmt.Errorf("reading %s of page %d of scan %s is missing: run fonds fsck", g.Reading, g.Page, g.Scan)
			}
			if texts[i].Text, ok = part.of(t); part != nil {
				texts[i].Text = strings.Clone(texts[i].Text) // who keeps it keeps no more of a large text
			}
			if !ok {
				return fmt.Errorf("%w: reading %s has %d bytes, and region %d ends at byte %d", ErrDamaged, g.Reading, len(t), i+1, part.End)
			}
		default:
			body, known := bodies[g.Reading]
			if !known {
				reading, err := r.Reading(g.Reading)
				if err != nil {
					return fmt.Errorf("reading %s: %w", g.Reading, err)
				}
				body = reading.Body
				bodies[g.Reading] = body
			}
			texts[i].Body = body
		}
	}
	return nil
}

// of returns a stretch of a text, all of it without one; false where there is less.
func (g *Range) of(text string) (string, bool) {
	if g == nil {
		return text, true
	}
	if g.Start < 0 || g.Start > g.End || g.End > len(text) {
		return "", false
	}
	return text[g.Start:g.End], true
}

// demand refuses a revision in which a region is below an assurance; one without
// an outcome, or whose page could not be read, is below all but zero. The refusal says
// which regions these are, and which revision of the document has what was asked for.
func demand(reader Reader, r Revision, least Assurance) error {
	var below []string
	for i, g := range r.Regions {
		if g.Assurance < least {
			below = append(below, fmt.Sprintf("region %d (scan %s page %d): %s", i+1, g.Scan, g.Page, g.Assurance))
		}
	}
	if len(below) == 0 {
		return nil
	}
	e := &Error{
		Code: Precondition, Reason: ReasonAssuranceNotReached,
		Message: fmt.Sprintf("%d of %d regions are below %s: %s", len(below), len(r.Regions), least, strings.Join(below[:min(len(below), 20)], "; ")),
		Metadata: map[string]string{
			"revision":      fmt.Sprint(r.Number),
			"assurance":     r.Assurance().String(),
			"regions_below": fmt.Sprint(len(below)),
		},
	}
	instead, err := reader.RevisionAbove(r.Document, least)
	if err != nil {
		return err
	}
	if instead > 0 {
		e.Message += fmt.Sprintf("; revision %d has %s: ask for the text as of it", instead, least)
		e.Metadata["revision_reaching"] = fmt.Sprint(instead)
	}
	return e
}

// Reading returns one reading of a page.
func (c *Catalog) Reading(ctx context.Context, scan Digest, page int, id string) (Reading, error) {
	var reading Reading
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		if err := withdrawnReading(r, id); err != nil {
			return err
		}
		reading, err = r.Reading(id)
		if err == nil && (reading.Scan != scan || reading.Page != page) {
			err = ErrNotFound
		}
		return orNotFound(err, ReasonReadingNotFound, "reading", id)
	})
	return reading, err
}

// Readings returns all readings of a page, oldest first, without bodies.
func (c *Catalog) Readings(ctx context.Context, scan Digest, page int) ([]Reading, error) {
	var readings []Reading
	err := c.store.View(ctx, func(r Reader) error {
		if _, err := findPage(r, scan, page); err != nil {
			return err
		}
		var err error
		if readings, err = r.Readings(scan, page); err != nil {
			return err
		}
		readings, err = notWithdrawn(r, readings)
		return err
	})
	return readings, err
}

// Page returns one page of a scan, with the scan.
func (c *Catalog) Page(ctx context.Context, scan Digest, number int) (Scan, Page, error) {
	var s Scan
	var page Page
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		if page, err = findPage(r, scan, number); err != nil {
			return err
		}
		s, err = r.Scan(scan)
		return err
	})
	return s, page, err
}

func findPage(r Reader, scan Digest, number int) (Page, error) {
	s, err := r.Scan(scan)
	if err != nil {
		return Page{}, orNotFound(err, ReasonScanNotFound, "scan", string(scan))
	}
	if err := s.withdrawn(); err != nil {
		return Page{}, err
	}
	pages, err := r.Pages(scan)
	if err != nil {
		return Page{}, err
	}
	for _, p := range pages {
		if p.Number == number {
			return p, nil
		}
	}
	return Page{}, notFound(ReasonPageNotFound, "page", fmt.Sprintf("scans/%s/pages/%d", s.Digest, number))
}

// Scan returns one scan.
func (c *Catalog) Scan(ctx context.Context, digest Digest) (Scan, error) {
	var scan Scan
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		if scan, err = r.Scan(digest); err != nil {
			return orNotFound(err, ReasonScanNotFound, "scan", string(digest))
		}
		return scan.withdrawn()
	})
	return scan, err
}
