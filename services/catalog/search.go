package catalog

import (
	"context"
	"fmt"
)

// Term is one entry of a document in the index of texts. Its text is prepared
// elsewhere: UTF-8 without blanks and control characters, compared by byte.
type Term struct {
	Text string
	// Times is how often the document has it, from 1.
	Times int
	// Trigrams put the term into the vocabulary, where misreadings of a word are
	// looked for; none for a term that is never one.
	Trigrams []string
}

// Match is what a document's terms are held against: one of Term, All and Any is set.
type Match struct {
	Term string
	// Prefix takes every term that begins with Term.
	Prefix bool
	All    []Match
	Any    []Match
}

// SearchQuery selects documents by their terms.
type SearchQuery struct {
	// Match is what the terms must answer, and Without what they may not; Without is
	// empty where there is no such thing.
	Match   Match
	Without []Match
	// First is what those documents answer that come before all others, whether they
	// answer Match or not; nil where none do.
	First *Match
	// Within selects among the documents found; its After and Limit mean nothing here.
	Within DocumentQuery
	// Offset passes over documents, from the best on.
	Offset, Limit int
}

// Near asks for terms of the vocabulary that are written nearly like a word.
type Near struct {
	// Trigrams of the word, of which a term must have at least Shared.
	Trigrams []string
	Shared   int
	// Shortest and Longest bound a term's length in characters, both inclusive.
	Shortest, Longest int
	Limit             int
}

// NearTerms returns terms of the vocabulary for each question. A term may be there of
// which no document is left.
func (c *Catalog) NearTerms(ctx context.Context, questions []Near) ([][]string, error) {
	var found [][]string
	err := c.store.View(ctx, func(r Reader) error {
		found = make([][]string, len(questions))
		for i, n := range questions {
			var err error
			if found[i], err = r.NearTerms(n); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// maxChecked bounds the documents that one page of answers may look into: each costs
// reading its text, some 0.1 ms for a page of typescript.
const maxChecked = 500

// SearchDocuments gives documents that a query selects by their terms, best first, to
// check, which looks at the text and says whether it is an answer: an index knows
// terms and not how they stand together. It ends when q.Limit answers are found, when
// there is no further document, or when many were looked at in vain, so that there
// can be fewer answers and still more to come. next is the offset from which to go
// on; 0 at the end. Check must have no effect but on what it returns and collects.
func (c *Catalog) SearchDocuments(ctx context.Context, q SearchQuery, check func(DocumentText) (bool, error)) (next int, err error) {
	limit, found, checked := q.Limit, 0, 0
	err = c.store.View(ctx, func(r Reader) error {
		r = &lookedInto{Reader: r, texts: map[string]string{}}
		// Mostly each candidate is an answer; where not, few questions go on for long.
		for size := limit + 1; ; size *= 4 {
			q.Limit = min(size, maxChecked-checked)
			ids, err := r.Search(q)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if found == limit {
					next = q.Offset
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				ok, err := checkText(r, id, check)
				if err != nil {
					return fmt.Errorf("search in document %s: %w", id, err)
				}
				q.Offset++
				if ok {
					found++
				}
			}
			checked += len(ids)
			switch {
			case len(ids) < q.Limit:
				return nil
			case found == limit || checked >= maxChecked:
				next = q.Offset
				return nil
			}
		}
	})
	return next, err
}

func checkText(r Reader, id string, check func(DocumentText) (bool, error)) (bool, error) {
	head, err := documentAt(r, id, 0)
	if err != nil {
		return false, err
	}
	text := DocumentText{Head: head, Regions: make([]RegionText, len(head.Revision.Regions))}
	if err := fillTexts(r, head.Revision.Regions, text.Regions); err != nil {
		return false, err
	}
	return check(text)
}

// lookedInto keeps the large texts that were read: those of published volumes, whose
// documents are ranges and come to be looked into one after the other.
type lookedInto struct {
	Reader
	texts map[string]string
	bytes int
}

const (
	// largeText is what a page of typescript hardly has: 3,000 bytes, in Cyrillic 6,000.
	largeText = 64 << 10
	// maxLookedInto bounds the texts that one search keeps, in bytes; one alone may have
	// more.
	maxLookedInto = 32 << 20
)

// ReadingTexts reads what is not at hand.
func (l *lookedInto) ReadingTexts(ids []string) (map[string]string, error) {
	known := make(map[string]string, len(ids))
	var missing []string
	for _, id := range ids {
		if text, ok := l.texts[id]; ok {
			known[id] = text
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return known, nil
	}
	read, err := l.Reader.ReadingTexts(missing)
	if err != nil {
		return nil, err
	}
	for id, text := range read {
		known[id] = text
		if len(text) < largeText {
			continue
		}
		if l.bytes+len(text) > maxLookedInto {
			clear(l.texts)
			l.bytes = 0
		}
		l.texts[id] = text
		l.bytes += len(text)
	}
	return known, nil
}
