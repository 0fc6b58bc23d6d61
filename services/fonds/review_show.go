package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/align"
	"github.com/fonds-archive/fonds/services/export"
)

func newReviewShowCommand() *cobra.Command {
	var (
		v       reviewVerb
		picture string
	)
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a text that is to be corrected or signed, and what is known of it",
		Long: `Show a text that is to be corrected or signed: what it awaits, who holds it, how sure
the machine was, the comment with which it was sent back, what its correction changed,
and the draft that there is.

Words below a confidence of 60 % are underlined on a terminal, and have [?] behind them
elsewhere. --json has the text without marks. --picture writes the scanned page to a
file, to look at beside the text.

` + reviewNameHelp,
		Example: `  fonds review show documents/0199…/reviews/0123456789abcdef
  fonds review show documents/0199… --region 3
  fonds review show documents/0199… --picture page.png && xdg-open page.png
  fonds review show documents/0199… --json | jq -r .text`,
		Args: needs(cobra.ExactArgs(1), "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.on(cmd, args[0], func(c *client, name string) error {
				r, err := call(cmd.Context(), c.reviews.GetReview, &fondsv1.GetReviewRequest{Name: name})
				if err == nil && picture != "" {
					err = c.savePicture(cmd, r, picture)
				}
				if err != nil {
					return err
				}
				return c.showReview(cmd, r)
			})
		},
	}
	v.flags(cmd, waitingFirst)
	cmd.Flags().StringVar(&picture, "picture", "", "write the page to this file, as PNG")
	return cmd
}

// showReview prints a review for who works on it.
func (c *client) showReview(cmd *cobra.Command, r *fondsv1.Review) error {
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), r)
	}
	if err := c.writeReview(cmd.Context(), cmd.OutOrStdout(), r); err != nil {
		return err
	}
	_, err := io.WriteString(cmd.OutOrStdout(), nextSteps(r))
	return err
}

