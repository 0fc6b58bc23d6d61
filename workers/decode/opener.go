package decode

import (
	"context"
	"slices"
	"sync"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// mostKnown is how many scans an Opener remembers the pages of; 3000 pages take
// 300 KB.
const mostKnown = 32

// Opener opens scans and remembers the pages of those that it has seen last: a worker
// that has counted the pages of a PDF file would else ask poppler again for each of
// them, at two processes a page. Safe for concurrent use.
type Opener struct {
	limits Limits

	mu    sync.Mutex
	known map[identity][]Page
	order []identity // the one used last at the end
}

// identity tells files apart. A scan that is written to changes in size or time.
type identity struct {
	path string
	size int64
	time time.Time
}

// NewOpener makes an Opener that holds scans to limits.
func NewOpener(limits Limits) *Opener {
	return &Opener{limits: limits.orDefault(), known: map[identity][]Page{}}
}

// Probe finds the format and the pages of the scan at path. The error is a
// *Refusal when the scan as a whole cannot be opened; a page that cannot be
// recognised carries its own outcome. With a nil error there is at least one page.
func (o *Opener) Probe(ctx context.Context, path string) (Scan, error) {
	file, kind, err := open(path, o.limits)
	if err != nil {
		return Scan{MediaType: kind.mediaType}, err
	}
	defer file.Close()
	scan := Scan{MediaType: kind.mediaType}
	if kind.pages == nil {
		scan.Pages, err = probePDF(ctx, file.path, o.limits)
	} else {
		scan.Pages, err = readPages(kind, file.source, o.limits)
	}
	if err == nil {
		o.remember(file.identity, scan.Pages)
	}
	return scan, err
}

// Image names the pixels of page n, counted from 1, for an engine child. A PDF
// page is drawn into a file below scratch, which must exist; release removes
// it, is never nil and may be called more than once. For every other format the
// image is the scan itself, which must stay where it is until the child has
// answered. The error is a *Refusal when the page cannot be had.
func (o *Opener) Image(ctx context.Context, path string, n int, scratch string) (img *enginev1.Image, release func(), err error) {
	release = func() {}
	file, kind, err := open(path, o.limits)
	if err != nil {
		return nil, release, err
	}
	defer file.Close()
	pages, known := o.recall(file.identity)
	if kind.pages == nil {
		var page Page
		if known {
			page, err = pick(pages, n)
		} else {
			page, err = lookAtPDF(ctx, file.path, n, o.limits)
		}
		if err != nil {
			return nil, release, err
		}
		return drawPDF(ctx, file.path, n, page, scratch, o.limits)
	}
	if !known {
		if pages, err = readPages(kind, file.source, o.limits); err != nil {
			return nil, release, err
		}
		o.remember(file.identity, pages)
	}
	page, err := pick(pages, n)
	if err != nil {
		return nil, release, err
	}
	return &enginev1.Image{
		Path:        file.path,
		Index:       page.index,
		Orientation: page.Orientation,
		Resolution:  page.Resolution,
		MaxPixels:   o.limits.MaxPixels,
	}, release, nil
}

// recall gives the pages of a scan that was seen before; nobody may change them.
func (o *Opener) recall(id identity) ([]Page, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	pages, ok := o.known[id]
	if ok {
		o.use(id)
	}
	return pages, ok
}

func (o *Opener) remember(id identity, pages []Page) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known[id] = slices.Clone(pages)
	o.use(id)
	if len(o.order) > mostKnown {
		delete(o.known, o.order[0])
		o.order = slices.Delete(o.order, 0, 1)
	}
}

// use puts a scan at the end of those that are forgotten.
func (o *Opener) use(id identity) {
	o.order = append(slices.DeleteFunc(o.order, func(other identity) bool { return other == id }), id)
}
