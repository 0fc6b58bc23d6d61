package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Correction is the text that a person gives to a region.
type Correction struct {
	// BasedOn is the reading that Body was made from; empty for none.
	BasedOn string
	// Text is the body's text; empty for a page that has none.
	Text string
	// Body is serialised, and salted, by who calls.
	Body       []byte
	BodyDigest Digest
	Measure    Measure
	// Words are what changed, as far as they are told; Truncated that there is more.
	Words     []WordChange
	Truncated bool
}

// SubmitReview makes a reading of a correction, and a revision that shows it.
func (c *Catalog) SubmitReview(ctx context.Context, document, key, person, etag string, correction Correction) (ReviewView, error) {
	var view ReviewView
	err := c.store.Tx(ctx, func(tx Tx) error {
		v, seen, err := c.outlinedWorkable(tx, document, key, person, etag)
		if err != nil {
			return err
		}
		if v.Region == 0 {
			return gone()
		}
		if base := v.base(); correction.BasedOn != base {
			return fmt.Errorf("a correction of reading %q was made from %q", base, correction.BasedOn)
		}
		reading, err := c.insertCorrection(tx, v, seen.Shown, person, correction)
		if err != nil {
			return err
		}
		v.Draft, v.Comment = Draft{}, Comment{}
		v.ClaimedBy, v.ClaimUntil = "", c.now()
		v.Version++
		if err := tx.PutReview(v); err != nil {
			return err
		}
		if err := c.showCorrection(tx, seen, reading, person, correction); err != nil {
			return err
		}
		view, err = c.seen(tx, document, key, person)
		return err
	})
	return view, err
}

func gone() error {
	return &Error{
		Code: Precondition, Reason: ReasonContentChanged,
		Message: "the region is no longer part of the document: its draft can be read, and nothing else done with it",
	}
}

// base is the reading that a correction is based on.
func (r Review) base() string {
	if r.Draft.Exists() {
		return r.Draft.BasedOn
	}
	return r.Reading
}

// insertCorrection stores a person's reading with all who contributed.
func (c *Catalog) insertCorrection(tx Tx, v Review, g Region, person string, correction Correction) (Reading, error) {
	contributors := append(slices.Clone(v.Draft.Editors), person)
	// What is shown need not be what the draft began from, and the person sees both.
	for _, source := range []string{correction.BasedOn, g.Reading} {
		inherited, err := inheritedFrom(tx, source, g)
		if err != nil {
			return Reading{}, err
		}
		contributors = append(contributors, inherited...)
	}
	slices.Sort(contributors)
	reading := Reading{
		ID: c.newID(), Scan: g.Scan, Page: g.Page, Origin: Person, BasedOn: correction.BasedOn,
		Contributors: slices.Compact(contributors), Box: g.Box, Range: g.Range,
		Text: correction.Text, Body: correction.Body, BodyDigest: correction.BodyDigest, Measure: correction.Measure,
		CreatedAt: c.now(),
	}
	return reading, tx.InsertReading(reading)
}

// inheritedFrom gives the contributors of a person's reading unless somebody has signed it
// where a region lies: they have a part in whatever is based on it. What is signed is as
// good as printed; a signature under another part of the page says nothing of this one.
func inheritedFrom(r Reader, reading string, g Region) ([]string, error) {
	if reading == "" {
		return nil, nil
	}
	contributors, err := r.Contributors(reading)
	if err != nil || len(contributors) == 0 {
		return nil, err
	}
	g.Reading = reading
	if signed, err := isSigned(r, g); err != nil || signed {
		return nil, err
	}
	return contributors, nil
}

