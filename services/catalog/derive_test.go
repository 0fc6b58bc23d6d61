package catalog_test

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// What a document was found to refer to may be deleted before its links are stored. Then
// nobody else knows that it has to look for something in its place.
func TestLinkToWhatWasDeletedMeanwhileIsLookedForAnew(t *testing.T) {
	a := newArchive(t)
	ids := map[string]string{}
	for _, name := range []string{"asking", "other", "answer"} {
		a.readScan("c", name, name)
	}
	for _, head := range a.documents() {
		ids[head.Revision.Title] = head.ID
		a.extract(head.ID, "rules@1")
	}
	waiting := func() map[string]bool {
		t.Helper()
		heads, err := a.UnderivedDocuments(t.Context(), 10)
		a.must(err)
		names := map[string]bool{}
		for _, h := range heads {
			names[h.Revision.Title] = true
		}
		return names
	}
	derive := func(name string, links []catalog.Link, references map[string][]catalog.Link) {
		t.Helper()
		head, err := a.Document(t.Context(), ids[name], 0)
		a.must(err)
		a.must(a.StoreDerived(t.Context(), []catalog.Derived{{Document: head.ID, Revision: head.Head, Links: links, References: references}}))
	}
	linked := func(from string) []catalog.Link {
		return []catalog.Link{
			{Document: ids[from], Kind: catalog.LinkReference, Target: ids["answer"]},
			{Document: ids[from], Kind: catalog.LinkReference, Target: "not known", Candidates: []string{ids["asking"]}},
		}
	}
	derive("other", nil, nil)
	if got := waiting(); got["other"] || !got["asking"] {
		t.Fatalf("waiting are %v", got)
	}
	_, err := a.DeleteDocument(t.Context(), ids["answer"], "", "anna")
	a.must(err)
	derive("asking", linked("asking"), map[string][]catalog.Link{ids["other"]: linked("other")})
	if got := waiting(); !got["asking"] || !got["other"] {
		t.Errorf("of those linked to what is gone only %v are looked at again", got)
	}
	for _, name := range []string{"asking", "other"} {
		derive(name, []catalog.Link{{Document: ids[name], Kind: catalog.LinkReference}}, nil)
	}
	if got := waiting(); len(got) > 0 {
		t.Errorf("%v wait for ever", got)
	}
	_, err = a.UndeleteDocument(t.Context(), ids["answer"], "", "anna")
	a.must(err)
	if got := waiting(); !got["answer"] {
		t.Errorf("what came back does not wait to be linked: %v", got)
	}
}
