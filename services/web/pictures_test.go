package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// scanOf gives the scan of a document's first page.
func (a *archive) scanOf(document string) string {
	a.t.Helper()
	return strings.Split(a.review(document).GetRegion().GetPage(), "/")[1]
}

func TestPicturesAreForThoseWhoAreSignedIn(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	scan := a.scanOf(a.ingested("telegrams", "04-telegram-4158.jpg", "4158"))
	b := a.browser(t)
	paths := []string{"/1.png?max_side=200", "/1/info.json", "/1/tiles/0/0/0.png"}
	for _, path := range paths {
		b.send(http.MethodGet, "/pages/"+scan+path, "").wants(t, 401, "UNAUTHENTICATED", "UNAUTHENTICATED")
	}
	b.signIn(a.person("Anna"))
	for _, path := range paths {
		if got := b.send(http.MethodGet, "/pages/"+scan+path, ""); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	// Whoever signs out has no more of it, though the tiles are there.
	b.send(http.MethodPost, "/logout", "", fromPage...)
	b.send(http.MethodGet, "/pages/"+scan+"/1/tiles/0/0/0.png", "").wants(t, 401, "UNAUTHENTICATED", "UNAUTHENTICATED")
}

func TestTilesShowThePage(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	scan := a.scanOf(a.ingested("telegrams", "04-telegram-4158.jpg", "4158"))
	b := a.browser(t)
	b.signIn(a.person("Anna"))
	whole := b.send(http.MethodGet, "/pages/"+scan+"/1.png", "")
	page, err := png.Decode(bytes.NewReader(whole.body))
	must(t, err)
	var shape struct{ Width, Height, Tile, Levels int }
	info := b.send(http.MethodGet, "/pages/"+scan+"/1/info.json", "")
	must(t, json.Unmarshal(info.body, &shape))
	if shape.Width != 1620 || shape.Height != 1140 || shape.Tile != 512 || shape.Levels != 3 {
		t.Fatalf("shape %+v", shape)
	}
	tile := b.send(http.MethodGet, "/pages/"+scan+"/1/tiles/0/3/2.png", "")
	cut, err := png.Decode(bytes.NewReader(tile.body))
	must(t, err)
	if cut.Bounds() != image.Rect(0, 0, 1620-3*512, 1140-2*512) || cut.At(10, 10) != page.At(3*512+10, 2*512+10) {
		t.Errorf("the last tile is %v", cut.Bounds())
	}
	for _, got := range []answer{whole, tile} {
		if got.Header.Get("Content-Type") != "image/png" || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || !strings.Contains(got.Header.Get("Cache-Control"), "private") {
			t.Errorf("headers %v", got.Header)
		}
		again := b.send(http.MethodGet, got.Request.URL.Path, "", "If-None-Match", got.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || len(again.body) > 0 {
			t.Errorf("%s again: %d", got.Request.URL.Path, again.StatusCode)
		}
	}
	small := b.send(http.MethodGet, "/pages/"+scan+"/1.png?max_side=300", "")
	if m, err := png.DecodeConfig(bytes.NewReader(small.body)); err != nil || m.Width != 300 || small.Header.Get("ETag") == whole.Header.Get("ETag") {
		t.Errorf("the small picture is %v, %v", m, err)
	}
}

func TestAPageIsDrawnOnceForAllTiles(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	scan := a.scanOf(a.ingested("telegrams", "04-telegram-4158.jpg", "4158"))
	b := a.browser(t)
	b.signIn(a.person("Anna"))
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			path := fmt.Sprintf("/pages/%s/1/tiles/0/%d/%d.png", scan, i%4, i/4)
			if got := b.send(http.MethodGet, path, ""); got.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
			}
		})
	}
	all.Wait()
	if a.images.drawn != 1 {
		t.Errorf("the page was drawn %d times", a.images.drawn)
	}
}

func TestNoPictureSaysWhy(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	scan := a.scanOf(a.ingested("telegrams", "04-telegram-4158.jpg", "4158"))
	b := a.browser(t)
	b.signIn(a.person("Anna"))
	for _, path := range []string{"/1.png", "/1/info.json"} {
		a.images.fail = &catalog.Error{Code: catalog.Unavailable, Reason: "PAGE_IMAGE_TIMEOUT", Message: "too busy"}
		got := b.send(http.MethodGet, "/pages/"+scan+path, "")
		got.wants(t, 503, "UNAVAILABLE", "PAGE_IMAGE_TIMEOUT")
		if got.Header.Get("ETag") != "" || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("a browser may keep the error: %v", got.Header)
		}
		if got := b.send(http.MethodGet, "/pages/"+scan+path, ""); got.StatusCode != http.StatusOK {
			t.Errorf("after the error: %d %s", got.StatusCode, got.body)
		}
	}
	for _, path := range []string{
		"/pages/" + scan + "/0.png", "/pages/" + scan + "/1.jpg", "/pages/abc/1.png", "/pages/" + scan + "/99999999.png",
		"/pages/" + scan + "/1/tiles/0/4/0.png", "/pages/" + scan + "/1/tiles/3/0/0.png", "/pages/" + scan + "/1/tiles/00/0/0.png",
		"/pages/" + scan + "/1/tiles/-1/0/0.png", "/pages/" + scan + "/1/tiles/0/0/0", "/pages/" + scan + "/1/tiles/99999/0/0.png",
	} {
		b.send(http.MethodGet, path, "").wants(t, 404, "NOT_FOUND", "NO_SUCH_PICTURE")
	}
	b.send(http.MethodGet, "/pages/"+strings.Repeat("0", 64)+"/1.png", "").wants(t, 404, "NOT_FOUND", "SCAN_NOT_FOUND")
	b.send(http.MethodGet, "/pages/"+scan+"/1.png?max_side=20001", "").wants(t, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
}
