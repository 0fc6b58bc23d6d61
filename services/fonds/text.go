package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// textOptions are the flags of text.
type textOptions struct {
	format       string
	minAssurance string
	asOf         uint32
	out          string
}

var assurances = map[string]fondsv1.Assurance{
	"":          fondsv1.Assurance_ASSURANCE_UNSPECIFIED,
	"machine":   fondsv1.Assurance_ASSURANCE_MACHINE,
	"corrected": fondsv1.Assurance_ASSURANCE_CORRECTED,
	"verified":  fondsv1.Assurance_ASSURANCE_VERIFIED,
}

func newTextCommand() *cobra.Command {
	var o textOptions
	cmd := &cobra.Command{
		Use:   "text NAME",
		Short: "Print the text of a document",
		Long: `Print the text of a document.

NAME is documents/ID or ID. Formats:

  txt   the text alone; pages parted by a form feed, a page without text is empty
  json  each region with its outcome and assurance
  hocr  words with boxes, as HTML that ocrmypdf and others read
  alto  words with boxes, as ALTO 4 XML

Pages that have no text because they failed are named on standard error. With
--min-assurance a document is refused (exit 5) when any of its regions is below.`,
		Example: `  fonds text 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d
  fonds text 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --format hocr -o page.html
  fonds text 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --min-assurance verified --as-of 3`,
		Args: needs(cobra.ExactArgs(1), "one document NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&o.format, "format", "txt", "txt, json, hocr or alto")
	cmd.Flags().StringVar(&o.minAssurance, "min-assurance", "", "machine, corrected or verified")
	cmd.Flags().Uint32Var(&o.asOf, "as-of", 0, "number of the revision; 0 for the newest")
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "write to this file")
	return cmd
}

func (o textOptions) run(cmd *cobra.Command, written string) error {
	name, err := documentName(written)
	if err != nil {
		return err
	}
	least, ok := assurances[strings.ToLower(o.minAssurance)]
	if !ok {
		return usagef("--min-assurance %s: write machine, corrected or verified", shown(o.minAssurance))
	}
	if wantsJSON(cmd) && !cmd.Flags().Changed("format") {
		o.format = "json"
	}
	render, ok := textFormats[o.format]
	if !ok {
		return usagef("--format %s: write txt, json, hocr or alto", shown(o.format))
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	answer, err := c.getText(cmd.Context(), &fondsv1.GetTextRequest{Name: name, MinAssurance: least, AsOf: o.asOf})
	if err != nil {
		return err
	}
	nameGaps(cmd.ErrOrStderr(), answer)
	return writeOutput(cmd, o.out, func(w io.Writer) error { return render(cmd.Context(), c, answer, w) })
}

// nameGaps tells which regions have no text though they are not blank: an empty
// page in the text must not pass for a blank one.
func nameGaps(w io.Writer, answer *fondsv1.GetTextResponse) {
	for i, r := range answer.GetRegions() {
		switch r.GetRegion().GetOutcome() {
		case fondsv1.Outcome_OUTCOME_TEXT, fondsv1.Outcome_OUTCOME_BLANK:
		case fondsv1.Outcome_OUTCOME_UNSPECIFIED:
			fmt.Fprintf(w, "region %d has not been read yet\n", i+1)
		default:
			fmt.Fprintf(w, "region %d has no text: %s: %s\n", i+1, outcomeName(r.GetRegion().GetOutcome()), oneLine(r.GetRegion().GetReason(), longestReason))
		}
	}
}

// writeOutput writes to the file of -o, which appears whole or not at all, or to
// standard output.
func writeOutput(cmd *cobra.Command, path string, write func(io.Writer) error) error {
	if path == "" {
		return write(cmd.OutOrStdout())
	}
	file, err := createWhole(path)
	if err != nil {
		return dataf("write %s: %s", shown(path), reasonOf(err))
	}
	if err := write(file); err != nil {
		return errors.Join(err, file.discard())
	}
	if err := file.keep(); err != nil {
		return dataf("write %s: %s", shown(path), reasonOf(err))
	}
	return nil
}
