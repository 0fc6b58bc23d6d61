package main

import (
	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// signOptions are the flags of review sign.
type signOptions struct {
	reviewVerb
	queue     queueOptions
	yes, next bool
}

func newReviewSignCommand() *cobra.Command {
	var o signOptions
	cmd := &cobra.Command{
		Use:   "sign {NAME | --next}",
		Short: "Put your name under a text that another person has corrected",
		Long: `Show a text that another person has corrected, with the words that they changed, and put
your name under it when you say so. It is then VERIFIED, in every document that shows
it. Who has a part in a text cannot sign it, nor can a program, or who has no token.

What is signed is the text that was shown: if it has changed meanwhile, it is not signed.

` + reviewNameHelp,
		Example: `  fonds review sign documents/0199…/reviews/0123456789abcdef
  fonds review sign --next --collection telegrams
  fonds review sign documents/0199… --yes`,
		Args: needs(cobra.MaximumNArgs(1), "one NAME, or --next"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	o.flags(cmd, toVerifyFirst)
	o.queue.flags(cmd)
	cmd.Flags().BoolVar(&o.next, "next", false, "take the next that waits for a signature")
	cmd.Flags().BoolVar(&o.yes, "yes", false, "sign without asking")
	return cmd
}

func (o *signOptions) run(cmd *cobra.Command, args []string) error {
	if err := oneOrNext(cmd, args, o.next, &o.queue); err != nil {
		return err
	}
	o.queue.state = "to-verify"
	if !o.next {
		return o.on(cmd, args[0], func(c *client, name string) error {
			r, err := call(cmd.Context(), c.reviews.GetReview, &fondsv1.GetReviewRequest{Name: name})
			if err != nil {
				return err
			}
			return o.sign(cmd, c, r)
		})
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	r, err := o.queue.claimNext(cmd.Context(), c)
	if err != nil {
		return err
	}
	return o.sign(cmd, c, r)
}

// sign shows a text, asks, and signs it. Where it cannot be signed nobody is asked: the
// server says why.
func (o *signOptions) sign(cmd *cobra.Command, c *client, r *fondsv1.Review) error {
	switch {
	case r.GetContentDigest() == "":
		return refusedf("no person has worked on %s yet: `fonds review correct` or `fonds review accept` comes first, and then another person signs", r.GetName())
	case r.GetComment() != nil && r.GetState() == fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT:
		return refusedf("%s was sent back to be corrected again: it can be signed after that", r.GetName())
	case r.GetState() == fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY && !r.GetOwnWork():
		if err := o.agree(cmd, c, r); err != nil {
			return err
		}
	}
	after, err := call(cmd.Context(), c.reviews.SignReview, &fondsv1.SignReviewRequest{Name: r.GetName(), ContentDigest: r.GetContentDigest(), Etag: r.GetEtag()})
	if err != nil {
		return err
	}
	return tellReview(cmd, after, "signed; it is %s", assuranceName(after.GetRegion().GetAssurance()))
}

// agree shows what is signed and asks.
func (o *signOptions) agree(cmd *cobra.Command, c *client, r *fondsv1.Review) error {
	if o.yes && wantsJSON(cmd) {
		return nil
	}
	if err := c.writeReview(cmd.Context(), cmd.ErrOrStderr(), r); err != nil {
		return err
	}
	if o.yes {
		return nil
	}
	agreed, err := putsName(cmd)
	if err == nil && !agreed {
		err = dataf("%s is not signed; `fonds review send-back` returns it, `fonds review skip` leaves it to others", r.GetName())
	}
	return err
}

// putsName asks for a signature. Nobody signs who does not say so.
func putsName(cmd *cobra.Command) (bool, error) {
	answer, err := newAsker(cmd).choose(cmd.Context(), "Put your name under it? [y/N]", "Ny")
	return answer == 'y', err
}
