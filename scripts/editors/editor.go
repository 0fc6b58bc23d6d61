package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// callTime bounds one call: who waits longer waits for a lock that nobody gives back.
	callTime = 30 * time.Second
	// A page that takes minutes is saved some hundred times; here so many times at least and
	// at most, so that a run sees many pages end.
	leastSaves, mostSaves = 5, 50
	// afterRefusal is how long somebody waits who finds only pages that are taken.
	afterRefusal = 100 * time.Millisecond
)

// editor is one person who corrects pages.
type editor struct {
	number          int
	name, id, token string
	reviews         fondsv1.ReviewServiceClient
	pages           []page
	pause           time.Duration
	rng             *rand.Rand
	// words counts those that were typed: no two texts are the same.
	words int

	// written are the writes that the server has acknowledged.
	written           []write
	saves, submits    []time.Duration
	claims, takenOver int
	// conflicts are refusals that are to be expected, by reason.
	conflicts map[string]int
}

// write is an acknowledged one.
type write struct {
	review, editor, text string
	// over is the etag of what its author had seen.
	over string
	// at is the server's time.
	at     time.Time
	submit bool
}

// work goes on until it is time.
func (e *editor) work(ctx context.Context, until time.Time) error {
	for time.Now().Before(until) && ctx.Err() == nil {
		r, err := e.claim(ctx)
		if err != nil {
			return err
		}
		if r == nil {
			rest(ctx, afterRefusal)
			continue
		}
		if r.GetDraft() != nil && !slices.Contains(r.GetDraft().GetEditors(), e.id) {
			e.takenOver++
		}
		if err := e.correct(ctx, r, until); err != nil {
			return err
		}
	}
	return nil
}

// claim takes the next page that waits, or any of all: others may hold it, and then another
// one is taken. nil where all that were tried are held.
func (e *editor) claim(ctx context.Context) (*fondsv1.Review, error) {
	next := chance(e.rng, 50)
	for range 10 {
		var r *fondsv1.Review
		_, err := e.call(ctx, func(ctx context.Context) (err error) {
			if next {
				r, err = e.reviews.ClaimNextReview(ctx, &fondsv1.ClaimNextReviewRequest{Order: fondsv1.ReviewOrder(e.rng.IntN(4))})
			} else {
				r, err = e.reviews.ClaimReview(ctx, &fondsv1.ClaimReviewRequest{Name: e.pages[e.rng.IntN(len(e.pages))].review})
			}
			return err
		})
		refused, err := e.refused(err, catalog.ReasonClaimed, catalog.ReasonNothingToReview)
		if err != nil {
			return nil, err
		}
		if next = false; refused {
			continue
		}
		e.claims++
		return e.whole(ctx, r)
	}
	return nil, nil
}

// whole reads a review with its text: who claims one is given an outline.
func (e *editor) whole(ctx context.Context, r *fondsv1.Review) (*fondsv1.Review, error) {
	if r.GetText() != "" || r.GetDraft() != nil {
		return r, nil
	}
	_, err := e.call(ctx, func(ctx context.Context) (err error) {
		r, err = e.reviews.GetReview(ctx, &fondsv1.GetReviewRequest{Name: r.GetName()})
		return err
	})
	return r, err
}

// correct types for a while and saves as it goes; then it submits, or leaves the draft to
// whoever comes, with or without giving the claim back.
func (e *editor) correct(ctx context.Context, r *fondsv1.Review, until time.Time) error {
	name, etag, text := r.GetName(), r.GetEtag(), r.GetText()
	if d := r.GetDraft(); d != nil {
		text = d.GetText()
	}
	before := ""
	for range leastSaves + e.rng.IntN(mostSaves-leastSaves) {
		if !time.Now().Before(until) {
			return nil
		}
		text = e.typed(text)
		over := etag
		if before != "" && chance(e.rng, 3) {
			over = before // a browser that was asleep
		}
		next, err := e.save(ctx, name, text, over)
		if err != nil {
			return err
		}
		if next == "" && over == etag {
			return nil // somebody else has it now
		}
		if next != "" {
			before, etag = etag, next
		}
		rest(ctx, e.pause)
	}
	switch n := e.rng.IntN(20); {
	case n == 0:
		return nil // the browser was closed
	case n < 3:
		_, err := e.call(ctx, func(ctx context.Context) error {
			_, err := e.reviews.ReleaseReview(ctx, &fondsv1.ReleaseReviewRequest{Name: name})
			return err
		})
		_, err = e.refused(err, catalog.ReasonClaimed, catalog.ReasonNotClaimed)
		return err
	case n < 5:
		return e.twice(ctx, name, text, etag)
	}
	return e.submit(ctx, name, e.typed(text), etag)
}

