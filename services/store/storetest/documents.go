package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func documents(t *testing.T, u suite) {
	u.run(t, "Revisions", revisions)
	u.run(t, "RevisionsBelow", revisionsBelow)
	u.run(t, "RevisionAbove", revisionAbove)
	u.run(t, "Query", queryDocuments)
	u.run(t, "Conditions", conditions)
	u.run(t, "QueryFollowsTheHead", queryFollowsHead)
	u.run(t, "PagingUnderInsert", documentsPaging)
	u.run(t, "OnScan", documentsOn)
	u.run(t, "Every", everyDocument)
	u.run(t, "Unread", unreadDocuments)
	u.run(t, "Underived", underivedDocuments)
	u.run(t, "ByKey", documentsByKey)
	u.run(t, "RequestsAreForgotten", requestsForgotten)
}

func region(scan string, page int) catalog.Region {
	return catalog.Region{Scan: digest(scan), Page: page}
}

func read1(scan string, assurance catalog.Assurance) catalog.Region {
	return catalog.Region{
		Scan: digest(scan), Page: 1, Reading: "r", Origin: catalog.Machine, Outcome: catalog.Text, Assurance: assurance,
	}
}

func revisions(f *fixture) {
	f.putScans("s")
	f.signedReading("r")
	full := revision("d", 1, "Title \u2028 <&> ё", region("s", 1), catalog.Region{
		Scan: digest("s"), Page: 2, Box: &catalog.Box{X: 1, Y: 2, Width: 3, Height: 4}, Reading: "r",
		Origin: catalog.Person, Outcome: catalog.Unreadable, Reason: "why", Assurance: catalog.AssuranceVerified,
	})
	empty := revision("d", 2, "")
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutDocument(document("d")), tx.InsertRevision(full), tx.InsertRevision(empty))
	})
	for _, want := range []catalog.Revision{full, empty} {
		manifest, err := want.Manifest()
		if err != nil {
			f.Fatal(err)
		}
		if err := want.ReadManifest(manifest); err != nil {
			f.Fatal(err)
		}
		got := read(f, func(r catalog.Reader) (catalog.Revision, error) { return r.Revision("d", want.Number) })
		equal(f, "revision", got, want)
		outside := catalog.Revision{Document: "d", Number: want.Number, Author: want.Author, CreatedAt: want.CreatedAt, Digest: want.Digest}
		got = read(f, func(r catalog.Reader) (catalog.Revision, error) { return r.RevisionEnvelope("d", want.Number) })
		equal(f, "envelope", got, outside)
	}
	f.view(func(r catalog.Reader) error {
		if _, err := r.Revision("d", 3); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("revision 3: got %v", err)
		}
		return nil
	})
}

func revisionsBelow(f *fixture) {
	f.putDocuments("d", "e")
	f.tx(func(tx catalog.Tx) error {
		for n := 2; n <= 12; n++ {
			if err := tx.InsertRevision(revision("d", n, fmt.Sprint(n))); err != nil {
				return err
			}
		}
		return nil
	})
	below := func(number, limit int) []int {
		list := read(f, func(r catalog.Reader) ([]catalog.Revision, error) { return r.RevisionsBelow("d", number, limit) })
		return each(list, func(r catalog.Revision) int { return r.Number })
	}
	equal(f, "newest", below(0, 3), []int{12, 11, 10})
	equal(f, "next", below(10, 3), []int{9, 8, 7})
	equal(f, "last", below(3, 9), []int{2, 1})
	equal(f, "none left", below(1, 9), []int{})
	equal(f, "no limit", below(0, 0), []int{})
	list := read(f, func(r catalog.Reader) ([]catalog.Revision, error) { return r.RevisionsBelow("d", 3, 1) })
	equal(f, "revision", list[0], read(f, func(r catalog.Reader) (catalog.Revision, error) { return r.Revision("d", 2) }))
}

