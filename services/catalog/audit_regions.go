package catalog

import (
	"errors"
	"fmt"
)

// audited is what was looked at of a document: most of what a revision says, the one
// before said too, and 400 revisions of 400 pages say 160,000 times what a page shows.
type audited struct {
	regions  map[auditedRegion]bool
	readings map[string]Reading // without text and body
	// lengths are those of texts that prove statements, in bytes.
	lengths map[string]int
	// fields are those of the revision before.
	fields Fields
}

func newAudited() *audited {
	return &audited{regions: map[auditedRegion]bool{}, readings: map[string]Reading{}, lengths: map[string]int{}}
}

// auditedRegion is what is checked of a region.
type auditedRegion struct {
	scan      Digest
	page      int
	reading   string
	origin    Origin
	assurance Assurance
	box       Box
	part      Range
	cut       [2]bool // whether there is a box, and a range
}

func (r Region) audited() auditedRegion {
	x := auditedRegion{scan: r.Scan, page: r.Page, reading: r.Reading, origin: r.Origin, assurance: r.Assurance}
	if r.Box != nil {
		x.box, x.cut[0] = *r.Box, true
	}
	if r.Range != nil {
		x.part, x.cut[1] = *r.Range, true
	}
	return x
}

// regions checks what regions show, but for what earlier revisions have said alike.
func (a *Audit) regions(r Reader, name string, regions []Region, seen *audited) error {
	for i, g := range regions {
		this := g.audited()
		if g.Reading == "" || seen.regions[this] {
			continue
		}
		seen.regions[this] = true
		reading, err := seen.reading(r, g.Reading)
		switch {
		case errors.Is(err, ErrNotFound):
			a.Found(name, fmt.Sprintf("region %d shows the reading %s, which is missing", i+1, g.Reading))
		case err != nil:
			return err
		case reading.Scan != g.Scan || reading.Page != g.Page:
			a.Found(name, fmt.Sprintf("region %d shows a reading of another page", i+1))
		default:
			if err := a.standing(r, name, i+1, g, reading); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *audited) reading(r Reader, id string) (Reading, error) {
	if reading, known := x.readings[id]; known {
		return reading, nil
	}
	reading, err := r.ReadingEnvelope(id)
	if err == nil {
		reading.Engine, reading.Envelope = nil, nil
		x.readings[id] = reading
	}
	return reading, err
}

// length gives the bytes of a reading's text; ErrNotFound for one that is missing.
func (x *audited) length(r Reader, id string) (int, error) {
	if length, known := x.lengths[id]; known {
		return length, nil
	}
	texts, err := r.ReadingTexts([]string{id})
	if err != nil {
		return 0, err
	}
	text, there := texts[id]
	if !there {
		return 0, ErrNotFound
	}
	x.lengths[id] = len(text)
	return len(text), nil
}
