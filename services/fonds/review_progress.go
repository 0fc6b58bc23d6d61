package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newProgressCommand() *cobra.Command {
	var collection string
	cmd := &cobra.Command{
		Use:   "progress",
		Short: "Show how far correction and signing have come, collection by collection",
		Long: `Show how far correction and signing have come, collection by collection: regions that
await a correction, those that await a signature, and those that await nothing.
DOUBTFUL counts the words below a confidence of 60 % in what is to be corrected.`,
		Example: `  fonds progress
  fonds progress --collection telegrams --json`,
		Args: needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			id := strings.TrimPrefix(collection, "collections/")
			request := &fondsv1.GetProgressRequest{}
			if collection != "" {
				if !collectionPattern.MatchString(id) {
					return usagef("--collection %s: %s", shown(collection), collectionRule)
				}
				request.Collection = "collections/" + id
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			answer, err := call(cmd.Context(), c.reviews.GetProgress, request)
			switch {
			case err != nil:
				return err
			case collection != "" && len(answer.GetCollections()) == 0:
				return notFoundf("there is no collection %s", id)
			}
			return writeProgress(cmd, answer.GetCollections())
		},
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&collection, "collection", "", "this one alone")
	return cmd
}

func writeProgress(cmd *cobra.Command, collections []*fondsv1.CollectionProgress) error {
	w := cmd.OutOrStdout()
	t := table{header: []string{"COLLECTION", "TO CORRECT", "TO SIGN", "DONE", "", "", "DOUBTFUL"}}
	for _, p := range collections {
		if wantsJSON(cmd) {
			if err := writeLine(w, p); err != nil {
				return err
			}
			continue
		}
		name := strings.TrimPrefix(p.GetCollection(), "collections/")
		if p.GetOnePerson() {
			name += " (one person)"
		}
		count := func(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
		t.add(name, count(p.GetToCorrect()), count(p.GetToVerify()), count(p.GetDone()), shareDone(p), progressBar(p), count(p.GetDoubtfulWords()))
	}
	switch {
	case wantsJSON(cmd):
		return nil
	case len(t.rows) == 0:
		_, err := fmt.Fprintln(w, "there are no collections yet")
		return err
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n# done   + to sign   . to correct\n")
	return err
}

// shareDone is how much awaits nothing, in percent: 100 when all is done, and not before.
func shareDone(p *fondsv1.CollectionProgress) string {
	total := regionsOf(p)
	if total == 0 {
		return "-"
	}
	return fmt.Sprintf("%d%%", 100*uint64(p.GetDone())/total)
}

func regionsOf(p *fondsv1.CollectionProgress) uint64 {
	return uint64(p.GetToCorrect()) + uint64(p.GetToVerify()) + uint64(p.GetDone())
}

// progressWidth is that of a bar without its brackets.
const progressWidth = 24

// progressBar draws the shares. What there is any of has a column at least, and the bar is
// full of one sign only when there is nothing else.
func progressBar(p *fondsv1.CollectionProgress) string {
	total := regionsOf(p)
	if total == 0 {
		return "[" + strings.Repeat(" ", progressWidth) + "]"
	}
	counts := [3]uint32{p.GetDone(), p.GetToVerify(), p.GetToCorrect()}
	var widths [3]int
	left, widest := progressWidth, 0
	for i, n := range counts {
		if n > 0 {
			widths[i] = max(1, int(progressWidth*uint64(n)/total))
		}
		left -= widths[i]
		if counts[i] > counts[widest] {
			widest = i
		}
	}
	widths[widest] += left // what rounding left over, or took too much
	return "[" + strings.Repeat("#", widths[0]) + strings.Repeat("+", widths[1]) + strings.Repeat(".", widths[2]) + "]"
}
