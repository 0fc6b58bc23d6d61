package evaluate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// textWidth is the width in characters that a report keeps to.
const textWidth = 100

// WriteText writes the figures as a table of at most 100 columns and, when findings are asked for,
// every finding with its words, document by document.
func (r *Report) WriteText(w io.Writer, findings bool) error {
	var b bytes.Buffer
	r.writeTable(&b)
	r.writeSummary(&b)
	if findings {
		r.writeFindings(&b)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (r *Report) writeTable(b *bytes.Buffer) {
	fmt.Fprintf(b, "%-24s%6s%7s%9s%9s%9s%9s%8s%8s\n", "", "gold", "found", "right", "missed", "spurious", "P", "R", "F1")
	for _, g := range r.Groups {
		title := string(g.Group)
		if g.Group == Extra {
			title += "  (in no other sum)"
		}
		fmt.Fprintln(b, title)
		for _, f := range r.Fields {
			if f.Group == g.Group {
				writeRow(b, "  "+f.Field, f.Figures)
			}
		}
		writeRow(b, "  = all", g.Figures)
	}
}

func writeRow(b *bytes.Buffer, name string, f Figures) {
	fmt.Fprintf(b, "%-24s%6d%7d%9s%9s%9s%9s%8s%8s\n", name, f.Gold, f.Found,
		count(f.Right), count(f.Missed), count(f.Spurious), f.Precision, f.Recall, f.F1)
}

// count writes a sum of credits with no more decimals than it has, at most two.
func count(n float64) string {
	return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64)
}

// String writes a share with four decimals, or "-" when it is undefined.
func (s Share) String() string {
	if s < 0 {
		return "-"
	}
	return strconv.FormatFloat(float64(s), 'f', 4, 64)
}

func (r *Report) writeSummary(b *bytes.Buffer) {
	core, d, f := r.Group(Core), r.Documents, r.Fidelity
	fmt.Fprintf(b, "\nCORE F1 %s; spurious: %d invented (the gold says: absent), %d silent (it says nothing), %d wrong\n",
		core.F1, core.Invented, core.Silent, core.Wrong)
	fmt.Fprintf(b, "  evidence of what is right touches that of the gold: %s; wrong relations: %d\n",
		core.Grounded, r.RelationErrors)
	fmt.Fprintf(b, "documents: %d in the gold, %d predicted, %d aligned; F1 %s, at likeness 0.9 %s; borders %s\n",
		d.Gold, d.Predicted, d.Aligned, d.F1, d.F1Well, d.Score)
	fmt.Fprintf(b, "span fidelity: %d of %d fields, %s; evidence is exactly the raw: %s\n",
		f.Faithful, f.Fields, f.Rate, f.Exact)
	for _, w := range r.Warnings {
		writeWrapped(b, "warning: "+w, "  ")
	}
}

// writeFindings writes the findings under the documents that they are about.
func (r *Report) writeFindings(b *bytes.Buffer) {
	last := ""
	for i := range r.Findings {
		f := &r.Findings[i]
		if document := f.File + ", " + f.Document; document != last {
			fmt.Fprintf(b, "\n%s\n", document)
			last = document
		}
		f.write(b)
	}
}

func (f *Finding) write(b *bytes.Buffer) {
	var head strings.Builder
	fmt.Fprintf(&head, "  %-10s %s:", strings.ToUpper(string(f.Kind)), f.Field)
	switch f.Kind {
	case Missed:
		fmt.Fprintf(&head, " %s (%s, costs %s)", asJSON(f.Want), f.Why, count(f.Cost))
	case Spurious:
		fmt.Fprintf(&head, " %s (%s)", asJSON(f.Got), f.Why)
	case WrongRelation:
		fmt.Fprintf(&head, " want %s, got %s", asJSON(f.Want), asJSON(f.Got))
	case Unfaithful:
		fmt.Fprintf(&head, " %s; raw %q", f.Why, f.Raw)
	}
	if f.Rule != "" {
		fmt.Fprintf(&head, " by %s at %.2f", f.Rule, f.Confidence)
	}
	writeWrapped(b, head.String(), "      ")
	for _, q := range f.Evidence {
		place := fmt.Sprintf("bytes %d-%d", q.Start, q.End)
		if q.Line > 0 {
			place = fmt.Sprintf("line %d, %s", q.Line, place)
		}
		writeWrapped(b, fmt.Sprintf("      %s: %q", place, q.Text), "        ")
	}
}

func asJSON(value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// writeWrapped writes a line, broken at blanks so that it keeps to the width; further lines begin
// with the indent. A word longer than a line is cut.
func writeWrapped(b *bytes.Buffer, line, indent string) {
	for utf8.RuneCountInString(line) > textWidth {
		cut := byteAt(line, textWidth)
		if blank := strings.LastIndexByte(line[:cut], ' '); blank > len(indent)+textWidth/2 {
			cut = blank
		}
		fmt.Fprintln(b, strings.TrimRight(line[:cut], " "))
		line = indent + strings.TrimLeft(line[cut:], " ")
	}
	fmt.Fprintln(b, line)
}

// byteAt returns where the character with a number, from 0, begins.
func byteAt(s string, character int) int {
	for i := range s {
		if character == 0 {
			return i
		}
		character--
	}
	return len(s)
}
