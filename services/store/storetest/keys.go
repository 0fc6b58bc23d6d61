package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func keys(t *testing.T, u suite) {
	u.run(t, "NotFound", notFound)
	u.run(t, "EmptyLists", emptyLists)
	u.run(t, "Duplicates", duplicates)
	u.run(t, "CollectionsInByteOrder", collectionsInByteOrder)
	u.run(t, "HoldingPathsByByte", holdingPathsByByte)
	u.run(t, "FilePathsByByte", filePathsByByte)
	u.run(t, "RequestsByByte", requestsByByte)
}

// words differ by byte, though one collation or another takes some for equal or
// puts them in another order.
var words = []string{
	"a", "A", "b", "B", "Z", "a ", " a", "a\n", "a\t", "a\x01", "aa", "a-a", "a_a", "a%", "_", "%", "\\", "'", "\"",
	"é", "e\u0301", "É", "è", "e", "ß", "ss", "æ", "ae", "я", "Я", "ё", "е", "e\u00a0", "ﬁ", "fi", "a\u200b", "中", "🙂", "\uffff",
	"I", "ı", "i", "İ", "10", "9", "010", "1e1", "0x10", "NULL", "true",
}

func notFound(f *fixture) {
	d := digest("nothing")
	f.view(func(r catalog.Reader) error {
		questions := map[string]func() error{
			"Collection":                 func() error { _, err := r.Collection("x"); return err },
			"Scan":                       func() error { _, err := r.Scan(d); return err },
			"Scan without digest":        func() error { _, err := r.Scan(""); return err },
			"Scan by what is not digest": func() error { _, err := r.Scan("x' OR 1"); return err },
			"Holding":                    func() error { _, err := r.Holding("x"); return err },
			"HoldingAt":                  func() error { _, err := r.HoldingAt("c", "p", d); return err },
			"HoldingIn":                  func() error { _, err := r.HoldingIn("c", d); return err },
			"Recipe":                     func() error { _, err := r.Recipe(d); return err },
			"Work":                       func() error { _, err := r.Work(catalog.ProbeOf(d)); return err },
			"Reading":                    func() error { _, err := r.Reading("x"); return err },
			"Document":                   func() error { _, err := r.Document("x"); return err },
			"Revision":                   func() error { _, err := r.Revision("x", 1); return err },
			"RevisionEnvelope":           func() error { _, err := r.RevisionEnvelope("x", 1); return err },
			"Request":                    func() error { _, err := r.Request("x", "x"); return err },
			"Batch":                      func() error { _, err := r.Batch("x"); return err },
			"BatchToResume":              func() error { _, err := r.BatchToResume("x", "x"); return err },
			"Statement":                  func() error { _, err := r.Statement("x"); return err },
			"ReadingEnvelope":            func() error { _, err := r.ReadingEnvelope("x"); return err },
			"BodyDigest":                 func() error { _, err := r.BodyDigest("x"); return err },
			"User":                       func() error { _, err := r.User("x"); return err },
			"UserCalled":                 func() error { _, err := r.UserCalled("x"); return err },
			"Credential":                 func() error { _, err := r.Credential(d); return err },
			"Review":                     func() error { _, err := r.Review("x", "y"); return err },
			"TreeHashes":                 func() error { _, err := r.TreeHashes([]int64{1}); return err },
			"Checkpoint":                 func() error { _, err := r.Checkpoint(); return err },
			"BatchFile":                  func() error { _, err := r.BatchFile("x", "p"); return err },
		}
		for name, ask := range questions {
			if err := ask(); !errors.Is(err, catalog.ErrNotFound) {
				f.Errorf("%s: got %v, want ErrNotFound", name, err)
			}
		}
		return nil
	})
	for name, change := range map[string]func(tx catalog.Tx) error{
		"DropWorks":      func(tx catalog.Tx) error { return tx.DropWorks("x") },
		"SetLeaf":        func(tx catalog.Tx) error { return tx.SetLeaf(9, 0) },
		"MarkEventsSent": func(tx catalog.Tx) error { return tx.MarkEventsSent([]catalog.SentEvent{{Position: 9}}, sentTime) },
	} {
		if err := f.Tx(f.ctx, change); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("%s: got %v, want ErrNotFound", name, err)
		}
	}
}

