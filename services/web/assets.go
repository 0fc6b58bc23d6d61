package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var files embed.FS

// asset is a file of the bundle.
type asset struct {
	name, kind, etag string
	content          []byte
}

// kinds are the media types by ending, not left to the machine's own table.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
}

func loadAssets() (map[string]asset, error) {
	found := map[string]asset{}
	err := fs.WalkDir(files, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		kind, ok := kinds[path.Ext(name)]
		if !ok {
			return fmt.Errorf("%s: no media type is known for it", name)
		}
		sum := sha256.Sum256(content)
		key := strings.TrimPrefix(name, "static/")
		found[key] = asset{name: key, kind: kind, content: content, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	return found, nil
}

func (p *page) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := p.assets[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if !ok || path.Ext(a.name) == ".html" {
		p.writeError(w, problem{Status: http.StatusNotFound, Code: "NOT_FOUND", Reason: "NO_SUCH_PAGE", Message: "there is nothing at this address"})
		return
	}
	a.serve(w, r)
}

// shell serves a page of the bundle. It has no data in it, so that it needs no session:
// a link from a mail opens, though the browser sends no cookie with that first request.
func (p *page) shell(name string) http.HandlerFunc {
	a, ok := p.assets[name]
	if !ok {
		panic("the bundle has no " + name) // a name in this package
	}
	return a.serve
}

// serve has browsers ask each time whether the file is still the same: a new release
// must not meet modules of the one before.
func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("ETag", a.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.content))
}
