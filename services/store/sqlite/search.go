package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/services/catalog"
)

// maxTimes bounds how often a term counts in one document: more makes no difference
// to its rank, and a text of a hundred thousand full stops is one of few words.
const maxTimes = 255

// Search ranks what First finds and the rest apart: one statement for both would have
// to find the first once more for the order, and a page is mostly full before the rest.
func (v *view) Search(q catalog.SearchQuery) ([]string, error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	q.Offset = max(q.Offset, 0)
	without := join(q.Without, " OR ", false)
	first := ""
	if q.First != nil {
		first = matchExpression(*q.First)
	}
	if first == "" {
		return v.ranked(butNot(matchExpression(q.Match), without), q)
	}
	found, err := v.ranked(butNot(first, without), q)
	if err != nil || len(found) == q.Limit {
		return found, err
	}
	if len(found) == 0 && q.Offset > 0 {
		passed, err := v.answers(butNot(first, without), q)
		if err != nil {
			return nil, err
		}
		q.Offset -= min(passed, q.Offset)
	} else {
		q.Offset = 0
	}
	q.Limit -= len(found)
	if without != "" {
		first = first + " OR " + without
	}
	rest, err := v.ranked(butNot(matchExpression(q.Match), first), q)
	return append(found, rest...), err
}

const answering = ` FROM search_index i CROSS JOIN search_documents s ON s.id = i.rowid
	CROSS JOIN documents d ON d.id = s.document CROSS JOIN revisions r ON r.document = d.id AND r.number = d.head
	WHERE search_index MATCH ? AND `

// ranked gives the documents that answer an expression, best first. Its cost is that of
// all the documents that have the words, not of those that are given back.
func (v *view) ranked(expression string, q catalog.SearchQuery) ([]string, error) {
	if expression == "" {
		return nil, nil
	}
	selected := chosen(q.Within)
	args := append([]any{expression}, append(selected.args, q.Limit, q.Offset)...)
	return search(v, `SELECT d.id`+answering+selected.sql+` ORDER BY i.rank, d.id LIMIT ? OFFSET ?`, (*row).text, args...)
}

// answers counts the documents that answer an expression.
func (v *view) answers(expression string, q catalog.SearchQuery) (int, error) {
	selected := chosen(q.Within)
	counted, err := search(v, `SELECT count(*)`+answering+selected.sql, (*row).int, append([]any{expression}, selected.args...)...)
	if err != nil {
		return 0, err
	}
	return counted[0], nil
}

// butNot is an expression without what answers another.
func butNot(expression, other string) string {
	if expression == "" || other == "" {
		return expression
	}
	return "(" + expression + ") NOT (" + other + ")"
}

// matchExpression is a match in the language of FTS5; "" for one that nothing answers.
// Terms stand in it between quotation marks and as the index has them, so that nothing
// of them can be taken for a part of the language.
func matchExpression(m catalog.Match) string {
	switch {
	case len(m.All) > 0:
		return join(m.All, " AND ", true)
	case len(m.Any) > 0:
		return join(m.Any, " OR ", false)
	case m.Term == "":
		return ""
	case m.Prefix:
		return `"` + indexed(m.Term) + `"*`
	}
	return `"` + indexed(m.Term) + `"`
}

// join gives "" for parts of which none can be answered, or one when all must be.
func join(parts []catalog.Match, operator string, all bool) string {
	var written []string
	for _, m := range parts {
		if e := matchExpression(m); e != "" {
			written = append(written, e)
		} else if all {
			return ""
		}
	}
	if len(written) < 2 {
		return strings.Join(written, "")
	}
	return "(" + strings.Join(written, operator) + ")"
}

// indexed is a term as it stands in the index: another for each other term, and the
// beginning of one is that of the other.
func indexed(term string) string {
	var b strings.Builder
	for _, c := range []byte(term) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// PutTerms keeps a document's number in the index when its terms are replaced.
func (t *tx) PutTerms(document string, terms []catalog.Term) error {
	number, err := one(&t.view, `SELECT id FROM search_documents WHERE document = ?`, (*row).int64, document)
	switch {
	case errors.Is(err, catalog.ErrNotFound):
		if number, err = one(&t.view, `INSERT INTO search_documents (document) VALUES (?) RETURNING id`, (*row).int64, document); err != nil {
			return err
		}
		t.wrote = true
	case err != nil:
		return err
	default:
		if _, err := t.exec(`DELETE FROM search_index WHERE rowid = ?`, number); err != nil {
			return err
		}
	}
	if len(terms) == 0 {
		return nil
	}
	if _, err := t.exec(`INSERT INTO search_index (rowid, terms) VALUES (?, ?)`, number, bag(terms)); err != nil {
		return err
	}
	return t.addVocabulary(terms)
}

// bag writes each term as often as the document has it.
func bag(terms []catalog.Term) string {
	var b strings.Builder
	for _, term := range terms {
		written := indexed(term.Text)
		for range min(max(term.Times, 1), maxTimes) {
			b.WriteString(written)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// addVocabulary adds the terms that are new to it: all at first, a few of a hundred
// later on, which one statement finds.
func (t *tx) addVocabulary(terms []catalog.Term) error {
	trigrams := map[string][]string{}
	var asked []string
	for _, term := range terms {
		if len(term.Trigrams) > 0 {
			asked = append(asked, term.Text)
			trigrams[term.Text] = term.Trigrams
		}
	}
	if len(asked) == 0 {
		return nil
	}
	list, err := jsonList(asked)
	if err != nil {
		return err
	}
	fresh, err := all(&t.view, `SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM search_terms WHERE term = value)`,
		(*row).text, list)
	if err != nil {
		return err
	}
	for _, term := range fresh {
		if _, err := t.exec(`INSERT INTO search_terms (term) VALUES (?) ON CONFLICT DO NOTHING`, term); err != nil {
			return err
		}
		grams, err := jsonList(trigrams[term])
		if err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO search_trigrams (gram, length, term)
			SELECT g.value, ?, t.id FROM json_each(?) g CROSS JOIN search_terms t ON t.term = ? WHERE true ON CONFLICT DO NOTHING`,
			utf8.RuneCountInString(term), grams, term); err != nil {
			return err
		}
	}
	return nil
}

func jsonList(words []string) (string, error) {
	encoded, err := json.Marshal(words)
	if err != nil {
		return "", fmt.Errorf("encode terms: %w", err)
	}
	return string(encoded), nil
}

func (v *view) NearTerms(n catalog.Near) ([]string, error) {
	grams, err := jsonList(n.Trigrams)
	if err != nil {
		return nil, err
	}
	return search(v, `WITH near AS (
			SELECT t.term, count(*) AS shared FROM json_each(?) g CROSS JOIN search_trigrams t ON t.gram = g.value
			WHERE t.length BETWEEN ? AND ? GROUP BY t.term HAVING shared >= ?)
		SELECT search_terms.term FROM near CROSS JOIN search_terms ON search_terms.id = near.term
		ORDER BY near.shared DESC, search_terms.term LIMIT ?`, (*row).text, grams, n.Shortest, n.Longest, n.Shared, max(n.Limit, 0))
}

// chosen is what a document must meet, beside its words.
func chosen(q catalog.DocumentQuery) clause {
	selected := conditionOf(q.Where)
	if q.Deleted {
		selected.sql += " AND d.purged_at = 0"
	} else {
		selected.sql += " AND d.deleted_at = 0"
	}
	return selected
}
