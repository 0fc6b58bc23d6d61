package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// conditions are of each kind, and together.
func conditions() map[string]catalog.Condition {
	number := catalog.HasKey{Kind: "number", Few: true}.Exactly("4117")
	language := catalog.HasKey{Kind: "language"}.Exactly("en")
	month := catalog.HasKey{Kind: "date", From: "1951-06", Before: "1951-07"}
	return map[string]catalog.Condition{
		"everything":          nil,
		"collection":          catalog.InCollection("x"),
		"title":               catalog.Titled("x"),
		"part of a title":     catalog.TitleContains("x"),
		"path":                catalog.AtPath("x"),
		"path and assurance":  catalog.And{catalog.AtPath("x"), catalog.OfAssurance{Least: 1, Most: 1}, catalog.InCollection("x")},
		"complete":            catalog.IsComplete(true),
		"incomplete":          catalog.IsComplete(false),
		"extracted":           catalog.IsExtracted(true),
		"assurance":           catalog.OfAssurance{Least: 1, Most: 1},
		"range of assurances": catalog.OfAssurance{Least: 1, Most: 2},
		"created":             catalog.Created{},
		"updated":             catalog.Updated{},
		"number":              number,
		"language":            language,
		"month":               month,
		"sheets":              catalog.HasKey{Kind: "citation", Low: 1, High: 2}.Exactly("aprf"),
		"any key":             catalog.HasKey{Kind: "number"},
		"part of a key":       catalog.HasKey{Kind: "number", Part: "41"},
		"not":                 catalog.Not{Condition: number},
		"or":                  catalog.Or{number, language, month},
		"or with a title":     catalog.Or{number, catalog.TitleContains("x")},
		"number and others":   catalog.And{month, language, catalog.Not{Condition: number}, number, catalog.TitleContains("x")},
	}
}

// TestKeysDrive proves that a condition that a key or a path decides reads the index
// of those and asks the documents one by one.
func TestKeysDrive(t *testing.T) {
	s := openNew(t)
	for name, c := range conditions() {
		for _, after := range []string{"", "x"} {
			t.Run(fmt.Sprintf("%s after %q", name, after), func(t *testing.T) {
				query, _ := documentsQuery(catalog.DocumentQuery{Where: c, After: after, Limit: 5})
				plan := s.planOf(t, query)
				t.Log(plan)
				if _, drives := driving(c); drives && (!strings.Contains(plan, "SEARCH d USING PRIMARY KEY (id=?)") || strings.Contains(plan, "SCAN d")) {
					t.Errorf("does not begin with the keys:\n%s\n%s", query, plan)
				}
				if strings.Contains(plan, "SCAN document_keys") || strings.Contains(plan, "SCAN holdings") {
					t.Errorf("reads a whole table:\n%s\n%s", query, plan)
				}
			})
		}
	}
}

// TestOneKeyNeedsNoSorting: however many documents have the key, a page is read by
// walking the index as far as the page goes.
func TestOneKeyNeedsNoSorting(t *testing.T) {
	s := openNew(t)
	ids := selectedIDs(catalog.DocumentQuery{Where: conditions()["language"], After: "x", Limit: 5})
	if plan := s.planOf(t, ids.sql); strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("%s\n%s", ids.sql, plan)
	}
}

// TestLookupPlans prints how each lookup is answered and proves that each goes by an
// index.
func TestLookupPlans(t *testing.T) {
	s := openNew(t)
	number := catalog.Key{Kind: "telegram_number", Text: "4117"}
	day := catalog.Key{Kind: "own_date", Low: 1, High: 1}
	for name, ask := range map[string]func(r catalog.Reader) error{
		"by telegram number": func(r catalog.Reader) error {
			_, err := r.DocumentsByKey(catalog.Lookup{Key: number, Limit: 5})
			return err
		},
		"by number on a day": func(r catalog.Reader) error {
			_, err := r.DocumentsByKey(catalog.Lookup{Key: number, Also: &day, Limit: 5})
			return err
		},
		"by day, and by the beginning of a citation": func(r catalog.Reader) error {
			l := catalog.Lookup{Key: catalog.Key{Kind: "date", Text: "1951", Low: 1, High: 1}, Before: "1951~", Limit: 5}
			_, err := r.DocumentsByKey(l)
			return err
		},
		"by what it refers to and answers":       func(r catalog.Reader) error { _, err := r.LinksOf("x"); return err },
		"by what refers to it and is its answer": func(r catalog.Reader) error { _, err := r.LinksTo("x", 5); return err },
		"by scan": func(r catalog.Reader) error {
			_, err := r.DocumentsOn(catalog.Digest(strings.Repeat("ab", 32)))
			return err
		},
		"by name":                  func(r catalog.Reader) error { _, err := r.Document("x"); return err },
		"newest revision, by name": func(r catalog.Reader) error { _, err := r.Revision("x", 1); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, query := range s.statementsOf(t, ask) {
				plan := s.planOf(t, query)
				t.Logf("%s\n%s", query, plan)
				steps := strings.Split(plan, "\n")
				if slices.ContainsFunc(steps, func(step string) bool { return scans(step, steps) }) {
					t.Errorf("%s\n  reads a whole table:\n%s", query, plan)
				}
				if strings.Contains(query, "k.key = ?") && strings.Contains(plan, "TEMP B-TREE") {
					t.Errorf("%s\n  gathers all that have the key before it gives a page:\n%s", query, plan)
				}
			}
		})
	}
}

