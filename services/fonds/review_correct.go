package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/align"
)

// correctOptions are the flags of review correct.
type correctOptions struct {
	reviewVerb
	queue      queueOptions
	file       string
	yes, draft bool
	next       bool
}

func newReviewCorrectCommand() *cobra.Command {
	var o correctOptions
	cmd := &cobra.Command{
		Use:   "correct {NAME | --next}",
		Short: "Correct a text in your editor, or hand in a corrected one",
		Long: `Take a review and correct its text: in $VISUAL or $EDITOR, on the draft where there is
one, in a file that nobody else may read. Then the words that differ are shown, and you
say whether the text is submitted, kept as a draft, edited again, or thrown away.

--file hands in a text that is there already, "-" the one that comes in; --yes submits
without asking; --draft keeps it as a draft instead. A text that the server does not
take stays in its file, which is named.

Lines and words stay as they are written: a line is a line of the page, an empty one
parts paragraphs, and further blanks do not count.

` + reviewNameHelp,
		Example: `  fonds review correct documents/0199…
  fonds review correct --next --order confidence
  EDITOR='code --wait' fonds review correct documents/0199… --region 3
  fonds review correct documents/0199…/reviews/0123456789abcdef --file corrected.txt
  sed 's/Jenmark/Denmark/' page.txt | fonds review correct documents/0199… --file - --draft`,
		Args: needs(cobra.MaximumNArgs(1), "one NAME, or --next"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	o.flags(cmd, toCorrectFirst)
	o.queue.flags(cmd)
	cmd.Flags().BoolVar(&o.next, "next", false, "take the next that waits for a correction")
	cmd.Flags().StringVar(&o.file, "file", "", "file with the corrected text; - for standard input")
	cmd.Flags().BoolVar(&o.yes, "yes", false, "submit what was edited without asking")
	cmd.Flags().BoolVar(&o.draft, "draft", false, "keep the text as a draft, and do not submit it")
	return cmd
}

// oneOrNext refuses a command line that names a review and the next one too, or none.
func oneOrNext(cmd *cobra.Command, args []string, next bool, q *queueOptions) error {
	switch {
	case next == (len(args) == 1):
		return usagef("%s needs one NAME, or --next", cmd.CommandPath())
	case !next && (q.collection != "" || q.document != "" || cmd.Flags().Changed("order")):
		return usagef("--collection, --document and --order go with --next")
	}
	return nil
}

func (o *correctOptions) run(cmd *cobra.Command, args []string) error {
	if err := oneOrNext(cmd, args, o.next, &o.queue); err != nil {
		return err
	}
	o.queue.state = "to-correct"
	w := &correcting{cmd: cmd, ctx: cmd.Context(), options: o, asker: newAsker(cmd)}
	var err error
	// What fails without the server fails before anything is claimed.
	if o.file == "" {
		w.editor, err = editorCommand()
	} else {
		w.text, err = readCorrected(cmd, o.file)
	}
	if err != nil {
		return err
	}
	if o.next {
		err = w.workNext()
	} else {
		err = w.workOn(args[0])
	}
	if err != nil && o.file == "-" {
		err = w.rescue(err)
	}
	return err
}

func (w *correcting) workNext() (err error) {
	if w.client, err = dial(w.cmd); err != nil {
		return err
	}
	defer w.client.close()
	if w.review, err = w.options.queue.claimNext(w.ctx, w.client); err != nil {
		return err
	}
	return w.work()
}

func (w *correcting) workOn(written string) error {
	return w.options.on(w.cmd, written, func(c *client, name string) (err error) {
		w.client = c
		if w.review, err = call(w.ctx, c.reviews.ClaimReview, &fondsv1.ClaimReviewRequest{Name: name}); err != nil {
			return err
		}
		return w.work()
	})
}

// readCorrected reads the file of --file.
func readCorrected(cmd *cobra.Command, path string) (string, error) {
	if path == "-" {
		return readReviewText("standard input", bufio.NewReader(cmd.InOrStdin()))
	}
	file, err := os.Open(path)
	if err != nil {
		return "", notFoundf("--file %s: %s", shown(path), reasonOf(err))
	}
	defer file.Close()
	return readReviewText(path, file)
}

// correcting is one person's work at one claimed review.
type correcting struct {
	cmd *cobra.Command
	// ctx ends with Ctrl-C, but for one that an editor gets: it is another one after each
	// round.
	ctx     context.Context
	options *correctOptions
	client  *client
	review  *fondsv1.Review
	asker   *asker
	editor  []string
	// file is what is edited, from begun on; its zero value where the text came with --file.
	file  privateFile
	begun string
	text  string
}

func (w *correcting) work() error {
	stop := w.client.prolong(w.ctx, w.review.GetName())
	defer stop()
	if w.options.file != "" {
		w.tellChanges()
		if w.options.draft {
			return w.keep()
		}
		return w.submit()
	}
	before := w.review.GetText()
	if d := w.review.GetDraft(); d != nil {
		before = d.GetText()
		called := w.client.people(w.ctx, documentOfReview(w.review))
		w.say("the draft that %s saved %s is gone on with", peopleWords(d.GetEditors(), called), moment(d.GetSaveTime()))
	}
	if c := w.review.GetComment(); c != nil {
		w.say("sent back: %s", safeText(c.GetText()))
	}
	var err error
	w.begun = align.Normalise(before)
	if w.file, err = newPrivateFile(fmt.Sprintf("region-%d.txt", w.review.GetRegionNumber()), w.begun); err != nil {
		return err
	}
	if err := w.edit(); err != nil {
		return w.unfinished(err)
	}
	return nil
}

func (w *correcting) say(format string, args ...any) {
	fmt.Fprintf(w.cmd.ErrOrStderr(), format+"\n", args...)
}

// unfinished says where the text lies that the server does not have.
func (w *correcting) unfinished(err error) error {
	if now, readErr := os.ReadFile(w.file.path); readErr == nil && string(now) == w.begun {
		return errors.Join(err, w.file.remove())
	}
	w.file.lies(w.cmd.ErrOrStderr(), w.review.GetName())
	return err
}

// rescue keeps a text that came in by a pipe and that the server does not have.
func (w *correcting) rescue(err error) error {
	file, failed := newPrivateFile("text.txt", w.text)
	if failed != nil {
		return errors.Join(err, failed)
	}
	name := "NAME"
	if w.review != nil {
		name = w.review.GetName()
	}
	file.lies(w.cmd.ErrOrStderr(), name)
	return err
}

// edit goes round until the person says what is to become of the text.
func (w *correcting) edit() error {
	for {
		var err error
		if w.ctx, w.text, err = w.file.edit(w.cmd, w.editor); err != nil {
			return err
		}
		changes := w.tellChanges()
		choice := byte('s')
		switch {
		case w.options.draft:
			choice = 'k'
		case !w.options.yes:
			if choice, err = w.asker.choose(w.ctx, "Submit it, Keep it as a draft, Edit it again, or Throw it away? [s/k/e/t]", "sket"); err != nil {
				return err
			}
		case changes == 0:
			return dataf("nothing was changed: `fonds review accept %s` takes the text as it is", w.review.GetName())
		case strings.TrimSpace(w.text) == "":
			return dataf("the file is empty: that the region has no text is said with --file, or without --yes")
		}
		switch choice {
		case 'e':
			continue
		case 's':
			err = w.submit()
		case 't':
			err = w.throwAway()
		default: // nobody answered: nothing is lost that way
			err = w.keep()
		}
		if err == nil {
			err = w.file.remove()
		}
		return err
	}
}

// tellChanges shows what differs from the text shown.
func (w *correcting) tellChanges() int {
	out := w.cmd.ErrOrStderr()
	after := align.Normalise(w.text)
	changes := align.Changes(w.review.GetText(), after)
	w.say("%s", changesSummed(changes))
	if after == "" && w.review.GetText() != "" {
		w.say("the text is empty: the region would have none")
		return len(changes)
	}
	if len(changes) == 0 && after != align.Normalise(w.review.GetText()) {
		w.say("every word stays; blanks or line ends are others")
		return 1
	}
	_ = wordChanges{after: after, changes: changes, pen: penFor(out)}.write(out)
	return len(changes)
}

func (w *correcting) submit() error {
	after, err := call(w.ctx, w.client.reviews.SubmitReview, &fondsv1.SubmitReviewRequest{Name: w.review.GetName(), Text: &w.text, Etag: w.review.GetEtag()})
	if err != nil {
		return err
	}
	return tellReview(w.cmd, after, "corrected; %s", afterwards(after))
}

func (w *correcting) keep() error {
	after, err := call(w.ctx, w.client.reviews.SaveDraft, &fondsv1.SaveDraftRequest{Name: w.review.GetName(), Text: w.text, Etag: w.review.GetEtag()})
	if err != nil {
		return err
	}
	return tellReview(w.cmd, after, "kept as a draft, and yours until %s; `fonds review release` gives it back", moment(after.GetClaimExpireTime()))
}

// throwAway leaves the review as it was.
func (w *correcting) throwAway() error {
	after, err := call(w.ctx, w.client.reviews.ReleaseReview, &fondsv1.ReleaseReviewRequest{Name: w.review.GetName()})
	if err != nil {
		return errors.Join(err, w.file.remove())
	}
	return tellReview(w.cmd, after, "thrown away, and given back")
}

// prolongEvery leaves time for two tries before a claim runs out.
const prolongEvery = 5 * time.Minute

// prolong keeps a claim until stop is called. That it was lost, the next write tells.
func (c *client) prolong(ctx context.Context, review string) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() {
		for pause(ctx, prolongEvery) == nil {
			_, _ = call(ctx, c.reviews.ClaimReview, &fondsv1.ClaimReviewRequest{Name: review})
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}
