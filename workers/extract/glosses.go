package extract

import "strings"

// readGlosses finds what editors put in brackets, and where they left text out.
func (d *doc) readGlosses() {
	s := d.part.span
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		switch t := d.at(i); t.mark {
		case '[', '(':
			if end := d.bracketEnd(i); end > i+1 {
				d.bracket(i, end)
				if t.mark == '[' {
					i = end
				}
			}
		case '.', '…':
			i = d.dots(i)
		}
	}
}

// bracketEnd returns the token that closes a bracket, at most 120 tokens on.
func (d *doc) bracketEnd(i int) int {
	closing := map[rune]rune{'[': ']', '(': ')'}[d.at(i).mark]
	for j := i + 1; j < i+120 && j < len(d.tokens); j++ {
		if d.at(j).mark == closing {
			return j
		}
		if d.at(j).mark == d.at(i).mark {
			return -1
		}
	}
	return -1
}

func (d *doc) bracket(i, end int) {
	span := Span{d.at(i).Start, d.at(end).End}
	inside := Span{d.at(i + 1).Start, d.at(end - 1).End}
	if d.inCatalogue(span.Start) || d.citedIn(span) {
		return
	}
	kind := d.glossKind(i, end)
	if kind == "" {
		return
	}
	if kind == "omission" {
		d.add("omission", map[string]string{"mark": d.of(span)}, span, 0.85, "omission")
		return
	}
	v := Gloss{Kind: kind, Text: d.clean(inside)}
	if kind == "identity" || kind == "variant" {
		v.Target = d.targetOf(i)
	}
	d.add("gloss", v, span, 0.8, "gloss")
}

// citedIn tells that brackets hold a shelfmark: that is the edition's source line.
func (d *doc) citedIn(s Span) bool {
	for _, f := range d.fields {
		if f.Name == "citation" && s.Start <= f.Evidence[0].Start && f.Evidence[0].End <= s.End {
			return true
		}
	}
	return false
}

// glossKind tells what brackets hold: who somebody is, another spelling, words that
// the editor supplied, a note on a stamp. "" is for what is no gloss.
func (d *doc) glossKind(i, end int) string {
	first := d.at(i + 1)
	low := d.lower[first.Start:d.at(end-1).End]
	switch {
	case strings.Trim(low, ". …") == "":
		return "omission"
	case first.key == kStamp || low == "signature" || strings.HasPrefix(low, "signed") || low == "подпись" || strings.HasPrefix(low, "handwritten"):
		return "stamp_note"
	case strings.HasPrefix(low, "illegible") || strings.HasPrefix(low, "неразборчиво"):
		return "illegible"
	case low == "sic" || low == "так" || low == "так в тексте":
		return "sic"
	}
	name, kind := d.knownIn(i+1, end)
	if d.at(i).mark == '(' {
		// Round brackets are the author's own but for a name behind a name.
		if name && d.startsUpper(i-1) && kind == "person" && d.closeEnough(i) && first.num < 0 && d.at(i+1).key != kVia {
			return "identity"
		}
		return ""
	}
	switch {
	case d.isNumbered(i):
		return ""
	case kind == "place" && d.placeBeforeBracket(i):
		return "variant"
	case kind == "place":
		return "supplied"
	case name && kind == "person", d.nounBefore(i) && !d.startsLowerPronoun(i+1):
		return "identity"
	}
	return "supplied"
}

// isNumbered tells that brackets hold a footnote's number.
func (d *doc) isNumbered(i int) bool { return d.at(i+1).num >= 0 && d.at(i+2).mark == ']' }

// knownIn tells whether brackets hold a known name.
func (d *doc) knownIn(i, end int) (bool, string) {
	for j := i; j < end; j++ {
		if m := d.mentionAt(d.at(j).Start); m != nil {
			return true, string(m.Kind)
		}
	}
	return false, ""
}

func (d *doc) closeEnough(i int) bool { return d.at(i).Start-d.at(i-1).End <= 2 }

func (d *doc) placeBeforeBracket(i int) bool {
	for j := i - 1; j >= 0 && j > i-4; j-- {
		if m := d.mentionAt(d.at(j).Start); m != nil && m.End >= d.at(i-1).End {
			return m.Kind == "place"
		}
	}
	return false
}

// nounBefore tells that a word without a capital stands before the bracket, on the
// same line, which the bracket may explain: "this question [of an armistice]".
func (d *doc) nounBefore(i int) bool {
	t := d.at(i - 1)
	if i == 0 || !t.word() || d.at(i).Start-t.End != 1 {
		return false
	}
	for j := i - 1; j >= 0 && j > i-4; j-- {
		switch d.word(j) {
		case "this", "these", "that", "those", "the", "your", "our", "his", "this.":
			return d.at(i+1).word() && d.at(i+2).mark != ']'
		}
	}
	return false
}

func (d *doc) startsLowerPronoun(i int) bool {
	switch d.word(i) {
	case "with", "to", "of", "in", "by", "for", "is", "are", "was", "were", "has", "have", "that", "which", "from", "on":
		return true
	}
	return false
}

// targetOf is the name or the words before a gloss, up to four.
func (d *doc) targetOf(i int) string {
	l := d.lines[d.lineAt(d.at(i).Start)]
	for j := max(l.first, i-6); j < i; j++ {
		if m := d.mentionAt(d.at(j).Start); m != nil && m.End >= d.at(i-1).End {
			return d.clean(Span{m.Start, m.End})
		}
	}
	j := i - 1
	for j > l.first && j > i-4 && d.at(j-1).mark == 0 {
		j--
	}
	if j < 0 || j >= i {
		return ""
	}
	return d.clean(Span{d.at(j).Start, d.at(i - 1).End})
}

// dots finds an omission: an ellipsis, or three and more full stops.
func (d *doc) dots(i int) int {
	end := i
	for d.at(end+1).mark == '.' && d.at(end+1).Start-d.at(end).End <= 1 {
		end++
	}
	if end-i >= 2 || d.at(i).mark == '…' {
		span := Span{d.at(i).Start, d.at(end).End}
		d.add("omission", map[string]string{"mark": d.of(span)}, span, 0.8, "omission")
	}
	return end
}
