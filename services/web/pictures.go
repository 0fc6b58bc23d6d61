package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// pictureAge is how long a browser keeps a picture without asking again. The pixels of a
// page never change, but a purge must not wait for a year.
const pictureAge = "private, max-age=86400, immutable"

// drawing counts the ways in which pages are drawn and cut: raise it when the same page
// gives other pixels, so that browsers take the new ones.
const drawing = "1"

var (
	scanForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	pageForm = regexp.MustCompile(`^[1-9][0-9]{0,6}$`)
)

// maxSide is the largest picture that is drawn whole, as the contract has it.
const maxSide = 20000

// errNoPicture stands for an address that names nothing.
var errNoPicture = problem{Status: http.StatusNotFound, Code: "NOT_FOUND", Reason: "NO_SUCH_PICTURE", Message: "there is no picture at this address"}

// pageOf reads which page an address is about.
func pageOf(r *http.Request, number string) (pageKey, bool) {
	if !scanForm.MatchString(r.PathValue("scan")) || !pageForm.MatchString(number) {
		return pageKey{}, false
	}
	n, err := strconv.Atoi(number)
	return pageKey{scan: r.PathValue("scan"), number: n}, err == nil
}

// picture streams a page as PNG, no larger than max_side asks.
func (p *page) picture(w http.ResponseWriter, r *http.Request) {
	number, ok := strings.CutSuffix(r.PathValue("file"), ".png")
	key, valid := pageOf(r, number)
	if !ok || !valid {
		p.writeError(w, errNoPicture)
		return
	}
	side := uint64(0)
	if asked := r.URL.Query().Get("max_side"); asked != "" {
		var err error
		if side, err = strconv.ParseUint(asked, 10, 32); err != nil || side > maxSide {
			p.writeError(w, problem{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT", Reason: "INVALID_ARGUMENT", Field: "max_side", Message: fmt.Sprintf("max_side is a number up to %d", maxSide)})
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), pictureTime)
	defer cancel()
	ctx, ok = p.admit(ctx, w, r, key)
	if !ok || unchanged(w, r, fmt.Sprintf(`"%s-%d-%d-%s"`, key.scan[:32], key.number, side, drawing)) {
		return
	}
	out := &pictureWriter{ResponseWriter: w}
	if err := p.fetch(ctx, key, uint32(side), out); err != nil {
		p.pictureError(out, err)
	}
}

// pictureWriter sets the headers with the first byte, so that an error before it can
// still be told.
type pictureWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *pictureWriter) Write(b []byte) (int, error) {
	if !w.begun {
		w.begun = true
		w.Header().Set("Content-Type", "image/png")
	}
	return w.ResponseWriter.Write(b)
}

func (p *page) pictureError(w *pictureWriter, err error) {
	if w.begun {
		panic(http.ErrAbortHandler) // half a picture must not look like a whole one
	}
	w.Header().Del("ETag")
	w.Header().Set("Cache-Control", "no-store")
	if errors.Is(err, context.Canceled) {
		p.writeError(w.ResponseWriter, problem{Status: 499, Code: "CANCELLED", Reason: "CANCELLED", Message: "the request was cancelled"})
		return
	}
	e := problemOf(err)
	if e.Status == http.StatusInternalServerError {
		p.Log.Error("show a page", "error", err)
	}
	p.writeError(w.ResponseWriter, e)
}

// fetch writes a page as PNG.
func (p *page) fetch(ctx context.Context, key pageKey, side uint32, w io.Writer) error {
	select {
	case p.pictures <- struct{}{}:
		defer func() { <-p.pictures }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(ctx) // ends the stream when w takes no more
	defer cancel()
	stream, err := fondsv1.NewCatalogServiceClient(p.Conn).GetPageImage(ctx, &fondsv1.GetPageImageRequest{Name: key.name(), MaxSide: side})
	if err != nil {
		return err
	}
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := w.Write(part.GetData()); err != nil {
			return err
		}
	}
}

// pyramidInfo tells the shape of a page's pyramid, and has it cut.
func (p *page) pyramidInfo(w http.ResponseWriter, r *http.Request) {
	cut, ok := p.cutPage(w, r)
	if !ok {
		return
	}
	w.Header().Set("Cache-Control", "private, max-age=300")
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(cut.shape); err != nil {
		p.Log.Debug("answer was not taken", "error", err)
	}
}

// tile serves a piece of a page.
func (p *page) tile(w http.ResponseWriter, r *http.Request) {
	y, isPNG := strings.CutSuffix(r.PathValue("file"), ".png")
	place, ok := numbers(r.PathValue("level"), r.PathValue("x"), y)
	if !ok || !isPNG {
		p.writeError(w, errNoPicture)
		return
	}
	cut, ok := p.cutPage(w, r)
	if !ok {
		return
	}
	if !cut.shape.has(place[0], place[1], place[2]) {
		p.writeError(w, errNoPicture)
		return
	}
	f, err := cut.open(place[0], place[1], place[2])
	if errors.Is(err, fs.ErrNotExist) { // it had to make room just now
		p.writeError(w, problem{Status: http.StatusServiceUnavailable, Code: "UNAVAILABLE", Reason: "PICTURE_DROPPED", Message: "the page is being drawn anew: try again"})
		return
	}
	if err != nil {
		p.pictureError(&pictureWriter{ResponseWriter: w}, fmt.Errorf("open a tile: %w", err))
		return
	}
	defer func() { _ = f.Close() }()
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("ETag", fmt.Sprintf(`"%s-%s-%d.%d.%d-%s"`, r.PathValue("scan")[:32], r.PathValue("number"), place[0], place[1], place[2], drawing))
	w.Header().Set("Cache-Control", pictureAge)
	http.ServeContent(w, r, "", time.Time{}, f)
}

// numbers reads the place of a tile.
func numbers(texts ...string) ([]int, bool) {
	var all []int
	for _, text := range texts {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || text != strconv.FormatUint(n, 10) {
			return nil, false
		}
		all = append(all, int(n))
	}
	return all, true
}

// cutPage returns the tiles of the page that an address is about, or answers why not.
func (p *page) cutPage(w http.ResponseWriter, r *http.Request) (*cutPage, bool) {
	key, ok := pageOf(r, r.PathValue("number"))
	if !ok {
		p.writeError(w, errNoPicture)
		return nil, false
	}
	ctx, cancel := context.WithTimeout(r.Context(), pictureTime)
	defer cancel()
	if ctx, ok = p.admit(ctx, w, r, key); !ok {
		return nil, false
	}
	cut, err := p.tiles.page(ctx, key, func(ctx context.Context, to io.Writer) error { return p.fetch(ctx, key, 0, to) })
	if err != nil {
		p.pictureError(&pictureWriter{ResponseWriter: w}, err)
		return nil, false
	}
	return cut, true
}

// unchanged sets the headers of a picture and answers when the browser has it.
func unchanged(w http.ResponseWriter, r *http.Request, etag string) bool {
	w.Header().Set("ETag", etag)
	w.Header().Set("Cache-Control", pictureAge)
	if r.Header.Get("If-None-Match") != etag {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}
