package evaluate

// Span is a half-open range of UTF-8 bytes of a whole file.
type Span struct {
	Start int `json:"byte_start"`
	End   int `json:"byte_end"`
}

// valid says whether the span can stand in a file at all: not empty, not before its beginning.
func (s Span) valid() bool { return 0 <= s.Start && s.Start < s.End }

func (s Span) length() int { return s.End - s.Start }

// inside says whether the span lies within another.
func (s Span) inside(o Span) bool { return o.Start <= s.Start && s.End <= o.End }

// common returns how many bytes two spans share.
func (s Span) common(o Span) int { return max(0, min(s.End, o.End)-max(s.Start, o.Start)) }

// likeness is intersection over union: 1 for the same span, 0 for spans that do not touch.
func (s Span) likeness(o Span) float64 {
	if c := s.common(o); c > 0 {
		return float64(c) / float64(s.length()+o.length()-c)
	}
	return 0
}

// cover is the share of the shorter span that both have: 1 when one lies within the other.
func (s Span) cover(o Span) float64 {
	if c := s.common(o); c > 0 {
		return float64(c) / float64(min(s.length(), o.length()))
	}
	return 0
}

// hull returns the shortest span that holds all; of none it is the empty span.
func hull(spans []Span) Span {
	var h Span
	for i, s := range spans {
		if i == 0 {
			h = s
		}
		h = Span{min(h.Start, s.Start), max(h.End, s.End)}
	}
	return h
}

// likest returns the greatest likeness between a span of one list and a span of the other.
func likest(these, those []Span) float64 {
	best := 0.0
	for _, s := range these {
		for _, o := range those {
			best = max(best, s.likeness(o))
		}
	}
	return best
}