// A revision has the assurance that every one of its regions has, and one without
// regions has none.
func revisionAbove(f *fixture) {
	const none, machine, corrected, verified = catalog.Assurance(0), catalog.AssuranceMachine, catalog.AssuranceCorrected, catalog.AssuranceVerified
	history := [][]catalog.Assurance{
		1: {none}, 2: {machine}, 3: {verified, corrected}, 4: {verified}, 5: {verified, none}, 6: {corrected}, 7: {verified, machine}, 8: {none, none},
		9: {}, 20: {none},
	}
	f.putDocuments("other")
	f.putScans("s")
	f.signedReading("r")
	f.tx(func(tx catalog.Tx) error {
		other := revision("other", 2, "other", read1("s", verified))
		failed := errors.Join(tx.InsertRevision(other), tx.PutDocument(document("d")))
		for n, assurances := range history {
			if n > 0 {
				regions := each(assurances, func(a catalog.Assurance) catalog.Region { return read1("s", a) })
				failed = errors.Join(failed, tx.InsertRevision(revision("d", n, "t", regions...)))
			}
		}
		return failed
	})
	for least, want := range map[catalog.Assurance]int{none: 20, machine: 7, corrected: 6, verified: 4} {
		got := read(f, func(r catalog.Reader) (int, error) { return r.RevisionAbove("d", least) })
		equal(f, least.String(), got, want)
	}
	equal(f, "none", read(f, func(r catalog.Reader) (int, error) { return r.RevisionAbove("absent", none) }), 0)
	f.putDocuments("plain")
	equal(f, "of one without regions", read(f, func(r catalog.Reader) (int, error) { return r.RevisionAbove("plain", machine) }), 0)
}

// putQueried puts five documents, d1 to d5, that differ in what can be asked.
func (f *fixture) putQueried() {
	f.Helper()
	f.putScans("s")
	f.signedReading("r")
	f.putCollections("main", "side")
	f.tx(func(tx catalog.Tx) error {
		var failed error
		for i, path := range []string{"box/one.tif", "box/ONE.tif"} {
			failed = errors.Join(failed, tx.PutHolding(catalog.Holding{
				ID: fmt.Sprint("h", i+1), Collection: "main", Scan: digest("s"), Path: path, CreatedAt: begin,
			}))
		}
		for _, d := range []struct {
			id, collection, holding, title string
			deleted                        bool
			regions                        []catalog.Region
		}{
			{"d1", "main", "h1", "Telegram 4117", false, []catalog.Region{read1("s", catalog.AssuranceMachine)}},
			{"d2", "side", "", "LETTER 100% Ж", false, []catalog.Region{read1("s", catalog.AssuranceVerified), region("s", 2)}},
			{"d3", "main", "h2", "letter_a\\b", false, []catalog.Region{
				read1("s", catalog.AssuranceVerified), read1("s", catalog.AssuranceCorrected),
			}},
			{"d4", "main", "h1", "telegram ж", true, []catalog.Region{read1("s", catalog.AssuranceMachine)}},
			{"d5", "main", "", "", false, nil},
		} {
			doc := document(d.id)
			doc.Collection, doc.Holding = d.collection, d.holding
			if d.deleted {
				doc.DeletedAt = minute(1)
			}
			failed = errors.Join(failed, tx.PutDocument(doc), tx.InsertRevision(revision(d.id, 1, d.title, d.regions...)))
		}
		return failed
	})
}

func queryDocuments(f *fixture) {
	f.putQueried()
	for name, c := range map[string]struct {
		query catalog.DocumentQuery
		want  []string
	}{
		"all":                     {catalog.DocumentQuery{}, []string{"d5", "d3", "d2", "d1"}},
		"deleted too":             {catalog.DocumentQuery{Deleted: true}, []string{"d5", "d4", "d3", "d2", "d1"}},
		"collection":              {where(catalog.InCollection("side")), []string{"d2"}},
		"title, any case":         {where(catalog.TitleContains("LETTER")), []string{"d3", "d2"}},
		"title, percent":          {where(catalog.TitleContains("0%")), []string{"d2"}},
		"title, underscore":       {where(catalog.TitleContains("r_")), []string{"d3"}},
		"title, backslash":        {where(catalog.TitleContains("\\")), []string{"d3"}},
		"title, case of Cyrillic": {catalog.DocumentQuery{Where: catalog.TitleContains("ж"), Deleted: true}, []string{"d4", "d2"}},
		"title, Cyrillic capital": {where(catalog.TitleContains("% Ж")), []string{"d2"}},
		"path":                    {where(catalog.AtPath("box/one.tif")), []string{"d1"}},
		"path of deleted":         {catalog.DocumentQuery{Where: catalog.AtPath("box/one.tif"), Deleted: true}, []string{"d4", "d1"}},
		"path, part of one":       {where(catalog.AtPath("box")), []string{}},
		"complete":                {where(catalog.IsComplete(true)), []string{"d5", "d3", "d1"}},
		"incomplete":              {where(catalog.IsComplete(false)), []string{"d2"}},
		"machine":                 {where(ofAssurance(catalog.AssuranceMachine)), []string{"d1"}},
		"corrected":               {where(ofAssurance(catalog.AssuranceCorrected)), []string{"d3"}},
		"verified":                {where(ofAssurance(catalog.AssuranceVerified)), []string{"d2"}},
		"after":                   {catalog.DocumentQuery{After: "d3"}, []string{"d2", "d1"}},
		"together": {catalog.DocumentQuery{
			Where: catalog.And{
				catalog.InCollection("main"), catalog.TitleContains("TELE"), catalog.AtPath("box/one.tif"), catalog.IsComplete(true),
				catalog.OfAssurance{Least: catalog.AssuranceMachine, Most: catalog.AssuranceMachine},
			}, Deleted: true, After: "d4",
		}, []string{"d1"}},
	} {
		c.query.Limit = 10
		got := read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) { return r.Documents(c.query) })
		equal(f, name, each(got, func(h catalog.DocumentHead) string { return h.ID }), c.want)
		for _, h := range got {
			head := read(f, func(r catalog.Reader) (catalog.Revision, error) { return r.Revision(h.ID, h.Head) })
			equal(f, name+": revision", h.Revision, head)
			doc := read(f, func(r catalog.Reader) (catalog.Document, error) { return r.Document(h.ID) })
			equal(f, name+": document", h.Document, doc)
		}
	}
	limited := read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) {
		return r.Documents(catalog.DocumentQuery{Limit: 2})
	})
	equal(f, "limited", len(limited), 2)
}

