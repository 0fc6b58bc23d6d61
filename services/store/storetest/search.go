package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func search(t *testing.T, u suite) {
	u.run(t, "Terms", termsFindDocuments)
	u.run(t, "Replaced", termsAreReplaced)
	u.run(t, "TogetherWithRevision", termsAndRollback)
	u.run(t, "Prefix", searchByPrefix)
	u.run(t, "Combined", searchCombined)
	u.run(t, "Nothing", searchForNothing)
	u.run(t, "Within", searchWithin)
	u.run(t, "Order", searchOrder)
	u.run(t, "Paging", searchPaging)
	u.run(t, "EveryCharacter", searchEveryCharacter)
	u.run(t, "Near", nearTerms)
	u.run(t, "NearBounds", nearBounds)
	if u.reopen != nil {
		u.run(t, "Durable", func(f *fixture) { searchDurable(f, u) })
	}
}

// bag gives each word once.
func bag(words ...string) []catalog.Term {
	return each(words, func(w string) catalog.Term { return catalog.Term{Text: w, Times: 1} })
}

func term(s string) catalog.Match             { return catalog.Match{Term: s} }
func begins(s string) catalog.Match           { return catalog.Match{Term: s, Prefix: true} }
func both(m ...catalog.Match) catalog.Match   { return catalog.Match{All: m} }
func either(m ...catalog.Match) catalog.Match { return catalog.Match{Any: m} }

func (f *fixture) putTerms(document string, terms ...catalog.Term) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error { return tx.PutTerms(document, terms) })
}

func (f *fixture) found(q catalog.SearchQuery) []string {
	f.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	return read(f, func(r catalog.Reader) ([]string, error) { return r.Search(q) })
}

// finds compares without the order, which is the database's own.
func (f *fixture) finds(m catalog.Match, want ...string) {
	f.Helper()
	got := f.found(catalog.SearchQuery{Match: m})
	slices.Sort(got)
	if !slices.Equal(got, want) {
		f.Errorf("%+v: found %q, want %q", m, got, want)
	}
}

func termsFindDocuments(f *fixture) {
	f.putDocuments("a", "b", "c")
	f.putTerms("a", bag("wells", "water")...)
	f.putTerms("b", bag("wells", "pumps")...)
	f.putTerms("c")
	f.finds(term("wells"), "a", "b")
	f.finds(term("water"), "a")
	f.finds(term("well"))
	f.finds(term("Wells"))
	if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutTerms("unknown", bag("wells")) }); err == nil {
		f.Error("terms of an unknown document are stored")
	}
	f.finds(term("wells"), "a", "b")
}

func termsAreReplaced(f *fixture) {
	f.putDocuments("a", "b")
	f.putTerms("a", bag("old", "both")...)
	f.putTerms("b", bag("old")...)
	f.putTerms("a", bag("new", "both")...)
	f.finds(term("old"), "b")
	f.finds(term("new"), "a")
	f.finds(term("both"), "a")
	f.finds(both(term("old"), term("new")))
	f.putTerms("a")
	f.finds(either(term("old"), term("new"), term("both")), "b")
	f.putTerms("a", bag("again")...)
	f.finds(term("again"), "a")
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutTerms("a", bag("first")), tx.PutTerms("a", bag("second")))
	})
	f.finds(either(term("first"), term("second"), term("again")), "a")
	f.finds(term("first"))
}

// An index that is not changed with the rest finds what is not there.
func termsAndRollback(f *fixture) {
	f.putDocuments("a")
	f.putTerms("a", bag("kept")...)
	fail := errors.New("no")
	err := f.Tx(f.ctx, func(tx catalog.Tx) error {
		if err := tx.PutTerms("a", []catalog.Term{{Text: "lost", Times: 1, Trigrams: []string{"_lo", "los"}}}); err != nil {
			return err
		}
		if got, err := tx.Search(catalog.SearchQuery{Match: term("lost"), Limit: 5}); err != nil || len(got) != 1 {
			f.Errorf("a transaction finds %q of its own, %v", got, err)
		}
		return fail
	})
	if !errors.Is(err, fail) {
		f.Fatal(err)
	}
	f.finds(term("lost"))
	f.finds(term("kept"), "a")
	near := read(f, func(r catalog.Reader) ([]string, error) {
		return r.NearTerms(catalog.Near{Trigrams: []string{"los"}, Shared: 1, Shortest: 1, Longest: 9, Limit: 9})
	})
	equal(f, "vocabulary after a rollback", len(near), 0)
}

