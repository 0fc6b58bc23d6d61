package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// citeOptions are the flags of cite.
type citeOptions struct {
	style, parse string
	revision     uint32
}

func newCiteCommand() *cobra.Command {
	var o citeOptions
	cmd := &cobra.Command{
		Use:   "cite {NAME | --parse TEXT}",
		Short: "Print how a document is cited, or read a citation",
		Long: `Print the archival citations of a document, in short and long English and in
Russian style; or read citations from a TEXT, without a server, and tell precisely
what in it could not be read.

--style prints one style alone, a citation a line. NAME is documents/ID or ID.`,
		Example: `  fonds cite 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d
  fonds cite 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --style russian
  fonds cite --parse 'AVP RF, f. 059a, op. 5a, d. 3, p. 11, l. 118'
  fonds cite --parse 'Ф. 45, оп. 1, д. 339, лл. 31–32' --json | jq .rest`,
		Args: needs(cobra.MaximumNArgs(1), "one document NAME, or --parse TEXT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"all", "short", "long", "russian"}, o.style) {
				return usagef("--style %s: write short, long, russian or all", shown(o.style))
			}
			parses := cmd.Flags().Changed("parse")
			switch {
			case parses == (len(args) == 1):
				return usagef("fonds cite needs one document NAME, or --parse TEXT")
			case parses:
				return o.read(cmd)
			}
			return o.document(cmd, args[0])
		},
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&o.style, "style", "all", "short, long, russian or all")
	cmd.Flags().StringVar(&o.parse, "parse", "", "text to read citations from")
	cmd.Flags().Uint32Var(&o.revision, "revision", 0, "number of the revision; 0 for the newest")
	return cmd
}

// cited is a citation in all that can be said of it.
type cited struct {
	Normal  string          `json:"normal"`
	Short   string          `json:"short"`
	Long    string          `json:"long"`
	Russian string          `json:"russian"`
	Kind    citation.Kind   `json:"kind"`
	Raw     string          `json:"raw"`
	Value   citation.Value  `json:"value"`
	Flags   []citation.Flag `json:"flags"`
	// ByteStart and ByteEnd are where it stands in what was read.
	ByteStart int `json:"byte_start"`
	ByteEnd   int `json:"byte_end"`
}

func citedOf(c *citation.Citation) cited {
	flags := c.Flags
	if flags == nil {
		flags = []citation.Flag{}
	}
	return cited{
		Normal: c.String(), Short: c.Short(), Long: c.Long(), Russian: c.Russian(), Kind: c.Kind, Raw: c.Raw, Value: c.Value(),
		Flags: flags, ByteStart: c.Start, ByteEnd: c.End,
	}
}

