package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// getOptions are the flags of get.
type getOptions struct {
	revision               uint32
	fields, text, evidence bool
	width                  int
}

func newGetCommand() *cobra.Command {
	var o getOptions
	cmd := &cobra.Command{
		Use:   "get NAME",
		Short: "Show a document as an archivist would read it",
		Long: `Show a document as an archivist would read it: how it is cited, the letterhead,
who has copies, the beginning of the text, the signature, who handled it, stamps, what
it refers to, and whom and what it names.

NAME is documents/ID or ID. A value is the machine's unless a word behind it says
otherwise: (corrected) by a person, (verified) by a second one; (unsure) is one of the
machine's that a person should look at. A year in brackets was inferred. --evidence
tells under each value which words prove it, where they stand, and who says so.`,
		Example: `  fonds get documents/01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d
  fonds get 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --text --evidence
  fonds get 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --fields
  fonds get 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --revision 1 --json`,
		Args: needs(cobra.ExactArgs(1), "one document NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	addServerFlag(cmd)
	cmd.Flags().Uint32Var(&o.revision, "revision", 0, "number of the revision; 0 for the newest")
	cmd.Flags().BoolVar(&o.fields, "fields", false, "a table of the fields, but for names in the text and glosses, and of the pages")
	cmd.Flags().BoolVar(&o.text, "text", false, "the whole text, not its beginning alone")
	cmd.Flags().BoolVar(&o.evidence, "evidence", false, "what proves each value")
	cmd.Flags().IntVar(&o.width, "width", 0, "characters in a line; 0 for the terminal's, or 80")
	return cmd
}

func (o getOptions) run(cmd *cobra.Command, written string) error {
	name, err := documentName(written)
	if err != nil {
		return err
	}
	if o.width != 0 && o.width < narrowest {
		return usagef("--width %d: a line needs at least %d characters", o.width, narrowest)
	}
	if o.fields && (o.text || o.evidence) {
		return usagef("--fields is a table alone: leave out --text and --evidence")
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	d, err := c.getDocument(cmd.Context(), name, o.revision)
	switch {
	case err != nil:
		return err
	case wantsJSON(cmd):
		return writeResource(cmd.OutOrStdout(), d)
	case o.fields:
		return writeDocument(cmd, d)
	}
	text, err := c.getText(cmd.Context(), &fondsv1.GetTextRequest{Name: name, AsOf: d.GetRevision()})
	if err != nil {
		return err
	}
	links, err := c.linksOf(cmd.Context(), name)
	if err != nil {
		return err
	}
	if o.width == 0 {
		o.width = widthOf(cmd.OutOrStdout())
	}
	_, err = io.WriteString(cmd.OutOrStdout(), layOut(d, text, links, o))
	return err
}

// correspondence is what a document is linked to.
type correspondence struct {
	links []*fondsv1.Link
	// titles are those of the documents at the other ends, by name.
	titles map[string]string
}

// mostLinked bounds the documents whose titles are asked for.
const mostLinked = 500

// linksOf asks for what a document is linked to. A server that knows no links has
// none to tell.
func (c *client) linksOf(ctx context.Context, name string) (correspondence, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	k := correspondence{titles: map[string]string{}}
	answer, err := c.catalog.ListLinks(ctx, &fondsv1.ListLinksRequest{Parent: name}, zipped())
	if err != nil {
		if status.Code(err) == codes.Unimplemented {
			err = nil
		}
		return k, err
	}
	k.links = answer.GetLinks()
	request := &fondsv1.BatchGetDocumentsRequest{ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"name", "title"}}}
	for _, l := range k.links {
		for _, other := range append([]string{l.GetDocument(), l.GetTarget()}, l.GetCandidates()...) {
			if _, asked := k.titles[other]; other != "" && other != name && !asked && len(request.GetNames()) < mostLinked {
				k.titles[other] = ""
				request.Names = append(request.Names, other)
			}
		}
	}
	if len(request.GetNames()) == 0 {
		return k, nil
	}
	found, err := c.catalog.BatchGetDocuments(ctx, request, zipped())
	for _, d := range found.GetDocuments() {
		k.titles[d.GetName()] = d.GetTitle()
	}
	return k, err
}

// documentName gives the resource name for what a person wrote.
func documentName(written string) (string, error) {
	id := strings.ToLower(strings.TrimPrefix(written, "documents/"))
	if !uuidPattern.MatchString(id) {
		return "", usagef("%s is no document name: write documents/ID or ID; `fonds list` has them", shown(written))
	}
	return "documents/" + id, nil
}

func (c *client) getDocument(ctx context.Context, name string, revision uint32) (*fondsv1.Document, error) {
	return c.getParts(ctx, name, revision)
}

// getParts gets what the paths of a read mask name; all without any.
func (c *client) getParts(ctx context.Context, name string, revision uint32, paths ...string) (*fondsv1.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	request := &fondsv1.GetDocumentRequest{Name: name, Revision: revision}
	if len(paths) > 0 {
		request.ReadMask = &fieldmaskpb.FieldMask{Paths: paths}
	}
	return c.catalog.GetDocument(ctx, request, zipped())
}

func writeDocument(cmd *cobra.Command, d *fondsv1.Document) error {
	w := cmd.OutOrStdout()
	_, err := fmt.Fprintf(w, `%s
  title       %s
  collection  %s
  revision    %d of %s by %s
  assurance   %s
  complete    %s
  digest      %s
  holding     %s
  created     %s

`, d.GetName(), titleOf(d), strings.TrimPrefix(d.GetCollection(), "collections/"),
		d.GetRevision(), moment(d.GetUpdateTime()), orDash(d.GetPerson()), assuranceName(d.GetAssurance()),
		yesNo(d.GetComplete()), d.GetContentDigest(), orDash(d.GetHolding()), moment(d.GetCreateTime()))
	if err != nil {
		return err
	}
	if err := writeFields(w, d.GetFields()); err != nil {
		return err
	}
	t := table{header: []string{"REGION", "OUTCOME", "ASSURANCE", "PAGE", "REASON"}}
	for i, r := range d.GetRegions() {
		page := r.GetPage()
		if b := r.GetBox(); b != nil {
			page += fmt.Sprintf(" %d,%d %dx%d", b.GetX(), b.GetY(), b.GetWidth(), b.GetHeight())
		}
		t.add(strconv.Itoa(i+1), outcomeName(r.GetOutcome()), assuranceName(r.GetAssurance()), page, oneLine(r.GetReason(), longestReason))
	}
	return t.write(w)
}

// writeFields lists what a document says about itself, names that are only
// mentioned left out.
func writeFields(w io.Writer, fields []*fondsv1.Field) error {
	t := table{header: []string{"FIELD", "VALUE", "AS WRITTEN", "SURE", "SAYS"}}
	for _, f := range fields {
		switch f.GetName() {
		case "person", "place", "organisation", "gloss":
			continue
		}
		sure := fmt.Sprintf("%.0f%%", 100*f.GetConfidence())
		if f.GetPerson() != "" {
			sure = "-"
		}
		t.add(f.GetName(), fieldShown(f), orDash(oneLine(f.GetRaw(), 50)), sure, provenance(f))
	}
	if len(t.rows) == 0 {
		return nil
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}