// Whatever is written first, revision or document, queries follow the newest.
func queryFollowsHead(f *fixture) {
	f.putScans("s", "t")
	f.signedReading("r")
	titled := func(title string) int {
		return len(read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) {
			return r.Documents(catalog.DocumentQuery{Where: catalog.TitleContains(title), Limit: 10})
		}))
	}
	doc := document("d")
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.InsertRevision(revision("d", 1, "first", region("s", 1))), tx.PutDocument(doc))
	})
	equal(f, "revision before document", titled("first"), 1)
	doc.Head = 2
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutDocument(doc), tx.InsertRevision(revision("d", 2, "second", read1("t", catalog.AssuranceVerified))))
	})
	equal(f, "document before revision", []int{titled("first"), titled("second")}, []int{0, 1})
	doc.Events = 3
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(doc) })
	equal(f, "document put again", titled("second"), 1)
	f.view(func(r catalog.Reader) error {
		on, onErr := r.DocumentsOn(digest("t"))
		off, offErr := r.DocumentsOn(digest("s"))
		equal(f, "documents on the scans", []int{len(on), len(off)}, []int{1, 0})
		for reading, want := range map[string][]catalog.Document{"r": on, "R": nil, "other": nil} {
			showing, err := r.DocumentsShowing(digest("t"), reading)
			f.takes("documents showing", err)
			equal(f, "documents showing "+reading, len(showing), len(want))
		}
		elsewhere, err := r.DocumentsShowing(digest("s"), "r")
		f.takes("documents showing", err)
		equal(f, "documents showing it on another scan", len(elsewhere), 0)
		verified, err := r.Documents(catalog.DocumentQuery{Where: catalog.OfAssurance{Least: catalog.AssuranceVerified, Most: catalog.AssuranceVerified}, Limit: 10})
		equal(f, "verified", len(verified), 1)
		return errors.Join(onErr, offErr, err)
	})
}

func where(c catalog.Condition) catalog.DocumentQuery { return catalog.DocumentQuery{Where: c} }

func ofAssurance(a catalog.Assurance) catalog.Condition {
	return catalog.OfAssurance{Least: a, Most: a}
}

func documentsPaging(f *fixture) {
	for n := 10; n < 50; n += 2 {
		f.putDocuments(fmt.Sprint("d", n))
	}
	var seen []string
	next := 11
	for after := ""; ; {
		page := read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) {
			return r.Documents(catalog.DocumentQuery{After: after, Limit: 3})
		})
		if len(page) == 0 {
			break
		}
		for _, h := range page {
			seen = append(seen, h.ID)
		}
		after = seen[len(seen)-1]
		f.putDocuments(fmt.Sprint("d", next), fmt.Sprint("d", 60-next)) // behind and ahead
		next += 2
	}
	if !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) ||
		len(slices.Compact(slices.Clone(seen))) != len(seen) {
		f.Errorf("out of order or repeated: %v", seen)
	}
	for n := 10; n < 50; n += 2 {
		if !slices.Contains(seen, fmt.Sprint("d", n)) {
			f.Errorf("d%d was skipped", n)
		}
	}
}