func emptyLists(f *fixture) {
	d := digest("nothing")
	f.view(func(r catalog.Reader) error {
		for name, ask := range map[string]func() (int, error){
			"Collections":  func() (int, error) { l, err := r.Collections(); return len(l), err },
			"Scans":        func() (int, error) { l, err := r.Scans("", 5); return len(l), err },
			"Pages":        func() (int, error) { l, err := r.Pages(d); return len(l), err },
			"Holdings":     func() (int, error) { l, err := r.Holdings(d); return len(l), err },
			"Works":        func() (int, error) { l, err := r.Works(d, ""); return len(l), err },
			"WorkCounts":   func() (int, error) { c, err := r.WorkCounts(d, d); return c.Pages + c.Total(), err },
			"PendingWorks": func() (int, error) { l, err := r.PendingWorks(d, 5); return len(l), err },
			"Recipes":      func() (int, error) { l, err := r.PendingRecipes(); return len(l), err },
			"QueuedCounts": func() (int, error) { c, err := r.QueuedCounts(); return len(c), err },
			"Unread":       func() (int, error) { l, err := r.UnreadDocuments(5); return len(l), err },
			"Underived":    func() (int, error) { l, err := r.UnderivedDocuments(5); return len(l), err },
			"ByKey":        func() (int, error) { l, err := r.DocumentsByKey(catalog.Lookup{Limit: 5}); return len(l), err },
			"LinksOf":      func() (int, error) { l, err := r.LinksOf("x"); return len(l), err },
			"LinksTo":      func() (int, error) { l, err := r.LinksTo("x", 10); return len(l), err },
			"LinkSources":  func() (int, error) { l, err := r.LinkSources("x", 5); return len(l), err },
			"Search": func() (int, error) {
				l, err := r.Search(catalog.SearchQuery{Match: catalog.Match{Term: "x"}, Limit: 5})
				return len(l), err
			},
			"NearTerms": func() (int, error) {
				l, err := r.NearTerms(catalog.Near{Trigrams: []string{"x"}, Shared: 1, Longest: 9, Limit: 5})
				return len(l), err
			},
			"Every":        func() (int, error) { l, err := r.EveryDocument("", 5); return len(l), err },
			"QueuedWorks":  func() (int, error) { l, err := r.QueuedWorks(begin, 5); return len(l), err },
			"DroppedWorks": func() (int, error) { l, err := r.DroppedWorks(5); return len(l), err },
			"Readings":     func() (int, error) { l, err := r.Readings(d, 1); return len(l), err },
			"ReadingTexts": func() (int, error) { l, err := r.ReadingTexts([]string{"x"}); return len(l), err },
			"Documents":    func() (int, error) { l, err := r.Documents(catalog.DocumentQuery{Limit: 5}); return len(l), err },
			"DocumentsOn":  func() (int, error) { l, err := r.DocumentsOn(d); return len(l), err },
			"Showing":      func() (int, error) { l, err := r.DocumentsShowing(d, "x"); return len(l), err },
			"Batches":      func() (int, error) { l, err := r.Batches("", 5); return len(l), err },
			"Left":         func() (int, error) { l, err := r.BatchesLeft(begin, 5); return len(l), err },
			"BatchFiles":   func() (int, error) { l, err := r.BatchFiles("x", 0, 5, false); return len(l), err },
			"EndedFiles":   func() (int, error) { l, err := r.EndedFiles("x", 0, 5); return len(l), err },
			"FilesOf":      func() (int, error) { l, err := r.FilesOf(d, ""); return len(l), err },
			"Events":       func() (int, error) { l, err := r.Events(0, "", "", 5); return len(l), err },
			"Contributors": func() (int, error) { l, err := r.Contributors("x"); return len(l), err },
			"SignaturesOn": func() (int, error) { l, err := r.SignaturesOn("x"); return len(l), err },
			"Above":        func() (int, error) { return r.RevisionAbove("x", catalog.AssuranceVerified) },
			"AboveNone":    func() (int, error) { return r.RevisionAbove("x", 0) },
			"Below":        func() (int, error) { l, err := r.RevisionsBelow("x", 0, 5); return len(l), err },
			"Users":        func() (int, error) { l, err := r.Users(); return len(l), err },
			"ReviewsOf":    func() (int, error) { l, err := r.ReviewsOf("x"); return len(l), err },
			"Reviews":      func() (int, error) { l, err := r.Reviews(catalog.ReviewQuery{Limit: 5}); return len(l), err },
			"ReviewCounts": func() (int, error) { l, err := r.ReviewCounts(""); return len(l), err },
			"WaitingActs":  func() (int, error) { l, err := r.WaitingActs(5); return len(l), err },
			"Acts":         func() (int, error) { l, err := r.Acts(0, 5); return len(l), err },
			"ActsOn":       func() (int, error) { l, err := r.ActsOn("x"); return len(l), err },
			"UnsentEvents": func() (int, error) { l, err := r.UnsentEvents(0, 5); return len(l), err },
		} {
			if n, err := ask(); n != 0 || err != nil {
				f.Errorf("%s: got %d, %v", name, n, err)
			}
		}
		return nil
	})
}

