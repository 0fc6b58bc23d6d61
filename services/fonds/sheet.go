package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	// narrowest is the least width that leaves room beside the labels.
	narrowest = 40
	// labelWidth is that of the longest label and two blanks.
	labelWidth = 17
	// textLines is how much of a text is shown without --text.
	textLines = 12
	// unsure is the confidence below which a person should look.
	unsure = 0.7
)

// sheet lays a document out in lines for a terminal.
type sheet struct {
	out      strings.Builder
	width    int
	evidence bool
	document *fondsv1.Document
	fields   map[string][]*fondsv1.Field
	// texts are what the readings have, from an offset on, by name.
	texts map[string]readingText
	// heading waits until there is something below it.
	heading string
}

type readingText struct {
	start int
	text  string
}

// layOut gives a document in the order in which an archivist reads a telegram. What a
// document does not have takes no line.
func layOut(d *fondsv1.Document, text *fondsv1.GetTextResponse, links correspondence, o getOptions) string {
	s := sheet{width: o.width, evidence: o.evidence, document: d, fields: map[string][]*fondsv1.Field{}, texts: map[string]readingText{}}
	for _, f := range d.GetFields() {
		s.fields[f.GetName()] = append(s.fields[f.GetName()], f)
	}
	for _, r := range text.GetRegions() {
		s.texts[r.GetRegion().GetReading()] = readingText{int(r.GetRegion().GetRange().GetStart()), r.GetText()}
	}
	s.head()
	s.letterhead()
	s.copies()
	s.text(text, o.text)
	s.signature()
	s.handled()
	s.references(links)
	s.named()
	s.published()
	s.pages()
	return s.out.String()
}

// widthOf gives the width of a terminal, or what is good where there is none.
func widthOf(w io.Writer) int {
	const usual = 80
	file, ok := w.(*os.File)
	if !ok {
		return usual
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return usual
	}
	return max(width, narrowest)
}

// begin names what follows, if anything does.
func (s *sheet) begin(heading string) { s.heading = heading }

func (s *sheet) line(text string) {
	if s.heading != "" {
		fmt.Fprintf(&s.out, "\n%s\n", strings.ToUpper(s.heading))
		s.heading = ""
	}
	s.out.WriteString(strings.TrimRight(text, " "))
	s.out.WriteByte('\n')
}

// block prints a text wrapped, every line behind a margin.
func (s *sheet) block(margin int, text string) {
	for _, line := range wrap(safeText(text), s.width-margin) {
		s.line(strings.Repeat(" ", margin) + line)
	}
}

// labelled prints a text beside a label; its further lines stand below its first.
func (s *sheet) labelled(label, text string) {
	for _, line := range wrap(strings.Join(strings.Fields(safeText(text)), " "), s.width-labelWidth) {
		s.line("  " + label + strings.Repeat(" ", max(labelWidth-2-utf8.RuneCountInString(label), 1)) + line)
		label = ""
	}
}

// say prints the values of fields of a name beside a label, and what proves each.
func (s *sheet) say(label string, names ...string) {
	told := map[string]bool{}
	for _, name := range names {
		for _, f := range s.fields[name] {
			words := valueWords(f) + mark(f)
			if words == "" || told[words] && !s.evidence {
				continue
			}
			told[words] = true
			s.labelled(label, words)
			s.prove(f)
			label = ""
		}
	}
}

// items prints the values of a field that need no label, one below another.
func (s *sheet) items(name string) {
	told := map[string]bool{}
	for _, f := range s.fields[name] {
		words := strings.Join(strings.Fields(safeText(valueWords(f)+mark(f))), " ")
		if words == "" || told[words] && !s.evidence {
			continue
		}
		told[words] = true
		margin := "  "
		for _, line := range wrap(words, s.width-4) {
			s.line(margin + line)
			margin = "    "
		}
		s.prove(f)
	}
}

// mark says behind a value how far it can be relied on.
func mark(f *fondsv1.Field) string {
	switch {
	case f.GetAssurance() == fondsv1.Assurance_ASSURANCE_CORRECTED:
		return " (corrected)"
	case f.GetAssurance() == fondsv1.Assurance_ASSURANCE_VERIFIED:
		return " (verified)"
	case f.GetPerson() == "" && f.GetConfidence() < unsure:
		return " (unsure)"
	}
	return ""
}

// prove tells which words prove a value, where they stand, and who says so.
func (s *sheet) prove(f *fondsv1.Field) {
	if !s.evidence {
		return
	}
	says := fmt.Sprintf("rule %s, %.0f %%", f.GetRule(), 100*f.GetConfidence())
	if f.GetPerson() != "" {
		says = "says " + provenance(f)
	}
	if len(f.GetEvidence()) == 0 {
		s.block(labelWidth+2, "no words of the text; "+says)
	}
	for _, e := range f.GetEvidence() {
		words := fmt.Sprintf("“%s” %s", s.quote(e), s.place(e))
		s.block(labelWidth+2, words+"; "+says)
		says = "the same"
	}
}

// quote gives the words of a stretch of the text.
func (s *sheet) quote(e *fondsv1.Evidence) string {
	t, ok := s.texts[e.GetReading()]
	start, end := int(e.GetStart())-t.start, int(e.GetEnd())-t.start
	if !ok || start < 0 || end < start || end > len(t.text) {
		return "…"
	}
	return oneLine(t.text[start:end], 60)
}

// place tells where a stretch stands: on which of the document's pages, and in which
// boxes or bytes.
func (s *sheet) place(e *fondsv1.Evidence) string {
	page := slices.IndexFunc(s.document.GetRegions(), func(g *fondsv1.Region) bool { return g.GetReading() == e.GetReading() })
	where := fmt.Sprintf("page %d, bytes %d–%d", page+1, e.GetStart(), e.GetEnd())
	if len(e.GetBoxes()) == 0 {
		return where
	}
	boxes := make([]string, len(e.GetBoxes()))
	for i, b := range e.GetBoxes() {
		boxes[i] = fmt.Sprintf("%d,%d %d×%d", b.GetX(), b.GetY(), b.GetWidth(), b.GetHeight())
	}
	return where + ", box " + strings.Join(boxes, " and ")
}

// wrap breaks a text at blanks into lines of at most width characters; a word that is
// longer has a line of its own. Breaks in the text stay.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line, n := "", 0
		for word := range strings.FieldsSeq(paragraph) {
			size := utf8.RuneCountInString(word)
			if n > 0 && n+1+size > width {
				lines, line, n = append(lines, line), "", 0
			}
			if n > 0 {
				line, n = line+" ", n+1
			}
			line, n = line+word, n+size
		}
		lines = append(lines, line)
	}
	return lines
}
