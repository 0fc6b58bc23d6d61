package sqlite

import (
	"errors"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	readingOutside = "id, scan, page, origin, recipe, body_digest, created_at, engine, envelope"
	readingHead    = readingOutside + ", text"
	readingColumns = readingHead + ", body"
	detailColumns  = "reading, based_on, part, confidence, words, doubtful"

	// contributorList is a JSON array, in byte order, which is that of the key.
	contributorList = `(SELECT json_group_array(person) FROM (SELECT person FROM contributors WHERE subject = readings.id ORDER BY person))`
	// readingDetails are for readings from before they were kept too.
	readingDetails = `, coalesce(based_on, ''), coalesce(part, ''), coalesce(confidence, -1), coalesce(words, 0), coalesce(doubtful, 0), ` +
		contributorList
	fromReadings = ` FROM readings LEFT JOIN reading_details ON reading = id `
)

var (
	insertReading = insert("readings", readingColumns)
	insertDetails = insert("reading_details", detailColumns)
)

// part is what a reading is of.
type part struct {
	Box   *catalog.Box   `json:"box,omitempty"`
	Range *catalog.Range `json:"range,omitempty"`
}

func readReadingHead(r *row) catalog.Reading {
	reading := catalog.Reading{
		ID: r.text(), Scan: r.digest(), Page: r.int(), Origin: catalog.Origin(r.int()), Recipe: r.digest(),
		BodyDigest: r.digest(), CreatedAt: r.time(), Engine: r.blob(), Envelope: r.blob(), Text: r.text(),
	}
	readDetails(r, &reading)
	return reading
}

func readDetails(r *row, reading *catalog.Reading) {
	var p part
	reading.BasedOn = r.text()
	r.json("part of reading "+reading.ID, &p)
	reading.Box, reading.Range = p.Box, p.Range
	reading.Measure = catalog.Measure{Confidence: r.int(), Words: r.int(), Doubtful: r.int()}
	reading.Contributors = r.list("contributors of reading " + reading.ID)
}

func readReading(r *row) catalog.Reading {
	reading := readReadingHead(r)
	reading.Body = r.blob()
	return reading
}

func (v *view) Reading(id string) (catalog.Reading, error) {
	return one(v, `SELECT `+readingHead+readingDetails+`, body`+fromReadings+`WHERE id = ?`, readReading, id)
}

func (v *view) ReadingEnvelope(id string) (catalog.Reading, error) {
	return one(v, `SELECT `+readingOutside+`, ''`+readingDetails+fromReadings+`WHERE id = ?`, readReadingHead, id)
}

// Readings have no body; all else is there.
func (v *view) Readings(scan catalog.Digest, page int) ([]catalog.Reading, error) {
	return all(v, `SELECT `+readingHead+readingDetails+fromReadings+`WHERE scan = ? AND page = ? ORDER BY created_at, id`,
		readReadingHead, scan, page)
}

func (v *view) BodyDigest(reading string) (catalog.Digest, error) {
	return one(v, `SELECT body_digest FROM readings WHERE id = ?`, (*row).digest, reading)
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

// InsertReading writes the reading last: the triggers look at what came before it.
func (t *tx) InsertReading(r catalog.Reading) error {
	of := jsonText{part{r.Box, r.Range}}
	if r.Box == nil && r.Range == nil {
		of.of = nil
	}
	return t.whole(func() error {
		if err := t.put("reading", r.ID, insertDetails, r.ID, r.BasedOn, of, r.Measure.Confidence, r.Measure.Words,
			r.Measure.Doubtful); err != nil {
			return err
		}
		if err := t.insertContributors("reading", r.ID, r.Contributors); err != nil {
			return err
		}
		return t.put("reading", r.ID, insertReading, r.ID, r.Scan, r.Page, r.Origin, r.Recipe, r.BodyDigest,
			r.CreatedAt, r.Engine, r.Envelope, r.Text, r.Body)
	})
}
