package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/align"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
	"github.com/fonds-archive/fonds/services/passage"
)

type reviewServer struct {
	fondsv1.UnimplementedReviewServiceServer
	Deps
}

// reviewName takes documents/{uuid}/reviews/{id} apart.
func reviewName(name string) (document, key string, err error) {
	parent, key, ok := strings.Cut(name, "/reviews/")
	if !ok {
		return "", "", invalid("name", fmt.Sprintf("%q is not of the form documents/{uuid}/reviews/{id}", name))
	}
	document, err = documentID(parent)
	return document, key, err
}

// ListReviews returns reviews without their texts.
func (s *reviewServer) ListReviews(ctx context.Context, req *fondsv1.ListReviewsRequest) (*fondsv1.ListReviewsResponse, error) {
	q, err := reviewQuery(req.GetParent(), req.GetState(), req.GetOrder())
	if err != nil {
		return nil, err
	}
	query := []string{"reviews", req.GetParent(), fmt.Sprint(req.GetState()), fmt.Sprint(q.Order)}
	if q.After, err = s.reviewAfter(ctx, req.GetPageToken(), query); err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	q.Limit = size + 1
	views, err := s.Catalog.Reviews(ctx, q)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListReviewsResponse{}
	if len(views) > size {
		views = views[:size]
		last := views[size-1]
		m.NextPageToken = newToken(last.Document+"/"+last.Key, query...)
	}
	for _, v := range views {
		m.Reviews = append(m.Reviews, reviewOf(v))
	}
	if err := s.callPeople(ctx, messages(m.GetReviews())...); err != nil {
		return nil, err
	}
	return m, nil
}

// reviewAfter finds the review that a page token names. One that is gone begins the
// list again.
func (s *reviewServer) reviewAfter(ctx context.Context, token string, query []string) (*catalog.Review, error) {
	after, err := readToken(token, query...)
	if err != nil || after == "" {
		return nil, err
	}
	document, key, _ := strings.Cut(after, "/")
	view, err := s.Catalog.Review(ctx, document, key, "")
	if err != nil {
		return nil, invalid("page_token", "the list has changed at this place: begin it again")
	}
	return &view.Review, nil
}

func reviewQuery(parent string, state fondsv1.ReviewState, order fondsv1.ReviewOrder) (catalog.ReviewQuery, error) {
	q := catalog.ReviewQuery{Order: catalog.ReviewOrder(order), States: []catalog.ReviewState{catalog.ReviewState(state)}}
	if state == 0 {
		q.States = []catalog.ReviewState{catalog.ToCorrect, catalog.ToVerify}
	}
	if order == 0 {
		q.Order = catalog.OldestFirst
	}
	var err error
	q.Document, q.Collection, err = eventParent(parent)
	return q, err
}

// GetReview returns one review whole.
func (s *reviewServer) GetReview(ctx context.Context, req *fondsv1.GetReviewRequest) (*fondsv1.Review, error) {
	return s.review(ctx, req.GetName(), s.Catalog.OpenReview)
}

// review calls a verb on a named review in the caller's name.
func (s *reviewServer) review(ctx context.Context, name string, verb func(ctx context.Context, document, key, person string) (catalog.ReviewView, error)) (*fondsv1.Review, error) {
	document, key, err := reviewName(name)
	if err != nil {
		return nil, err
	}
	view, err := verb(ctx, document, key, person(ctx))
	if err == nil && view.Reading.ID == "" && view.Shown.Reading != "" { // an outline
		view, err = s.Catalog.Review(ctx, document, key, person(ctx))
	}
	return s.wholeReview(ctx)(view, err)
}

// ClaimReview takes a review for the caller.
func (s *reviewServer) ClaimReview(ctx context.Context, req *fondsv1.ClaimReviewRequest) (*fondsv1.Review, error) {
	return s.review(ctx, req.GetName(), s.Catalog.ClaimReview)
}

// ReleaseReview gives a claim back.
func (s *reviewServer) ReleaseReview(ctx context.Context, req *fondsv1.ReleaseReviewRequest) (*fondsv1.Review, error) {
	return s.review(ctx, req.GetName(), s.Catalog.ReleaseReview)
}

// SkipReview leaves a review to others.
func (s *reviewServer) SkipReview(ctx context.Context, req *fondsv1.SkipReviewRequest) (*fondsv1.Review, error) {
	return s.review(ctx, req.GetName(), s.Catalog.SkipReview)
}

