package sqlite

import (
	"fmt"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func numbered(n int) catalog.Digest { return catalog.Digest(fmt.Sprintf("%064x", n)) }

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func putHeads(b testing.TB, s *Store, n int) {
	b.Helper()
	must(b, s.Tx(b.Context(), func(tx catalog.Tx) error {
		for i := range n {
			id := fmt.Sprintf("01890000-0000-7000-8000-%012d", i)
			r := catalog.Revision{Document: id, Number: 1, Title: "telegram.tif", Regions: []catalog.Region{{
				Scan: numbered(i), Page: 1, Reading: id, Origin: catalog.Machine, Outcome: catalog.Text, Assurance: 1,
			}}}
			if err := tx.PutDocument(catalog.Document{ID: id, Collection: "main", Head: 1}); err != nil {
				return err
			}
			if err := tx.InsertRevision(r); err != nil {
				return err
			}
		}
		return nil
	}))
}

func readHeadOf(b *testing.B, s *Store, i int) {
	must(b, s.View(b.Context(), func(r catalog.Reader) error {
		d, err := r.Document(fmt.Sprintf("01890000-0000-7000-8000-%012d", i%10_000))
		if err != nil {
			return err
		}
		_, err = r.Revision(d.ID, d.Head)
		return err
	}))
}

func BenchmarkHead(b *testing.B) {
	s := openNew(b)
	putHeads(b, s, 10_000)
	i := 0
	for b.Loop() {
		i += 7919
		readHeadOf(b, s, i)
	}
}

func BenchmarkHeadParallel(b *testing.B) {
	s := openNew(b)
	putHeads(b, s, 10_000)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i += 7919 {
			readHeadOf(b, s, i)
		}
	})
}

func BenchmarkDocument(b *testing.B) {
	s := openNew(b)
	putHeads(b, s, 10_000)
	i := 0
	for b.Loop() {
		i += 7919
		must(b, s.View(b.Context(), func(r catalog.Reader) error {
			_, err := r.Document(fmt.Sprintf("01890000-0000-7000-8000-%012d", i%10_000))
			return err
		}))
	}
}

func BenchmarkTitleContains(b *testing.B) {
	s := openNew(b)
	putHeads(b, s, 10_000)
	for b.Loop() {
		must(b, s.View(b.Context(), func(r catalog.Reader) error {
			_, err := r.Documents(catalog.DocumentQuery{Where: catalog.TitleContains("absent"), Limit: 10})
			return err
		}))
	}
}

func BenchmarkCommit(b *testing.B) {
	s := openNew(b)
	for b.Loop() {
		must(b, s.Tx(b.Context(), writeBatch))
	}
}

func BenchmarkPutBatchFiles(b *testing.B) {
	const rows = 100_000
	files := make([]catalog.BatchFile, rows)
	for i := range files {
		files[i] = catalog.BatchFile{
			Batch: "b", Number: i + 1, Path: fmt.Sprintf("fond 17/opis 2/delo %d/list %d.tif", i/100, i), Size: 1 << 20,
			Collection: "main", Language: "eng+rus", Recipe: numbered(1), State: catalog.FileExpected,
		}
	}
	for b.Loop() {
		s := openNew(b)
		must(b, s.Tx(b.Context(), func(tx catalog.Tx) error {
			if err := writeBatch(tx); err != nil {
				return err
			}
			return tx.PutBatchFiles(files)
		}))
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func putPending(b *testing.B, s *Store, scan, n int, batch string) {
	works := make([]catalog.Work, n)
	for i := range works {
		works[i] = catalog.Work{
			Key:   catalog.WorkKey{Scan: numbered(scan), Page: i + 1, Recipe: numbered(1)},
			State: catalog.Pending, Batch: batch,
		}
	}
	must(b, s.Tx(b.Context(), func(tx catalog.Tx) error {
		if err := tx.PutScan(catalog.Scan{Digest: numbered(scan)}); err != nil {
			return err
		}
		return tx.PutWorks(works)
	}))
}

func BenchmarkPutWorks(b *testing.B) {
	const rows = 10_000
	s := openNew(b)
	n := 0
	for b.Loop() {
		n++
		putPending(b, s, n, rows, "b")
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkPendingWorks(b *testing.B) {
	s := openNew(b)
	putPending(b, s, 1, 100_000, "large")
	putPending(b, s, 2, 5, "small")
	for b.Loop() {
		must(b, s.View(b.Context(), func(r catalog.Reader) error {
			w, err := r.PendingWorks(numbered(1), 256)
			if len(w) != 256 || w[9].Batch != "small" {
				b.Fatal("not fair")
			}
			return err
		}))
	}
}

func BenchmarkWorkCounts(b *testing.B) {
	s := openNew(b)
	putPending(b, s, 1, 500, "b")
	for b.Loop() {
		must(b, s.View(b.Context(), func(r catalog.Reader) error {
			_, err := r.WorkCounts(numbered(1), numbered(1))
			return err
		}))
	}
}
