package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// reviewVerb is a verb on one named review.
type reviewVerb struct {
	region uint32
	first  []fondsv1.ReviewState
}

func (v *reviewVerb) flags(cmd *cobra.Command, first []fondsv1.ReviewState) {
	addServerFlag(cmd)
	v.first = first
	cmd.Flags().Uint32Var(&v.region, "region", 0, "number of the region, where NAME is a document that has several")
}

// on does something with the review that is named.
func (v *reviewVerb) on(cmd *cobra.Command, written string, do func(c *client, name string) error) error {
	if _, _, err := splitReviewName(written); err != nil {
		return err
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	name, err := c.reviewNamed(cmd.Context(), written, v.region, v.first)
	if err != nil {
		return err
	}
	return do(c, name)
}

// tellReview says in a line what has become of a review.
func tellReview(cmd *cobra.Command, r *fondsv1.Review, format string, args ...any) error {
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), r)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", r.GetName(), fmt.Sprintf(format, args...))
	return err
}

func newReviewAcceptCommand() *cobra.Command {
	var (
		v     reviewVerb
		draft bool
	)
	cmd := &cobra.Command{
		Use:   "accept NAME",
		Short: "Say that a text is right as it is, so that another person can sign it",
		Long: `Say that a text is right as it is. It is then CORRECTED, by you, and another person can
sign it. With --draft the draft is taken, as it is.

` + reviewNameHelp,
		Example: `  fonds review accept documents/0199…/reviews/0123456789abcdef
  fonds review accept documents/0199… --region 3
  fonds review accept documents/0199… --draft`,
		Args: needs(cobra.ExactArgs(1), "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.on(cmd, args[0], func(c *client, name string) error { return c.accept(cmd, name, draft) })
		},
	}
	v.flags(cmd, toCorrectFirst)
	cmd.Flags().BoolVar(&draft, "draft", false, "take the draft")
	return cmd
}

// accept submits what a region shows, or its draft. What could be meant otherwise is
// refused: a draft would be dropped, and who accepts a corrected text cannot sign it.
func (c *client) accept(cmd *cobra.Command, name string, draft bool) error {
	r, err := call(cmd.Context(), c.reviews.GetReview, &fondsv1.GetReviewRequest{Name: name})
	if err != nil {
		return err
	}
	text := r.GetText()
	switch {
	case draft && r.GetDraft() == nil:
		return refusedf("%s has no draft", name)
	case draft:
		text = r.GetDraft().GetText()
	case r.GetDraft() != nil && r.GetDraft().GetText() != text:
		return refusedf("%s has a draft, which would be lost: --draft takes it, and `fonds review correct` goes on with it", name)
	case r.GetState() == fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY:
		return refusedf("%s is corrected already and waits for a signature, which you could not give after this: `fonds review sign %s`", name, name)
	case r.GetState() == fondsv1.ReviewState_REVIEW_STATE_DONE:
		return refusedf("%s waits for nothing more: `fonds review correct` changes it", name)
	}
	after, err := call(cmd.Context(), c.reviews.SubmitReview, &fondsv1.SubmitReviewRequest{Name: name, Text: &text, Etag: r.GetEtag()})
	if err != nil {
		return err
	}
	return tellReview(cmd, after, "accepted with %s; %s", plural(len(strings.Fields(text)), "word"), afterwards(after))
}

// afterwards says what comes after a correction.
func afterwards(r *fondsv1.Review) string {
	switch r.GetState() {
	case fondsv1.ReviewState_REVIEW_STATE_DONE:
		return "nothing more is awaited: in its collection one person's word is enough"
	case fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT:
		return "a person with an account of their own has to accept it before another signs"
	}
	return "another person has to sign it"
}

func newReviewSendBackCommand() *cobra.Command {
	var (
		v       reviewVerb
		comment string
	)
	cmd := &cobra.Command{
		Use:   "send-back NAME --comment TEXT",
		Short: "Return a corrected text to be corrected again, and say why",
		Long: `Return a corrected text to be corrected again, and say why. Nothing is lost: the text
stays as it is until somebody corrects it, and the comment stands beside it.

` + reviewNameHelp,
		Example: `  fonds review send-back documents/0199… --comment "line 3: 'division', not 'decision'"`,
		Args:    needs(cobra.ExactArgs(1), "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(comment) == "" {
				return usagef("say with --comment what is wrong, for who corrects it again")
			}
			return v.on(cmd, args[0], func(c *client, name string) error {
				r, err := call(cmd.Context(), c.reviews.GetReview, &fondsv1.GetReviewRequest{Name: name})
				if err != nil {
					return err
				}
				after, err := call(cmd.Context(), c.reviews.SendBack, &fondsv1.SendBackRequest{Name: name, Comment: strings.ToValidUTF8(comment, "\uFFFD"), Etag: r.GetEtag()})
				if err != nil {
					return err
				}
				return tellReview(cmd, after, "sent back")
			})
		},
	}
	v.flags(cmd, toVerifyFirst)
	cmd.Flags().StringVarP(&comment, "comment", "m", "", "what is wrong")
	return cmd
}

func newReviewSkipCommand() *cobra.Command {
	var v reviewVerb
	cmd := &cobra.Command{
		Use:   "skip NAME",
		Short: "Leave a review to others: `fonds review next` does not give it to you again",
		Long: `Leave a review to others: it is given back, and ` + "`fonds review next`" + ` does not give it
to you again while it waits for the same thing. A draft stays.

` + reviewNameHelp,
		Example: `  fonds review skip documents/0199…/reviews/0123456789abcdef`,
		Args:    needs(cobra.ExactArgs(1), "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.on(cmd, args[0], func(c *client, name string) error {
				after, err := call(cmd.Context(), c.reviews.SkipReview, &fondsv1.SkipReviewRequest{Name: name})
				if err != nil {
					return err
				}
				return tellReview(cmd, after, "left to others")
			})
		},
	}
	v.flags(cmd, waitingFirst)
	return cmd
}

func newReviewReleaseCommand() *cobra.Command {
	var v reviewVerb
	cmd := &cobra.Command{
		Use:   "release NAME",
		Short: "Give a review back that you hold",
		Long: `Give a review back that you hold, so that others need not wait until your time is over.
A draft stays.

` + reviewNameHelp,
		Example: `  fonds review release documents/0199…`,
		Args:    needs(cobra.ExactArgs(1), "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.on(cmd, args[0], func(c *client, name string) error {
				after, err := call(cmd.Context(), c.reviews.ReleaseReview, &fondsv1.ReleaseReviewRequest{Name: name})
				if err != nil {
					return err
				}
				return tellReview(cmd, after, "given back")
			})
		},
	}
	v.flags(cmd, waitingFirst)
	return cmd
}