// ClaimNextReview claims the first that the caller may work on.
func (s *reviewServer) ClaimNextReview(ctx context.Context, req *fondsv1.ClaimNextReviewRequest) (*fondsv1.Review, error) {
	q, err := reviewQuery(req.GetParent(), req.GetState(), req.GetOrder())
	if err != nil {
		return nil, err
	}
	if !mayVerify(ctx) {
		q.States = slices.DeleteFunc(q.States, func(state catalog.ReviewState) bool { return state == catalog.ToVerify })
	}
	if len(q.States) == 0 {
		return nil, &catalog.Error{Code: catalog.Denied, Reason: catalog.ReasonRoleMissing, Message: "only who has the role verifier is given texts to sign"}
	}
	return s.wholeReview(ctx)(s.Catalog.ClaimNext(ctx, q, person(ctx)))
}

// SaveDraft keeps text that is being worked on. The answer has what has changed.
func (s *reviewServer) SaveDraft(ctx context.Context, req *fondsv1.SaveDraftRequest) (*fondsv1.Review, error) {
	document, key, err := reviewName(req.GetName())
	if err != nil {
		return nil, err
	}
	caller, _ := auth.From(ctx)
	saved, err := s.Catalog.SaveDraft(ctx, document, key, person(ctx), req.GetText(), req.GetEtag())
	if err != nil {
		return nil, err
	}
	return &fondsv1.Review{
		Name: req.GetName(), Etag: saved.Etag(), State: fondsv1.ReviewState(saved.State),
		ClaimedBy: saved.ClaimedBy, ClaimedByName: caller.DisplayName, ClaimExpireTime: timestamp(saved.ClaimUntil),
		Draft: &fondsv1.Draft{Editors: saved.Draft.Editors, SaveTime: timestamp(saved.Draft.SavedAt)},
	}, nil
}

// SubmitReview makes a reading of a text, with the boxes of the one that it corrects.
func (s *reviewServer) SubmitReview(ctx context.Context, req *fondsv1.SubmitReviewRequest) (*fondsv1.Review, error) {
	return s.review(ctx, req.GetName(), func(ctx context.Context, document, key, person string) (catalog.ReviewView, error) {
		before, err := s.Catalog.Review(ctx, document, key, person)
		if err != nil {
			return before, err
		}
		correction, err := s.correction(ctx, before, req.Text)
		if err != nil {
			return before, err
		}
		return s.Catalog.SubmitReview(ctx, document, key, person, req.GetEtag(), correction)
	})
}

// mostChanges bounds the runs of words that an event tells.
const mostChanges = 200

// correction lays a text over the reading that it is based on. text nil stands for the
// draft's, or what is shown.
func (s *reviewServer) correction(ctx context.Context, v catalog.ReviewView, text *string) (catalog.Correction, error) {
	base, shown, err := s.base(ctx, v)
	if err != nil {
		return catalog.Correction{}, err
	}
	corrected := shown
	switch {
	case text != nil:
		corrected = *text
	case v.Draft.Exists():
		corrected = v.Draft.Text
	}
	body := align.Onto(base, corrected, boxMessage(v.Shown.Box))
	body.Salt = make([]byte, 16)
	_, _ = rand.Read(body.GetSalt()) // never fails, says its documentation
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		return catalog.Correction{}, fmt.Errorf("encode a correction: %w", err)
	}
	sum := sha256.Sum256(encoded)
	c := catalog.Correction{
		BasedOn: v.Reading.ID, Text: body.GetText(), Body: encoded, BodyDigest: catalog.Digest(hex.EncodeToString(sum[:])), Measure: passage.Measured(body),
	}
	if v.Draft.Exists() {
		c.BasedOn = v.Draft.BasedOn
	}
	changes := align.Changes(shown, c.Text)
	c.Truncated = len(changes) > mostChanges
	for _, w := range changes[:min(len(changes), mostChanges)] {
		c.Words = append(c.Words, catalog.WordChange{Before: w.Before, After: w.After})
	}
	return c, nil
}

