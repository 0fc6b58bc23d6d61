package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newThreadCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "thread NAME",
		Short: "Show the correspondence that a document belongs to",
		Long: `Show the correspondence that a document belongs to: what it refers to and what
refers to it, and so on from these, oldest first. ">" stands before the document
asked for, "-" before a gap: something that is referred to and is not in the archive,
or that is not told from others there.

What answers what is proposed by number, date and people, and from one telegram to
another with the same text by that text. Nothing is ever merged because of it. --json
has the words that prove each link, how sure it is and why.

NAME is documents/ID or ID.`,
		Example: `  fonds thread documents/01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d
  fonds thread 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --json | jq -r '.entries[].date'`,
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
			ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
			defer cancel()
			thread, err := c.catalog.GetThread(ctx, &fondsv1.GetThreadRequest{Name: name}, zipped())
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return writeResource(cmd.OutOrStdout(), thread)
			}
			return newThreadPage(thread).write(cmd.OutOrStdout())
		},
	}
	addServerFlag(cmd)
	return cmd
}

// threadPage lays a correspondence out: each entry has a number, by which the others
// speak of it.
type threadPage struct {
	*fondsv1.Thread
	// numbers of the documents, by name.
	numbers map[string]int
	// of and to are the links that go out from a document, and those that come to it.
	of, to map[string][]*fondsv1.Link
}

func newThreadPage(t *fondsv1.Thread) threadPage {
	p := threadPage{t, map[string]int{}, map[string][]*fondsv1.Link{}, map[string][]*fondsv1.Link{}}
	for i, e := range t.GetEntries() {
		if d := e.GetDocument(); d != nil {
			p.numbers[d.GetName()] = i + 1
		}
	}
	for _, l := range t.GetLinks() {
		p.of[l.GetDocument()] = append(p.of[l.GetDocument()], l)
		p.to[l.GetTarget()] = append(p.to[l.GetTarget()], l)
	}
	return p
}

func (p threadPage) write(w io.Writer) error {
	for i, e := range p.GetEntries() {
		mark := " "
		var lines []string
		if e.GetDocument() != nil {
			lines = p.documentLines(e.GetDocument())
			if e.GetDistance() == 0 {
				mark = ">"
			}
		} else {
			mark, lines = "-", p.gapLines(e)
		}
		day := cmp.Or(strings.Replace(e.GetDate(), "T", " ", 1), "no date")
		if _, err := fmt.Fprintf(w, "%s [%d]  %-16s  %s\n", mark, i+1, day, strings.Join(lines, "\n         ")); err != nil {
			return err
		}
	}
	if len(p.GetEntries()) == 1 {
		_, err := fmt.Fprintln(w, "it refers to nothing, and nothing in the archive refers to it")
		return err
	}
	if p.GetTruncated() {
		_, err := fmt.Fprintln(w, "there is more: only the nearest entries are shown")
		return err
	}
	return nil
}

func (p threadPage) documentLines(d *fondsv1.Document) []string {
	head := []string{
		rawOf(d, "telegram_number", "outgoing_number", "document_number"),
		rawOf(d, "signatory", "sender", "from_place") + " → " + rawOf(d, "addressee", "to_place"),
		oneLine(titleOf(d), 70),
	}
	lines := []string{strings.Join(head, "  "), d.GetName()}
	for _, l := range p.of[d.GetName()] {
		lines = append(lines, p.relation(l, verbsOf, l.GetTarget()))
	}
	for _, l := range p.to[d.GetName()] {
		lines = append(lines, p.relation(l, verbsTo, l.GetDocument()))
	}
	return lines
}

// relation says how a document hangs together with another: the first words of what
// proves it, and why.
func (p threadPage) relation(l *fondsv1.Link, verbs map[string]string, other string) string {
	number := p.numbers[other]
	switch l.GetKind() {
	case fondsv1.LinkKind_LINK_KIND_COPY:
		return fmt.Sprintf("= has nearly the text of [%d] (%s)", number, oneLine(l.GetWhy(), longestReason))
	case fondsv1.LinkKind_LINK_KIND_SAME_DOCUMENT:
		return fmt.Sprintf("= may be the same as [%d] (%s)", number, oneLine(l.GetWhy(), longestReason))
	}
	verb := cmp.Or(verbs[l.GetReference().GetRelation()], verbs["refers_to"])
	if other == l.GetDocument() {
		return fmt.Sprintf("%s [%d]", verb, number)
	}
	return fmt.Sprintf("%s [%d]: “%s” (%s)", verb, number, oneLine(l.GetRaw(), 80), oneLine(l.GetWhy(), longestReason))
}

// The words for a relation, seen from the document that refers and from the other.
var (
	verbsOf = map[string]string{
		"in_reply_to": "answers", "supplements": "goes on from", "refers_to": "refers to",
		"implements": "carries out", "encloses": "encloses", "follows": "follows",
	}
	verbsTo = map[string]string{
		"in_reply_to": "answered by", "supplements": "gone on from by", "refers_to": "referred to by",
		"implements": "carried out by", "encloses": "enclosed in", "follows": "followed by",
	}
)

// gapLines say what is missing, and who speaks of it.
func (p threadPage) gapLines(e *fondsv1.ThreadEntry) []string {
	l := e.GetGap()[0]
	what := cmp.Or(l.GetReference().GetKind(), "something")
	if n := cmp.Or(l.GetReference().GetNumber(), l.GetReference().GetIncomingNumber()); n != "" {
		what += " No. " + oneLine(n, 40)
	}
	if e.GetDate() != "" {
		what += " of " + dayInWords(e.GetDate())
	}
	if len(l.GetFrom()) > 0 {
		what += ", from " + oneLine(strings.Join(l.GetFrom(), " or "), 60)
	}
	if len(l.GetTo()) > 0 {
		what += ", to " + oneLine(strings.Join(l.GetTo(), " or "), 60)
	}
	missing := "not in the archive: "
	if len(l.GetCandidates()) > 0 {
		missing = "not told which: "
	}
	lines := []string{missing + what}
	for _, l := range e.GetGap() {
		verb := cmp.Or(verbsTo[l.GetReference().GetRelation()], verbsTo["refers_to"])
		lines = append(lines, fmt.Sprintf("%s [%d]: “%s”", verb, p.numbers[l.GetDocument()], oneLine(l.GetRaw(), 80)))
	}
	for _, name := range l.GetCandidates() {
		lines = append(lines, "may be "+name)
	}
	return lines
}

// dayInWords writes an ISO date as people do: 5 June 1951.
func dayInWords(iso string) string {
	t, err := time.Parse(time.DateOnly, iso[:min(len(iso), len(time.DateOnly))])
	if err != nil {
		return oneLine(iso, 40)
	}
	return t.Format("2 January 2006")
}
