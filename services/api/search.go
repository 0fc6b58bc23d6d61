package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
	"github.com/fonds-archive/fonds/services/text"
)

// Names knows under which names one agent goes.
type Names interface {
	// OtherNames returns the other forms of a name that one agent alone has; none for
	// any other words.
	OtherNames(written string) []string
}

const (
	// snippetWidth is the length of a snippet in characters: three lines.
	snippetWidth = 240
	// maxFound bounds the words found that one hit tells the places of: a page of
	// answers with a hundred hits stays below a megabyte.
	maxFound = 50
)

// SearchDocuments asks the index for candidates and looks into their texts.
func (s *catalogServer) SearchDocuments(ctx context.Context, req *fondsv1.SearchDocumentsRequest) (*fondsv1.SearchDocumentsResponse, error) {
	clauses, err := text.Query(req.GetQuery())
	if err != nil {
		return nil, badQuery(err)
	}
	within, err := documentQuery(req.GetFilter(), s.KeyMaker)
	if err != nil {
		return nil, err
	}
	want, err := readMaskFrom(req.GetReadMask(), withoutParts, s.KeyMaker)
	if err != nil {
		return nil, err
	}
	query := []string{"search", req.GetQuery(), req.GetFilter(), strconv.FormatBool(req.GetExact())}
	offset, err := readNumberToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	q := catalog.SearchQuery{Within: within, Offset: int(offset), Limit: pageSize(req.GetPageSize(), 20)}
	q.Match, q.Without = matchOf(clauses)
	if !req.GetExact() {
		if clauses, err = s.widen(ctx, req.GetQuery(), clauses); err != nil {
			return nil, err
		}
		typed := q.Match
		if q.Match, _ = matchOf(clauses); !reflect.DeepEqual(typed, q.Match) {
			q.First = &typed
		}
	}
	hits, next, err := s.search(ctx, q, clauses)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.SearchDocumentsResponse{}
	bytes := 0
	for i, h := range hits {
		hit, err := h.message(want)
		if err != nil {
			return nil, fmt.Errorf("words found in document %s: %w", h.head.ID, err)
		}
		if bytes += rowSize(hit); bytes > maxRows && i > 0 {
			next = h.offset
			break
		}
		m.Hits = append(m.Hits, hit)
	}
	if next > 0 {
		m.NextPageToken = newToken(strconv.Itoa(next), query...)
	}
	if err := s.callPeople(ctx, messages(m.GetHits())...); err != nil {
		return nil, err
	}
	return m, nil
}

func badQuery(err error) error {
	e, ok := errors.AsType[*text.QueryError](err)
	if !ok {
		return err
	}
	return &catalog.Error{
		Code: catalog.Invalid, Reason: ReasonQueryInvalid, Field: "query", Message: e.Error(),
		Metadata: map[string]string{"character": strconv.Itoa(e.Character)},
	}
}

// hit is a document that answers, with the places in its text that do.
type hit struct {
	head  catalog.DocumentHead
	text  *passage.Text
	spans []text.Span
	// offset of the document among those that the index finds.
	offset int
}

// search returns the answers of one page and the offset of the next.
func (s *catalogServer) search(ctx context.Context, q catalog.SearchQuery, clauses []text.Clause) ([]hit, int, error) {
	var hits []hit
	offset := q.Offset - 1
	next, err := s.Catalog.SearchDocuments(ctx, q, func(d catalog.DocumentText) (bool, error) {
		offset++
		t, err := s.assembled(ctx, d)
		if err != nil {
			return false, err
		}
		spans, ok := answers(clauses, d.Head.Revision.Title, t.Text)
		if ok {
			hits = append(hits, hit{d.Head, t, spans, offset})
		}
		return ok, nil
	})
	return hits, next, err
}

// answers tells whether title and text together answer all clauses, and gives the
// places in the text. No phrase goes from one to the other.
func answers(clauses []text.Clause, title, body string) ([]text.Span, bool) {
	positive := slices.Clone(clauses) // Hits gives no places for what may not be there
	for i := range positive {
		positive[i].Without = false
	}
	inTitle, _ := text.Hits(title, positive)
	spans, _ := text.Hits(body, positive)
	found := make([]bool, len(clauses))
	for _, span := range append(inTitle, spans...) {
		found[span.Clause] = true
	}
	for i, c := range clauses {
		if found[i] == c.Without {
			return nil, false
		}
	}
	return spans, true
}

// message reads the bodies of the pages on which words were found.
func (h hit) message(want readMask) (*fondsv1.SearchHit, error) {
	snippet, marks, start, end := text.Snippet(h.text.Text, h.spans, snippetWidth)
	m := &fondsv1.SearchHit{Document: want.document(h.head), Snippet: snippet}
	for _, k := range marks {
		m.Marks = append(m.Marks, &fondsv1.TextRange{Start: number(k.Start), End: number(k.End)})
	}
	names := readingNames(h.head.Revision)
	for _, span := range ordered(h.spans, start, end) {
		places, err := h.text.Places(span.Start, span.End)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			e := evidenceOf(p, names)
			m.Found = append(m.Found, &fondsv1.FoundWords{
				Reading: e.GetReading(), Range: &fondsv1.TextRange{Start: e.GetStart(), End: e.GetEnd()}, Boxes: e.GetBoxes(),
			})
		}
	}
	return m, nil
}

// ordered joins spans that overlap and puts those of the snippet first; at most maxFound.
func ordered(spans []text.Span, start, end int) []text.Span {
	var inside, outside []text.Span
	for _, span := range merged(spans) {
		if span.Start < end && span.End > start {
			inside = append(inside, span)
		} else {
			outside = append(outside, span)
		}
	}
	all := append(inside, outside...)
	return all[:min(len(all), maxFound)]
}

// merged makes one of spans that overlap; they come in order of their start.
func merged(spans []text.Span) []text.Span {
	var all []text.Span
	for _, span := range spans {
		if n := len(all); n > 0 && span.Start < all[n-1].End {
			all[n-1].End = max(all[n-1].End, span.End)
			continue
		}
		all = append(all, span)
	}
	return all
}

// readingNames gives the names of the readings that a revision shows, by ID.
func readingNames(r catalog.Revision) map[string]string {
	names := map[string]string{}
	for _, g := range r.Regions {
		if g.Reading != "" {
			names[g.Reading] = pageNameOf(g.Scan, g.Page) + "/readings/" + g.Reading
		}
	}
	return names
}