// base gives the body that a correction is laid over, which is the draft's where there
// is one, and the text that is shown.
func (s *reviewServer) base(ctx context.Context, v catalog.ReviewView) (*fondsv1.Body, string, error) {
	text, body, err := shownText(v.Shown, v.Reading)
	if err != nil || v.Region == 0 || !v.Draft.Exists() || v.Draft.BasedOn == v.Reading.ID || v.Draft.BasedOn == "" {
		return body, text, err
	}
	reading, err := s.Catalog.Reading(ctx, v.Shown.Scan, v.Shown.Page, v.Draft.BasedOn)
	if err != nil {
		return nil, "", err
	}
	body, err = decoded(reading.Body, &fondsv1.Body{})
	return body, text, err
}

// shownText cuts what a region shows out of its reading.
func shownText(g catalog.Region, r catalog.Reading) (string, *fondsv1.Body, error) {
	if r.ID == "" {
		return "", nil, nil
	}
	body, err := decoded(r.Body, &fondsv1.Body{})
	if err != nil {
		return "", nil, fmt.Errorf("body of reading %s: %w", r.ID, err)
	}
	box, part := g.Cut()
	switch {
	case box != nil:
		body = export.Cut(body, boxMessage(box))
		return body.GetText(), body, nil
	case part != nil && part.End <= len(r.Text) && part.Start <= part.End:
		text := r.Text[part.Start:part.End]
		return text, &fondsv1.Body{Text: text}, nil
	case part != nil:
		return "", nil, fmt.Errorf("%w: reading %s has %d bytes, and a region ends at byte %d", catalog.ErrDamaged, r.ID, len(r.Text), part.End)
	}
	return r.Text, body, nil
}

func boxMessage(b *catalog.Box) *fondsv1.Box {
	if b == nil {
		return nil
	}
	return &fondsv1.Box{X: number(b.X), Y: number(b.Y), Width: number(b.Width), Height: number(b.Height)}
}

// SignReview puts the caller's name under a text.
func (s *reviewServer) SignReview(ctx context.Context, req *fondsv1.SignReviewRequest) (*fondsv1.Review, error) {
	return s.review(ctx, req.GetName(), func(ctx context.Context, document, key, person string) (catalog.ReviewView, error) {
		return s.Catalog.SignReview(ctx, document, key, person, req.GetEtag(), catalog.Digest(req.GetContentDigest()))
	})
}

// SendBack returns a text for another correction.
func (s *reviewServer) SendBack(ctx context.Context, req *fondsv1.SendBackRequest) (*fondsv1.Review, error) {
	if strings.TrimSpace(req.GetComment()) == "" {
		return nil, invalid("comment", "say what is wrong")
	}
	return s.review(ctx, req.GetName(), func(ctx context.Context, document, key, person string) (catalog.ReviewView, error) {
		return s.Catalog.SendBack(ctx, document, key, person, req.GetEtag(), req.GetComment())
	})
}

// SignFields puts the caller's name under statements of others.
func (s *reviewServer) SignFields(ctx context.Context, req *fondsv1.SignFieldsRequest) (*fondsv1.Document, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	return s.written(ctx)(s.Catalog.SignFields(ctx, id, req.GetEtag(), person(ctx), req.GetStatements()))
}

