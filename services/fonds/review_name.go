package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// What a verb takes of a document that has several reviews: the first state in which
// there are any decides.
var (
	toCorrectFirst = []fondsv1.ReviewState{fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT, fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY, fondsv1.ReviewState_REVIEW_STATE_DONE}
	toVerifyFirst  = []fondsv1.ReviewState{fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY, fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT, fondsv1.ReviewState_REVIEW_STATE_DONE}
	waitingFirst   = []fondsv1.ReviewState{fondsv1.ReviewState_REVIEW_STATE_UNSPECIFIED, fondsv1.ReviewState_REVIEW_STATE_DONE}
)

// reviewKey is the last part of a review's name.
var reviewKey = regexp.MustCompile(`^[0-9a-f]{16}$`)

// reviewNameHelp is said by every verb that takes a NAME.
const reviewNameHelp = `NAME is documents/ID/reviews/KEY as ` + "`fonds review list`" + ` has it, or a document,
documents/ID or ID, where one of its regions is meant: the one that waits, or that you
hold, or that --region names.`

// splitReviewName takes a name apart; key is empty for a document's.
func splitReviewName(written string) (document, key string, err error) {
	document = strings.ToLower(strings.TrimSpace(written))
	document, key, found := strings.Cut(document, "/reviews/")
	if found && !reviewKey.MatchString(key) {
		return "", "", usagef("%s is no review: write documents/ID/reviews/KEY; `fonds review list` has them", shown(written))
	}
	id := strings.TrimPrefix(document, "documents/")
	if !uuidPattern.MatchString(id) {
		return "", "", usagef("%s is neither a review nor a document: write documents/ID/reviews/KEY, documents/ID or ID; `fonds review list` has them", shown(written))
	}
	return "documents/" + id, key, nil
}

// reviewNamed gives the name of the review that somebody means.
func (c *client) reviewNamed(ctx context.Context, written string, region uint32, first []fondsv1.ReviewState) (string, error) {
	document, key, err := splitReviewName(written)
	if err != nil || key != "" {
		if key != "" && region != 0 {
			err = usagef("--region goes with a document: %s is a region's already", shown(written))
		}
		return document + "/reviews/" + key, err
	}
	for _, state := range first {
		found, err := c.reviewsOf(ctx, document, state, region)
		switch {
		case err != nil:
			return "", err
		case len(found) == 1:
			return found[0].GetName(), nil
		case len(found) > 1:
			if held := c.heldOf(ctx, found); len(held) == 1 {
				return held[0].GetName(), nil
			}
			return "", severalReviews(document, found)
		}
	}
	// Perhaps there is no such document.
	if _, err := c.getParts(ctx, document, 0, "name"); err != nil {
		return "", err
	}
	if region != 0 {
		return "", notFoundf("%s has no region %d that can be reviewed; `fonds get %s --fields` lists its regions", document, region, document)
	}
	return "", notFoundf("%s has nothing that can be reviewed: its pages have not been read yet, or cannot be", document)
}

// mostNamed is how many regions are named of a document that has more.
const mostNamed = 10

// reviewsOf lists the reviews of a document in a state; of one region, or more than
// mostNamed of all.
func (c *client) reviewsOf(ctx context.Context, document string, state fondsv1.ReviewState, region uint32) ([]*fondsv1.Review, error) {
	var found []*fondsv1.Review
	request := &fondsv1.ListReviewsRequest{Parent: document, State: state, PageSize: mostReviewsAtOnce}
	for {
		answer, err := call(ctx, c.reviews.ListReviews, request)
		if err != nil {
			return nil, err
		}
		for _, r := range answer.GetReviews() {
			if region == 0 || r.GetRegionNumber() == region {
				found = append(found, r)
			}
		}
		if request.PageToken = answer.GetNextPageToken(); request.PageToken == "" || len(found) > mostNamed || region != 0 && len(found) > 0 {
			return found, nil
		}
	}
}

// heldOf gives those of reviews that the caller holds.
func (c *client) heldOf(ctx context.Context, reviews []*fondsv1.Review) []*fondsv1.Review {
	me, err := call(ctx, c.accounts.WhoAmI, &fondsv1.WhoAmIRequest{})
	if err != nil {
		return nil // it is asked which one is meant
	}
	return slices.DeleteFunc(slices.Clone(reviews), func(r *fondsv1.Review) bool {
		return r.GetClaimedBy() != strings.TrimPrefix(me.GetName(), "users/")
	})
}

// severalReviews asks which one is meant.
func severalReviews(document string, found []*fondsv1.Review) error {
	slices.SortFunc(found, func(a, b *fondsv1.Review) int { return int(a.GetRegionNumber()) - int(b.GetRegionNumber()) })
	var b strings.Builder
	fmt.Fprintf(&b, "%s has several regions that are meant: say which with --region, or name one:", document)
	for i, r := range found {
		if i == mostNamed {
			b.WriteString("\n  … `fonds review list --document` has all")
			break
		}
		fmt.Fprintf(&b, "\n  region %d, %s: %s", r.GetRegionNumber(), awaitsWords(r.GetState()), r.GetName())
	}
	return usagef("%s", b.String())
}

// awaitsWords says what a region awaits.
func awaitsWords(state fondsv1.ReviewState) string {
	switch state {
	case fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT:
		return "to correct"
	case fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY:
		return "to verify"
	case fondsv1.ReviewState_REVIEW_STATE_DONE:
		return "done"
	}
	return "-"
}
