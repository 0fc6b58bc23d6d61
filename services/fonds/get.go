package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newGetCommand() *cobra.Command {
	revision := uint32(0)
	cmd := &cobra.Command{
		Use:   "get NAME",
		Short: "Show a document and how each of its pages ended",
		Long:  "Show a document and how each of its pages ended.\n\nNAME is documents/ID or ID.",
		Example: `  fonds get documents/01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d
  fonds get 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --revision 1 --json`,
		Args: needs(cobra.ExactArgs(1), "one document NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := documentName(args[0])
			if err != nil {
				return err
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			d, err := c.getDocument(cmd.Context(), name, revision)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return writeResource(cmd.OutOrStdout(), d)
			}
			return writeDocument(cmd, d)
		},
	}
	addServerFlag(cmd)
	cmd.Flags().Uint32Var(&revision, "revision", 0, "number of the revision; 0 for the newest")
	return cmd
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
	t := table{header: []string{"FIELD", "AS WRITTEN", "SURE", "SAYS"}}
	for _, f := range fields {
		switch f.GetName() {
		case "person", "place", "organisation", "gloss":
			continue
		}
		says := f.GetRule()
		if f.GetPerson() != "" {
			says = f.GetPerson()
		}
		t.add(f.GetName(), oneLine(f.GetRaw(), 70), fmt.Sprintf("%.0f%%", 100*f.GetConfidence()), says)
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