// showCorrection makes the revision that shows a person's reading.
func (c *Catalog) showCorrection(tx Tx, seen ReviewView, reading Reading, person string, correction Correction) error {
	before := seen.Shown
	shown := Region{
		Scan: before.Scan, Page: before.Page, Box: before.Box, Range: before.Range, Whole: before.Box != nil || before.Range != nil,
		Reading: reading.ID, Origin: Person, Outcome: Text, Assurance: AssuranceCorrected,
	}
	if reading.Text == "" {
		shown.Outcome = Blank
	}
	head, err := documentAt(tx, seen.Document, 0)
	if err != nil {
		return err
	}
	next, regions, err := head.Revision.with(seen.Region-1, shown)
	if err != nil {
		return err
	}
	next.Author = person
	event := TextCorrected
	if before.Assurance == AssuranceVerified {
		event = TextSuperseded
	}
	changed := make([]RegionChange, len(regions))
	for i, number := range regions {
		changed[i] = RegionChange{
			Region: number, Scan: shown.Scan, Page: shown.Page, Assurance: shown.Assurance,
			Words: correction.Words, Truncated: correction.Truncated,
		}
	}
	revision, err := c.reviseSaying(tx, head.Document, next, event, changed)
	if err != nil {
		return err
	}
	return c.act(tx, ActTextCorrected, person, ReadingSubject(reading.ID), textFacts{
		Document: seen.Document, Revision: revision.Number, RevisionDigest: revision.Digest,
		Content: contentOf(shown, reading.BodyDigest), Contributors: reading.Contributors, BasedOn: reading.BasedOn,
	})
}

// textFacts are the facts of acts on texts.
type textFacts struct {
	Document       string   `json:"document"`
	Revision       int      `json:"revision"`
	RevisionDigest Digest   `json:"revision_digest"`
	Content        Content  `json:"content"`
	ContentDigest  Digest   `json:"content_digest"`
	Contributors   []string `json:"contributors,omitempty"`
	BasedOn        string   `json:"based_on,omitempty"`
	Signature      string   `json:"signature,omitempty"`
	// SignedAt is when the signature was made, which may stand in more documents since.
	SignedAt time.Time `json:"signed_at,omitzero"`
}

// with gives the revision with another region, wherever it shows the same at the same
// place, and the numbers of those regions; without what rules said of words that are no
// longer shown.
func (r Revision) with(at int, g Region) (next Revision, changed []int, err error) {
	next = Revision{Title: r.Title, Regions: slices.Clone(r.Regions), Fields: r.Fields, MadeOf: r.MadeOf}
	was, key := next.Regions[at].Reading, g.Place().Key()
	for i, other := range r.Regions {
		if i == at || other.Reading == was && other.Page == g.Page && other.Place().Key() == key {
			next.Regions[i] = g
			changed = append(changed, i+1)
		}
	}
	if was == g.Reading || was == "" {
		return next, changed, nil
	}
	list, err := r.Fields.List()
	if err != nil {
		return next, changed, err
	}
	list = slices.DeleteFunc(list, func(f Field) bool {
		return f.Person == "" && slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Reading == was })
	})
	next.Fields, err = NewFields(list)
	return next, changed, err
}

// act writes what a person did, for the log.
func (c *Catalog) act(tx Tx, kind, person, subject string, facts any) error {
	if t, ok := facts.(textFacts); ok {
		var err error
		if t.ContentDigest, err = t.Content.Digest(); err != nil {
			return err
		}
		facts = t
	}
	encoded, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encode facts of %s: %w", kind, err)
	}
	return tx.AppendAct(Act{Kind: kind, Person: person, Subject: subject, At: c.now(), Facts: encoded, Leaf: -1})
}

// SendBack returns a corrected text to be corrected again.
func (c *Catalog) SendBack(ctx context.Context, document, key, person, etag, comment string) (ReviewView, error) {
	return c.changeReview(ctx, document, key, person, etag, func(v *Review, seen ReviewView) error {
		if v.Region == 0 {
			return gone()
		}
		if seen.Shown.Origin != Person || seen.Shown.Assurance == AssuranceVerified {
			return notCorrected(seen.Shown)
		}
		// Who sends it back has said what is to be done, and leaves it to others.
		v.State, v.Since, v.SkippedBy = ToCorrect, c.now(), []string{person}
		v.Comment = Comment{Text: comment, Person: person, At: c.now()}
		v.ClaimedBy, v.ClaimUntil = "", c.now()
		v.Version++
		return nil
	})
}

