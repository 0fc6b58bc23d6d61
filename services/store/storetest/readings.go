package storetest

import (
	"errors"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func readings(t *testing.T, u suite) {
	u.run(t, "OldestFirstWithoutBodies", readingsOfPage)
	u.run(t, "Texts", readingTexts)
}

func fullReading() catalog.Reading {
	return catalog.Reading{
		ID: "r", Scan: digest("s"), Page: 1, Origin: catalog.Machine, Recipe: digest("r"), Text: "text\n\f ё",
		Body: []byte{0, 1, 0xff}, BodyDigest: digest("body"), Engine: []byte("engine"), Envelope: []byte("envelope"),
		Measure: catalog.Measure{Confidence: 912, Words: 2, Doubtful: 1}, CreatedAt: begin,
	}
}

func readingsOfPage(f *fixture) {
	f.putScans("s", "other")
	f.tx(func(tx catalog.Tx) error {
		var failed error
		for _, c := range []struct {
			id    string
			scan  string
			page  int
			after int
		}{{"a", "s", 1, 5}, {"d", "s", 1, 2}, {"c", "s", 1, 2}, {"b", "s", 1, 3}, {"x", "s", 2, 0}, {"y", "other", 1, 0}} {
			r := fullReading()
			r.ID, r.Scan, r.Page, r.CreatedAt = c.id, digest(c.scan), c.page, minute(c.after)
			failed = errors.Join(failed, tx.InsertReading(r))
		}
		return failed
	})
	got := read(f, func(r catalog.Reader) ([]catalog.Reading, error) { return r.Readings(digest("s"), 1) })
	equal(f, "order", each(got, func(r catalog.Reading) string { return r.ID }), []string{"c", "d", "b", "a"})
	want := fullReading()
	want.ID, want.CreatedAt, want.Body = "a", minute(5), nil
	equal(f, "reading", got[len(got)-1], want)
}

func readingTexts(f *fixture) {
	f.putScans("s")
	f.tx(func(tx catalog.Tx) error {
		one, none := fullReading(), fullReading()
		none.ID, none.Text = "none", ""
		return errors.Join(tx.InsertReading(one), tx.InsertReading(none))
	})
	got := read(f, func(r catalog.Reader) (map[string]string, error) {
		return r.ReadingTexts([]string{"r", "absent", "none", "r"})
	})
	equal(f, "texts", got, map[string]string{"r": fullReading().Text, "none": ""})
}
