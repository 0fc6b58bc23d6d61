package catalog

import (
	"errors"
	"slices"
	"strings"
)

// awaitReviews brings the reviews of a document up to what its newest revision shows.
// Claims, drafts and comments of regions that stay as they are stay too.
func (c *Catalog) awaitReviews(tx Tx, d Document, r Revision) error {
	known, err := tx.ReviewsOf(d.ID)
	if err != nil {
		return err
	}
	before := make(map[string]Review, len(known))
	for _, v := range known {
		before[v.Key] = v
	}
	collection, err := tx.Collection(d.Collection)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	onPages := pageReadings{reader: tx, read: map[Place][]Reading{}}
	for _, i := range reviewed(r.Regions, before, collection.OnePerson) {
		g := r.Regions[i]
		key := g.Place().Key()
		was, is := before[key], Review{Document: d.ID, Key: key}
		if was.Key != "" {
			is = was
		}
		delete(before, key)
		is.Region, is.Collection = i+1, d.Collection
		if err := c.await(&is, g, onPages, collection.OnePerson); err != nil {
			return err
		}
		if is.same(was) {
			continue
		}
		is.Version++
		if err := tx.PutReview(is); err != nil {
			return err
		}
	}
	return dropReviews(tx, before)
}

// reviewed gives the regions that have reviews, counted from 0: one for each place. Of
// those that lie at one, as after a merge, it is one that awaits somebody, and the one that
// the review was of before rather than another.
func reviewed(regions []Region, before map[string]Review, onePerson bool) []int {
	var list []int
	at := map[string]int{}
	rank := func(g Region, key string) (rank int) {
		if g.awaits(onePerson) != Reviewed {
			rank = 2
		}
		if g.Reading == before[key].Reading {
			rank++
		}
		return rank
	}
	for i, g := range regions {
		if !g.reviewable() {
			continue
		}
		key := g.Place().Key()
		n, twice := at[key]
		switch {
		case !twice:
			at[key] = len(list)
			list = append(list, i)
		case rank(g, key) > rank(regions[list[n]], key):
			list[n] = i
		}
	}
	return list
}

// dropReviews takes away the reviews of regions that are gone; a draft stays.
func dropReviews(tx Tx, gone map[string]Review) error {
	for _, v := range gone {
		if !v.Draft.Exists() {
			if err := tx.DeleteReview(v.Document, v.Key); err != nil {
				return err
			}
			continue
		}
		if v.Region == 0 {
			continue
		}
		v.Region = 0
		v.Version++
		if err := tx.PutReview(v); err != nil {
			return err
		}
	}
	return nil
}

// await sets what a region awaits, and how much work that is.
func (c *Catalog) await(v *Review, g Region, onPages pageReadings, onePerson bool) error {
	if v.Reading != g.Reading || v.State == 0 {
		if err := onPages.measure(v, g); err != nil {
			return err
		}
		v.Comment, v.Reading = Comment{}, g.Reading
	}
	if g.Assurance == AssuranceVerified {
		v.Comment = Comment{} // somebody else has found it right
	}
	state := g.awaits(onePerson)
	if v.Comment.Text != "" {
		state = ToCorrect
	}
	if state != v.State {
		v.State, v.Since, v.SkippedBy = state, c.now(), nil
	}
	return nil
}

// awaits tells what a region as it is awaits.
func (r Region) awaits(onePerson bool) ReviewState {
	switch {
	case r.Origin != Person:
		return ToCorrect
	case r.Assurance == AssuranceVerified || onePerson:
		return Reviewed
	}
	return ToVerify
}

// reviewable tells that a person can read the page: it has ended, and there is a
// picture or a text of it.
func (r Region) reviewable() bool {
	switch r.Outcome {
	case 0, Corrupt, TooLarge, Refused:
		return r.Origin == Person
	}
	return true
}

// pageReadings are the readings of pages, each page asked for once: up to 20,000 regions
// may lie on one.
type pageReadings struct {
	reader Reader
	read   map[Place][]Reading
}

func (p pageReadings) of(g Region) ([]Reading, error) {
	page := Place{Scan: g.Scan, Page: g.Page}
	if readings, known := p.read[page]; known {
		return readings, nil
	}
	readings, err := p.reader.Readings(g.Scan, g.Page)
	if err == nil {
		p.read[page] = readings
	}
	return readings, err
}

// measure tells how sure the words are that a region shows, and how far recipes
// disagree on them. Of imported text, which may have 64 MB, nothing is known.
func (p pageReadings) measure(v *Review, g Region) error {
	v.Measure, v.Disagreement = Measure{Confidence: UnknownConfidence}, 0
	if g.Reading == "" || g.Origin == Imported {
		return nil
	}
	readings, err := p.of(g)
	if err != nil {
		return err
	}
	shown := slices.IndexFunc(readings, func(r Reading) bool { return r.ID == g.Reading })
	if shown < 0 {
		return nil // fsck tells of it
	}
	if v.Measure = readings[shown].Measure; v.Confidence < 0 {
		v.Confidence = UnknownConfidence
	}
	if readings[shown].Origin != Machine {
		return nil
	}
	for _, other := range readings {
		if other.Origin == Machine && other.Recipe != readings[shown].Recipe {
			v.Disagreement = max(v.Disagreement, disagreement(readings[shown].Text, other.Text))
		}
	}
	return nil
}

// disagreement is the share of words of two texts that the other has not, in
// thousandths. Order counts for nothing: it is to say where to look first.
func disagreement(a, b string) int {
	words := map[string]int{}
	total := 0
	for w := range strings.FieldsSeq(a) {
		words[w]++
		total++
	}
	for w := range strings.FieldsSeq(b) {
		words[w]--
		total++
	}
	if total == 0 {
		return 0
	}
	alone := 0
	for _, n := range words {
		alone += max(n, -n)
	}
	return 1000 * alone / total
}

// same tells that two reviews say the same, but for their versions.
func (r Review) same(other Review) bool {
	return r.Region == other.Region && r.Collection == other.Collection && r.State == other.State &&
		r.Since.Equal(other.Since) && r.Reading == other.Reading && r.Measure == other.Measure &&
		r.Disagreement == other.Disagreement && r.Comment == other.Comment
}
