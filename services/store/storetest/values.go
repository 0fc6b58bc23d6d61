package storetest

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func values(t *testing.T, u suite) {
	u.run(t, "TimesToTheMicrosecond", times)
	u.run(t, "PutReplacesTheWholeRow", putReplaces)
	u.run(t, "EveryFieldComesBack", everyField)
	u.run(t, "LargeValues", largeValues)
	u.run(t, "NilAndEmptyBytes", emptyBytes)
}

func times(f *fixture) {
	zone := time.FixedZone("far", -9*3600-1800)
	for _, c := range []struct{ put, want time.Time }{
		{time.Time{}, time.Time{}},
		{begin, begin},
		{begin.Add(999), begin},
		{begin.Add(time.Microsecond), begin.Add(time.Microsecond)},
		{begin.In(zone), begin},
		{time.Date(1937, 8, 1, 0, 0, 0, 1000, time.UTC), time.Date(1937, 8, 1, 0, 0, 0, 1000, time.UTC)},
		{time.Date(2399, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2399, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		b := batch("b")
		b.CreatedAt, b.EndedAt = c.put, c.put
		f.putBatches(b)
		got := read(f, func(r catalog.Reader) (catalog.Batch, error) { return r.Batch("b") })
		equal(f, "created", got.CreatedAt, c.want)
		equal(f, "ended", got.EndedAt, c.want)
	}
}

func fullWork() catalog.Work {
	return catalog.Work{
		Key:   catalog.WorkKey{Scan: digest("s"), Page: 3, Recipe: digest("r")},
		State: catalog.Ended, Lane: catalog.Bulk, Batch: "b", Attempt: 4, StaleAttempt: 2,
		Sequence: math.MaxInt64, QueuedAt: minute(1), Outcome: catalog.Refused, Reason: "because",
		Reading: "r", EndedAt: minute(2),
	}
}

func fullBatch() catalog.Batch {
	return catalog.Batch{
		ID: "b", State: catalog.BatchIncomplete, Collection: "c", Language: "eng+rus", ResumeKey: "k",
		Person: "p", Files: 100_000, FilesArrived: 9, FilesEnded: 8, EndSequence: 7,
		Counts: catalog.Counts{Pages: 40, Ended: [9]int{0, 1, 2, 3, 4, 5, 6, 7, 8}}, Reused: 6,
		ActiveAt: minute(1), CreatedAt: minute(2), EndedAt: minute(3),
	}
}

func fullFile() catalog.BatchFile {
	return catalog.BatchFile{
		Batch: "b", Number: 2, Path: "a/b c.tif", Size: math.MaxInt64, Collection: "c", Language: "rus",
		Recipe: digest("r"), State: catalog.FileEnded, Scan: digest("s"), Holding: "h",
		Counts: catalog.Counts{Pages: 9, Ended: [9]int{0, 0, 0, 0, 0, 0, 0, 0, 9}}, Reason: "why", EndSequence: 5,
	}
}

// putReplaces puts full rows and then bare ones under the same keys.
func putReplaces(f *fixture) {
	f.putScans("s")
	f.putCollections("c")
	bareWork := catalog.Work{Key: fullWork().Key, State: catalog.Pending}
	bareFile := catalog.BatchFile{Batch: "b", Number: 2, Path: "other", State: catalog.FileExpected}
	bareScan := catalog.Scan{Digest: digest("s")}
	bareHolding := catalog.Holding{ID: "h", Collection: "c", Scan: digest("s")}
	bareDocument := catalog.Document{ID: "d", Collection: "e"}
	bareCollection := catalog.Collection{ID: "c"}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutBatch(fullBatch()), tx.PutBatch(catalog.Batch{ID: "b", State: catalog.BatchOpen}),
			tx.PutWorks([]catalog.Work{fullWork()}), tx.PutWorks([]catalog.Work{bareWork}),
			tx.PutBatchFiles([]catalog.BatchFile{fullFile()}), tx.PutBatchFiles([]catalog.BatchFile{bareFile}),
			tx.PutScan(catalog.Scan{Digest: digest("s"), Size: 3, MediaType: "image/tiff", PageCount: 2, CreatedAt: begin}),
			tx.PutScan(bareScan),
			tx.PutHolding(catalog.Holding{
				ID: "h", Collection: "c", Scan: digest("s"), Path: "p", Batch: "b",
				Recipe: digest("r"), Document: "d", CreatedAt: begin,
			}),
			tx.PutHolding(bareHolding),
			tx.PutCollection(catalog.Collection{ID: "c", DisplayName: "C", OnePerson: true, MovingSince: minute(3), CreatedAt: begin}),
			tx.PutCollection(bareCollection),
			tx.PutDocument(document("d")), tx.PutDocument(bareDocument))
	})
	f.view(func(r catalog.Reader) error {
		b, batchErr := r.Batch("b")
		equal(f, "batch", b, catalog.Batch{ID: "b", State: catalog.BatchOpen})
		w, workErr := r.Work(bareWork.Key)
		equal(f, "work", w, bareWork)
		n, fileErr := r.BatchFile("b", "other")
		equal(f, "file", n, bareFile)
		s, scanErr := r.Scan(bareScan.Digest)
		equal(f, "scan", s, bareScan)
		h, holdingErr := r.Holding("h")
		equal(f, "holding", h, bareHolding)
		c, collectionErr := r.Collection("c")
		equal(f, "collection", c, bareCollection)
		d, documentErr := r.Document("d")
		equal(f, "document", d, bareDocument)
		if _, err := r.BatchFile("b", fullFile().Path); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("former path: got %v", err)
		}
		return errors.Join(batchErr, workErr, fileErr, scanErr, holdingErr, collectionErr, documentErr)
	})
}

