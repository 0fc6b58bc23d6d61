package catalog_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// looks is a store that counts how often readings are looked at, and gives one of them
// another page.
type looks struct {
	catalog.Store
	readings int
	moved    string
}

func (s *looks) View(ctx context.Context, fn func(catalog.Reader) error) error {
	return s.Store.View(ctx, func(r catalog.Reader) error { return fn(looksView{r, s}) })
}

type looksView struct {
	catalog.Reader
	store *looks
}

func (v looksView) Reading(id string) (catalog.Reading, error) {
	v.store.readings++
	reading, err := v.Reader.Reading(id)
	return v.store.shifted(reading), err
}

func (v looksView) ReadingEnvelope(id string) (catalog.Reading, error) {
	v.store.readings++
	reading, err := v.Reader.ReadingEnvelope(id)
	return v.store.shifted(reading), err
}

func (s *looks) shifted(reading catalog.Reading) catalog.Reading {
	if reading.ID == s.moved {
		reading.Page++
	}
	return reading
}

// A revision shows nearly all that the one before showed: what it shows alike is looked at
// once, and what is wrong told once.
func TestAuditLooksAtEachReadingOnce(t *testing.T) {
	a := newArchive(t)
	const pages = 12
	id := a.telegram(pages)
	var read []string
	for n := range pages {
		read = append(read, a.correct(id, n, "anna", fmt.Sprint("corrected ", n)).Reading.ID)
	}
	s := &looks{Store: a.store, moved: read[0]}
	c := catalog.New(s, nil, nil, catalog.Limits{})
	var found []string
	a.must(c.Audit(t.Context(), &catalog.Audit{
		Scan: func(catalog.Scan) error { return nil }, Body: func([]byte, string) error { return nil },
		Found: func(name, problem string) { found = append(found, name+": "+problem) },
	}))
	// Each page has a machine's reading and a person's. The scan's part looks at each once
	// more, and works name those of the machine.
	if most := 5 * pages; s.readings > most {
		t.Errorf("readings were looked at %d times, at most %d are needed", s.readings, most)
	}
	head, err := a.Document(t.Context(), id, 0)
	a.must(err)
	if want := fmt.Sprintf("documents/%s/revisions/%d: region 1 shows a reading of another page", id, head.Head-pages+1); len(found) != 1 || found[0] != want {
		t.Errorf("found %q, want %q", found, want)
	}
}
