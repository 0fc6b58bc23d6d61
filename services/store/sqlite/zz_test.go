package sqlite

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestZZPlans(t *testing.T) {
	s := openNew(t)
	c := <-s.writer
	defer func() { s.writer <- c }()
	plan := func(q catalog.ReviewQuery) {
		cl := reviewsIn(q, orderOf(q.Order), catalog.ToCorrect)
		fmt.Println(cl.sql)
		must(t, c.query(t.Context(), "EXPLAIN QUERY PLAN "+cl.sql, cl.args, func(r *row) { r.next = 3; fmt.Println("   ", r.text()) }))
	}
	for o := catalog.OldestFirst; o <= catalog.MostDisputedFirst; o++ {
		for _, col := range []string{"", "c"} {
			plan(catalog.ReviewQuery{Order: o, Collection: col, Limit: 50, FreeAt: time.Now(), For: "p", After: &catalog.Review{}})
			plan(catalog.ReviewQuery{Order: o, Collection: col, Limit: 50})
		}
	}
	plan(catalog.ReviewQuery{Document: "d", Limit: 50, After: &catalog.Review{}})
}

func TestZZMillion(t *testing.T) {
	path := os.Getenv("ZZ")
	if path == "" {
		t.Skip()
	}
	_, err := os.Stat(path)
	fresh := err != nil
	s := openAt(t, path)
	const n = 1_000_000
	if fresh {
		start := time.Now()
		for at := 0; at < n; at += 20000 {
			must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
				for i := at; i < at+20000; i++ {
					id := fmt.Sprintf("01890000-0000-7000-8000-%012d", i/2)
					if i%2 == 0 {
						must(t, tx.PutDocument(catalog.Document{ID: id, Collection: "main"}))
					}
					v := catalog.Review{Document: id, Key: fmt.Sprintf("%016x", uint64(i)*0x9E3779B97F4A7C15), Region: i%2 + 1,
						Collection: []string{"main", "side", "third"}[i%3], State: catalog.ReviewState(1 + i%10/8), Since: time.UnixMicro(int64(i) * 1000003),
						Reading: id, Measure: catalog.Measure{Confidence: (i * 7919) % 1000, Words: 300, Doubtful: i % 30}, Disagreement: max(0, (i*104729)%1100-900), Version: 1}
					if err := tx.PutReview(v); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		fmt.Println("filled in", time.Since(start))
	}
	must(t, s.Close())
	s = openAt(t, path)
	timed := func(name string, fn func(r catalog.Reader) error) {
		var first, best time.Duration
		for i := range 5 {
			start := time.Now()
			must(t, s.View(t.Context(), fn))
			d := time.Since(start)
			if i == 0 {
				first = d
			}
			if best == 0 || d < best {
				best = d
			}
		}
		fmt.Printf("%-50s first %8v best %8v\n", name, first, best)
	}
	for o := catalog.OldestFirst; o <= catalog.MostDisputedFirst; o++ {
		for _, col := range []string{"", "side"} {
			for _, st := range [][]catalog.ReviewState{{1}, {1, 2, 3}} {
				q := catalog.ReviewQuery{Order: o, Collection: col, States: st, Limit: 50}
				var got []catalog.Review
				timed(fmt.Sprint(o, col, st, " first 50"), func(r catalog.Reader) error { var err error; got, err = r.Reviews(q); return err })
				q.After = &got[len(got)-1]
				timed(fmt.Sprint(o, col, st, " after"), func(r catalog.Reader) error { _, err := r.Reviews(q); return err })
				q.FreeAt, q.For = time.Now(), "p"
				timed(fmt.Sprint(o, col, st, " free"), func(r catalog.Reader) error { _, err := r.Reviews(q); return err })
			}
		}
	}
	timed("counts", func(r catalog.Reader) error { c, err := r.ReviewCounts(""); if len(c) == 0 { t.Error("none") }; return err })
	timed("counts of one", func(r catalog.Reader) error { _, err := r.ReviewCounts("main"); return err })
	// skips
	for _, skips := range []int{1000, 10000} {
		q := catalog.ReviewQuery{Order: catalog.LeastSureFirst, States: []catalog.ReviewState{1}, Limit: skips}
		must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
			l, err := tx.Reviews(q)
			start := time.Now()
			for _, v := range l {
				v.SkippedBy = []string{"some-uuid-of-somebody-else-0000000000", "p"}
				v.Version++
				must(t, tx.PutReview(v))
			}
			fmt.Println(skips, "skips put,", time.Since(start)/time.Duration(skips), "each")
			return err
		}))
		q.Limit, q.FreeAt, q.For = 50, time.Now(), "p"
		timed(fmt.Sprint("free behind skips ", skips), func(r catalog.Reader) error { l, err := r.Reviews(q); if len(l) != 50 { t.Error(len(l)) }; return err })
	}
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		l, err := tx.Reviews(catalog.ReviewQuery{Limit: 2000, Order: catalog.MostDisputedFirst})
		start := time.Now()
		for _, v := range l {
			v.State, v.Since, v.Version = 3-v.State%2, time.Now(), v.Version+1
			must(t, tx.PutReview(v))
		}
		fmt.Println("state changed,", time.Since(start)/time.Duration(len(l)), "each")
		return err
	}))
	var d time.Duration
	for i := range 200 {
		start := time.Now()
		must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
			d, err := tx.Document(fmt.Sprintf("01890000-0000-7000-8000-%012d", i*997))
			must(t, err)
			d.DeletedAt = time.Now()
			return tx.PutDocument(d)
		}))
		d += time.Since(start)
	}
	fmt.Println("delete document", d/200)
	d = 0
	for i := range 500 {
		start := time.Now()
		must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
			l, err := tx.ReviewsOf(fmt.Sprintf("01890000-0000-7000-8000-%012d", i*991+1))
			must(t, err)
			l[0].Draft = catalog.Draft{Text: string(make([]byte, 4000)), Editors: []string{"p"}}
			l[0].Version++
			return tx.PutReview(l[0])
		}))
		d += time.Since(start)
	}
	fmt.Println("save draft", d/500)
	start := time.Now()
	faults, err := s.Check(t.Context())
	fmt.Println("check", time.Since(start), faults, err)
}
