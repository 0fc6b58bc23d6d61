package sqlite

import (
	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	collectionColumns = "id, display_name, one_person, moving_since, created_at"
	scanColumns       = "digest, size, media_type, page_count, created_at"
	pageColumns       = "scan, number, width, height, resolution, outcome, reason"
	holdingColumns    = "id, collection, scan, path, batch, recipe, document, created_at"
)

var (
	putCollection = upsert("collections", "id", collectionColumns)
	putScan       = upsert("scans", "digest", scanColumns)
	insertPage    = insert("pages", pageColumns)
	putHolding    = upsert("holdings", "id", holdingColumns)
)

func readCollection(r *row) catalog.Collection {
	return catalog.Collection{ID: r.text(), DisplayName: r.text(), OnePerson: r.bool(), MovingSince: r.time(), CreatedAt: r.time()}
}

func readScan(r *row) catalog.Scan {
	return catalog.Scan{
		Digest: r.digest(), Size: r.int64(), MediaType: r.text(), PageCount: r.int(), CreatedAt: r.time(),
		PurgedAt: r.time(),
	}
}

func readPage(r *row) catalog.Page {
	return catalog.Page{
		Scan: r.digest(), Number: r.int(), Width: r.int(), Height: r.int(), Resolution: r.int(),
		Outcome: catalog.Outcome(r.int()), Reason: r.text(),
	}
}

func readHolding(r *row) catalog.Holding {
	return catalog.Holding{
		ID: r.text(), Collection: r.text(), Scan: r.digest(), Path: r.text(), Batch: r.text(),
		Recipe: r.digest(), Document: r.text(), CreatedAt: r.time(),
	}
}

func (v *view) Collection(id string) (catalog.Collection, error) {
	return one(v, `SELECT `+collectionColumns+` FROM collections WHERE id = ?`, readCollection, id)
}

func (v *view) Collections() ([]catalog.Collection, error) {
	return all(v, `SELECT `+collectionColumns+` FROM collections ORDER BY id`, readCollection)
}

func (v *view) Scan(digest catalog.Digest) (catalog.Scan, error) {
	return one(v, `SELECT `+scanColumns+`, purged_at FROM scans WHERE digest = ?`, readScan, digest)
}

func (v *view) Scans(after catalog.Digest, limit int) ([]catalog.Scan, error) {
	return all(v, `SELECT `+scanColumns+`, purged_at FROM scans WHERE digest > ? ORDER BY digest LIMIT ?`,
		readScan, after, max(limit, 0))
}

func (v *view) Pages(scan catalog.Digest) ([]catalog.Page, error) {
	return all(v, `SELECT `+pageColumns+` FROM pages WHERE scan = ? ORDER BY number`, readPage, scan)
}

func (v *view) Holding(id string) (catalog.Holding, error) {
	return one(v, `SELECT `+holdingColumns+` FROM holdings WHERE id = ?`, readHolding, id)
}

func (v *view) HoldingAt(collection, path string, scan catalog.Digest) (catalog.Holding, error) {
	return one(v, `SELECT `+holdingColumns+` FROM holdings WHERE scan = ? AND collection = ? AND path = ?`,
		readHolding, scan, collection, path)
}

func (v *view) HoldingIn(collection string, scan catalog.Digest) (catalog.Holding, error) {
	return one(v, `SELECT `+holdingColumns+` FROM holdings WHERE scan = ? AND collection = ?
		ORDER BY created_at DESC, id DESC LIMIT 1`, readHolding, scan, collection)
}

func (v *view) Holdings(scan catalog.Digest) ([]catalog.Holding, error) {
	return all(v, `SELECT `+holdingColumns+` FROM holdings WHERE scan = ? ORDER BY created_at, id`,
		readHolding, scan)
}

func (t *tx) PutCollection(c catalog.Collection) error {
	return t.put("collection", c.ID, putCollection, c.ID, c.DisplayName, c.OnePerson, c.MovingSince, c.CreatedAt)
}

func (t *tx) PutScan(s catalog.Scan) error {
	return t.put("scan", string(s.Digest), putScan, s.Digest, s.Size, s.MediaType, s.PageCount, s.CreatedAt)
}

func (t *tx) PutPages(scan catalog.Digest, pages []catalog.Page) error {
	if _, err := t.exec(`DELETE FROM pages WHERE scan = ?`, scan); err != nil {
		return err
	}
	for _, p := range pages {
		if err := t.put("page of scan", string(scan), insertPage, scan, p.Number, p.Width, p.Height,
			p.Resolution, p.Outcome, p.Reason); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutHolding(h catalog.Holding) error {
	return t.put("holding under path", h.Path, putHolding, h.ID, h.Collection, h.Scan, h.Path, h.Batch,
		h.Recipe, h.Document, h.CreatedAt)
}
