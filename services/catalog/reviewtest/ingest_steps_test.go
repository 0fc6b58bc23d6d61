package reviewtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// The second of the collections begins as one in which one person's word is enough.
var collections = []string{"telegrams", "registers"}

// file is a scan in a collection.
type file struct {
	collection, path string
	scan             catalog.Digest
	pages            int
	// imported is the reading of a published text; "" for an image.
	imported string
	length   int
	text     string
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// More files and documents would only make it rarer that much happens to one.
const (
	mostFiles     = 14
	mostDocuments = 30
)

// ingest brings in a new file, or one of the other collection's.
func (w *world) ingest() {
	f := file{collection: pick(w.rng, collections), pages: 1 + w.rng.IntN(3)}
	f.path = fmt.Sprintf("%d.tif", len(w.files))
	f.scan = digestOf([]byte(f.path))
	if len(w.files) > 4 && chance(w.rng, 40) {
		if known := pick(w.rng, w.files); known.imported == "" {
			f.scan, f.pages = known.scan, known.pages
		}
	}
	if len(w.files) >= mostFiles {
		w.answer()
		return
	}
	w.files = append(w.files, f)
	w.read(f)
	w.ended("ingest "+f.path+" into "+f.collection, nil, "")
}

// rerun has a file of a collection read under another recipe.
func (w *world) rerun() {
	f := pick(w.rng, w.files)
	if f.imported != "" {
		return
	}
	w.read(f)
	w.ended("rerun "+f.path+" in "+f.collection, nil, "")
}

// read delivers a file under a new recipe, and has machines answer most of what is to
// be done.
func (w *world) read(f file) {
	w.t.Helper()
	w.recipes++
	language := fmt.Sprintf("l%d", w.recipes)
	recipe, err := catalog.NewRecipe([]catalog.Model{{Language: language, SHA256: digestOf([]byte(language))}}, nil)
	w.must(err)
	batch, err := w.CreateBatch(w.ctx, catalog.NewBatch{
		Collection: f.collection, Language: language, Person: "local", Recipes: map[string]catalog.Recipe{language: recipe},
		Files: []catalog.NewFile{{Path: f.path, Size: 1, Collection: f.collection, Language: language}},
	})
	w.must(err)
	_, err = w.Arrive(w.ctx, catalog.Arrival{Batch: batch.ID, Path: f.path, Digest: f.scan, Size: 1})
	w.must(err)
	w.answer()
}

// answer ends most jobs that there are, as workers do, and has the model see what came
// of it. Some are left for later: a document waits for its last page.
func (w *world) answer() {
	w.t.Helper()
	for range 2 { // probes, then pages
		jobs, err := w.IssueJobs(w.ctx, 1000)
		w.must(err)
		w.jobs = append(w.jobs, jobs...)
		var left []catalog.Job
		var results []catalog.Result
		for _, j := range w.jobs {
			if !j.Work.Key.IsProbe() && chance(w.rng, 10) {
				left = append(left, j)
				continue
			}
			results = append(results, w.result(j))
		}
		w.jobs = left
		verdicts, err := w.StoreResults(w.ctx, results)
		w.must(err)
		for i, v := range verdicts {
			if v != catalog.Stored {
				w.failf("result %+v: verdict %d", results[i], v)
			}
		}
	}
	w.meet()
	w.settle(w.live()...)
}

// result is what a worker says of a job.
func (w *world) result(j catalog.Job) catalog.Result {
	r := catalog.Result{Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: catalog.Text}
	if j.Work.Key.IsProbe() {
		r.MediaType = "image/tiff"
		for _, f := range w.files {
			if f.scan != j.Work.Key.Scan {
				continue
			}
			for n := 1; n <= f.pages; n++ {
				r.Pages = append(r.Pages, catalog.Page{Scan: f.scan, Number: n, Width: pageWidth, Height: pageHeight})
			}
			return r
		}
		w.failf("a probe of %s, which nobody delivered", j.Work.Key.Scan)
	}
	switch n := w.rng.IntN(20); {
	case n < 2:
		r.Outcome = []catalog.Outcome{catalog.Failed, catalog.Corrupt}[n]
		r.Reason = "because"
		return r
	case n < 3:
		r.Outcome = catalog.Blank
		return r
	}
	text := words(w.rng, 4)
	encoded, measure, err := body(text, nil, 0.3+0.7*w.rng.Float32(), nil)
	w.must(err)
	r.Reading = &catalog.Reading{Text: text, Body: encoded, BodyDigest: digestOf(encoded), Measure: measure}
	return r
}

// meet takes in the documents that machines have proposed.
func (w *world) meet() {
	w.t.Helper()
	heads, err := w.ListDocuments(w.ctx, catalog.DocumentQuery{Deleted: true, Limit: 100_000})
	w.must(err)
	for _, head := range slices.Backward(heads) {
		if w.documents[head.ID] != nil {
			continue
		}
		d := w.add(head.ID, head.Collection, head.Revision.Title)
		for _, g := range head.Revision.Regions {
			d.regions = append(d.regions, regionAt(g.Place()))
			if g.Origin == catalog.Imported {
				r := &d.regions[len(d.regions)-1]
				r.origin, r.reading = catalog.Imported, g.Reading
			}
		}
		w.settle(d)
	}
}

func (w *world) add(id, collection, title string) *document {
	d := &document{
		id: id, collection: collection, title: title, reviews: map[string]*review{}, lives: map[string]int{}, fields: map[string][]said{},
	}
	w.documents[id] = d
	w.order = append(w.order, id)
	return d
}

// importText takes in a published text of two documents.
func (w *world) importText(collection string) {
	text := words(w.rng, 6)
	got := w.imports(collection, text)
	w.files = append(w.files, file{
		collection: collection, path: got.Holding.Path, scan: got.Holding.Scan, pages: 1, imported: got.Reading, length: len(text), text: text,
	})
	w.meet()
}

// importAgain has a folder imported that was imported before: nothing comes of it, whatever
// people have made of the texts.
func (w *world) importAgain() {
	f := pick(w.rng, slices.DeleteFunc(slices.Clone(w.files), func(f file) bool { return f.imported == "" }))
	got := w.imports(f.collection, f.text)
	if !got.AlreadyHeld || got.Reading != f.imported {
		w.failf("the text of %s was imported again: %+v", f.collection, got)
	}
	w.ended("importAgain "+f.path, nil, "")
	w.settle(w.live()...)
}

func (w *world) imports(collection, text string) catalog.ImportResult {
	half := len(text) / 2
	encoded, measure, err := body(text, nil, 1, nil)
	w.must(err)
	scan := digestOf([]byte(text))
	got, err := w.ImportText(w.ctx, catalog.Import{
		Collection: collection, Path: collection + ".txt", Digest: scan, Size: int64(len(text)), MediaType: "text/plain", Person: "local",
		Reading: catalog.Reading{Text: text, Body: encoded, BodyDigest: digestOf(encoded), Engine: []byte{}, Measure: measure},
		Parts: []catalog.ImportedPart{
			{Title: "first", Range: &catalog.Range{End: half}}, {Title: "second", Range: &catalog.Range{Start: half, End: len(text)}},
		},
	})
	w.must(err)
	return got
}

// importedOn gives the reading of a published text; "" for an image.
func (w *world) importedOn(scan catalog.Digest) string {
	for _, f := range w.files {
		if f.scan == scan {
			return f.imported
		}
	}
	return ""
}