// typed is a text with one more word of the editor's in place of another.
func (e *editor) typed(text string) string {
	e.words++
	lines := strings.Split(text, "\n")
	at := e.rng.IntN(max(1, min(linesOfPage, len(lines))))
	words := strings.Fields(lines[at])
	word := fmt.Sprintf("e%dn%d", e.number, e.words)
	if len(words) == 0 {
		words = []string{word}
	}
	words[e.rng.IntN(len(words))] = word
	lines[at] = strings.Join(words, " ")
	return strings.Join(lines, "\n")
}

// save saves a draft and returns the etag then; "" where it was refused.
func (e *editor) save(ctx context.Context, name, text, over string) (etag string, err error) {
	var r *fondsv1.Review
	took, err := e.call(ctx, func(ctx context.Context) (err error) {
		r, err = e.reviews.SaveDraft(ctx, &fondsv1.SaveDraftRequest{Name: name, Text: text, Etag: over})
		return err
	})
	if refused, err := e.refused(err, catalog.ReasonEtagMismatch, catalog.ReasonNotClaimed); refused || err != nil {
		return "", err
	}
	e.saves = append(e.saves, took)
	e.written = append(e.written, write{review: name, editor: e.id, text: text, over: over, at: r.GetDraft().GetSaveTime().AsTime()})
	return r.GetEtag(), nil
}

// twice saves from two tabs that have seen the same: one has to be refused.
func (e *editor) twice(ctx context.Context, name, text, over string) error {
	other := &editor{
		number: e.number, words: e.words + 1000, id: e.id, token: e.token, reviews: e.reviews, conflicts: map[string]int{},
		rng: rand.New(rand.NewPCG(e.rng.Uint64(), 0)),
	}
	var failed error
	var saving sync.WaitGroup
	theirs := other.typed(text)
	saving.Go(func() { _, failed = other.save(ctx, name, theirs, over) })
	_, err := e.save(ctx, name, e.typed(text), over)
	saving.Wait()
	e.saves, e.written = append(e.saves, other.saves...), append(e.written, other.written...)
	for reason, n := range other.conflicts {
		e.conflicts[reason] += n
	}
	return errors.Join(err, failed)
}

func (e *editor) submit(ctx context.Context, name, text, over string) error {
	var r *fondsv1.Review
	took, err := e.call(ctx, func(ctx context.Context) (err error) {
		r, err = e.reviews.SubmitReview(ctx, &fondsv1.SubmitReviewRequest{Name: name, Text: &text, Etag: over})
		return err
	})
	if refused, err := e.refused(err, catalog.ReasonEtagMismatch, catalog.ReasonNotClaimed); refused || err != nil {
		return err
	}
	e.submits = append(e.submits, took)
	e.written = append(e.written, write{review: name, editor: e.id, text: text, over: over, at: r.GetReading().GetCreateTime().AsTime(), submit: true})
	return nil
}

// call makes one call in the editor's name.
func (e *editor) call(ctx context.Context, do func(context.Context) error) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+e.token), callTime)
	defer cancel()
	began := time.Now()
	err = do(ctx)
	return time.Since(began), err
}

// refused takes the refusals that are to be expected out of the errors.
func (e *editor) refused(err error, expected ...string) (bool, error) {
	if err == nil {
		return false, nil
	}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && slices.Contains(expected, info.GetReason()) {
			e.conflicts[info.GetReason()]++
			return true, nil
		}
	}
	return false, err
}
