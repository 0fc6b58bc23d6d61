package main

import (
	"path/filepath"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// checkAccounts opens the database of a site that has stopped and checks that
// each of two collections has a document with text for every file, and each work
// exactly one outcome.
func checkAccounts(t *testing.T, s *site, files int) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(s.data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	err = store.View(t.Context(), func(r catalog.Reader) error {
		for _, collection := range []string{"telegrams", "letters"} {
			heads, err := r.Documents(catalog.DocumentQuery{Where: catalog.InCollection(collection), Limit: 100_000})
			if err != nil {
				return err
			}
			if len(heads) != files {
				t.Errorf("collection %s has %d documents for %d files", collection, len(heads), files)
			}
			for _, h := range heads {
				if !h.Revision.Complete() || h.Revision.Regions[0].Outcome != catalog.Text {
					t.Errorf("document %s (%s) is %+v", h.ID, h.Revision.Title, h.Revision.Regions)
				}
			}
		}
		return checkWorks(t, r)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkWorks(t *testing.T, r catalog.Reader) error {
	t.Helper()
	scans, err := r.Scans("", 100_000)
	if err != nil {
		return err
	}
	for _, scan := range scans {
		holdings, err := r.Holdings(scan.Digest)
		if err != nil {
			return err
		}
		works, err := r.Works(scan.Digest, holdings[0].Recipe)
		if err != nil {
			return err
		}
		if len(works) != 1 || works[0].State != catalog.Ended || works[0].Outcome != catalog.Text {
			t.Errorf("scan %s has the works %+v", scan.Digest, works)
		}
		readings, err := r.Readings(scan.Digest, 1)
		if err != nil {
			return err
		}
		if len(readings) != 1 {
			t.Errorf("scan %s has %d readings", scan.Digest, len(readings))
		}
	}
	return nil
}
