package intake

import (
	"errors"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// A text that comes of a scan that was purged is taken off the feed and stored nowhere, not
// even among the dead letters.
func TestTextOfAPurgedScan(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png", "b.png")
	a.stored(probed("a.png", 1), probed("b.png", 1))
	must(t, a.store.Tx(a.ctx(), func(tx catalog.Tx) error {
		operates := []catalog.Role{catalog.Operates}
		return errors.Join(tx.PutUser(catalog.User{ID: "otto", DisplayName: "Otto", Roles: operates}),
			tx.PutUser(catalog.User{ID: "olga", DisplayName: "Olga", Roles: operates}))
	}))
	heads, err := a.catalog.ListDocuments(a.ctx(), catalog.DocumentQuery{Where: catalog.AtPath("a.png"), Limit: 1})
	must(t, err)
	p, err := a.catalog.RequestPurge(a.ctx(), catalog.NewPurge{Documents: []string{heads[0].ID}, Reason: "why", Person: "olga"})
	must(t, err)
	_, err = a.catalog.ConfirmPurge(a.ctx(), "purges/"+p.ID, "otto")
	must(t, err)
	a.run()
	a.publish(read(t, "a.png", 1, "SECRET\n"))
	a.publish(read(t, "b.png", 1, "CYPHER\n"))
	a.eventually("the purge hears of it", func() bool {
		v, err := a.catalog.Purge(a.ctx(), "purges/"+p.ID)
		must(t, err)
		return v.Late == 1
	})
	feed, err := a.bus.TextFeed(a.ctx(), a.config.AckWait)
	must(t, err)
	a.eventually("both are taken", func() bool {
		passed, err := feed.Passed(a.ctx(), 1<<62)
		must(t, err)
		return passed
	})
	if letters := a.letters(); len(letters) != 0 {
		t.Errorf("letters %v", letters)
	}
}
