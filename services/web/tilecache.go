package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// tileCache keeps the tiles of the pages that were looked at last, a folder for each
// page, up to a number of bytes. It begins empty: the folders of an earlier process are
// removed, so that what is purged from the archive does not stay here.
type tileCache struct {
	root      string
	limit     int64
	maxPixels int64
	builds    chan struct{} // places for pages being cut

	mu    sync.Mutex
	pages map[pageKey]*cutPage
	bytes int64
	clock int64 // counts uses
	made  int64 // counts folders, so that a new one never has the name of one being removed
}

// pageKey names a page of a scan.
type pageKey struct {
	scan   string
	number int
}

func (k pageKey) name() string { return fmt.Sprintf("scans/%s/pages/%d", k.scan, k.number) }

// cutPage is a page that has been cut, or is being cut.
type cutPage struct {
	ready  chan struct{} // closed when it is cut or has failed
	shape  shape
	folder string
	bytes  int64
	used   int64
	// kept tells that it is whole, and counted; forgotten that its scan is gone.
	kept, forgotten bool
	err             error
}

// errLeft says that a page was not cut because who had begun with it went away.
var errLeft = errors.New("the viewer has left")

func newTileCache(root string, limit, maxPixels int64) (*tileCache, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for tiles: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(root, "page-*"))
	if err != nil {
		return nil, fmt.Errorf("look through the folder for tiles: %w", err)
	}
	for _, folder := range old {
		if err := os.RemoveAll(folder); err != nil {
			return nil, fmt.Errorf("empty the folder for tiles: %w", err)
		}
	}
	return &tileCache{
		root: root, limit: limit, maxPixels: maxPixels,
		builds: make(chan struct{}, mostBuilds), pages: map[pageKey]*cutPage{},
	}, nil
}

// page returns a page that is cut. The first to ask for one cuts it, out of what fetch
// writes; the others wait. When the first one leaves before the end, the next begins.
func (c *tileCache) page(ctx context.Context, key pageKey, fetch func(context.Context, io.Writer) error) (*cutPage, error) {
	for {
		p, first := c.claim(key)
		if first {
			c.cut(ctx, key, p, fetch)
		}
		select {
		case <-p.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if left := errors.Is(p.err, errLeft) && ctx.Err() == nil; !left {
			return p, p.err
		}
	}
}

func (c *tileCache) claim(key pageKey) (p *cutPage, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	p, ok := c.pages[key]
	if !ok {
		c.made++
		p = &cutPage{ready: make(chan struct{}), folder: filepath.Join(c.root, "page-"+strconv.FormatInt(c.made, 10))}
		c.pages[key] = p
	}
	p.used = c.clock
	return p, !ok
}

// cut makes the tiles of a page and lets those who wait for it go on.
func (c *tileCache) cut(ctx context.Context, key pageKey, p *cutPage, fetch func(context.Context, io.Writer) error) {
	select {
	case c.builds <- struct{}{}:
		p.err = c.build(ctx, p, fetch)
		<-c.builds
	case <-ctx.Done():
		p.err = ctx.Err()
	}
	if p.err != nil && ctx.Err() != nil {
		// However it is told: calls of the API say it by a status.
		p.err = fmt.Errorf("%w: %w", errLeft, p.err)
	}
	c.mu.Lock()
	var drop []string
	if p.forgotten && p.err == nil {
		p.err = errForgotten
	}
	if p.err != nil {
		if c.pages[key] == p {
			delete(c.pages, key)
		}
		drop = []string{p.folder}
	} else {
		p.kept = true
		c.bytes += p.bytes
		drop = c.evict(key)
	}
	c.mu.Unlock()
	close(p.ready)
	for _, folder := range drop {
		_ = os.RemoveAll(folder) // what stays is removed at the next start
	}
}

// evict forgets the pages that were not used for the longest time, until the rest has
// room, and returns their folders.
func (c *tileCache) evict(keep pageKey) []string {
	var drop []string
	for c.bytes > c.limit {
		var oldest pageKey
		for key, p := range c.pages {
			if p.kept && key != keep && (oldest.scan == "" || p.used < c.pages[oldest].used) {
				oldest = key
			}
		}
		if oldest.scan == "" {
			break
		}
		p := c.pages[oldest]
		delete(c.pages, oldest)
		c.bytes -= p.bytes
		drop = append(drop, p.folder)
	}
	return drop
}

// build fetches a page and cuts it.
func (c *tileCache) build(ctx context.Context, p *cutPage, fetch func(context.Context, io.Writer) error) error {
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of a page: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	reader, writer := io.Pipe()
	fetched := make(chan error, 1)
	go func() {
		err := fetch(ctx, writer)
		writer.CloseWithError(err)
		fetched <- err
	}()
	shape, bytes, err := cutInto(ctx, p.folder, reader, c.maxPixels)
	_ = reader.Close() // ends a fetch that goes on
	stop()
	fetchErr := <-fetched
	if err != nil && fetchErr != nil && !errors.Is(fetchErr, io.ErrClosedPipe) && !errors.Is(fetchErr, context.Canceled) {
		return fetchErr // says more than that the picture broke off
	}
	if err != nil {
		return fmt.Errorf("cut a page into tiles: %w", err)
	}
	p.shape, p.bytes = shape, bytes
	return nil
}

// cutInto writes the tiles of a picture to a folder.
func cutInto(ctx context.Context, folder string, picture io.Reader, maxPixels int64) (shape, int64, error) {
	rows, err := openPNG(picture, maxPixels)
	if err != nil {
		return shape{}, 0, err
	}
	var written int64
	c := newCutter(rows.width, rows.height, rows.gray, func(level, x, y int, png []byte) error {
		written += int64(len(png))
		return os.WriteFile(filepath.Join(folder, tileName(level, x, y)), png, 0o600)
	})
	if err := c.cut(ctx, rows); err != nil {
		return shape{}, 0, err
	}
	return shapeOf(rows.width, rows.height), written, nil
}

func tileName(level, x, y int) string { return fmt.Sprintf("%d-%d-%d.png", level, x, y) }

// open returns a tile's file; fs.ErrNotExist when the page was dropped meanwhile.
func (p *cutPage) open(level, x, y int) (*os.File, error) {
	return os.Open(filepath.Join(p.folder, tileName(level, x, y)))
}
