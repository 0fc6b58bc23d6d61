// Package decode opens one scan: it finds the format from the bytes, counts the
// pages and tells what each of them is (Probe), and names the pixels of one page
// for an engine child (Image).
//
// It reads headers in pure Go and lets poppler's programs, as child processes
// under limits, look into PDF files. It never decodes pixels: the engine child
// does, so that a hostile file can only kill a child. It never trusts a file's
// name, never holds a scan in memory and never writes beside the scan.
package decode

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Page is one page that a scan's container declares.
type Page struct {
	// Width and Height in pixels of the raster as stored, before any turn; for a
	// PDF page as drawn. 0 when unknown.
	Width, Height uint32
	// Resolution in dots per inch; 0 when unknown or not plausible.
	Resolution uint32
	// Orientation as in EXIF, 1 to 8; 0 when the file says nothing.
	Orientation uint32
	// Outcome is CORRUPT, TOO_LARGE or REFUSED for a page that cannot be
	// recognised, and OUTCOME_UNSPECIFIED for all others.
	Outcome fondsv1.Outcome
	// Reason says why, for a person, when Outcome is set.
	Reason string

	index uint32  // place of the image in its container, counted as Leptonica does
	bits  uint64  // bits per pixel that the decoder holds at its peak, buffers included
	dpi   float64 // resolution at which a PDF page is drawn
}

// Scan is what Probe finds.
type Scan struct {
	// MediaType found from the bytes, such as "image/tiff"; also set when the
	// scan is refused, and "application/octet-stream" when nothing is known.
	MediaType string
	// Pages in order; index 0 is page 1.
	Pages []Page
}

// Refusal says that the scan, or the page asked for, ends here: reading it
// again gives the same answer. Every other error of this package is a fault
// of the surroundings (I/O, a program that is not installed, a cancelled
// context), which says nothing about the scan and may be mended by a retry.
type Refusal struct {
	// Outcome is CORRUPT, TOO_LARGE or REFUSED; TIMEOUT when poppler used up
	// its time, FAILED when it crashed.
	Outcome fondsv1.Outcome
	// Reason is a sentence for a person.
	Reason string
}

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

func corrupt(format string, args ...any) *Refusal {
	return &Refusal{fondsv1.Outcome_OUTCOME_CORRUPT, fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *Refusal {
	return &Refusal{fondsv1.Outcome_OUTCOME_TOO_LARGE, fmt.Sprintf(format, args...)}
}

func refused(format string, args ...any) *Refusal {
	return &Refusal{fondsv1.Outcome_OUTCOME_REFUSED, fmt.Sprintf(format, args...)}
}

func (p *Page) refuse(r *Refusal) { p.Outcome, p.Reason = r.Outcome, r.Reason }

// Probe is Opener.Probe for a single look.
func Probe(ctx context.Context, path string, limits Limits) (Scan, error) {
	return NewOpener(limits).Probe(ctx, path)
}

// Image is Opener.Image for a single page.
func Image(ctx context.Context, path string, n int, scratch string, limits Limits) (img *enginev1.Image, release func(), err error) {
	return NewOpener(limits).Image(ctx, path, n, scratch)
}

// pick returns page n of pages, or why it cannot be had.
func pick(pages []Page, n int) (Page, error) {
	if n < 1 || n > len(pages) {
		return Page{}, corrupt("the file has no page %d; it declares %d", n, len(pages))
	}
	page := pages[n-1]
	if page.Outcome != fondsv1.Outcome_OUTCOME_UNSPECIFIED {
		return Page{}, &Refusal{page.Outcome, page.Reason}
	}
	return page, nil
}

// readPages reads the pages of a raster format and puts them under the limits.
func readPages(kind kind, s *source, limits Limits) ([]Page, error) {
	pages, err := kind.pages(s, limits)
	if err != nil {
		return nil, err
	}
	for i := range pages {
		limits.admit(&pages[i])
	}
	return pages, nil
}

// scanFile is an open scan.
type scanFile struct {
	*os.File
	*source
	identity // its path is absolute, so that no program takes it for an option
}

// open opens the file at path and finds its kind. With a Refusal the kind is
// told as far as it is known.
func open(path string, limits Limits) (scanFile, kind, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return scanFile{}, unknown, fmt.Errorf("find scan: %w", err)
	}
	f, err := os.Open(abs)
	if err != nil {
		return scanFile{}, unknown, fmt.Errorf("open scan: %w", err)
	}
	kind, id, err := examine(f, limits)
	if err != nil {
		f.Close() // opened for reading: nothing can be lost
		return scanFile{}, kind, err
	}
	return scanFile{f, newSource(f, id.size), id}, kind, nil
}

// examine finds the kind of f and refuses what is not read here.
func examine(f *os.File, limits Limits) (kind, identity, error) {
	info, err := f.Stat()
	if err != nil {
		return unknown, identity{}, fmt.Errorf("open scan: %w", err)
	}
	size := info.Size()
	id := identity{path: f.Name(), size: size, time: info.ModTime()}
	switch {
	case !info.Mode().IsRegular():
		return unknown, identity{}, fmt.Errorf("open scan: %s is not a regular file", f.Name())
	case size == 0:
		return unknown, identity{}, corrupt("the file is empty")
	case size > limits.MaxBytes:
		return unknown, identity{}, tooLarge("the file has %d bytes; the limit is %d", size, limits.MaxBytes)
	}
	head, err := newSource(f, size).upTo(0, sniffLength)
	if err != nil {
		return unknown, identity{}, err
	}
	kind := sniff(head)
	if kind.refusal != nil {
		return kind, id, kind.refusal
	}
	return kind, id, nil
}
