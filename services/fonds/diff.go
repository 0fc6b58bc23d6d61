package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/align"
)

func newDiffCommand() *cobra.Command {
	var readings bool
	cmd := &cobra.Command{
		Use:   "diff {NAME [R1 [R2]] | --readings READING READING}",
		Short: "Show the words that differ between two revisions of a document, or two readings",
		Long: `Show the words that differ between the texts of two revisions of a document: of R1 and
R2, of R1 and the newest, or of the newest and the last that showed another text. Lines
and blanks do not count. Each line begins with the number of the line in the later text; [-words-] are
gone and {+words+} are new.

--readings compares two readings of a page, named scans/…/pages/N/readings/ID as
` + "`fonds get --json`" + ` has them.

NAME is documents/ID or ID.`,
		Example: `  fonds diff documents/0199…           what changed last
  fonds diff documents/0199… 2 5
  fonds diff documents/0199… 1         since the first
  fonds diff documents/0199… 2 5 --json | jq -r .after
  fonds diff --readings scans/ab12…/pages/1/readings/0199…a scans/ab12…/pages/1/readings/0199…b`,
		Args: needs(cobra.RangeArgs(1, 3), "one document NAME, and one or two numbers of revisions"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if readings {
				return diffReadings(cmd, args)
			}
			return diffRevisions(cmd, args)
		},
	}
	addServerFlag(cmd)
	cmd.Flags().BoolVar(&readings, "readings", false, "compare two readings of a page")
	return cmd
}

// diffLine is a change as --json prints it.
type diffLine struct {
	// Region is its number in the later revision; none where the regions are not the same
	// ones, and for readings.
	Region      int    `json:"region,omitempty"`
	Before      string `json:"before"`
	After       string `json:"after"`
	BeforeStart int    `json:"beforeStart"`
	AfterStart  int    `json:"afterStart"`
}

// diffWriter prints how texts differ.
type diffWriter struct {
	cmd *cobra.Command
	// differing counts the texts that are not the same.
	differing int
}

// write prints how one text differs, below a heading where there is one.
func (d *diffWriter) write(region int, heading, before, after string, changes []align.Change) error {
	w := d.cmd.OutOrStdout()
	if len(changes) == 0 {
		return nil
	}
	d.differing++
	if wantsJSON(d.cmd) {
		for _, c := range changes {
			if err := writeValue(w, diffLine{region, c.Before, c.After, c.BeforeStart, c.AfterStart}); err != nil {
				return err
			}
		}
		return nil
	}
	if _, err := fmt.Fprintf(w, "%s%s\n", heading, changesSummed(changes)); err != nil {
		return err
	}
	return wordChanges{after: after, changes: changes, pen: penFor(w)}.write(w)
}

// end says that nothing differs.
func (d *diffWriter) end() error {
	if d.differing > 0 || wantsJSON(d.cmd) {
		return nil
	}
	_, err := fmt.Fprintln(d.cmd.OutOrStdout(), "no word differs")
	return err
}

// revisionNumber reads R1 and R2.
func revisionNumber(written string) (uint32, error) {
	n, err := strconv.ParseUint(written, 10, 32)
	if err != nil || n == 0 {
		return 0, usagef("%s is no number of a revision; `fonds history` has them", shown(written))
	}
	return uint32(n), nil
}

func diffRevisions(cmd *cobra.Command, args []string) error {
	name, err := documentName(args[0])
	if err != nil {
		return err
	}
	var numbers [2]uint32
	for i, written := range args[1:] {
		if numbers[i], err = revisionNumber(written); err != nil {
			return err
		}
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	after, err := c.getText(cmd.Context(), &fondsv1.GetTextRequest{Name: name, AsOf: numbers[1]})
	if err != nil {
		return err
	}
	var before *fondsv1.GetTextResponse
	if numbers[0] == 0 {
		before, err = c.otherText(cmd.Context(), name, after)
	} else {
		before, err = c.getText(cmd.Context(), &fondsv1.GetTextRequest{Name: name, AsOf: numbers[0]})
	}
	if err != nil {
		return err
	}
	d := &diffWriter{cmd: cmd}
	if !wantsJSON(cmd) {
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s from revision %d to %d\n", name, before.GetRevision(), after.GetRevision()); err != nil {
			return err
		}
	}
	if err := d.regions(before.GetRegions(), after.GetRegions()); err != nil {
		return err
	}
	return d.end()
}