func notCorrected(g Region) error {
	e := &Error{
		Code: Precondition, Reason: ReasonNotCorrected,
		Message: "no person has worked on the text yet: submit it first, unchanged where it is right, and let another person sign",
	}
	if g.Assurance == AssuranceVerified {
		e.Message = "the text is verified: correct it, and it can be signed anew"
	}
	return e
}

// SignReview puts a person's name under what a region shows: it becomes VERIFIED in
// every document that shows the same.
func (c *Catalog) SignReview(ctx context.Context, document, key, person, etag string, content Digest) (ReviewView, error) {
	var view ReviewView
	err := c.store.Tx(ctx, func(tx Tx) error {
		v, seen, err := c.outlinedWorkable(tx, document, key, person, etag)
		if err != nil {
			return err
		}
		if err := seen.read(tx, person); err != nil {
			return err
		}
		switch {
		case v.Region == 0:
			return gone()
		case seen.Shown.Origin != Person:
			return notCorrected(seen.Shown)
		case seen.Content != content:
			return &Error{
				Code: Precondition, Reason: ReasonContentChanged,
				Message:  "the text is not the one that was read: read it again before you sign it",
				Metadata: map[string]string{"content_digest": string(seen.Content), "etag": v.Etag()},
			}
		case seen.Shown.Assurance == AssuranceVerified:
			return notCorrected(seen.Shown)
		}
		if err := c.mayBeSigned(tx, seen.Head.Collection); err != nil {
			return err
		}
		if err := c.sign(tx, seen, person); err != nil {
			return err
		}
		view, err = c.seen(tx, document, key, person)
		return err
	})
	return view, err
}

// mayBeSigned refuses a collection in which one person's word is enough.
func (c *Catalog) mayBeSigned(r Reader, id string) error {
	collection, err := r.Collection(id)
	if err != nil || !collection.OnePerson {
		return err
	}
	return &Error{
		Code: Precondition, Reason: ReasonOnePerson,
		Message: fmt.Sprintf("in collection %q one person's word is enough: nothing is signed there", id),
	}
}

// signed inserts a signature, and says why the store will have none.
func (c *Catalog) signed(tx Tx, content Content, person string) (Signature, error) {
	s := Signature{ID: c.newID(), Subject: content.Subject(), Person: person, SignedAt: c.now()}
	var err error
	if s.Content, err = content.Digest(); err != nil {
		return s, err
	}
	contributors, err := tx.Contributors(s.Subject)
	if err != nil {
		return s, err
	}
	if slices.Contains(contributors, person) {
		return s, &Error{
			Code: Denied, Reason: ReasonOwnWork,
			Message: "you have contributed to this: another person has to sign it",
		}
	}
	if err := isPerson(tx, person); err != nil {
		return s, err
	}
	before, err := signedBefore(tx, s)
	if err != nil || before.ID != "" {
		return before, err
	}
	named, err := submitted(tx, content.acted())
	if err != nil {
		return s, err
	}
	if !named {
		return s, nameless()
	}
	return s, tx.InsertSignature(s)
}

