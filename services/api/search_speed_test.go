package api_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
)

// language makes pages of words that are as unequally frequent as those of a real
// language, a few of them misread.
type language struct {
	rng   *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newLanguage() *language {
	rng := rand.New(rand.NewPCG(1, 2))
	l := &language{rng: rng, zipf: rand.NewZipf(rng, 1.1, 8, 29_999)}
	for range 30_000 {
		var w strings.Builder
		for range 2 + rng.IntN(3) {
			w.WriteByte("bdfgklmnprstv"[rng.IntN(13)])
			w.WriteByte("aeiou"[rng.IntN(5)])
		}
		l.words = append(l.words, w.String()+"k")
	}
	return l
}

func (l *language) page() string {
	var b strings.Builder
	for range 300 {
		w := []byte(l.words[l.zipf.Uint64()])
		if l.rng.IntN(50) == 0 {
			w[l.rng.IntN(len(w))] = "ceoxyz"[l.rng.IntN(6)]
		}
		b.Write(w)
		b.WriteByte(' ')
	}
	return b.String()
}

// fill puts documents of a page with their index into a store, as the roles do.
func fill(b *testing.B, store catalog.Store, documents int) time.Duration {
	b.Helper()
	l := newLanguage()
	var indexing time.Duration
	for at := 0; at < documents; {
		err := store.Tx(b.Context(), func(tx catalog.Tx) error {
			for range 32 { // as many as the role extract stores at once
				id := fmt.Sprintf("01890000-0000-7000-8000-%012d", at)
				at++
				page := l.page()
				scan := catalog.Digest(digestOf([]byte(id)))
				r := catalog.Revision{Document: id, Number: 1, Title: "telegram.tif", Regions: []catalog.Region{{
					Scan: scan, Page: 1, Reading: id, Origin: catalog.Machine, Outcome: catalog.Text, Assurance: 1,
				}}}
				for _, err := range []error{
					tx.PutScan(catalog.Scan{Digest: scan, Size: 1}), tx.PutPages(scan, []catalog.Page{{Scan: scan, Number: 1}}),
					tx.InsertReading(catalog.Reading{ID: id, Scan: scan, Page: 1, Origin: catalog.Machine, Text: page}),
					tx.PutDocument(catalog.Document{ID: id, Collection: "main", Head: 1}), tx.InsertRevision(r),
				} {
					if err != nil {
						return err
					}
				}
				start := time.Now()
				if err := tx.PutTerms(id, termsOf(page)); err != nil {
					return err
				}
				indexing += time.Since(start)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return indexing / time.Duration(documents)
}

func termsOf(page string) []catalog.Term {
	times := map[string]int{}
	for t := range text.Terms(page) {
		times[t.Text]++
	}
	var terms []catalog.Term
	for word, n := range times {
		t := catalog.Term{Text: word, Times: n}
		if text.MayBeMisread(word) {
			t.Trigrams = text.Trigrams(word)
		}
		terms = append(terms, t)
	}
	return terms
}

// BenchmarkSearch searches an archive of 10,000 pages over a real connection, and
// tells how long the index of one page takes and how many bytes it has.
func BenchmarkSearch(b *testing.B) {
	var store catalog.Store
	a := serveOver(b, func(s catalog.Store) catalog.Store {
		store = s
		return s
	})
	indexing := fill(b, store, 10_000)
	l := newLanguage()
	misread := []byte(l.words[40])
	misread[3] = 'x'
	for _, q := range []struct{ name, query string }{
		{"rare word", l.words[29_000]},
		{"common word", l.words[0]},
		{"three words", strings.Join(l.words[5:8], " ")},
		{"misread word", string(misread)},
		{"phrase", `"` + l.words[0] + " " + l.words[1] + `"`},
		{"beginning", l.words[0][:3] + "*"},
		{"no such word", "qqqqqqqqqq"},
	} {
		for _, exact := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/exact=%v", q.name, exact), func(b *testing.B) {
				hits := 0
				for b.Loop() {
					m, err := a.docs.SearchDocuments(b.Context(), &fondsv1.SearchDocumentsRequest{Query: q.query, Exact: exact})
					if err != nil {
						b.Fatal(err)
					}
					hits = len(m.GetHits())
				}
				b.ReportMetric(float64(hits), "hits")
				b.ReportMetric(float64(indexing.Microseconds()), "µs/page-indexed")
			})
		}
	}
}
