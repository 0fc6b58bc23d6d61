package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// BenchmarkOutcomes stores outcomes of pages as intake does, each with its
// reading, document and revision, with one and with 64 to a commit.
func BenchmarkOutcomes(b *testing.B) {
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "fonds.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			c := catalog.New(store, time.Now, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.DefaultLimits())
			var results []catalog.Result
			stored, made := 0, 0
			for b.Loop() {
				if len(results) < size {
					b.StopTimer()
					made++
					results = append(results, readScans(b, c, made)...)
					b.StartTimer()
				}
				storeAll(b, c, results[:size])
				results = results[size:]
				stored += size
			}
			b.ReportMetric(float64(stored)/b.Elapsed().Seconds(), "outcomes/s")
		})
	}
}

func storeAll(b *testing.B, c *catalog.Catalog, results []catalog.Result) {
	b.Helper()
	verdicts, err := c.StoreResults(b.Context(), results)
	if err != nil {
		b.Fatal(err)
	}
	if i := slices.IndexFunc(verdicts, func(v catalog.Verdict) bool { return v != catalog.Stored }); i >= 0 {
		b.Fatalf("result %d was not stored: %d", i, verdicts[i])
	}
}

// readScans brings a batch of 512 scans of one page to where only the outcomes
// of their pages are missing.
func readScans(b *testing.B, c *catalog.Catalog, number int) []catalog.Result {
	b.Helper()
	const scans = 512
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	recipe, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: catalog.Digest(fmt.Sprintf("%064x", 1))}}, nil)
	must(err)
	n := catalog.NewBatch{
		Collection: "bench", Language: "eng", ResumeKey: fmt.Sprint(number), Person: "local",
		Recipes: map[string]catalog.Recipe{"eng": recipe},
	}
	for i := range scans {
		n.Files = append(n.Files, catalog.NewFile{Path: fmt.Sprintf("%d.png", i), Size: 7, Collection: "bench", Language: "eng"})
	}
	batch, err := c.CreateBatch(b.Context(), n)
	must(err)
	for i, f := range n.Files {
		digest := catalog.Digest(fmt.Sprintf("%064x", number*scans+i))
		_, err := c.Arrive(b.Context(), catalog.Arrival{Batch: batch.ID, Path: f.Path, Digest: digest, Size: 7})
		must(err)
	}
	var probes, pages []catalog.Result
	for _, j := range issued(b, c, scans) {
		probes = append(probes, catalog.Result{
			Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: catalog.Text, MediaType: "image/png",
			Pages: []catalog.Page{{Scan: j.Work.Key.Scan, Number: 1, Width: 1620, Height: 1540}},
		})
	}
	storeAll(b, c, probes)
	for _, j := range issued(b, c, scans) {
		pages = append(pages, catalog.Result{
			Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: catalog.Text,
			Reading: &catalog.Reading{Text: "SECRET", Body: make([]byte, messageSize), BodyDigest: j.Work.Key.Scan},
		})
	}
	return pages
}

// issued takes all jobs that there are.
func issued(b *testing.B, c *catalog.Catalog, count int) []catalog.Job {
	b.Helper()
	jobs, err := c.IssueJobs(b.Context(), count)
	if err != nil {
		b.Fatal(err)
	}
	if len(jobs) != count {
		b.Fatalf("%d jobs were issued instead of %d", len(jobs), count)
	}
	return jobs
}