func everyField(f *fixture) {
	scan := catalog.Scan{Digest: digest("s"), Size: math.MaxInt64, MediaType: "image/tiff", PageCount: 2, CreatedAt: begin}
	page := catalog.Page{
		Scan: digest("s"), Number: 2, Width: 3, Height: 4, Resolution: 5, Outcome: catalog.Corrupt, Reason: "cut",
	}
	holding := catalog.Holding{
		ID: "h", Collection: "c", Scan: digest("s"), Path: "p", Batch: "b", Recipe: digest("r"),
		Document: "d", CreatedAt: begin,
	}
	reading := fullReading()
	doc := catalog.Document{
		ID: "d", Collection: "c", Holding: "h", Head: 7, Extracted: 6, Events: 9, CreatedAt: begin, DeletedAt: minute(1),
	}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutCollection(catalog.Collection{ID: "c", DisplayName: "Ключ", OnePerson: true, MovingSince: minute(3), CreatedAt: begin}), tx.PutScan(scan),
			tx.PutPages(scan.Digest, []catalog.Page{page}), tx.PutHolding(holding), tx.PutBatch(fullBatch()),
			tx.PutBatchFiles([]catalog.BatchFile{fullFile()}), tx.PutWorks([]catalog.Work{fullWork()}),
			tx.InsertReading(reading), tx.PutDocument(doc))
	})
	f.view(func(r catalog.Reader) error {
		c, collectionErr := r.Collection("c")
		equal(f, "collection", c, catalog.Collection{ID: "c", DisplayName: "Ключ", OnePerson: true, MovingSince: minute(3), CreatedAt: begin})
		s, scanErr := r.Scan(scan.Digest)
		equal(f, "scan", s, scan)
		p, pagesErr := r.Pages(scan.Digest)
		equal(f, "pages", p, []catalog.Page{page})
		h, holdingErr := r.Holding("h")
		equal(f, "holding", h, holding)
		b, batchErr := r.Batch("b")
		equal(f, "batch", b, fullBatch())
		n, fileErr := r.BatchFile("b", fullFile().Path)
		equal(f, "file", n, fullFile())
		w, workErr := r.Work(fullWork().Key)
		equal(f, "work", w, fullWork())
		g, readingErr := r.Reading(reading.ID)
		equal(f, "reading", g, reading)
		d, documentErr := r.Document("d")
		equal(f, "document", d, doc)
		return errors.Join(collectionErr, scanErr, pagesErr, holdingErr, batchErr, fileErr, workErr, readingErr, documentErr)
	})
}

// A page of dense print has 100 kB of text and 2 MB of body; four times that fits.
func largeValues(f *fixture) {
	f.putScans("s")
	reading := fullReading()
	reading.Text = strings.Repeat("Телеграмма № 4117\n", 200_000)
	reading.Body = bytes.Repeat([]byte{0, 1, 2, 0xff}, 2<<20)
	f.tx(func(tx catalog.Tx) error { return tx.InsertReading(reading) })
	got := read(f, func(r catalog.Reader) (catalog.Reading, error) { return r.Reading(reading.ID) })
	if got.Text != reading.Text || !bytes.Equal(got.Body, reading.Body) {
		f.Errorf("text of %d and body of %d bytes came back as %d and %d, or changed",
			len(reading.Text), len(reading.Body), len(got.Text), len(got.Body))
	}
}

func emptyBytes(f *fixture) {
	f.putScans("s")
	f.tx(func(tx catalog.Tx) error {
		without := catalog.Reading{ID: "nil", Scan: digest("s"), Page: 1, Origin: catalog.Machine, CreatedAt: begin}
		empty := without
		empty.ID, empty.Body, empty.Engine, empty.Envelope = "empty", []byte{}, []byte{}, []byte{}
		return errors.Join(tx.InsertReading(without), tx.InsertReading(empty))
	})
	for _, id := range []string{"nil", "empty"} {
		got := read(f, func(r catalog.Reader) (catalog.Reading, error) { return r.Reading(id) })
		equal(f, id, [3]int{len(got.Body), len(got.Engine), len(got.Envelope)}, [3]int{})
	}
}
