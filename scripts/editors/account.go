package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/fonds-archive/fonds/services/align"
	"github.com/fonds-archive/fonds/services/catalog"
)

// account looks for every acknowledged write in what the archive has now, and tells of
// those that are lost.
func (d *desk) account(ctx context.Context, editors []*editor) ([]string, error) {
	byReview := map[string][]write{}
	for _, e := range editors {
		for _, w := range e.written {
			byReview[w.review] = append(byReview[w.review], w)
		}
	}
	var lost []string
	for _, p := range d.pages {
		readings, err := d.catalog.Readings(ctx, p.scan, 1)
		if err != nil {
			return lost, err
		}
		v, err := d.catalog.Review(ctx, p.document, p.key(), "")
		if err != nil {
			return lost, err
		}
		lost = append(lost, accountOf(p, byReview[p.review], readings, v)...)
	}
	return lost, nil
}

// accountOf follows the writes on one page in the order in which the server took them.
func accountOf(p page, written []write, readings []catalog.Reading, v catalog.ReviewView) (lost []string) {
	miss := func(format string, args ...any) {
		lost = append(lost, p.review+": "+fmt.Sprintf(format, args...))
	}
	slices.SortFunc(written, func(a, b write) int { return a.at.Compare(b.at) })
	over := map[string]write{}
	corrections := map[string]catalog.Reading{}
	for _, r := range readings {
		if r.Origin == catalog.Person {
			corrections[r.Text] = r
		}
	}
	var draft write
	var authors []string
	submitted, shown := 0, ""
	for _, w := range written {
		if other, twice := over[w.over]; twice {
			miss("two writes were taken over what had the etag %s: %s's %.40q and %s's %.40q", w.over, other.editor, other.text, w.editor, w.text)
		}
		over[w.over] = w
		authors = append(authors, w.editor)
		if !w.submit {
			draft = w
			continue
		}
		submitted++
		shown = align.Normalise(w.text)
		r, there := corrections[shown]
		switch {
		case !there:
			miss("the correction %.40q of %s is nowhere", w.text, w.editor)
		case slices.ContainsFunc(authors, func(id string) bool { return !slices.Contains(r.Contributors, id) }):
			miss("reading %s has the contributors %q, and %q had a part in it", r.ID, r.Contributors, authors)
		}
		draft, authors = write{}, nil
	}
	switch {
	case len(corrections) != submitted:
		miss("%d corrections are kept, %d were acknowledged", len(corrections), submitted)
	case v.Draft.Text != draft.text:
		miss("the draft is %.40q, and the last that was acknowledged is %.40q", v.Draft.Text, draft.text)
	case submitted > 0 && v.Reading.Text != shown:
		miss("the page shows %.40q, and the last correction is %.40q", v.Reading.Text, shown)
	}
	return lost
}