// writeReview lays a review out: what is known, then the text, then what was changed in
// it and what is being changed.
func (c *client) writeReview(ctx context.Context, w io.Writer, r *fondsv1.Review) error {
	p := reviewPage{Review: r, pen: penFor(w), called: c.people(ctx, documentOfReview(r))}
	p.head()
	p.out.WriteString("\nTEXT\n" + p.text())
	if r.GetState() == fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY {
		before, err := c.beforePeople(ctx, r.GetReading())
		if err != nil {
			return err
		}
		if err := p.changed("CHANGED BY PEOPLE", before, r.GetText()); err != nil {
			return err
		}
	}
	if d := r.GetDraft(); d != nil {
		if err := p.changed("THE DRAFT", r.GetText(), d.GetText()); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

func documentOfReview(r *fondsv1.Review) string {
	document, _, _ := strings.Cut(r.GetName(), "/reviews/")
	return document
}

// reviewPage is a review in lines for a person.
type reviewPage struct {
	*fondsv1.Review
	pen    pen
	called func(id string) string
	out    strings.Builder
}

func (p *reviewPage) fact(label, format string, args ...any) {
	fmt.Fprintf(&p.out, "  %-12s %s\n", label, fmt.Sprintf(format, args...))
}

func (p *reviewPage) head() {
	fmt.Fprintf(&p.out, "%s\n", p.GetName())
	p.fact("title", "%s", oneLine(p.GetTitle(), longestReason))
	if n := p.GetRegionNumber(); n > 0 {
		p.fact("region", "%d, %s, in %s", n, placeWords(p.GetRegion()), p.GetCollection())
	} else {
		p.fact("region", "no longer part of the document; only the draft is left, in %s", p.GetCollection())
	}
	p.fact("awaits", "%s", p.awaits())
	if p.GetConfidence() >= 0 {
		p.fact("machine", "%s sure; %d of %s doubtful", sureness(p.Review), p.GetDoubtfulWords(), plural(p.GetWords(), "word"))
	}
	if p.GetDisagreement() > 0 {
		p.fact("disputed", "another recipe has read %s of the words differently", percent(p.GetDisagreement()))
	}
	if by := p.GetReading().GetContributors(); len(by) > 0 {
		p.fact("text by", "%s", peopleWords(by, p.called))
	}
	if p.GetClaimedBy() != "" {
		p.fact("held by", "%s until %s", p.holder(), moment(p.GetClaimExpireTime()))
	}
	if d := p.GetDraft(); d != nil {
		p.fact("draft", "by %s, saved %s", peopleWords(d.GetEditors(), p.called), moment(d.GetSaveTime()))
	}
	if c := p.GetComment(); c != nil {
		p.fact("sent back", "by %s, %s:", p.called(c.GetPerson()), moment(c.GetCreateTime()))
		for _, line := range wrap(safeText(c.GetText()), 60) {
			p.fact("", "%s", line)
		}
	}
	if fields := p.GetUnverifiedFields(); len(fields) > 0 {
		p.fact("unverified", "%s", oneLine(strings.Join(fields, ", "), longestReason))
	}
}

// holder names who holds the review.
func (p *reviewPage) holder() string {
	if name := p.called(p.GetClaimedBy()); name == "you" || p.GetClaimedByName() == "" {
		return name
	}
	return oneLine(p.GetClaimedByName(), 100)
}

func (p *reviewPage) awaits() string {
	since := moment(p.GetStateTime())
	switch p.GetState() {
	case fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT:
		return "a correction, since " + since
	case fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY:
		if p.GetOwnWork() {
			return "the signature of another person, since " + since + ": you have a part in the text"
		}
		return "a signature, since " + since
	}
	return "nothing more: " + assuranceName(p.GetRegion().GetAssurance()) + " since " + since
}

// placeWords says where a region lies.
func placeWords(g *fondsv1.Region) string {
	words := g.GetPage()
	if b := g.GetBox(); b != nil {
		words += fmt.Sprintf(" %d,%d %dx%d", b.GetX(), b.GetY(), b.GetWidth(), b.GetHeight())
	}
	if t := g.GetRange(); t != nil {
		words += fmt.Sprintf(" bytes %d to %d", t.GetStart(), t.GetEnd())
	}
	return words
}

// text is the text with the words marked that the machine was not sure of.
func (p *reviewPage) text() string {
	body := p.GetReading().GetBody()
	if p.GetText() == "" {
		return "(none)\n"
	}
	text := p.GetText()
	if body.GetText() != text || p.GetState() == fondsv1.ReviewState_REVIEW_STATE_DONE {
		return endedLine(safeText(text)) // there are no words to mark, or no doubts any more
	}
	var b strings.Builder
	at := 0
	for _, w := range body.GetWords() {
		start, end := int(w.GetStart()), int(w.GetEnd())
		if w.GetConfidence() >= unsureWord || start < at || end <= start || end > len(text) {
			continue
		}
		b.WriteString(safeText(text[at:start]) + p.pen.doubtful(safeText(text[start:end])))
		at = end
	}
	b.WriteString(safeText(text[at:]))
	return endedLine(b.String())
}

// unsureWord is the confidence below which the server counts a word as doubtful.
const unsureWord = 0.6

// endedLine is a text whose last line ends.
func endedLine(text string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// changed shows what differs between two texts.
func (p *reviewPage) changed(heading, before, after string) error {
	changes := align.Changes(before, after)
	fmt.Fprintf(&p.out, "\n%s (%s)\n", heading, changesSummed(changes))
	return wordChanges{after: after, changes: changes, pen: p.pen}.write(&p.out)
}

// nextSteps says what can be done.
func nextSteps(r *fondsv1.Review) string {
	switch {
	case r.GetState() == fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT:
		return fmt.Sprintf("\nfonds review correct %s\n", r.GetName())
	case r.GetState() == fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY && !r.GetOwnWork():
		return fmt.Sprintf("\nfonds review sign %s\nfonds review send-back %s --comment …\n", r.GetName(), r.GetName())
	}
	return ""
}

// mostCorrections bounds the corrections of corrections that are gone back over.
const mostCorrections = 100

// beforePeople gives the text that a person's reading goes back to, over the same part of
// the page: a machine's, an imported or a verified one.
func (c *client) beforePeople(ctx context.Context, reading *fondsv1.Reading) (string, error) {
	base := reading
	for range mostCorrections {
		if base.GetBasedOn() == "" {
			return "", nil
		}
		below, err := call(ctx, c.catalog.GetReading, &fondsv1.GetReadingRequest{Name: base.GetBasedOn()})
		if err != nil {
			return "", err
		}
		signed := slices.ContainsFunc(below.GetContributors(), func(person string) bool { return !slices.Contains(base.GetContributors(), person) })
		base = below
		if base.GetOrigin() != fondsv1.Origin_ORIGIN_PERSON || signed {
			break
		}
	}
	text := base.GetBody().GetText()
	if base.GetBox() != nil || base.GetRangeEnd() > 0 {
		return text, nil // it is of the part alone
	}
	if box := reading.GetBox(); box != nil {
		return export.Cut(base.GetBody(), box).GetText(), nil
	}
	if start, end := int(reading.GetRangeStart()), int(reading.GetRangeEnd()); end > 0 && end <= len(text) && start <= end {
		return strings.ToValidUTF8(text[start:end], string(utf8.RuneError)), nil
	}
	return text, nil
}
