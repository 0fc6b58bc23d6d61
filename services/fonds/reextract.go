package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newReextractCommand() *cobra.Command {
	apply := false
	cmd := &cobra.Command{
		Use:   "reextract [FILTER]",
		Short: "Show what the rules of today would change in the fields of documents, and change it",
		Long: `Show what the rules of today would change in the fields of documents: what is gained,
lost and changed, by which rule. Nothing is stored until --apply is given; then each
document that changes gets one revision.

Documents that these rules have read already are passed over, so that the same command
goes on where it was interrupted. After a new version of the server was installed, or
names were given to it with ` + "`fonds serve --agents`" + `, all are read again. What people
have stated stays as it is.

FILTER selects documents as in ` + "`fonds list --filter`" + `; all without one.`,
		Example: `  fonds reextract                                  what would change
  fonds reextract --apply
  fonds reextract 'collection = "collections/telegrams"' --apply
  fonds reextract --json | jq -r 'select(.document and .changes != []) | .document'`,
		Args: needs(cobra.MaximumNArgs(1), "at most one FILTER: quote it for the shell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			request := &fondsv1.ReextractDocumentsRequest{Apply: apply}
			if len(args) > 0 {
				request.Filter = args[0]
			}
			return reextract(cmd, request)
		},
	}
	addServerFlag(cmd)
	cmd.Flags().BoolVar(&apply, "apply", false, "store what changes")
	return cmd
}

// reextracted counts what became of documents and their fields.
type reextracted struct {
	Documents uint64 `json:"documents"`
	// Current were read by the rules of today before; Same come out the same.
	Current uint64 `json:"current"`
	Same    uint64 `json:"same"`
	Changed uint64 `json:"changed"`
	Failed  uint64 `json:"failed"`
	// Of fields.
	Gained int `json:"gained"`
	Lost   int `json:"lost"`
	Other  int `json:"altered"`
	// Rules are those of today.
	Rules   string `json:"rules"`
	Applied bool   `json:"applied"`
}

func reextract(cmd *cobra.Command, request *fondsv1.ReextractDocumentsRequest) error {
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	stream, err := c.catalog.ReextractDocuments(ctx, request)
	if err != nil {
		return err
	}
	sum := reextracted{Applied: request.GetApply()}
	tick := newTicker(cmd.ErrOrStderr())
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tick.clear()
			return err
		}
		sum.add(m)
		tick.show(fmt.Sprintf("%s read, %d change", plural(sum.Documents, "document"), sum.Changed))
		if m.GetProblem() == "" && len(m.GetChanges()) == 0 {
			continue
		}
		tick.clear()
		if wantsJSON(cmd) {
			err = writeLine(cmd.OutOrStdout(), m)
		} else {
			err = writeReextracted(cmd.OutOrStdout(), m)
		}
		if err != nil {
			return err
		}
	}
	tick.clear()
	return sum.write(cmd)
}

func (r *reextracted) add(m *fondsv1.ReextractDocumentsResponse) {
	r.Documents, r.Rules = m.GetSeen(), m.GetRules()
	switch {
	case m.GetProblem() != "":
		r.Failed++
	case m.GetCurrent():
		r.Current++
	case len(m.GetChanges()) == 0:
		r.Same++
	default:
		r.Changed++
	}
	for _, change := range m.GetChanges() {
		switch {
		case change.GetBefore() == nil:
			r.Gained++
		case change.GetAfter() == nil:
			r.Lost++
		default:
			r.Other++
		}
	}
}

// write prints the sum and returns the error for the exit code.
func (r *reextracted) write(cmd *cobra.Command) error {
	if wantsJSON(cmd) {
		if err := writeValue(cmd.OutOrStdout(), map[string]*reextracted{"summary": r}); err != nil {
			return err
		}
	} else if _, err := fmt.Fprintln(cmd.OutOrStdout(), r.text()); err != nil {
		return err
	}
	if r.Failed > 0 {
		return errFailedData
	}
	return nil
}

func (r *reextracted) text() string {
	verb := "would change"
	if r.Applied {
		verb = "changed"
	}
	text := fmt.Sprintf("%s: %d %s (%s gained, %d lost, %d altered), %d the same, %d read by these rules before",
		plural(r.Documents, "document"), r.Changed, verb, plural(r.Gained, "field"), r.Lost, r.Other, r.Same, r.Current)
	if r.Failed > 0 {
		text += fmt.Sprintf(", %d could not be read", r.Failed)
	}
	if r.Rules != "" {
		text += "\nrules: " + r.Rules
	}
	if !r.Applied && r.Changed+r.Same > 0 {
		text += "\nnothing is stored: --apply does it"
	}
	return text
}

// writeReextracted prints what changes in one document.
func writeReextracted(w io.Writer, m *fondsv1.ReextractDocumentsResponse) error {
	head := m.GetDocument() + "  " + oneLine(m.GetTitle(), longestShown)
	if m.GetRevision() > 0 {
		head += fmt.Sprintf("  revision %d", m.GetRevision())
	}
	if p := m.GetProblem(); p != "" {
		_, err := fmt.Fprintf(w, "%s\n  could not be read: %s\n", head, oneLine(p, longestReason))
		return err
	}
	if _, err := fmt.Fprintln(w, head); err != nil {
		return err
	}
	t := table{header: []string{"   FIELD", "BEFORE", "AFTER", "RULE"}}
	for _, change := range m.GetChanges() {
		t.add(changeRow(change)...)
	}
	return t.write(w)
}

// changeRow tells of a field that comes (+), goes (-) or is another (~).
func changeRow(change *fondsv1.FieldChange) []string {
	before, after := change.GetBefore(), change.GetAfter()
	switch {
	case before == nil:
		return []string{" + " + after.GetName(), "-", fieldShown(after), saysOf(after)}
	case after == nil:
		return []string{" - " + before.GetName(), fieldShown(before), "-", saysOf(before)}
	}
	rule := saysOf(after)
	if was := saysOf(before); was != rule {
		rule = was + " → " + rule
	}
	was, is := fieldShown(before), fieldShown(after)
	if was == is { // only the words or another part of the value differ
		was, is = was+" "+differing(before), is+" "+differing(after)
	}
	return []string{" ~ " + after.GetName(), was, is, rule}
}

// differing gives what tells apart statements whose values look the same: the ID of
// the agent, and the words.
func differing(f *fondsv1.Field) string {
	id := f.GetValue().GetAgent().GetId() + f.GetValue().GetMention().GetId()
	return oneLine(id+"“"+f.GetRaw()+"”", longestShown)
}

// ticker shows one line of progress on a terminal, and nothing elsewhere.
type ticker struct {
	w    io.Writer
	last time.Time
	on   bool
}

// tickerPause is how often the line changes: what is faster is not read.
const tickerPause = 200 * time.Millisecond

func newTicker(w io.Writer) *ticker { return &ticker{w: w, on: isTerminal(w), last: time.Now()} }

func (t *ticker) show(line string) {
	if !t.on || time.Since(t.last) < tickerPause {
		return
	}
	t.last = time.Now()
	fmt.Fprintf(t.w, "\r\x1b[K%s", line)
}

// clear takes the line away before something else is printed.
func (t *ticker) clear() {
	if t.on {
		fmt.Fprint(t.w, "\r\x1b[K")
	}
}
