package evaluate

import "strings"

// maxPlaces bounds in how many places of a document the words of one label are looked for.
const maxPlaces = 10_000

// statement is one label of the gold or one field of a prediction, made ready for comparison.
type statement struct {
	field  string
	value  any
	raw    string
	folded string // the raw, folded
	source *source

	given []Span // the evidence as it was given
	spans []Span // what of it can stand in a file
	cores []Span // the place of the raw within each span
	// places are the cores and, for a label, the other places where the same words stand.
	places []Span

	status     Status  // of a label
	confidence float64 // of a field
	rule       string  // of a field
}

func newStatement(field string, value any, raw string, given []Span, src *source) *statement {
	s := &statement{field: field, value: value, raw: raw, folded: foldText(raw), given: given, source: src}
	for _, span := range given {
		if span.valid() {
			s.spans = append(s.spans, span)
			s.cores = append(s.cores, src.narrow(span, raw))
		}
	}
	s.places = s.cores
	return s
}

// labelStatement makes a label ready.
func labelStatement(l *Label, doc Span, src *source) *statement {
	given := make([]Span, len(l.Evidence))
	for i, e := range l.Evidence {
		given[i] = e.Span
	}
	s := newStatement(l.Field, l.Value, l.Raw, given, src)
	s.status = l.Status
	switch {
	case l.Field == "distribution" && s.member("recipient") == nil:
		s.status = unscored // a blank line of a form: there is nobody to find
	case l.Field == "telegram_reference" && first(s.member("second_mention")) != nil:
		s.status = Probable // labelled already where it stands first
	}
	for _, e := range l.Evidence {
		if e.Hits > 0 {
			s.addPlaces(e.Span, doc)
		}
	}
	return s
}

// addPlaces adds every place in the document where the words of a span stand.
func (s *statement) addPlaces(span, doc Span) {
	text := s.source.text
	if span.End > len(text) {
		return
	}
	same, from, end := text[span.Start:span.End], doc.Start, min(doc.End, len(text))
	s.places = append([]Span(nil), s.places...)
	for len(s.places) < maxPlaces && from < end {
		i := strings.Index(text[from:end], same)
		if i < 0 {
			return
		}
		from += i
		s.places = append(s.places, s.source.narrow(Span{from, from + len(same)}, s.raw))
		from++
	}
}

// fieldStatement makes a field of a prediction ready.
func fieldStatement(f *Field, src *source) *statement {
	s := newStatement(f.Name, f.Value, f.Raw, f.Evidence, src)
	s.rule, s.confidence = f.Rule, f.Confidence
	return s
}

func (s *statement) member(key string) any { return member(s.value, key) }

// words returns the words of the statement: raw, value and the named members of the value.
func (s *statement) words(keys ...string) []string { return words(s.raw, s.value, keys...) }

// inComment says whether all evidence stands in the comment at the head of the file.
func (s *statement) inComment() bool {
	for _, span := range s.spans {
		if span.End > s.source.start {
			return false
		}
	}
	return len(s.spans) > 0
}

// near says whether the evidence of a field touches the place of a label: share is how much of the
// shorter of the two they must have in common. Evidence far longer than the place proves nothing.
func (s *statement) near(found *statement, share float64) bool {
	for _, place := range s.places {
		for _, core := range found.cores {
			if core.length() <= 3*place.length()+60 && place.cover(core) >= share {
				return true
			}
		}
	}
	return false
}

// bond tells pairs of equal credit apart: the better evidence first, then the same raw words. It is
// far smaller than any credit.
func (s *statement) bond(found *statement) float64 {
	bond := likest(s.places, found.cores) / 100
	if s.folded == found.folded {
		bond += 0.001
	}
	return bond
}
