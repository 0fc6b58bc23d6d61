package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// Leaves that somebody has numbered up to the highest number there is are read once each.
func TestFsckEndsWhateverLeavesThereAre(t *testing.T) {
	t.Parallel()
	const acts = 1000
	path := filepath.Join(t.TempDir(), databaseFile)
	store, err := sqlite.Open(t.Context(), path)
	fatal(t, err)
	fatal(t, store.Tx(t.Context(), func(tx catalog.Tx) error {
		for n := range acts {
			err := tx.AppendAct(catalog.Act{
				Kind: catalog.ActTextSigned, Person: "anna", Subject: fmt.Sprint("readings/", n), At: time.Unix(0, 0).UTC(),
				Facts: json.RawMessage("[]"), Leaf: -1,
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	fatal(t, store.Close())
	for _, first := range []int64{0, 1 << 50, 1<<63 - acts} {
		fatal(t, meddled(path, fmt.Sprintf("UPDATE acts SET leaf = %d + (id - (SELECT min(id) FROM acts))", first)))
		store, err := sqlite.Open(t.Context(), path)
		fatal(t, err)
		f := &fsck{store: store, out: io.Discard}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		err = f.logged(ctx)
		cancel()
		fatal(t, store.Close())
		if err != nil || f.problems != acts {
			t.Errorf("from leaf %d on: %d problems, want one for each of %d acts; %v", first, f.problems, acts, err)
		}
	}
}