func searchByPrefix(f *fixture) {
	all := append([]string{"tele", "telegram", "telegraph", "te", "телеграмма", "тел", "50", "5120", "a-b", "a"}, words...)
	all = slices.DeleteFunc(all, func(w string) bool { return strings.ContainsAny(w, " \n\t\x01\u00a0") })
	slices.Sort(all)
	all = slices.Compact(all)
	for i, w := range all {
		f.putDocuments(fmt.Sprintf("%03d", i))
		f.putTerms(fmt.Sprintf("%03d", i), bag(w)...)
	}
	for i, prefix := range all {
		var want []string
		for j, w := range all {
			if strings.HasPrefix(w, prefix) {
				want = append(want, fmt.Sprintf("%03d", j))
			}
		}
		f.finds(begins(prefix), want...)
		f.finds(term(prefix), fmt.Sprintf("%03d", i))
	}
}

func searchCombined(f *fixture) {
	f.putDocuments("a", "b", "c", "d")
	f.putTerms("a", bag("x", "y")...)
	f.putTerms("b", bag("x", "z")...)
	f.putTerms("c", bag("y", "z", "zebra")...)
	f.putTerms("d", bag("x", "y", "z")...)
	x, y, z := term("x"), term("y"), term("z")
	f.finds(both(x, y), "a", "d")
	f.finds(either(x, z), "a", "b", "c", "d")
	f.finds(both(x, either(y, z)), "a", "b", "d")
	f.finds(either(both(x, z), both(y, z)), "b", "c", "d")
	f.finds(both(begins("ze"), y), "c")
	f.finds(both(x), "a", "b", "d")
	f.finds(either(both(either(both(x, y)))), "a", "d")
	for _, c := range []struct {
		match   catalog.Match
		without []catalog.Match
		want    []string
	}{
		{x, []catalog.Match{z}, []string{"a"}},
		{either(x, y), []catalog.Match{both(x, y)}, []string{"b", "c"}},
		{either(x, y, z), []catalog.Match{x, begins("ze")}, nil},
		{either(x, y, z), []catalog.Match{begins("ze"), both(x, z)}, []string{"a"}},
		{x, []catalog.Match{term("nowhere")}, []string{"a", "b", "d"}},
		{x, []catalog.Match{{}}, []string{"a", "b", "d"}},
		{x, []catalog.Match{x}, nil},
	} {
		got := f.found(catalog.SearchQuery{Match: c.match, Without: c.without})
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			f.Errorf("%+v without %+v: found %q, want %q", c.match, c.without, got, c.want)
		}
	}
}

// Nothing asked for is nothing found, not all documents.
func searchForNothing(f *fixture) {
	f.putDocuments("a")
	f.putTerms("a", bag("x")...)
	f.finds(catalog.Match{})
	f.finds(catalog.Match{Prefix: true})
	f.finds(both(term("x"), catalog.Match{}))
	f.finds(both(term("x"), either(catalog.Match{}, both())))
	f.finds(either(term("x"), catalog.Match{}), "a")
	for _, limit := range []int{0, -1} {
		got := read(f, func(r catalog.Reader) ([]string, error) {
			return r.Search(catalog.SearchQuery{Match: term("x"), Limit: limit})
		})
		equal(f, fmt.Sprint("found at most ", limit), len(got), 0)
	}
}

func searchWithin(f *fixture) {
	f.putCollections("main", "letters")
	f.putDocuments("a", "b", "c")
	f.tx(func(tx catalog.Tx) error {
		d := document("d")
		d.Collection = "letters"
		region := catalog.Region{Scan: digest("s"), Page: 1, Reading: "r", Origin: catalog.Machine, Outcome: catalog.Text, Assurance: 1}
		return errors.Join(tx.PutScan(scan("s")), tx.PutDocument(d), tx.InsertRevision(revision("d", 1, "Letter on wells", region)))
	})
	for _, id := range []string{"a", "b", "c", "d"} {
		f.putTerms(id, bag("wells")...)
	}
	f.tx(func(tx catalog.Tx) error {
		gone := document("b")
		gone.DeletedAt = minute(1)
		return tx.PutDocument(gone)
	})
	for name, c := range map[string]struct {
		within catalog.DocumentQuery
		want   []string
	}{
		"not the deleted":  {catalog.DocumentQuery{}, []string{"a", "c", "d"}},
		"the deleted too":  {catalog.DocumentQuery{Deleted: true}, []string{"a", "b", "c", "d"}},
		"collection":       {catalog.DocumentQuery{Where: catalog.InCollection("letters")}, []string{"d"}},
		"other collection": {catalog.DocumentQuery{Where: catalog.InCollection("maps")}, nil},
		"title":            {catalog.DocumentQuery{Where: catalog.TitleContains("letter ON")}, []string{"d"}},
		"assurance":        {catalog.DocumentQuery{Where: catalog.OfAssurance{Least: catalog.AssuranceMachine, Most: catalog.AssuranceMachine}}, []string{"d"}},
		"both":             {catalog.DocumentQuery{Where: catalog.And{catalog.InCollection("main"), catalog.IsComplete(true), catalog.TitleContains("wells")}}, nil},
		"place and number": {catalog.DocumentQuery{After: "b", Limit: 1}, []string{"a", "c", "d"}},
	} {
		got := f.found(catalog.SearchQuery{Match: term("wells"), Within: c.within})
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			f.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(document("b")) })
	f.finds(term("wells"), "a", "b", "c", "d")
}

