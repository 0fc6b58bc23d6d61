package storetest

import (
	"errors"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func links(t *testing.T, u suite) {
	u.run(t, "Links", linksBothWays)
	u.run(t, "OfDeleted", linksOfDeleted)
}

func reference(document, target, raw string, candidates ...string) catalog.Link {
	return catalog.Link{Document: document, Target: target, Kind: catalog.LinkReference, Raw: raw, Candidates: candidates}
}

func (f *fixture) linksOf(document string) []catalog.Link {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Link, error) { return r.LinksOf(document) })
}

func (f *fixture) linksTo(document string) []catalog.Link {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Link, error) { return r.LinksTo(document, 10) })
}

func (f *fixture) linkSources(document string, limit int) []string {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]string, error) { return r.LinkSources(document, limit) })
}

func linksBothWays(f *fixture) {
	f.putDocuments("a", "b", "c", "d")
	full := catalog.Link{
		Document: "b", Target: "a", Kind: catalog.LinkReference, Reference: []byte(`{"kind":"telegram","number":"7 ё"}`),
		Date: "1951-06-05", Raw: "To my No. 7", Confidence: 0.75, Why: "number 7; from X", Candidates: []string{"d", "c"},
		Evidence: []catalog.Evidence{{Reading: "r", Start: 3, End: 9, Boxes: [][4]int{{1, 2, 3, 4}}}},
	}
	alike := catalog.Link{Document: "b", Target: "d", Kind: catalog.LinkCopy, Confidence: 1, Why: "the text"}
	open := reference("b", "", "your telegram")
	missing := reference("c", "not there", "No. 9")
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutLinks("b", []catalog.Link{full, alike, open}), tx.PutLinks("c", []catalog.Link{reference("c", "a", "No. 7"), missing}))
	})
	equal(f, "of b", f.linksOf("b"), []catalog.Link{full, alike, open})
	missing.Target = ""
	equal(f, "of c", f.linksOf("c"), []catalog.Link{reference("c", "a", "No. 7"), missing})
	equal(f, "to a", f.linksTo("a"), []catalog.Link{full, reference("c", "a", "No. 7")})
	equal(f, "the first to a", read(f, func(r catalog.Reader) ([]catalog.Link, error) { return r.LinksTo("a", 1) }), []catalog.Link{full})
	equal(f, "to d, which is a candidate too", f.linksTo("d"), []catalog.Link{alike})
	equal(f, "to c, which is only a candidate", len(f.linksTo("c")), 0)
	equal(f, "sources of a", f.linkSources("a", 10), []string{"b", "c"})
	equal(f, "sources, limited", f.linkSources("a", 1), []string{"b"})
	equal(f, "sources of a candidate", f.linkSources("c", 10), []string{"b"})
	f.tx(func(tx catalog.Tx) error { return tx.PutLinks("b", []catalog.Link{open}) })
	equal(f, "replaced", f.linksOf("b"), []catalog.Link{open})
	equal(f, "no longer to d", len(f.linksTo("d")), 0)
	equal(f, "no longer a source", len(f.linkSources("c", 10)), 0)
}

// A deleted document has no links and is the target of none; when it comes back they
// are there again.
func linksOfDeleted(f *fixture) {
	f.putDocuments("a", "b", "c")
	links := []catalog.Link{reference("b", "a", "No. 7", "c"), {Document: "b", Target: "a", Kind: catalog.LinkSameDocument}}
	f.tx(func(tx catalog.Tx) error { return tx.PutLinks("b", links) })
	set := func(id string, deleted bool) {
		d := document(id)
		if deleted {
			d.DeletedAt = minute(1)
		}
		f.tx(func(tx catalog.Tx) error { return tx.PutDocument(d) })
	}
	set("a", true)
	equal(f, "to a deleted one", f.linksOf("b"), []catalog.Link{reference("b", "", "No. 7", "c")})
	equal(f, "of one that is deleted itself", len(f.linksTo("a")), 0)
	set("a", false)
	set("c", true)
	links[0].Candidates = nil
	equal(f, "without the candidate", f.linksOf("b"), links)
	set("b", true)
	equal(f, "of the deleted one", len(f.linksOf("b")), 0)
	equal(f, "from the deleted one", len(f.linksTo("a")), 0)
	equal(f, "sources", len(f.linkSources("a", 10)), 0)
	set("b", false)
	equal(f, "back again", f.linksOf("b"), links)
}
