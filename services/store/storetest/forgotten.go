package storetest

import (
	"errors"

	"github.com/fonds-archive/fonds/services/catalog"
)

func forgottenDocument(f *fixture) {
	f.buried()
	f.putCollections("main")
	review := catalog.Review{
		Document: "d", Key: "k", Region: 1, Collection: "main", State: catalog.ToCorrect,
		Draft: catalog.Draft{Text: "draft", Editors: []string{"anna"}}, Since: begin,
	}
	told := event("d", 1)
	told.Regions = []catalog.RegionChange{{Region: 1, Words: []catalog.WordChange{{Before: "a", After: "b"}}}}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutReview(review), tx.AppendEvent(told),
			tx.PutKeys("d", []catalog.Key{{Kind: "telegram_number", Text: "1"}}), tx.PutTerms("d", []catalog.Term{{Text: "word", Times: 1}}),
			tx.InsertRequest(catalog.Request{Person: "anna", ID: "r", Document: "d", Digest: digest("r"), CreatedAt: begin}),
			tx.PutLinks("d", []catalog.Link{{Document: "d", Kind: catalog.LinkReference, Target: "e"}}),
			tx.PutLinks("e", []catalog.Link{{Document: "e", Kind: catalog.LinkReference, Target: "d"}, {Document: "e", Kind: catalog.LinkReference, Raw: "stays"}}),
		)
	})
	f.refuses("before it is purged", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.ForgetDocument("d") }))
	f.purge()
	f.tx(func(tx catalog.Tx) error { return tx.ForgetDocument("d") })
	f.view(func(r catalog.Reader) error {
		reviews, err := r.ReviewsOf("d")
		equal(f, "reviews", len(reviews), 0)
		counts, countErr := r.ReviewCounts("main")
		equal(f, "counts", len(counts), 0)
		has, keyErr := r.HasKey("d", "telegram_number", "1")
		equal(f, "key", has, false)
		_, requestErr := r.Request("anna", "r")
		equal(f, "request", errors.Is(requestErr, catalog.ErrNotFound), true)
		links, linkErr := r.LinksOf("e")
		equal(f, "links of another", each(links, func(l catalog.Link) string { return l.Raw }), []string{"stays"})
		found, searchErr := r.Search(catalog.SearchQuery{Match: catalog.Match{Term: "word"}, Within: catalog.DocumentQuery{Deleted: true}, Limit: 9})
		equal(f, "found", len(found), 0)
		events, eventErr := r.Events(0, "d", "", 9)
		equal(f, "events", len(events), 1)
		equal(f, "words of events", len(events[0].Regions), 0)
		return errors.Join(err, countErr, keyErr, linkErr, searchErr, eventErr)
	})
}

func forgottenTerms(f *fixture) {
	f.putDocuments("a", "b")
	own := catalog.Term{Text: "marker", Times: 2, Trigrams: []string{"mar", "ark", "rke", "ker"}}
	shared := catalog.Term{Text: "market", Times: 1, Trigrams: []string{"mar", "ark", "rke", "ket"}}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutTerms("a", []catalog.Term{own, shared}), tx.PutTerms("b", []catalog.Term{shared}))
	})
	near := func() []string {
		return read(f, func(r catalog.Reader) ([]string, error) {
			return r.NearTerms(catalog.Near{Trigrams: []string{"mar", "ark"}, Shared: 2, Shortest: 1, Longest: 9, Limit: 9})
		})
	}
	equal(f, "before", near(), []string{"marker", "market"})
	f.tx(func(tx catalog.Tx) error { return tx.ForgetTerms([]catalog.Term{own, shared, {Text: "never"}}) })
	equal(f, "while a document has them", near(), []string{"marker", "market"})
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutTerms("a", nil), tx.ForgetTerms([]catalog.Term{own, shared}))
	})
	equal(f, "after", near(), []string{"market"})
	f.tx(func(tx catalog.Tx) error { return tx.PutTerms("a", []catalog.Term{own}) })
	equal(f, "again", near(), []string{"marker", "market"})
}

func forgottenScan(f *fixture) {
	f.buried()
	f.putCollections("main")
	f.putBatches(batch("b"))
	queued := catalog.Work{Key: catalog.ProbeOf(digest("s")), State: catalog.Queued, Attempt: 1, Sequence: 7, QueuedAt: begin}
	ended := catalog.Work{
		Key: catalog.WorkKey{Scan: digest("s"), Page: 1}, State: catalog.Ended, Attempt: 1, Sequence: 8,
		Outcome: catalog.Text, Reading: "m", Reason: "why", EndedAt: begin,
	}
	arrived := file("b", 1)
	arrived.Scan, arrived.State = digest("s"), catalog.FileArrived
	f.putWorks(queued, ended)
	f.putFiles(arrived, file("b", 2))
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutPages(digest("s"), []catalog.Page{{Number: 1}}),
			tx.PutHolding(catalog.Holding{ID: "h", Collection: "main", Scan: digest("s"), Path: "secret.tif"}),
		)
	})
	f.purge()
	f.view(func(r catalog.Reader) error {
		pages, err := r.Pages(digest("s"))
		equal(f, "pages", len(pages), 0)
		holding, holdingErr := r.Holding("h")
		equal(f, "path of the holding", holding.Path, "withdrawn/h")
		files, fileErr := r.BatchFiles("b", 0, 9, false)
		equal(f, "paths of files", each(files, func(b catalog.BatchFile) string { return b.Path }), []string{"withdrawn/1", "2.tif"})
		works, worksErr := r.Works(digest("s"), "")
		equal(f, "works", works, []catalog.Work{
			{Key: queued.Key, State: catalog.Dropped, Attempt: 1, Sequence: 7, QueuedAt: begin},
			{Key: ended.Key, State: catalog.Dropped, Attempt: 1},
		})
		return errors.Join(err, holdingErr, fileErr, worksErr)
	})
}

func unsentOf(f *fixture) {
	f.putDocuments("d", "e")
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.AppendEvent(event("d", 1)), tx.AppendEvent(event("e", 1)))
	})
	unsent := func(id string) bool {
		return read(f, func(r catalog.Reader) (bool, error) { return r.UnsentOf(id) })
	}
	equal(f, "before", unsent("d"), true)
	first := read(f, func(r catalog.Reader) ([]catalog.Event, error) { return r.Events(0, "d", "", 1) })[0]
	f.tx(func(tx catalog.Tx) error {
		return tx.MarkEventsSent([]catalog.SentEvent{{Position: first.Position, Sequence: 1}}, begin)
	})
	equal(f, "sent", unsent("d"), false)
	equal(f, "another's", unsent("e"), true)
}

// Scrub changes nothing that can be asked for.
func scrubbed(f *fixture) {
	f.buried()
	f.tx(func(tx catalog.Tx) error { return tx.PutTerms("d", []catalog.Term{{Text: "word", Times: 1}}) })
	f.takes("scrub", f.Scrub(f.ctx))
	f.takes("scrub again", f.Scrub(f.ctx))
	found := read(f, func(r catalog.Reader) ([]string, error) {
		return r.Search(catalog.SearchQuery{Match: catalog.Match{Term: "word"}, Limit: 9})
	})
	equal(f, "found", found, []string{"d"})
}
