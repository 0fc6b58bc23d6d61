package catalog

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// awaitReviews brings the reviews of a document up to what its newest revision shows.
// Claims, drafts and comments of regions that stay as they are stay too.
func (c *Catalog) awaitReviews(tx Tx, d Document, r Revision) error {
	return awaitSince(tx, d, r, c.now())
}

// awaitSince is awaitReviews for what the revision shows since a time.
func awaitSince(tx Tx, d Document, r Revision, since time.Time) error {
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
	onPages := pageReadings{reader: tx, author: r.Author, read: map[Place][]Reading{}, measures: map[string]Measure{}}
	for _, i := range reviewed(r.Regions, before, collection.OnePerson) {
		g := r.Regions[i]
		key := g.Place().Key()
		was, is := before[key], Review{Document: d.ID, Key: key}
		if was.Key != "" {
			is = was
		}
		delete(before, key)
		is.Region, is.Collection = i+1, d.Collection
		if err := is.await(g, onPages, collection.OnePerson, since); err != nil {
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

// await sets what a region awaits since a time, and how much work that is.
func (r *Review) await(g Region, onPages pageReadings, onePerson bool, since time.Time) error {
	was := r.State
	if r.Reading != g.Reading || r.State == 0 {
		if err := onPages.measure(r, g); err != nil {
			return err
		}
		r.Comment, r.Reading = Comment{}, g.Reading
		was = 0
	}
	if g.Assurance == AssuranceVerified {
		r.Comment = Comment{} // somebody else has found it right
	}
	state := g.awaits(onePerson)
	switch {
	case r.Comment.Text != "":
		state = ToCorrect
	case state != ToVerify:
	case was == ToCorrect || was == ToVerify:
		state = was // it is the same text, and who submitted it does not change
	default:
		named, err := onPages.submitted(g)
		if err != nil {
			return err
		}
		if !named {
			state = ToCorrect
		}
	}
	if state != r.State {
		r.State, r.Since, r.SkippedBy = state, since, nil
	}
	return nil
}

// awaits tells what a region as it is awaits, unless nobody who has a name has submitted
// what it shows.
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
	// author is whose revision is being made.
	author   string
	read     map[Place][]Reading
	measures map[string]Measure
}

// submitted tells that a person with a name has submitted what a region shows. What is
// submitted with this revision has no act yet.
func (p pageReadings) submitted(g Region) (bool, error) {
	acts, err := p.reader.ActsOn(ReadingSubject(g.Reading))
	if err != nil {
		return false, err
	}
	if len(acts) == 0 {
		return hasName(p.reader, p.author)
	}
	return submitted(p.reader, ReadingSubject(g.Reading))
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
	if g.Origin == Person { // sure of its words are the people, and no other is looked at
		var err error
		v.Measure, err = p.measured(g.Reading)
		return err
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
	for _, other := range readings {
		if other.Origin == Machine && other.Recipe != readings[shown].Recipe {
			v.Disagreement = max(v.Disagreement, disagreement(readings[shown].Text, other.Text))
		}
	}
	return nil
}

// measured gives the measure of a person's reading, none of one that is missing: fsck tells
// of it.
func (p pageReadings) measured(id string) (Measure, error) {
	if m, known := p.measures[id]; known {
		return m, nil
	}
	reading, err := p.reader.ReadingEnvelope(id)
	if ignoreNotFound(err) != nil {
		return Measure{}, err
	}
	if err != nil || reading.Measure.Confidence < 0 {
		reading.Measure.Confidence = UnknownConfidence
	}
	p.measures[id] = reading.Measure
	return reading.Measure, nil
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