func documentsOn(f *fixture) {
	f.putScans("s", "t")
	f.tx(func(tx catalog.Tx) error {
		var failed error
		for id, regions := range map[string][]catalog.Region{
			"d3": {region("s", 1), region("s", 2)},
			"d1": {region("t", 1), region("s", 9)},
			"d2": {region("t", 1)},
			"d4": {region("s", 1)},
		} {
			doc := document(id)
			if id == "d4" {
				doc.DeletedAt = minute(1)
			}
			failed = errors.Join(failed, tx.PutDocument(doc), tx.InsertRevision(revision(id, 1, id, regions...)))
		}
		return failed
	})
	got := read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.DocumentsOn(digest("s")) })
	equal(f, "documents", each(got, func(d catalog.Document) string { return d.ID }), []string{"d1", "d3", "d4"})
	equal(f, "deleted", got[2].DeletedAt, minute(1))
}

func everyDocument(f *fixture) {
	f.putDocuments("a", "c", "b")
	gone := catalog.Document{ID: "d", Collection: "c", Head: 1, DeletedAt: begin}
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(gone) })
	ids := func(after string, limit int) []string {
		list := read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.EveryDocument(after, limit) })
		return each(list, func(d catalog.Document) string { return d.ID })
	}
	equal(f, "all", ids("", 10), []string{"a", "b", "c", "d"})
	equal(f, "after", ids("a", 2), []string{"b", "c"})
	equal(f, "at the end", len(ids("d", 2)), 0)
}

func requestsForgotten(f *fixture) {
	old, young := request("old", "x"), request("young", "y")
	young.CreatedAt = minute(2)
	f.tx(func(tx catalog.Tx) error { return errors.Join(tx.InsertRequest(old), tx.InsertRequest(young)) })
	equal(f, "as it was", f.request("young"), young)
	f.tx(func(tx catalog.Tx) error { return tx.DeleteRequests(minute(2)) })
	equal(f, "not older", f.request("young"), young)
	f.view(func(r catalog.Reader) error {
		if _, err := r.Request("p", "old"); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("older: %v", err)
		}
		if _, err := r.Request("q", "young"); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("another person's: %v", err)
		}
		return nil
	})
	f.tx(func(tx catalog.Tx) error { return tx.InsertRequest(old) })
}

// A document waits for its fields while it is complete, not deleted, and newer than
// what was extracted.
func unreadDocuments(f *fixture) {
	put := func(id string, d catalog.Document, outcome catalog.Outcome) {
		d.ID, d.Collection = id, "c"
		r := revision(id, d.Head, "t")
		for i := range r.Regions {
			r.Regions[i].Outcome = outcome
		}
		if len(r.Regions) == 0 {
			r.Regions = []catalog.Region{{Scan: digest("s"), Page: 1, Outcome: outcome}}
		}
		f.tx(func(tx catalog.Tx) error { return errors.Join(tx.PutDocument(d), tx.InsertRevision(r)) })
	}
	f.putScans("s")
	put("new", catalog.Document{Head: 1}, catalog.Text)
	put("changed", catalog.Document{Head: 3, Extracted: 2}, catalog.Text)
	put("read", catalog.Document{Head: 2, Extracted: 2}, catalog.Text)
	put("incomplete", catalog.Document{Head: 1}, 0)
	put("deleted", catalog.Document{Head: 1, DeletedAt: begin}, catalog.Text)
	ids := func(limit int) []string {
		list := read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.UnreadDocuments(limit) })
		return each(list, func(d catalog.Document) string { return d.ID })
	}
	equal(f, "unread", ids(10), []string{"changed", "new"})
	equal(f, "limited", ids(1), []string{"changed"})
	put2 := catalog.Document{ID: "new", Collection: "c", Head: 1, Extracted: 1}
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(put2) })
	equal(f, "after one was read", ids(10), []string{"changed"})
}

