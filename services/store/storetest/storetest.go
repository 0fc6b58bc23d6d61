// Package storetest is the proof that a backend keeps the contract of
// catalog.Store: each promise is a subtest of Run, which every backend calls
// from its own tests.
//
// It reaches a store through the contract alone. What only one database can show
// (its files, its triggers, its plans) is tested beside that backend.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Option changes what Run does.
type Option func(*suite)

// WithReopen lets Run prove durability: reopen closes the store and opens the
// same data again.
func WithReopen(reopen func(t *testing.T, s catalog.Store) catalog.Store) Option {
	return func(u *suite) { u.reopen = reopen }
}

// Run runs the suite. open gives an empty store, and sees to its closing.
func Run(t *testing.T, open func(t *testing.T) catalog.Store, options ...Option) {
	u := suite{open: open}
	for _, o := range options {
		o(&u)
	}
	for name, test := range map[string]func(*testing.T, suite){
		"Transactions": transactions,
		"Keys":         keys,
		"Values":       values,
		"Scans":        scans,
		"Works":        works,
		"Drop":         drop,
		"Readings":     readings,
		"Documents":    documents,
		"Links":        links,
		"Search":       search,
		"Lookups":      lookups,
		"Batches":      batches,
		"Events":       events,
		"Signatures":   signatures,
		"Users":        users,
		"Reviews":      reviews,
		"Ledger":       ledger,
		"Purges":       purges,
		"Campaigns":    campaigns,
	} {
		t.Run(name, func(t *testing.T) { test(t, u) })
	}
}

type suite struct {
	open   func(t *testing.T) catalog.Store
	reopen func(t *testing.T, s catalog.Store) catalog.Store
}

// run runs one subtest over a fresh store.
func (u suite) run(t *testing.T, name string, test func(f *fixture)) {
	t.Run(name, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		t.Cleanup(cancel)
		test(&fixture{T: t, Store: u.open(t), ctx: ctx})
	})
}

// patience bounds a subtest that hangs. None takes longer than a few seconds.
const patience = time.Minute

// fixture is a store under test.
type fixture struct {
	*testing.T
	catalog.Store
	ctx context.Context
}

func (f *fixture) tx(fn func(tx catalog.Tx) error) {
	f.Helper()
	if err := f.Tx(f.ctx, fn); err != nil {
		f.Fatalf("Tx: %v", err)
	}
}

func (f *fixture) view(fn func(r catalog.Reader) error) {
	f.Helper()
	if err := f.View(f.ctx, fn); err != nil {
		f.Fatalf("View: %v", err)
	}
}

// read gives what one question answers, in a view of its own.
func read[T any](f *fixture, ask func(r catalog.Reader) (T, error)) T {
	f.Helper()
	var answer T
	f.view(func(r catalog.Reader) (err error) {
		answer, err = ask(r)
		return err
	})
	return answer
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// each maps a list.
func each[A, B any](list []A, of func(A) B) []B {
	mapped := make([]B, len(list))
	for i, a := range list {
		mapped[i] = of(a)
	}
	return mapped
}

// exists tells whether the error is the one for a key that is there.
func exists(err error) bool {
	var e *catalog.Error
	return errors.As(err, &e) && e.Code == catalog.AlreadyExists
}

// begin is the time at which all tests play.
var begin = time.Date(2024, 2, 29, 23, 59, 59, 123456000, time.UTC)

func minute(n int) time.Time { return begin.Add(time.Duration(n) * time.Minute) }

func digest(name string) catalog.Digest {
	sum := sha256.Sum256([]byte(name))
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

// digests gives n digests in their order.
func digests(n int) []catalog.Digest {
	all := make([]catalog.Digest, n)
	for i := range all {
		all[i] = digest(fmt.Sprint("scan ", i))
	}
	slices.Sort(all)
	return all
}

func scan(name string) catalog.Scan {
	return catalog.Scan{Digest: digest(name), Size: 1, CreatedAt: begin}
}

func document(id string) catalog.Document {
	return catalog.Document{ID: id, Collection: "main", Head: 1, CreatedAt: begin}
}

func revision(document string, number int, title string, regions ...catalog.Region) catalog.Revision {
	return catalog.Revision{
		Document: document, Number: number, Title: title, Regions: regions, Author: catalog.SystemPerson,
		CreatedAt: begin,
	}
}

func event(document string, sequence int) catalog.Event {
	return catalog.Event{
		Document: document, Sequence: sequence, Type: catalog.DocumentRevised, Collection: "main",
		Revision: sequence, Person: catalog.SystemPerson, CreatedAt: minute(sequence),
	}
}

func batch(id string) catalog.Batch {
	return catalog.Batch{ID: id, State: catalog.BatchOpen, ActiveAt: begin, CreatedAt: begin}
}

func file(batch string, number int) catalog.BatchFile {
	return catalog.BatchFile{
		Batch: batch, Number: number, Path: fmt.Sprintf("%d.tif", number), State: catalog.FileExpected,
	}
}

// putAll writes rows whose references are there.
func (f *fixture) putScans(names ...string) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, name := range names {
			if err := tx.PutScan(scan(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) putCollections(ids ...string) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, id := range ids {
			if err := tx.PutCollection(catalog.Collection{ID: id, CreatedAt: begin}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) putDocuments(ids ...string) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, id := range ids {
			if err := errors.Join(tx.PutDocument(document(id)), tx.InsertRevision(revision(id, 1, id))); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) putBatches(batches ...catalog.Batch) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, b := range batches {
			if err := tx.PutBatch(b); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) putFiles(files ...catalog.BatchFile) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error { return tx.PutBatchFiles(files) })
}

func (f *fixture) putWorks(works ...catalog.Work) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error { return tx.PutWorks(works) })
}
