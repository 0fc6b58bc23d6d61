package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// splitOptions are the flags of split.
type splitOptions struct {
	at    []string
	apply bool
	least float64
}

func newSplitCommand() *cobra.Command {
	var o splitOptions
	cmd := &cobra.Command{
		Use:   "split NAME",
		Short: "Show where further documents begin in one, and make documents of them",
		Long: `Show where further documents begin in one, by letterheads, numbers, addressees,
closings and page ends, each with how sure that is. Nothing is changed until --apply
or --at is given.

With --apply the document is cut at these places: it keeps what stands before the
first, and each begins a new document. --at cuts where you say: REGION, or
REGION:BYTE of the region's text as ` + "`fonds text --json`" + ` gives it. On a scanned page
the line with that byte goes to the new document whole.

Every change is a revision; ` + "`fonds merge`" + ` puts documents together again.`,
		Example: `  fonds split documents/0199…                     what would be cut, and how sure that is
  fonds split documents/0199… --apply --least 0.9
  fonds split documents/0199… --at 3 --at 5:120   before region 3, and within region 5`,
		Args: needs(cobra.ExactArgs(1), "one document NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	addServerFlag(cmd)
	cmd.Flags().BoolVar(&o.apply, "apply", false, "cut at the proposed places")
	cmd.Flags().Float64Var(&o.least, "least", 0, "leave out proposals that are less sure than this, from 0 to 1")
	cmd.Flags().StringArrayVar(&o.at, "at", nil, "cut here: REGION or REGION:BYTE; several times, in order")
	return cmd
}

func (o *splitOptions) run(cmd *cobra.Command, written string) error {
	name, err := documentName(written)
	if err != nil {
		return err
	}
	cuts, err := o.cuts()
	if err != nil {
		return err
	}
	if o.least < 0 || o.least > 1 {
		return usagef("--least %v: write a number from 0 to 1", o.least)
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
	defer cancel()
	request := &fondsv1.SplitDocumentRequest{Name: name, Cuts: cuts}
	if len(cuts) == 0 {
		proposed, err := c.catalog.ProposeSplit(ctx, &fondsv1.ProposeSplitRequest{Name: name})
		if err != nil {
			return err
		}
		for _, cut := range proposed.GetCuts() {
			if cut.GetConfidence() >= o.least {
				request.Cuts = append(request.Cuts, cut)
			}
		}
		request.Etag = proposed.GetEtag()
	}
	if len(cuts) == 0 && !o.apply || len(request.GetCuts()) == 0 {
		return writeCuts(cmd, request.GetCuts())
	}
	answer, err := c.catalog.SplitDocument(ctx, request)
	if err != nil {
		return err
	}
	return writeDocuments(cmd, answer.GetDocuments())
}

// cuts reads --at.
func (o *splitOptions) cuts() ([]*fondsv1.Cut, error) {
	var cuts []*fondsv1.Cut
	for _, at := range o.at {
		region, start, within := strings.Cut(at, ":")
		n, err := strconv.ParseUint(region, 10, 32)
		if err != nil || n == 0 {
			return nil, usagef("--at %s: write REGION or REGION:BYTE, such as 3 or 5:120; regions count from 1", shown(at))
		}
		cut := &fondsv1.Cut{Region: uint32(n)}
		if within {
			b, err := strconv.ParseUint(start, 10, 32)
			if err != nil {
				return nil, usagef("--at %s: %s is no number of a byte", shown(at), shown(start))
			}
			cut.Start = uint32(b)
		}
		cuts = append(cuts, cut)
	}
	return cuts, nil
}

func writeCuts(cmd *cobra.Command, cuts []*fondsv1.Cut) error {
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		for _, cut := range cuts {
			if err := writeLine(w, cut); err != nil {
				return err
			}
		}
		return nil
	}
	if len(cuts) == 0 {
		_, err := fmt.Fprintln(w, "nothing to cut: no further document begins in it")
		return err
	}
	t := table{header: []string{"AT", "SURE", "TITLE", "BEGINS"}}
	for _, cut := range cuts {
		t.add(fmt.Sprintf("%d:%d", cut.GetRegion(), cut.GetStart()), fmt.Sprintf("%.0f%%", 100*cut.GetConfidence()),
			oneLine(cut.GetTitle(), 60), oneLine(cut.GetFirstWords(), 60))
	}
	return t.write(w)
}

func writeDocuments(cmd *cobra.Command, documents []*fondsv1.Document) error {
	w := cmd.OutOrStdout()
	t := table{header: []string{"NAME", "REVISION", "REGIONS", "TITLE"}}
	for _, d := range documents {
		if wantsJSON(cmd) {
			if err := writeLine(w, d); err != nil {
				return err
			}
			continue
		}
		t.add(d.GetName(), strconv.Itoa(int(d.GetRevision())), strconv.Itoa(len(d.GetRegions())), titleOf(d))
	}
	if wantsJSON(cmd) {
		return nil
	}
	return t.write(w)
}

func newMergeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merge NAME OTHER...",
		Short: "Append the pages of other documents to one, and hide the others",
		Long: `Append the pages of other documents to one, in the order in which they are named,
and hide the others. Their revisions stay readable, and undeleting brings them back.`,
		Example: `  fonds merge documents/0199…a documents/0199…b`,
		Args:    needs(cobra.MinimumNArgs(2), "two document NAMEs or more"),
		RunE: func(cmd *cobra.Command, args []string) error {
			names := make([]string, len(args))
			for i, arg := range args {
				var err error
				if names[i], err = documentName(arg); err != nil {
					return err
				}
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
			defer cancel()
			d, err := c.catalog.MergeDocuments(ctx, &fondsv1.MergeDocumentsRequest{Name: names[0], Others: names[1:]})
			if err != nil {
				return err
			}
			return writeDocuments(cmd, []*fondsv1.Document{d})
		},
	}
	addServerFlag(cmd)
	return cmd
}
