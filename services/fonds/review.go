package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newReviewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "review",
		Short: "Correct what machines have read, and sign what others have corrected",
		Long: `Correct what machines have read, and sign what others have corrected.

Each region of a document, a page or a part of one, waits first for a correction, and
then for the signature of another person: who has contributed to a text cannot sign it.
Who works on a region holds it for a quarter of an hour, and longer while they go on.

Nothing that is typed is lost: a draft stays with the server, whoever goes on with it,
and a text that the server does not take stays in its file, whose name is told.`,
		Example: `  fonds review list --order confidence        what waits, the least sure first
  fonds review correct --next                 take the next one, and open $EDITOR on it
  fonds review correct documents/0199…        the one region of a document that waits
  fonds review sign --next                    read what another person corrected, and sign it
  fonds review send-back documents/0199… --comment "the last line is missing"
  fonds review sign-fields documents/0199…    sign what another person has stated of a document
  fonds progress                              how far it has come`,
		Args: verbs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newReviewListCommand(), newReviewNextCommand(), newReviewShowCommand(), newReviewCorrectCommand(), newReviewAcceptCommand(),
		newReviewSignCommand(), newReviewSendBackCommand(), newReviewSkipCommand(), newReviewReleaseCommand(),
		newSignFieldsCommand(),
	)
	return cmd
}

// queueOptions are the flags that say which reviews come, and in which order.
type queueOptions struct {
	state, order, collection, document string
}

var reviewStates = map[string]fondsv1.ReviewState{
	"":           fondsv1.ReviewState_REVIEW_STATE_UNSPECIFIED,
	"to-correct": fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT,
	"to-verify":  fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY,
	"done":       fondsv1.ReviewState_REVIEW_STATE_DONE,
}

var reviewOrders = map[string]fondsv1.ReviewOrder{
	"oldest":       fondsv1.ReviewOrder_REVIEW_ORDER_OLDEST,
	"confidence":   fondsv1.ReviewOrder_REVIEW_ORDER_CONFIDENCE,
	"disagreement": fondsv1.ReviewOrder_REVIEW_ORDER_DISAGREEMENT,
}

func (q *queueOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&q.order, "order", "oldest", "which comes first: oldest, confidence (the least sure) or disagreement (of recipes)")
	cmd.Flags().StringVar(&q.collection, "collection", "", "only this collection's")
	cmd.Flags().StringVar(&q.document, "document", "", "only this document's")
}

// request makes the question of the flags.
func (q *queueOptions) request() (*fondsv1.ListReviewsRequest, error) {
	r := &fondsv1.ListReviewsRequest{}
	var ok bool
	if r.State, ok = reviewStates[strings.ToLower(q.state)]; !ok {
		return nil, usagef("--state %s: write to-correct, to-verify or done", shown(q.state))
	}
	if r.Order, ok = reviewOrders[strings.ToLower(q.order)]; !ok {
		return nil, usagef("--order %s: write oldest, confidence or disagreement", shown(q.order))
	}
	id := strings.TrimPrefix(q.collection, "collections/")
	var err error
	switch {
	case q.collection != "" && q.document != "":
		return nil, usagef("--collection and --document: say one of them")
	case q.collection != "" && !collectionPattern.MatchString(id):
		return nil, usagef("--collection %s: %s", shown(q.collection), collectionRule)
	case q.collection != "":
		r.Parent = "collections/" + id
	case q.document != "":
		r.Parent, err = documentName(q.document)
	}
	return r, err
}

// claimNext claims the first review of the queue.
func (q *queueOptions) claimNext(ctx context.Context, c *client) (*fondsv1.Review, error) {
	r, err := q.request()
	if err != nil {
		return nil, err
	}
	if r.GetState() == fondsv1.ReviewState_REVIEW_STATE_DONE {
		return nil, usagef("--state done: what is done waits for nobody; write to-correct or to-verify")
	}
	return call(ctx, c.reviews.ClaimNextReview, &fondsv1.ClaimNextReviewRequest{Parent: r.GetParent(), State: r.GetState(), Order: r.GetOrder()})
}

// mostReviewsAtOnce is how many one call asks for.
const mostReviewsAtOnce = 200

func newReviewListCommand() *cobra.Command {
	var q queueOptions
	list := listing[*fondsv1.Review]{
		header: []string{"NAME", "REGION", "AWAITS", "SINCE", "SURE", "DOUBTFUL", "DISPUTED", "HELD BY", "TITLE"},
		none:   "nothing waits",
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Review, string, error) {
			request, err := q.request()
			if err != nil {
				return nil, "", err
			}
			request.PageSize, request.PageToken = min(size, mostReviewsAtOnce), token
			answer, err := c.reviews.ListReviews(ctx, request, zipped())
			return answer.GetReviews(), answer.GetNextPageToken(), err
		},
		row: func(r *fondsv1.Review) []string {
			return []string{
				r.GetName(), strconv.Itoa(int(r.GetRegionNumber())), awaitsWords(r.GetState()), moment(r.GetStateTime()),
				sureness(r), doubts(r), percent(r.GetDisagreement()),
				orDash(oneLine(r.GetClaimedByName(), 30)), oneLine(r.GetTitle(), longestShown),
			}
		},
	}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what waits for a correction or a signature",
		Long: `List what waits for a correction or a signature.

SURE is the mean confidence of the words, DOUBTFUL how many are below 60 %, DISPUTED
the share of the words that another recipe has read differently. Texts are left out,
with --json too: ` + "`fonds review show`" + ` has them.`,
		Example: `  fonds review list
  fonds review list --state to-verify --collection telegrams
  fonds review list --order confidence --limit 10
  fonds review list --state done --document documents/0199…
  fonds review list --limit 0 --json | jq -r 'select(.doubtfulWords > 20) | .name'`,
		Args: needs(cobra.NoArgs, "no arguments"),
	}
	cmd.Flags().StringVar(&q.state, "state", "", "to-correct, to-verify or done (default what waits)")
	q.flags(cmd)
	limit := list.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := q.request(); err != nil {
			return err
		}
		return list.print(cmd, *limit)
	}
	return cmd
}

// sureness is the confidence of the words where it is known.
func sureness(r *fondsv1.Review) string {
	if r.GetConfidence() < 0 {
		return "-"
	}
	return percent(r.GetConfidence())
}

// doubts says how many of the words are doubtful where that is known.
func doubts(r *fondsv1.Review) string {
	if r.GetConfidence() < 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d", r.GetDoubtfulWords(), r.GetWords())
}

func percent(share float32) string { return fmt.Sprintf("%.0f%%", 100*share) }

func newReviewNextCommand() *cobra.Command {
	var q queueOptions
	cmd := &cobra.Command{
		Use:   "next",
		Short: "Take the next that waits, and show it",
		Long: `Take the next that waits, and show it. What others hold, what you have skipped, and
what you cannot sign because you had a part in it is passed over. It is yours for a
quarter of an hour; ` + "`fonds review release`" + ` gives it back.`,
		Example: `  fonds review next
  fonds review next --state to-verify --collection telegrams
  fonds review correct "$(fonds review next --order confidence --json | jq -r .name)"`,
		Args: needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := q.request(); err != nil {
				return err
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			r, err := q.claimNext(cmd.Context(), c)
			if err != nil {
				return err
			}
			return c.showReview(cmd, r)
		},
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&q.state, "state", "", "to-correct or to-verify (default what comes first)")
	q.flags(cmd)
	return cmd
}