// isPerson refuses whoever has no account, programs, and who is barred. So does the store.
func isPerson(r Reader, id string) error {
	u, err := r.User(id)
	if err == nil && !u.Service && u.DisabledAt.IsZero() {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return &Error{Code: Denied, Reason: ReasonRoleMissing, Message: "only a person with an account of their own, which is not barred, can sign"}
}

// signedBefore gives the signature of the same person under the same content, which may
// stand in a document that was away when it was made; its zero value for none.
func signedBefore(r Reader, s Signature) (Signature, error) {
	on, err := r.SignaturesOn(s.Subject)
	if err != nil {
		return Signature{}, err
	}
	for _, before := range on {
		if before.Content == s.Content && before.Person == s.Person {
			return before, nil
		}
	}
	return Signature{}, nil
}

func (c *Catalog) sign(tx Tx, seen ReviewView, person string) error {
	content := contentOf(seen.Shown, seen.Reading.BodyDigest)
	signature, err := c.signed(tx, content, person)
	if err != nil {
		return err
	}
	documents, err := tx.DocumentsShowing(seen.Shown.Scan, seen.Shown.Reading)
	if err != nil {
		return err
	}
	for _, d := range documents {
		if err := c.verify(tx, d, seen.Shown, content, signature); err != nil {
			return err
		}
	}
	return nil
}

// verify makes a revision of a document that shows what was signed.
func (c *Catalog) verify(tx Tx, d Document, signed Region, content Content, signature Signature) error {
	if !d.DeletedAt.IsZero() {
		return nil
	}
	if err := c.mayBeSigned(tx, d.Collection); err != nil {
		if e, ok := errors.AsType[*Error](err); ok && e.Reason == ReasonOnePerson {
			return nil // its highest assurance is CORRECTED
		}
		return err
	}
	head, err := tx.Revision(d.ID, d.Head)
	if err != nil {
		return err
	}
	key := signed.Place().Key()
	var changed []RegionChange
	next := Revision{Title: head.Title, Regions: slices.Clone(head.Regions), Fields: head.Fields, MadeOf: head.MadeOf, Author: signature.Person}
	for i, g := range next.Regions {
		if g.Reading == signed.Reading && g.Assurance != AssuranceVerified && g.Place().Key() == key {
			next.Regions[i].Assurance = AssuranceVerified
			changed = append(changed, RegionChange{Region: i + 1, Scan: g.Scan, Page: g.Page, Assurance: AssuranceVerified})
		}
	}
	if len(changed) == 0 {
		return nil
	}
	d.follow()
	revision, err := c.reviseSaying(tx, d, next, TextVerified, changed)
	if err != nil {
		return err
	}
	return c.act(tx, ActTextSigned, signature.Person, ReadingSubject(signed.Reading), textFacts{
		Document: d.ID, Revision: revision.Number, RevisionDigest: revision.Digest, Content: content,
		Signature: signature.ID, SignedAt: signature.SignedAt.UTC(),
	})
}

// follow tells that the next revision has the same text and statements as the newest:
// what was derived of that holds for it too.
func (d *Document) follow() {
	if d.Extracted != d.Head {
		return
	}
	d.Extracted++
	if d.Derived == d.Head {
		d.Derived++
	}
}

// assure sets the assurance of regions that show what people have read: by the
// signatures that there are, whatever the caller says. Those from before one person's
// word was enough in a collection hold there too.
func assure(r Reader, regions []Region) error {
	for i := range regions {
		g := &regions[i]
		if g.Origin != Person {
			continue
		}
		g.Assurance = AssuranceCorrected
		signed, err := isSigned(r, *g)
		if err != nil {
			return err
		}
		if signed {
			g.Assurance = AssuranceVerified
		}
	}
	return nil
}

// isSigned tells that somebody has signed what a person's reading says of a region. A
// signature that hangs on another reading, whatever content it names, says nothing of this.
func isSigned(r Reader, g Region) (bool, error) {
	on, err := r.SignaturesOn(g.Reading)
	if err != nil || len(on) == 0 {
		return false, err
	}
	body, err := r.BodyDigest(g.Reading)
	if err != nil {
		return false, fmt.Errorf("reading %s: %w", g.Reading, err)
	}
	content, err := contentOf(g, body).Digest()
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(on, func(s Signature) bool { return s.Content == content }), nil
}
