package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// searchOptions are the flags and words of search.
type searchOptions struct {
	listOptions
	words []string
	exact bool
	limit int
}

func newSearchCommand() *cobra.Command {
	var o searchOptions
	cmd := &cobra.Command{
		Use:   "search WORDS...",
		Short: "Find documents by words of their text",
		Long: `Find documents by words of their text, best first, each with the piece of its
text that holds most of them.

  mao beijing          both words, in any of their forms
  '"to comrade mao"'   these words one after another; quote them for the shell too
  mao OR terebin       one of them
  mao -draft           the first and not the second
  'telegr*'            words that begin so

Words that recognition may have misread are found too, and the other names of a
person, place or body; documents that have the very words come first. --exact looks
for the words alone. A word with - before it goes behind --:
fonds search -- mao -draft`,
		Example: `  fonds search pumps mechanic
  fonds search '"to comrade lunin"' --collection telegrams
  fonds search MiG-15 --filter 'title:"4117"' --limit 5
  fonds search телеграмма Пекин --json | jq -r .document.name`,
		Args: needs(cobra.MinimumNArgs(1), "WORDS to look for"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.words = args
			return o.run(cmd)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if strings.Contains(err.Error(), "shorthand") {
			return usagef("%s; a word to leave out goes behind --: fonds search -- mao -draft", flagMistake(err))
		}
		return usagef("%s", flagMistake(err))
	})
	addServerFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&o.collection, "collection", "", "only this collection's")
	f.StringVar(&o.filter, "filter", "", "only those that fit the expression, as in fonds list")
	f.BoolVar(&o.exact, "exact", false, "no misreadings and no other names")
	countVar(f, &o.limit, "limit", 20, "find at most this many; 0 for all")
	return cmd
}

func (o *searchOptions) run(cmd *cobra.Command) error {
	if strings.TrimSpace(strings.Join(o.words, "")) == "" {
		return usagef("there is no word to look for")
	}
	filter, err := o.expression()
	if err != nil {
		return err
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	out := hitWriter{w: cmd.OutOrStdout(), json: wantsJSON(cmd), bold: isTerminal(cmd.OutOrStdout())}
	request := &fondsv1.SearchDocumentsRequest{Query: strings.Join(o.words, " "), Filter: filter, Exact: o.exact}
	for n := 0; ; {
		request.PageSize = mostHitsAtOnce
		if o.limit > 0 {
			request.PageSize = int32(min(mostHitsAtOnce, o.limit-n))
		}
		answer, err := c.search(cmd.Context(), request)
		if err != nil {
			return err
		}
		if err := out.write(cmd.Context(), c, answer.GetHits()); err != nil {
			return err
		}
		n += len(answer.GetHits())
		if request.PageToken = answer.GetNextPageToken(); request.PageToken == "" || o.limit > 0 && n >= o.limit {
			return out.end(n, request.PageToken != "")
		}
	}
}

// mostHitsAtOnce is how many hits one call asks for.
const mostHitsAtOnce = 50

func (c *client) search(ctx context.Context, request *fondsv1.SearchDocumentsRequest) (*fondsv1.SearchDocumentsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.catalog.SearchDocuments(ctx, request, zipped())
}

// dateFields are those of which the first that a document has is shown as its date.
var dateFields = []string{"document_date", "sent_at", "received_at", "catalogue_date"}

// dates gives the dates of the documents found. They are asked for apart and are left
// out where they cannot be had: the hits are there without them.
func (c *client) dates(ctx context.Context, hits []*fondsv1.SearchHit) []string {
	dates := make([]string, len(hits))
	request := &fondsv1.BatchGetDocumentsRequest{ReadMask: &fieldmaskpb.FieldMask{}}
	for i, h := range hits {
		dates[i] = "-"
		request.Names = append(request.Names, h.GetDocument().GetName())
	}
	for _, f := range dateFields {
		request.ReadMask.Paths = append(request.ReadMask.Paths, "fields."+f)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	answer, err := c.catalog.BatchGetDocuments(ctx, request, zipped())
	if err != nil {
		return dates
	}
	for i, d := range answer.GetDocuments() {
		dates[i] = dateOf(d, dateFields...)
	}
	return dates
}

// hitWriter prints hits as a list to read, or one JSON object a line.
type hitWriter struct {
	w          io.Writer
	json, bold bool
}

func (o hitWriter) write(ctx context.Context, c *client, hits []*fondsv1.SearchHit) error {
	var dates []string
	if !o.json && len(hits) > 0 {
		dates = c.dates(ctx, hits)
	}
	for i, h := range hits {
		if o.json {
			if err := writeHeadLine(o.w, h); err != nil {
				return err
			}
			continue
		}
		d := h.GetDocument()
		if _, err := fmt.Fprintf(o.w, "%s  %s  %s\n    %s\n\n", d.GetName(), dates[i], titleOf(d), o.marked(h)); err != nil {
			return err
		}
	}
	return nil
}

// end says what a list cannot show by itself.
func (o hitWriter) end(n int, more bool) error {
	var err error
	switch {
	case o.json:
	case n == 0:
		_, err = fmt.Fprintln(o.w, "no document found")
	case more:
		_, err = fmt.Fprintf(o.w, "there may be more than these %d: --limit 0 lists all\n", n)
	}
	return err
}

// marked is a snippet on one line with the words found in bold, or between «» where
// there is no terminal.
func (o hitWriter) marked(h *fondsv1.SearchHit) string {
	open, end := "«", "»"
	if o.bold {
		open, end = "\x1b[1m", "\x1b[0m"
	}
	snippet, at := h.GetSnippet(), 0
	var b strings.Builder
	for _, m := range neighbours(snippet, h.GetMarks()) {
		b.WriteString(flat(snippet[at:m[0]]) + open + flat(snippet[m[0]:m[1]]) + end)
		at = m[1]
	}
	b.WriteString(flat(snippet[at:]))
	return strings.TrimSpace(b.String())
}

// neighbours gives the marks of a snippet, those of words side by side as one.
func neighbours(snippet string, marks []*fondsv1.TextRange) [][2]int {
	var joined [][2]int
	at := 0
	for _, m := range marks {
		from, to := int(m.GetStart()), int(m.GetEnd())
		if from < at || to < from || to > len(snippet) {
			continue // not of this snippet
		}
		if gap := snippet[at:from]; len(joined) > 0 && len(gap) <= 3 && strings.Trim(gap, " \n\t-.'’") == "" {
			joined[len(joined)-1][1] = to
		} else {
			joined = append(joined, [2]int{from, to})
		}
		at = to
	}
	return joined
}

var (
	whiteSpace = regexp.MustCompile(`\s+`)
	// markdown is what makes headings and bold letters in a published text.
	markdown = regexp.MustCompile(`(?m)^[ \t]*#{1,6}[ \t]|\*\*`)
)

// flat is safe text without marks of Markdown, with a blank for each run of white space.
func flat(s string) string {
	return safeText(whiteSpace.ReplaceAllString(markdown.ReplaceAllString(s, ""), " "))
}