func searchOrder(f *fixture) {
	f.putDocuments("a", "b", "c", "d")
	f.putTerms("a", catalog.Term{Text: "x", Times: 1}, catalog.Term{Text: "y", Times: 40})
	f.putTerms("b", catalog.Term{Text: "x", Times: 40}, catalog.Term{Text: "y", Times: 1})
	f.putTerms("d", catalog.Term{Text: "x", Times: 1}, catalog.Term{Text: "z", Times: 40})
	f.putTerms("c", catalog.Term{Text: "x", Times: 1}, catalog.Term{Text: "z", Times: 40})
	equal(f, "the more often the better, equals by ID", f.found(catalog.SearchQuery{Match: term("x")}), []string{"b", "a", "c", "d"})
	first := either(term("z"), term("nowhere"))
	equal(f, "those before all others", f.found(catalog.SearchQuery{Match: term("x"), First: &first}), []string{"c", "d", "b", "a"})
	first = both(begins("z"), term("x"))
	equal(f, "those that only First finds", f.found(catalog.SearchQuery{Match: term("y"), First: &first}), []string{"c", "d", "a", "b"})
	equal(f, "not what may not be there", f.found(catalog.SearchQuery{Match: term("x"), First: &first, Without: []catalog.Match{term("y")}}), []string{"c", "d"})
	equal(f, "nothing but First", f.found(catalog.SearchQuery{First: &first}), []string{"c", "d"})
	none := catalog.Match{}
	equal(f, "none before the others", f.found(catalog.SearchQuery{Match: term("x"), First: &none}), []string{"b", "a", "c", "d"})
}

func searchPaging(f *fixture) {
	var ids []string
	for i := range 12 {
		ids = append(ids, fmt.Sprintf("%02d", i))
		f.putDocuments(ids[i])
		f.putTerms(ids[i], catalog.Term{Text: "x", Times: 1 + i%3}, catalog.Term{Text: "y", Times: 9 - i%3})
	}
	f.tx(func(tx catalog.Tx) error {
		for i, id := range ids[:7] {
			if err := tx.PutTerms(id, []catalog.Term{{Text: "x", Times: 1 + i%3}, {Text: "first", Times: 1 + i%2}}); err != nil {
				return err
			}
		}
		return nil
	})
	first := both(term("first"))
	all := f.found(catalog.SearchQuery{Match: term("x"), First: &first})
	equal(f, "all", len(all), len(ids))
	equal(f, "the first", slices.Sorted(slices.Values(all[:7])), ids[:7])
	for _, size := range []int{1, 5, 12} {
		var paged []string
		for offset := 0; offset <= len(ids); offset += size {
			paged = append(paged, f.found(catalog.SearchQuery{Match: term("x"), First: &first, Offset: offset, Limit: size})...)
		}
		equal(f, fmt.Sprintf("in pages of %d", size), paged, all)
	}
	equal(f, "behind the end", len(f.found(catalog.SearchQuery{Match: term("x"), Offset: 99})), 0)
	equal(f, "before the beginning", f.found(catalog.SearchQuery{Match: term("x"), First: &first, Offset: -5}), all)
}

// A term is no part of any language that the database speaks.
func searchEveryCharacter(f *fixture) {
	all := []string{
		`"`, `""`, `a"b`, `x*`, `*`, `(`, `)`, `x)`, "NOT", "AND", "OR", "NEAR", "NEAR(x,5)", "terms:x", "-x", "^x", "{x}", "+", "'", "x'", "'';--",
		"--", ";", "%", "_", "_5f", "__", "\\", "\\x", "&", "|", "!", "<->", ":*", "x:*", ":A", "@", "null", "x", "X", "é", "e", "ё", "е", "中", "中文", "🙂",
		strings.Repeat("long", 100),
	}
	for i, w := range all {
		id := fmt.Sprintf("%03d", i)
		f.putDocuments(id)
		f.putTerms(id, catalog.Term{Text: w, Times: 2, Trigrams: []string{"_" + w}})
	}
	for i, w := range all {
		id := fmt.Sprintf("%03d", i)
		f.finds(term(w), id)
		f.finds(both(begins(w), term(w)), id)
		f.finds(either(term(w), term("nowhere")), id)
		next := all[(i+1)%len(all)]
		equal(f, "without "+w, f.found(catalog.SearchQuery{Match: either(term(w), term(next)), Without: []catalog.Match{term(w)}}), []string{fmt.Sprintf("%03d", (i+1)%len(all))})
		near := read(f, func(r catalog.Reader) ([]string, error) {
			return r.NearTerms(catalog.Near{Trigrams: []string{"_" + w}, Shared: 1, Longest: 1000, Limit: 5})
		})
		equal(f, "near "+w, near, []string{w})
	}
}