func duplicates(f *fixture) {
	f.putScans("s")
	f.putDocuments("d")
	reading := catalog.Reading{ID: "r", Scan: digest("s"), Page: 1, Origin: catalog.Machine, Text: "first", CreatedAt: begin}
	inserts := map[string]func(tx catalog.Tx) error{
		"InsertReading": func(tx catalog.Tx) error { return tx.InsertReading(reading) },
		"InsertRevision": func(tx catalog.Tx) error {
			return tx.InsertRevision(revision("d", 2, reading.Text))
		},
		"InsertRequest": func(tx catalog.Tx) error { return tx.InsertRequest(request("q", reading.Text)) },
		"AppendEvent": func(tx catalog.Tx) error {
			e := event("d", 1)
			e.Person = reading.Text
			return tx.AppendEvent(e)
		},
	}
	for _, insert := range inserts {
		f.tx(insert)
	}
	reading.Text = "second"
	for name, insert := range inserts {
		if err := f.Tx(f.ctx, insert); !exists(err) {
			f.Errorf("%s: got %v, want AlreadyExists", name, err)
		}
	}
	f.view(func(r catalog.Reader) error {
		reading, readingErr := r.Reading("r")
		revision, revisionErr := r.Revision("d", 2)
		first, requestErr := r.Request("p", "q")
		events, eventsErr := r.Events(0, "d", "", 5)
		equal(f, "kept", []string{reading.Text, revision.Title, first.Document}, []string{"first", "first", "first"})
		equal(f, "persons", each(events, func(e catalog.Event) string { return e.Person }), []string{"first"})
		return errors.Join(readingErr, revisionErr, requestErr, eventsErr)
	})
}

func collectionsInByteOrder(f *fixture) {
	f.putCollections(words...)
	got := each(read(f, catalog.Reader.Collections), func(c catalog.Collection) string { return c.ID })
	equal(f, "collections", got, slices.Sorted(slices.Values(words)))
	for _, w := range words {
		c := read(f, func(r catalog.Reader) (catalog.Collection, error) { return r.Collection(w) })
		equal(f, "collection", c.ID, w)
	}
}

func holdingPathsByByte(f *fixture) {
	f.putScans("s")
	f.putCollections("main")
	paths := append([]string{""}, words...)
	f.tx(func(tx catalog.Tx) error {
		for i, p := range paths {
			if err := tx.PutHolding(catalog.Holding{
				ID: fmt.Sprint("h", i), Collection: "main", Scan: digest("s"), Path: p, CreatedAt: begin,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	f.view(func(r catalog.Reader) error {
		for i, p := range paths {
			h, err := r.HoldingAt("main", p, digest("s"))
			if err != nil {
				return fmt.Errorf("path %q: %w", p, err)
			}
			equal(f, fmt.Sprintf("path %q", p), h.ID, fmt.Sprint("h", i))
		}
		return nil
	})
}

func filePathsByByte(f *fixture) {
	f.putBatches(batch("b"))
	var files []catalog.BatchFile
	for i, p := range words {
		b := file("b", i+1)
		b.Path = p
		files = append(files, b)
	}
	f.putFiles(files...)
	f.view(func(r catalog.Reader) error {
		for i, p := range words {
			got, err := r.BatchFile("b", p)
			if err != nil {
				return fmt.Errorf("path %q: %w", p, err)
			}
			equal(f, fmt.Sprintf("path %q", p), got.Number, i+1)
		}
		return nil
	})
}

// request is one of the person "p".
func request(id, document string) catalog.Request {
	return catalog.Request{Person: "p", ID: id, Document: document, Digest: digest(document), CreatedAt: begin}
}

func (f *fixture) request(id string) catalog.Request {
	f.Helper()
	return read(f, func(r catalog.Reader) (catalog.Request, error) { return r.Request("p", id) })
}

func requestsByByte(f *fixture) {
	f.tx(func(tx catalog.Tx) error {
		for _, w := range words {
			if err := tx.InsertRequest(request(w, w)); err != nil {
				return fmt.Errorf("request %q: %w", w, err)
			}
		}
		return nil
	})
	for _, w := range words {
		equal(f, "request", f.request(w).Document, w)
	}
}