// TestStatementsStayFew asks filters of more forms than may stay prepared.
func TestStatementsStayFew(t *testing.T) {
	s := openNew(t)
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		for n := range maxStatements + maxStatements/10 {
			parts := make(catalog.And, bits.Len(2*maxStatements))
			for i := range parts {
				parts[i] = catalog.IsComplete(n>>i&1 == 1)
			}
			if _, err := tx.Documents(catalog.DocumentQuery{Where: parts, Limit: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.writer.conn.statements); n > maxStatements {
		t.Errorf("%d statements are prepared", n)
	}
}

// TestSlowQuestionEndsWithItsCaller asks what takes seconds, and leaves after 10 ms: no
// reader may be lost to somebody who has gone, nor be of no more use.
func TestSlowQuestionEndsWithItsCaller(t *testing.T) {
	s := openNew(t)
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		for i := range 400 {
			id := fmt.Sprintf("%04d", i)
			r := catalog.Revision{Document: id, Number: 1, Title: strings.Repeat("wells ", 150)}
			if err := errors.Join(
				tx.PutDocument(catalog.Document{ID: id, Collection: "main", Head: 1}), tx.InsertRevision(r),
				tx.PutTerms(id, []catalog.Term{{Text: "wells", Times: 1}}),
			); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var where catalog.And
	for i := range 300 {
		where = append(where, catalog.Not{Condition: catalog.TitleContains(fmt.Sprintf("none of it %d", i))})
	}
	where = append(where, catalog.TitleContains("and nowhere"))
	q := catalog.DocumentQuery{Where: where, Limit: 50}
	for name, ask := range map[string]func(r catalog.Reader) (int, error){
		"list": func(r catalog.Reader) (int, error) { found, err := r.Documents(q); return len(found), err },
		"search": func(r catalog.Reader) (int, error) {
			found, err := r.Search(catalog.SearchQuery{Match: catalog.Match{Term: "wells"}, Within: q, Limit: 50})
			return len(found), err
		},
	} {
		for range 2 * cap(s.readers.free) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			err := s.View(ctx, func(r catalog.Reader) error { _, err := ask(r); return err })
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) { // what was not interrupted ends without an error
				t.Errorf("%s: %v", name, err)
			}
		}
		q.Where = nil
		for range 2 * cap(s.readers.free) {
			if err := s.View(t.Context(), func(r catalog.Reader) error {
				n, err := ask(r)
				if n != 50 {
					t.Errorf("%s afterwards: %d documents", name, n)
				}
				return err
			}); err != nil {
				t.Errorf("%s afterwards: %v", name, err)
			}
		}
		q.Where = where
	}
}

// statementsOf gives the statements that a question prepares on a new connection.
func (s *Store) statementsOf(t *testing.T, ask func(r catalog.Reader) error) []string {
	t.Helper()
	c := s.writer.conn
	before := c.statements
	c.statements = map[string]statement{}
	if err := s.Tx(t.Context(), func(tx catalog.Tx) error { return ask(tx) }); err != nil && !strings.Contains(err.Error(), "not found") {
		t.Fatal(err)
	}
	var asked []string
	for query, prepared := range c.statements {
		if strings.HasPrefix(query, "SELECT") {
			asked = append(asked, query)
		}
		before[query] = prepared
	}
	c.statements = before
	return asked
}

// planOf explains a statement, a step a line.
func (s *Store) planOf(t *testing.T, query string) string {
	t.Helper()
	c := s.writer.conn
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = 0
	}
	var plan []string
	if err := c.query(t.Context(), "EXPLAIN QUERY PLAN "+query, args, func(r *row) {
		r.next = 3
		plan = append(plan, r.text())
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}