func nearTerms(f *fixture) {
	f.putDocuments("a", "b")
	grams := func(w string, trigrams ...string) catalog.Term {
		return catalog.Term{Text: w, Times: 1, Trigrams: trigrams}
	}
	f.putTerms("a", grams("water", "_wa", "wat", "ate", "ter", "er_"), grams("later", "_la", "lat", "ate", "ter", "er_"), grams("no"))
	f.putTerms("b", grams("later", "_la", "lat", "ate", "ter", "er_"), grams("gate", "_ga", "gat", "ate", "te_"), grams("вода", "_во", "вод", "ода", "да_"))
	near := func(n catalog.Near) []string {
		f.Helper()
		n.Longest = max(n.Longest, n.Shortest, 9)
		return read(f, func(r catalog.Reader) ([]string, error) { return r.NearTerms(n) })
	}
	wafer := []string{"_wa", "waf", "afe", "fer", "er_"}
	equal(f, "most first", near(catalog.Near{Trigrams: wafer, Shared: 1, Limit: 9}), []string{"water", "later"})
	equal(f, "that share two", near(catalog.Near{Trigrams: wafer, Shared: 2, Limit: 9}), []string{"water"})
	equal(f, "in byte order", near(catalog.Near{Trigrams: []string{"ate"}, Shared: 1, Limit: 9}), []string{"gate", "later", "water"})
	equal(f, "at most two", near(catalog.Near{Trigrams: []string{"ate"}, Shared: 1, Limit: 2}), []string{"gate", "later"})
	equal(f, "Cyrillic", near(catalog.Near{Trigrams: []string{"вод"}, Shared: 1, Limit: 9}), []string{"вода"})
	f.putTerms("b", bag("other")...)
	f.putTerms("a", grams("water", "_wa", "wat", "ate", "ter", "er_"))
	got := near(catalog.Near{Trigrams: []string{"wat"}, Shared: 1, Limit: 9})
	equal(f, "a term that is still there", got, []string{"water"})
}

func nearBounds(f *fixture) {
	f.putDocuments("a")
	var terms []catalog.Term
	for _, w := range []string{"abc", "abcd", "abcde", "абвгде"} {
		terms = append(terms, catalog.Term{Text: w, Times: 1, Trigrams: []string{"g"}})
	}
	f.putTerms("a", terms...)
	for _, c := range []struct {
		n    catalog.Near
		want []string
	}{
		{catalog.Near{Trigrams: []string{"g"}, Shared: 1, Shortest: 3, Longest: 6, Limit: 9}, []string{"abc", "abcd", "abcde", "абвгде"}},
		{catalog.Near{Trigrams: []string{"g"}, Shared: 1, Shortest: 4, Longest: 5, Limit: 9}, []string{"abcd", "abcde"}},
		{catalog.Near{Trigrams: []string{"g"}, Shared: 1, Shortest: 6, Longest: 6, Limit: 9}, []string{"абвгде"}},
		{catalog.Near{Trigrams: []string{"g"}, Shared: 1, Shortest: 7, Longest: 9, Limit: 9}, nil},
		{catalog.Near{Trigrams: []string{"g"}, Shared: 1, Shortest: 3, Longest: 6, Limit: 0}, nil},
		{catalog.Near{Trigrams: []string{"g"}, Shared: 2, Shortest: 3, Longest: 6, Limit: 9}, nil},
		{catalog.Near{Shared: 1, Shortest: 3, Longest: 6, Limit: 9}, nil},
		{catalog.Near{Trigrams: []string{`"`, `'; DROP`}, Shared: 1, Shortest: 3, Longest: 6, Limit: 9}, nil},
	} {
		got := read(f, func(r catalog.Reader) ([]string, error) { return r.NearTerms(c.n) })
		if !slices.Equal(got, c.want) {
			f.Errorf("%+v: got %q, want %q", c.n, got, c.want)
		}
	}
}

func searchDurable(f *fixture, u suite) {
	f.putDocuments("a", "b")
	f.putTerms("a", catalog.Term{Text: "wells", Times: 2, Trigrams: []string{"_we", "wel"}})
	f.putTerms("b", bag("gone")...)
	f.putTerms("b")
	f.Store = u.reopen(f.T, f.Store)
	f.finds(term("wells"), "a")
	f.finds(term("gone"))
	f.putTerms("a", bag("pumps")...)
	f.finds(term("wells"))
	f.finds(term("pumps"), "a")
}
