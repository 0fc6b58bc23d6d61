// Package extract finds documents in a text and what they say about themselves:
// number, dates, who wrote to whom, by which way, what they answer. Each statement
// comes with the words that prove it.
//
// It is pure: text in, documents out, the same for the same text, in time linear in
// its length. It knows forms, never particular documents; names come from an
// authority file (workers/extract/agents). It never reads a database, never changes
// a text and never decides between a machine's statement and a person's.
package extract

import (
	"slices"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// Version of the rules. A change of what they find raises it.
const Version = "1"

// Span is a range of bytes of the whole text, its end exclusive.
type Span struct {
	Start int `json:"byte_start"`
	End   int `json:"byte_end"`
}

// Document is one document found in a text, with what an edition put round it.
type Document struct {
	Span   Span    `json:"span"`
	Fields []Field `json:"fields"`
	// Confidence, from 0 to 1, that it begins where it does.
	Confidence float64 `json:"-"`
}

// Field is one statement about a document.
type Field struct {
	// Name is one of those in DESIGN.md.
	Name string `json:"field"`
	// Value is a string, a number or one of this package's value types.
	Value any `json:"value"`
	// Raw is the value as written.
	Raw string `json:"raw"`
	// Evidence has the words that prove it, in the order of the text.
	Evidence []Span `json:"evidence"`
	// Confidence is from 0 to 1; below 0.7 a person should look.
	Confidence float64 `json:"confidence"`
	// Rule is the rule's name and version, such as "heading@1".
	Rule string `json:"rule"`
}

// Extractor holds what is made once for many texts. Safe for concurrent use.
type Extractor struct {
	names *agents.Index
}

// New makes an extractor that knows the names of an authority file.
func New(names *agents.Index) *Extractor { return &Extractor{names: names} }

// Version names the rules together with the names that they know: extractors of one
// version find the same in a text.
func (x *Extractor) Version() string { return Version + "+" + x.names.Digest() }

// Extract finds the documents of a text, in its order. A text without a word in it
// has none; any other has at least one, and every word lies in one of them.
func (x *Extractor) Extract(text string) []Document { return x.inWindows(text, window) }

// ExtractOne takes a text for one document, wherever others seem to begin in it. A
// text without a word has none.
func (x *Extractor) ExtractOne(text string) []Document { return x.oneInWindow(text, window) }

// inOne finds the documents of a text that is read at once.
func (x *Extractor) inOne(text string) []Document {
	p := x.page(text)
	if p == nil {
		return nil
	}
	var found []Document
	for _, part := range p.segment() {
		found = append(found, p.read(part))
	}
	return found
}

// page prepares a text; nil for one without words.
func (x *Extractor) page(text string) *page {
	p := newPage(text)
	if len(p.tokens) == 0 {
		return nil
	}
	// A name that could be several people's proves nothing.
	p.names = slices.DeleteFunc(x.names.Find(text), func(m agents.Mention) bool { return m.Agent == "" })
	return p
}

func (p *page) read(part part) Document {
	d := &doc{page: p, part: part}
	d.read()
	return Document{Span: p.trim(part.span), Fields: d.fields, Confidence: part.confidence()}
}
