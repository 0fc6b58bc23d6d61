package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// pagesAtOnce are looked at in one view: 4 MB.
	pagesAtOnce = 1024
	// wipedAtOnce are written in one transaction, which holds up other writers for some
	// milliseconds.
	wipedAtOnce = 64
	// mostPages is how many a file may have for its pages to be told apart: from 2^25 on
	// (128 GiB) the number of a page may look like the mark of a tree.
	mostPages = 1 << 25
)

// wipeGaps overwrites what is left in the free space of tree pages. secure_delete zeroes
// what a deletion frees, but a page whose cells were moved to another keeps the old bytes
// between its pointers and its cells. SQLite itself only offers VACUUM for that, which
// writes the whole file twice while nobody else may write.
func (s *Store) wipeGaps(ctx context.Context) error {
	pages, err := s.pages(ctx)
	if err != nil {
		return err
	}
	if pages >= mostPages {
		return s.vacuum(ctx)
	}
	for first := 1; first <= pages; first += pagesAtOnce {
		dirty, err := s.dirtyPages(ctx, first, min(first+pagesAtOnce-1, pages))
		if err != nil {
			return err
		}
		for some := range slices.Chunk(dirty, wipedAtOnce) {
			if err := s.Tx(ctx, func(t catalog.Tx) error { return t.(*tx).wipe(some) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// pages counts those of the file. Pages that come later have nothing old in them.
func (s *Store) pages(ctx context.Context) (pages int, err error) {
	err = s.View(ctx, func(r catalog.Reader) error {
		vacuums, err := one(r.(*view), `PRAGMA auto_vacuum`, (*row).int)
		if err != nil {
			return err
		}
		if vacuums != 0 {
			return fmt.Errorf("the file vacuums itself (%d), which fonds never asks for", vacuums)
		}
		pages, err = one(r.(*view), `PRAGMA page_count`, (*row).int)
		return err
	})
	return pages, err
}

func (s *Store) dirtyPages(ctx context.Context, first, last int) (dirty []int, err error) {
	err = s.View(ctx, func(r catalog.Reader) error {
		for number := first; number <= last; number++ {
			page, err := r.(*view).page(number)
			if err != nil {
				return err
			}
			if wiped(page, number, false) {
				dirty = append(dirty, number)
			}
		}
		return nil
	})
	return dirty, err
}

func (v *view) page(number int) ([]byte, error) {
	page, err := one(v, `SELECT data FROM sqlite_dbpage WHERE pgno = ?`, (*row).blob, number)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, nil // the file has become shorter
	}
	return page, err
}

// wipe reads pages anew, as they may have changed since they were looked at.
func (t *tx) wipe(numbers []int) error {
	for _, number := range numbers {
		page, err := t.page(number)
		if err != nil {
			return err
		}
		page = slices.Clone(page)
		if !wiped(page, number, true) {
			continue
		}
		if _, err := t.exec(`UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?`, page, number); err != nil {
			return fmt.Errorf("overwrite free space of page %d: %w", number, err)
		}
	}
	return nil
}

// wiped tells whether a page is one of a tree with old bytes in its free space, and
// zeroes them when it is told to. What is no page of a tree it leaves alone: overflow
// pages begin with the number of another page, whose first byte is 0 or 1 in a file of
// less than mostPages.
func wiped(page []byte, number int, zero bool) bool {
	header := 0
	if number == 1 {
		header = 100 // that of the file
	}
	if len(page) < 512 {
		return false
	}
	size := 8
	switch page[header] {
	case 2, 5: // within a tree
		size = 12
	case 10, 13: // leaves
	default:
		return false
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(page[at:])) }
	cells, content := u16(header+3), u16(header+5)
	if content == 0 {
		content = 1 << 16
	}
	pointers := header + size + 2*cells
	if pointers > content || content > len(page) {
		return false
	}
	dirty := clean(page[pointers:content], zero)
	// Blocks that are free between cells, in the order in which they stand.
	for at := u16(header + 1); at >= content && at+4 <= len(page); {
		next, length := u16(at), u16(at+2)
		if length < 4 || at+length > len(page) {
			break
		}
		dirty = clean(page[at+4:at+length], zero) || dirty
		if next <= at {
			break
		}
		at = next
	}
	return dirty
}

// clean tells whether there is anything but zeroes, and writes them when it is told to.
func clean(free []byte, zero bool) bool {
	if !slices.ContainsFunc(free, func(b byte) bool { return b != 0 }) {
		return false
	}
	if zero {
		clear(free)
	}
	return true
}

// vacuum writes the file anew, which takes as long as that.
func (s *Store) vacuum(ctx context.Context) error {
	if err := s.alone(ctx, func(c *conn) error { return c.script(ctx, `VACUUM`) }); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}
