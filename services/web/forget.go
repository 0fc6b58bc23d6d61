package web

import (
	"net/http"
	"os"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Page is the handler of the review page.
type Page struct {
	http.Handler
	tiles  *tileCache
	access *accessMemo
}

// Forget removes the tiles of scans, by digest, those that are being cut too, and what is
// remembered of who may see them. The scans are gone by then: nobody brings them back.
func (p *Page) Forget(scans []string) {
	p.access.forgetScans(scans)
	p.tiles.forget(scans)
}

func (m *accessMemo) forgetScans(scans []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.until {
		if slices.Contains(scans, key.page.scan) {
			delete(m.until, key)
		}
	}
}

// errForgotten ends those who wait for a page that was withdrawn while it was cut.
var errForgotten = &catalog.Error{Code: catalog.NotFound, Reason: catalog.ReasonWithdrawn, Message: "the page was withdrawn from the archive"}

// forget drops the pages of scans. One that is being cut is dropped when that has ended.
func (c *tileCache) forget(scans []string) {
	c.mu.Lock()
	var drop []string
	for key, p := range c.pages {
		if !slices.Contains(scans, key.scan) {
			continue
		}
		delete(c.pages, key)
		p.forgotten = true
		if p.kept {
			c.bytes -= p.bytes
			drop = append(drop, p.folder)
		}
	}
	c.mu.Unlock()
	for _, folder := range drop {
		_ = os.RemoveAll(folder) // what stays is removed at the next start
	}
}