// GetProgress counts regions by what they await.
func (s *reviewServer) GetProgress(ctx context.Context, req *fondsv1.GetProgressRequest) (*fondsv1.GetProgressResponse, error) {
	asked, err := collectionID("collection", req.GetCollection())
	if err != nil {
		return nil, err
	}
	collections, err := s.Catalog.Collections(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.Catalog.ReviewCounts(ctx, asked)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.GetProgressResponse{}
	for _, c := range collections {
		if asked != "" && c.ID != asked {
			continue
		}
		p := &fondsv1.CollectionProgress{Collection: "collections/" + c.ID, DisplayName: c.DisplayName, OnePerson: c.OnePerson}
		for _, n := range counts {
			if n.Collection == c.ID {
				countState(p, n)
			}
		}
		m.Collections = append(m.Collections, p)
	}
	return m, nil
}

func countState(p *fondsv1.CollectionProgress, n catalog.ReviewCount) {
	switch n.State {
	case catalog.ToCorrect:
		p.ToCorrect, p.DoubtfulWords = number(n.Reviews), number(n.Doubtful)
	case catalog.ToVerify:
		p.ToVerify = number(n.Reviews)
	case catalog.Reviewed:
		p.Done = number(n.Reviews)
	}
}

// ListRevisions returns the history of a document.
func (s *reviewServer) ListRevisions(ctx context.Context, req *fondsv1.ListRevisionsRequest) (*fondsv1.ListRevisionsResponse, error) {
	id, err := uuidAfter("documents", "parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	query := []string{"revisions", id}
	below, err := readNumberToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	history, err := s.Catalog.History(ctx, id, int(below), size)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListRevisionsResponse{}
	for _, e := range history {
		r := e.Revision
		m.Revisions = append(m.Revisions, &fondsv1.RevisionSummary{
			Name: fmt.Sprintf("documents/%s/revisions/%d", id, r.Number), Revision: number(r.Number),
			Person: r.Author, PersonName: e.PersonName, CreateTime: timestamp(r.CreatedAt),
			Assurance: fondsv1.Assurance(r.Assurance()), Changes: e.Changes, ContentDigest: string(r.Digest),
		})
	}
	if n := len(history); n == size && history[n-1].Revision.Number > 1 {
		m.NextPageToken = newToken(fmt.Sprint(history[n-1].Revision.Number), query...)
	}
	return m, nil
}

// wholeReview translates a review with its text and reading.
func (s *reviewServer) wholeReview(ctx context.Context) func(catalog.ReviewView, error) (*fondsv1.Review, error) {
	return func(v catalog.ReviewView, err error) (*fondsv1.Review, error) {
		if err != nil {
			return nil, err
		}
		m, err := wholeReviewOf(v)
		return withNames(ctx, s.Deps, m, err)
	}
}

func wholeReviewOf(v catalog.ReviewView) (*fondsv1.Review, error) {
	m := reviewOf(v)
	text, body, err := shownText(v.Shown, v.Reading)
	if err != nil {
		return nil, err
	}
	m.Text = text
	if v.Reading.ID != "" {
		if m.Reading, err = readingOf(v.Reading); err != nil {
			return nil, err
		}
		m.Reading.Body = body
	}
	m.UnverifiedFields, err = unverifiedIn(v.Head)
	return m, err
}

func reviewOf(v catalog.ReviewView) *fondsv1.Review {
	m := &fondsv1.Review{
		Name:         "documents/" + v.Document + "/reviews/" + v.Key,
		RegionNumber: number(v.Region), Title: v.Head.Revision.Title, Collection: "collections/" + v.Collection,
		State: fondsv1.ReviewState(v.State), StateTime: timestamp(v.Since),
		Confidence: -1, Words: number(v.Words), DoubtfulWords: number(v.Doubtful), Disagreement: float32(v.Disagreement) / 1000,
		ClaimedBy: v.ClaimedBy, ClaimedByName: v.ClaimedByName, Etag: v.Etag(),
		ContentDigest: string(v.Content), OwnWork: v.Own,
	}
	if v.Confidence < catalog.UnknownConfidence {
		m.Confidence = float32(v.Confidence) / 1000
	}
	if v.Region > 0 {
		m.Region = regionOf(v.Shown)
	}
	if v.ClaimedBy != "" {
		m.ClaimExpireTime = timestamp(v.ClaimUntil)
	}
	if d := v.Draft; d.Exists() {
		m.Draft = &fondsv1.Draft{Text: d.Text, Editors: d.Editors, EditorNames: slices.Clone(d.Editors), SaveTime: timestamp(d.SavedAt)}
		if d.BasedOn != "" {
			m.Draft.BasedOn = m.GetRegion().GetPage() + "/readings/" + d.BasedOn
		}
	}
	if c := v.Comment; c.Text != "" {
		m.Comment = &fondsv1.Comment{Text: c.Text, Person: c.Person, PersonName: v.CommentByName, CreateTime: timestamp(c.At)}
	}
	return m
}

// critical are the fields in which a mistake makes a wrong document.
var critical = []string{
	"telegram_number", "outgoing_number", "incoming_number", "document_date", "sent_at", "received_at",
	"citation", "addressee", "signatory",
}

// unverifiedIn gives the critical fields that stand in a document and that nobody has
// signed.
func unverifiedIn(head catalog.DocumentHead) ([]string, error) {
	fields, err := head.Revision.Fields.List()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range fields {
		if f.Assurance < catalog.AssuranceVerified && slices.Contains(critical, f.Name) && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names, nil
}
