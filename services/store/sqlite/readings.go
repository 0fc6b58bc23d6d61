package sqlite

import (
	"errors"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	readingHead    = "id, scan, page, origin, recipe, body_digest, created_at, engine, envelope, text"
	readingColumns = readingHead + ", body"
)

var insertReading = insert("readings", readingColumns)

func readReadingHead(r *row) catalog.Reading {
	return catalog.Reading{
		ID: r.text(), Scan: r.digest(), Page: r.int(), Origin: catalog.Origin(r.int()), Recipe: r.digest(),
		BodyDigest: r.digest(), CreatedAt: r.time(), Engine: r.blob(), Envelope: r.blob(), Text: r.text(),
	}
}

func readReading(r *row) catalog.Reading {
	reading := readReadingHead(r)
	reading.Body = r.blob()
	return reading
}

func (v *view) Reading(id string) (catalog.Reading, error) {
	return one(v, `SELECT `+readingColumns+` FROM readings WHERE id = ?`, readReading, id)
}

// Readings have no body; all else is there.
func (v *view) Readings(scan catalog.Digest, page int) ([]catalog.Reading, error) {
	return all(v, `SELECT `+readingHead+` FROM readings WHERE scan = ? AND page = ? ORDER BY created_at, id`,
		readReadingHead, scan, page)
}

func (v *view) ReadingTexts(ids []string) (map[string]string, error) {
	texts := make(map[string]string, len(ids))
	for _, id := range ids {
		text, err := one(v, `SELECT text FROM readings WHERE id = ?`, (*row).text, id)
		if errors.Is(err, catalog.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		texts[id] = text
	}
	return texts, nil
}

func (t *tx) InsertReading(r catalog.Reading) error {
	return t.put("reading", r.ID, insertReading, r.ID, r.Scan, r.Page, r.Origin, r.Recipe, r.BodyDigest,
		r.CreatedAt, r.Engine, r.Envelope, r.Text, r.Body)
}