// document prints the citations of a document, one object a line with --json.
func (o citeOptions) document(cmd *cobra.Command, written string) error {
	name, err := documentName(written)
	if err != nil {
		return err
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	d, err := c.getParts(cmd.Context(), name, o.revision, "name", "fields.citation")
	if err != nil {
		return err
	}
	if len(d.GetFields()) == 0 {
		return notFoundf("%s has no citation: `fonds get %s` shows what is known of it", name, name)
	}
	for i, f := range d.GetFields() {
		one := citedOf(citationOf(f))
		if wantsJSON(cmd) {
			err = writeValue(cmd.OutOrStdout(), one)
		} else {
			err = o.write(cmd.OutOrStdout(), one, i > 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// citationOf gives the citation of a field: as its words are read where they say the
// same as its value, which knows what words such as Ibid. leave out.
func citationOf(f *fondsv1.Field) *citation.Citation {
	v := f.GetValue().GetCitation()
	value := citation.Value{
		Archive: v.GetArchive(), ThenArchive: v.GetThenArchive(), Fond: v.GetFond(), Opis: v.GetOpis(), Delo: v.GetDelo(),
		Papka: v.GetPapka(), Por: v.GetPor(), Dok: v.GetDok(), Tom: v.GetTom(), CopyStatus: v.GetCopyStatus(),
	}
	for _, l := range v.GetListy() {
		value.Listy = append(value.Listy, citation.ListValue{From: l.GetFrom(), To: l.GetTo(), Side: l.GetSide(), Unnumbered: l.GetUnnumbered()})
	}
	stored := value.Citation()
	stored.Raw = f.GetRaw()
	if parsed := citation.Parse(f.GetRaw()); len(parsed.Citations) == 1 && (parsed.Citations[0].Kind != citation.Archival || parsed.Citations[0].Same(&stored)) {
		return &parsed.Citations[0]
	}
	return &stored
}

// write prints one citation in the style that is asked for.
func (o citeOptions) write(w io.Writer, c cited, gap bool) error {
	var text string
	switch o.style {
	case "short":
		text = c.Short + "\n"
	case "long":
		text = c.Long + "\n"
	case "russian":
		text = c.Russian + "\n"
	default:
		if gap {
			text = "\n"
		}
		text += fmt.Sprintf("as written  %s\nshort       %s\nlong        %s\nrussian     %s\n", oneLine(c.Raw, longestReason), c.Short, c.Long, c.Russian)
	}
	_, err := io.WriteString(w, safeText(text))
	return err
}

// parsed is what was read of a text.
type parsed struct {
	Citations  []cited     `json:"citations"`
	Notes      []aside     `json:"notes"`
	Rest       []aside     `json:"rest"`
	Candidates []candidate `json:"candidates"`
}

// aside is a piece of the text that is no citation.
type aside struct {
	Role      citation.Role `json:"role,omitempty"`
	Text      string        `json:"text"`
	ByteStart int           `json:"byte_start"`
	ByteEnd   int           `json:"byte_end"`
}

// candidate is another way to read what is ambiguous.
type candidate struct {
	Normal string `json:"normal"`
	Why    string `json:"why"`
}

// read prints what a text says. Nothing read is an error.
func (o citeOptions) read(cmd *cobra.Command) error {
	r := citation.Parse(o.parse)
	p := parsed{Citations: []cited{}, Notes: []aside{}, Rest: []aside{}, Candidates: []candidate{}}
	for i := range r.Citations {
		p.Citations = append(p.Citations, citedOf(&r.Citations[i]))
	}
	for _, n := range r.Notes {
		p.Notes = append(p.Notes, aside{n.Role, n.Text, n.Start, n.End})
	}
	for _, s := range r.Rest {
		p.Rest = append(p.Rest, aside{"", s.Text, s.Start, s.End})
	}
	for _, c := range r.Candidates {
		p.Candidates = append(p.Candidates, candidate{c.Citation.String(), c.Reason})
	}
	err := o.writeParsed(cmd, p)
	if err == nil && len(p.Citations) == 0 {
		err = errFailedData
	}
	return err
}

func (o citeOptions) writeParsed(cmd *cobra.Command, p parsed) error {
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return writeValue(w, p)
	}
	for i, c := range p.Citations {
		if o.style != "all" {
			if err := o.write(w, c, false); err != nil {
				return err
			}
			continue
		}
		if err := o.write(w, c, i > 0); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "normal      %s\n%s", safeText(c.Normal), flagLines(c.Flags)); err != nil {
			return err
		}
	}
	if o.style != "all" {
		w = cmd.ErrOrStderr() // the citations alone go on
	}
	return writeAsides(w, o.parse, p)
}

func flagLines(flags []citation.Flag) string {
	var b strings.Builder
	for _, f := range flags {
		fmt.Fprintf(&b, "note        %s (%s)\n", flagMeans[f], f)
	}
	return b.String()
}

// writeAsides tells what in a text is no citation, and where: characters from 1.
func writeAsides(w io.Writer, text string, p parsed) error {
	var b strings.Builder
	place := func(a aside) string {
		first := len([]rune(text[:a.ByteStart])) + 1
		last := first + len([]rune(text[a.ByteStart:a.ByteEnd])) - 1
		if first >= last {
			return fmt.Sprintf("character %d", first)
		}
		return fmt.Sprintf("characters %d to %d", first, last)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "beside it   %s: %s\n", n.Role, shown(n.Text))
	}
	for _, c := range p.Candidates {
		fmt.Fprintf(&b, "or          %s: %s\n", safeText(c.Normal), safeText(c.Why))
	}
	for _, s := range p.Rest {
		fmt.Fprintf(&b, "not read    %s, %s\n", shown(s.Text), place(s))
	}
	if len(p.Citations) == 0 {
		fmt.Fprintln(&b, "no citation was found: write it like APRF, f. 45, op. 1, d. 339, ll. 31-32")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// flagMeans says in words what a flag tells.
var flagMeans = map[citation.Flag]string{
	citation.NoArchive:      "no archive is named",
	citation.UnknownArchive: "the archive is not in the table of archives and is kept as written",
	citation.FormerArchive:  "the archive goes by its name at the time",
	citation.NoShelfmark:    "an archive and nothing more",
	citation.FondPadded:     "fond or opis begins with 0: the one without may be the same",
	citation.Verso:          "the back of a sheet is meant",
	citation.Unnumbered:     "a sheet without a number",
	citation.Inherited:      "upper levels come from the citation before",
	citation.LettersShifted: "the letters of the levels were shifted: P. D. L. came out as D. L. L.",
	citation.LetterDoubled:  "the letter of a level stands twice",
	citation.DeloLost:       "the number of the delo is missing",
	citation.FForD:          "F. was read as D., which the archive numbers its files by",
	citation.OForOp:         "O. was read as Op.",
	citation.PForR:          "P was read as the Russian letter for R",
	citation.LookAlike:      "Latin and Cyrillic letters are mixed",
	citation.OCRDigit:       "a letter was read as a figure, or a figure as a letter",
	citation.OCRPoint:       "a comma was read as a full stop",
	citation.WrongExpansion: "the archive's name was expanded or translated wrongly",
	citation.SplitByText:    "other words stand inside",
	citation.RangeExpanded:  "the last sheet was completed from the first",
	citation.RangeReversed:  "the second sheet comes before the first",
}
