package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// window is how many bytes are read at once, some 100 pages: no telegram is so long.
// What the rules keep of a text takes a hundred times its size, and a text that was
// made to be slow to read costs the square of a window, not of the text.
const window = 1 << 18

// inWindows finds the documents of a text a window at a time. The last document of a
// window may end behind it, so the next window begins with it. Of a document that is
// longer than a window the fields are those of its first one.
func (x *Extractor) inWindows(text string, size int) []Document {
	var found []Document
	open := false // the last document found goes on at start
	for start := 0; start < len(text); {
		end := windowEnd(text, start, size)
		documents := x.inOne(text[start:end])
		for i := range documents {
			documents[i].shift(start)
		}
		if open && len(documents) > 0 {
			found[len(found)-1].Span.End = documents[0].Span.End
			open = len(documents) == 1
			documents = documents[1:]
		}
		next := end
		if last := len(documents) - 1; last >= 0 && end < len(text) {
			if begins := documents[last].Span.Start; begins > start {
				next, documents = begins, documents[:last]
			} else {
				open = true
			}
		}
		found = append(found, documents...)
		start = next
	}
	return found
}

// oneInWindow takes a text for one document, whose fields are those of its first window.
func (x *Extractor) oneInWindow(text string, size int) []Document {
	end := windowEnd(text, 0, size)
	p := x.page(text[:end])
	if p == nil {
		return nil
	}
	d := p.read(p.whole(p.segment()))
	if end < len(text) {
		d.Span.End = len(strings.TrimRightFunc(text, unicode.IsSpace))
	}
	return []Document{d}
}

// windowEnd ends a window at the end of a paragraph, or else of a line or a word.
func windowEnd(text string, start, size int) int {
	if len(text)-start <= size {
		return len(text)
	}
	half := start + size/2
	for _, gap := range []string{"\n\n", "\n", " "} {
		if at := strings.LastIndex(text[half:start+size], gap); at >= 0 {
			return half + at + len(gap)
		}
	}
	end := start + size
	for end > half && !utf8.RuneStart(text[end]) {
		end--
	}
	return end
}

// shift moves all places of a document on.
func (d *Document) shift(by int) {
	if by == 0 {
		return
	}
	d.Span.Start, d.Span.End = d.Span.Start+by, d.Span.End+by
	for i := range d.Fields {
		f := &d.Fields[i]
		evidence := make([]Span, len(f.Evidence)) // fields may share one
		for j, s := range f.Evidence {
			evidence[j] = Span{s.Start + by, s.End + by}
		}
		f.Evidence = evidence
		if m, ok := f.Value.(Embedded); ok {
			m.Span = Span{m.Start + by, m.End + by}
			f.Value = m
		}
	}
}