// A document waits for links and index once the fields of its newest revision are
// there, and until they were derived from it.
func underivedDocuments(f *fixture) {
	for id, d := range map[string]catalog.Document{
		"new":     {Head: 1},
		"read":    {Head: 2, Extracted: 2},
		"changed": {Head: 3, Extracted: 3, Derived: 2},
		"unread":  {Head: 3, Extracted: 2, Derived: 2},
		"derived": {Head: 2, Extracted: 2, Derived: 2},
		"deleted": {Head: 1, Extracted: 1, DeletedAt: begin},
	} {
		d.ID, d.Collection = id, "c"
		r := revision(id, d.Head, "t")
		f.tx(func(tx catalog.Tx) error { return errors.Join(tx.PutDocument(d), tx.InsertRevision(r)) })
	}
	ids := func(limit int) []string {
		list := read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.UnderivedDocuments(limit) })
		return each(list, func(d catalog.Document) string { return d.ID })
	}
	equal(f, "underived", ids(10), []string{"changed", "read"})
	equal(f, "limited", ids(1), []string{"changed"})
	equal(f, "none", len(ids(0)), 0)
	now := catalog.Document{ID: "changed", Collection: "c", Head: 3, Extracted: 3, Derived: 3}
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(now) })
	equal(f, "after one was derived from", ids(10), []string{"read"})
}

func documentsByKey(f *fixture) {
	f.putDocuments("a", "b", "c")
	number := catalog.Key{Kind: "telegram_number", Text: "4117"}
	lists := func(low, high int) catalog.Key {
		return catalog.Key{Kind: "citation", Text: "aprf|45|1|339", Low: low, High: high}
	}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutKeys("a", []catalog.Key{number, number, lists(31, 32), lists(40, 44)}),
			tx.PutKeys("b", []catalog.Key{number, lists(33, 33)}),
			tx.PutKeys("c", []catalog.Key{{Kind: "outgoing_number", Text: "4117"}}))
	})
	find := func(l catalog.Lookup) []string {
		if l.Limit == 0 {
			l.Limit = 10
		}
		list := read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.DocumentsByKey(l) })
		return each(list, func(d catalog.Document) string { return d.ID })
	}
	equal(f, "by number", find(catalog.Lookup{Key: number}), []string{"a", "b"})
	equal(f, "after", find(catalog.Lookup{Key: number, After: "a"}), []string{"b"})
	equal(f, "another kind", find(catalog.Lookup{Key: catalog.Key{Kind: "outgoing_number", Text: "4117"}}), []string{"c"})
	equal(f, "by case", len(find(catalog.Lookup{Key: catalog.Key{Kind: "Telegram_number", Text: "4117"}})), 0)
	equal(f, "ranges that meet", find(catalog.Lookup{Key: lists(32, 33)}), []string{"a", "b"})
	sheet := lists(33, 34)
	equal(f, "with a second key", find(catalog.Lookup{Key: number, Also: &sheet}), []string{"b"})
	equal(f, "range of texts", find(catalog.Lookup{Key: catalog.Key{Kind: "telegram_number", Text: "41"}, Before: "42"}), []string{"a", "b"})
	equal(f, "range after", find(catalog.Lookup{Key: catalog.Key{Kind: "telegram_number", Text: "41"}, Before: "42", After: "a"}), []string{"b"})
	equal(f, "range without its end", len(find(catalog.Lookup{Key: catalog.Key{Kind: "telegram_number", Text: "41"}, Before: "4117"})), 0)
	equal(f, "one of two", find(catalog.Lookup{Key: lists(32, 33), Limit: 1}), []string{"a"})
	equal(f, "second range", find(catalog.Lookup{Key: lists(41, 41)}), []string{"a"})
	equal(f, "between ranges", len(find(catalog.Lookup{Key: lists(34, 39)})), 0)
	has := func(document, kind, text string) bool {
		return read(f, func(r catalog.Reader) (bool, error) { return r.HasKey(document, kind, text) })
	}
	equal(f, "has a key", has("a", number.Kind, number.Text), true)
	equal(f, "has one of the kind", has("a", number.Kind, "4118"), false)
	equal(f, "has one of the text", has("a", "Telegram_number", number.Text), false)
	equal(f, "a document that is not there has one", has("z", number.Kind, number.Text), false)
	f.tx(func(tx catalog.Tx) error { return tx.PutKeys("a", []catalog.Key{lists(1, 1)}) })
	equal(f, "replaced", find(catalog.Lookup{Key: number}), []string{"b"})
	equal(f, "has a key that was replaced", has("a", number.Kind, number.Text), false)
	gone := catalog.Document{ID: "b", Collection: "c", Head: 1, DeletedAt: begin}
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(gone) })
	equal(f, "deleted", len(find(catalog.Lookup{Key: number})), 0)
}