// mostRevisionsBack bounds the revisions that are looked at for another text.
const mostRevisionsBack = 1000

// otherText finds the newest revision below one that shows another text: signatures and
// fields make revisions too, and who accepts a text makes a reading that says the same.
func (c *client) otherText(ctx context.Context, name string, after *fondsv1.GetTextResponse) (*fondsv1.GetTextResponse, error) {
	shown := after.GetRegions()
	newest := after.GetRevision()
	for n := newest; n > 1 && newest-n < mostRevisionsBack; {
		n--
		d, err := c.getParts(ctx, name, n, "regions")
		if err != nil {
			return nil, err
		}
		if slices.EqualFunc(d.GetRegions(), shown, showsSame) {
			continue
		}
		before, err := c.getText(ctx, &fondsv1.GetTextRequest{Name: name, AsOf: n})
		if err != nil {
			return nil, err
		}
		if !samePlaces(before.GetRegions(), shown) || joined(before.GetRegions()) != joined(shown) {
			return before, nil
		}
		shown = before.GetRegions()
	}
	return nil, refusedf("%s has had no other text: there is nothing to compare revision %d with", name, newest)
}

// showsSame tells that a region shows the reading of another, and the same part of it.
func showsSame(g *fondsv1.Region, t *fondsv1.RegionText) bool {
	return g.GetReading() == t.GetRegion().GetReading() && placeWords(g) == placeWords(t.GetRegion())
}

// regions compares region by region where both have the same ones, else all at once.
func (d *diffWriter) regions(before, after []*fondsv1.RegionText) error {
	if !samePlaces(before, after) {
		was, is := joined(before), joined(after)
		return d.write(0, "the regions are not the same ones; in all, ", was, is, align.Changes(was, is))
	}
	for i := range after {
		was, is := before[i].GetText(), after[i].GetText()
		if was == is {
			continue
		}
		heading := fmt.Sprintf("region %d, %s: ", i+1, steps(before[i].GetRegion(), after[i].GetRegion()))
		if err := d.write(i+1, heading, was, is, align.Changes(was, is)); err != nil {
			return err
		}
	}
	return nil
}

// steps says from which assurance to which a region went.
func steps(before, after *fondsv1.Region) string {
	was, is := assuranceName(before.GetAssurance()), assuranceName(after.GetAssurance())
	if was == is {
		return is
	}
	return was + " to " + is
}

func samePlaces(before, after []*fondsv1.RegionText) bool {
	if len(before) != len(after) {
		return false
	}
	for i := range before {
		if placeWords(before[i].GetRegion()) != placeWords(after[i].GetRegion()) {
			return false
		}
	}
	return true
}

// joined is the text of regions one after the other.
func joined(regions []*fondsv1.RegionText) string {
	var b strings.Builder
	for _, r := range regions {
		b.WriteString(endedLine(r.GetText()))
	}
	return b.String()
}

// readingPattern is what a reading is called.
var readingPattern = regexp.MustCompile(`^scans/[0-9a-f]{64}/pages/[1-9][0-9]{0,6}/readings/[0-9a-f-]{36}$`)

func diffReadings(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return usagef("--readings needs two names of readings, scans/…/pages/N/readings/ID; `fonds get --json` has them")
	}
	for _, written := range args {
		if !readingPattern.MatchString(written) {
			return usagef("%s is no reading: write scans/…/pages/N/readings/ID; `fonds get --json` has them", shown(written))
		}
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	answer, err := c.compare(cmd.Context(), args[0], args[1])
	if err != nil {
		return err
	}
	changes := make([]align.Change, 0, len(answer.GetChanges()))
	for _, c := range answer.GetChanges() {
		changes = append(changes, align.Change{Before: c.GetBefore(), After: c.GetAfter(), BeforeStart: int(c.GetBeforeStart()), AfterStart: int(c.GetAfterStart())})
	}
	d := &diffWriter{cmd: cmd}
	if err := d.write(0, "", answer.GetBeforeText(), answer.GetAfterText(), changes); err != nil {
		return err
	}
	return d.end()
}

func (c *client) compare(ctx context.Context, before, after string) (*fondsv1.CompareReadingsResponse, error) {
	return call(ctx, c.reviews.CompareReadings, &fondsv1.CompareReadingsRequest{Before: before, After: after})
}
