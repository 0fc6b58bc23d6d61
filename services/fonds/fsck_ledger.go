package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
)

// mostCheckpoint bounds the file of a checkpoint, which has some 300 bytes.
const mostCheckpoint = 64 << 10

// ledger checks the log of acts against the database, and against a checkpoint that was
// kept elsewhere. It returns the number of leaves.
func (f *fsck) ledger(ctx context.Context) (int64, error) {
	keys, err := ledger.ReadVerifiers(f.data)
	if err != nil {
		return 0, err
	}
	leaves, err := ledger.Check(ctx, f.store, keys, f.found)
	if err != nil {
		return leaves, err
	}
	if err := f.logged(ctx); err != nil {
		return leaves, err
	}
	if err := auth.Check(ctx, f.store, present(), f.found); err != nil {
		return leaves, err
	}
	if f.checkpoint == "" {
		return leaves, nil
	}
	kept, err := readCheckpoint(f.checkpoint)
	if err != nil {
		return leaves, err
	}
	return leaves, ledger.CheckAgainst(ctx, f.store, keys, kept, f.found)
}

func readCheckpoint(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", usagef("--checkpoint: %v", err)
	}
	defer func() { _ = file.Close() }()
	kept, err := io.ReadAll(io.LimitReader(file, mostCheckpoint))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return string(kept), nil
}

// logged checks that what the log says of readings, statements and signatures is what
// the database has. It goes on behind the last leaf that it has read, whatever numbers
// somebody has put there: they rise, so that each act is read once.
func (f *fsck) logged(ctx context.Context) error {
	const page = 500
	for leaf := int64(0); ; {
		var acts []catalog.Act
		err := f.store.View(ctx, func(r catalog.Reader) error {
			var err error
			if acts, err = r.Acts(leaf, page); err != nil {
				return err
			}
			for _, a := range acts {
				problem, err := catalog.CheckAct(r, a)
				if err != nil {
					return err
				}
				if problem != "" {
					f.found(fmt.Sprintf("act %d (leaf %d, %s)", a.ID, a.Leaf, a.Kind), problem)
				}
			}
			return nil
		})
		if err != nil || len(acts) < page {
			return err
		}
		last := acts[len(acts)-1].Leaf
		if last < leaf || last == math.MaxInt64 {
			return nil // the check of the log has told of it
		}
		leaf = last + 1
	}
}
