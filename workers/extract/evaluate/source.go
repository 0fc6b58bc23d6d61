package evaluate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sourceComment begins a first line that says where a file was taken from. It belongs to no document.
const sourceComment = "# SOURCE:"

// asciiBlanks are what is cut from the edges of a document before its borders are compared.
const asciiBlanks = " \t\n\v\f\r"

// source is the text of a file. Without it (known is false) spans are compared as they are.
type source struct {
	text  string
	known bool
	start int   // bytes of the source comment
	lines []int // where each line begins; only LF ends a line
}

func newSource(text string, known bool) *source {
	s := &source{text: text, known: known, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	if strings.HasPrefix(text, sourceComment) && len(s.lines) > 1 {
		s.start = s.lines[1]
	}
	return s
}

// cut returns the words of a span; false when the text is not known, the span leaves it or it cuts
// a character in two.
func (s *source) cut(span Span) (string, bool) {
	if !s.known || !span.valid() || span.End > len(s.text) {
		return "", false
	}
	words := s.text[span.Start:span.End]
	return words, utf8.ValidString(words)
}

// line returns the number, from 1, of the line in which a byte stands; 0 when that is not known.
func (s *source) line(at int) int {
	if !s.known || at >= len(s.text) {
		return 0
	}
	n, found := slices.BinarySearch(s.lines, at)
	if found {
		n++
	}
	return n
}

// block returns the span from the beginning of one line to the end of another, both counted from 1.
func (s *source) block(first, last int) (Span, bool) {
	if !s.known || first < 1 || first > last || last > len(s.lines) {
		return Span{}, false
	}
	end := len(s.text)
	if last < len(s.lines) {
		end = s.lines[last]
	}
	return Span{s.lines[first-1], end}, true
}

// trim takes the source comment and the blanks at the edges off a span, unless nothing would stay.
func (s *source) trim(span Span) Span {
	if !s.known {
		return span
	}
	start, end := max(span.Start, s.start), min(span.End, len(s.text))
	if start >= end {
		return span
	}
	words := s.text[start:end]
	start += len(words) - len(strings.TrimLeft(words, asciiBlanks))
	end -= len(words) - len(strings.TrimRight(words, asciiBlanks))
	if start >= end {
		return span
	}
	return Span{start, end}
}

// narrow returns where in a span the raw words stand, however they are broken into lines; the whole
// span when they are not there.
func (s *source) narrow(span Span, raw string) Span {
	words, ok := s.cut(span)
	raw = squeeze(raw)
	if !ok || raw == "" {
		return span
	}
	flat, at := flatten(words)
	i := strings.Index(flat, raw)
	if i < 0 {
		return span
	}
	return Span{span.Start + at[i], span.Start + at[i+len(raw)]}
}

// flatten makes one blank of every run of white space. Byte i of the result stood at at[i]; at has
// one entry more, for the end.
func flatten(s string) (flat string, at []int) {
	var b strings.Builder
	at = make([]int, 0, len(s)+1)
	blank := false
	for i, r := range s {
		if unicode.IsSpace(r) {
			if !blank {
				b.WriteByte(' ')
				at = append(at, i)
			}
			blank = true
			continue
		}
		blank = false
		for k := range utf8.RuneLen(r) {
			at = append(at, i+k)
		}
		b.WriteRune(r)
	}
	return b.String(), append(at, len(s))
}

// squeeze makes one blank of every run of white space and leaves none at the edges.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
