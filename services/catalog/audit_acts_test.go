package catalog_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// act gives the only act of a kind.
func (a *archive) act(kind string) catalog.Act {
	a.t.Helper()
	var of []catalog.Act
	a.must(a.store.View(a.t.Context(), func(r catalog.Reader) error {
		acts, err := r.WaitingActs(1000)
		for _, act := range acts {
			if act.Kind == kind {
				of = append(of, act)
			}
		}
		return err
	}))
	if len(of) != 1 {
		a.t.Fatalf("%d acts %s", len(of), kind)
	}
	return of[0]
}

func (a *archive) problem(act catalog.Act) (problem string) {
	a.t.Helper()
	a.must(a.store.View(a.t.Context(), func(r catalog.Reader) (err error) {
		problem, err = catalog.CheckAct(r, act)
		return err
	}))
	return problem
}

// Every act that made a revision is held against it.
func TestActsAreHeldAgainstTheirRevision(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	a.correct(id, 0, "anna", "corrected")
	a.must(a.signs(id, 0, "boris"))
	f := a.first("addressee", a.say(id, "anna", "addressee", value(`"X"`)))
	_, err := a.SignFields(t.Context(), id, "", "boris", []string{f.Statement})
	a.must(err)
	head, err := a.Document(t.Context(), id, 0)
	a.must(err)
	for number, kind := range map[int]string{head.Head - 3: catalog.ActTextCorrected, head.Head - 2: catalog.ActTextSigned, head.Head: catalog.ActFieldSigned} {
		act := a.act(kind)
		if problem := a.problem(act); problem != "" {
			t.Fatalf("%s: %s", kind, problem)
		}
		r, err := a.Document(t.Context(), id, number)
		a.must(err)
		changed := func(from, to string) catalog.Act {
			t.Helper()
			other := act
			if other.Facts = bytes.Replace(act.Facts, []byte(from), []byte(to), 1); bytes.Equal(other.Facts, act.Facts) {
				t.Fatalf("%s has no %s: %s", kind, from, act.Facts)
			}
			return other
		}
		said := fmt.Sprintf(`"revision":%d`, number)
		for want, other := range map[string]catalog.Act{
			fmt.Sprintf("revision %d of document %s has the digest %s, logged was %s", number, id, r.Revision.Digest, digest("another")): changed(string(r.Revision.Digest), string(digest("another"))),
			fmt.Sprintf("revision 99 of document %s, which it names, is gone", id):                                                       changed(said, `"revision":99`),
			fmt.Sprintf("revision 1 of document %s has the digest %s, logged was %s", id, a.digestOf(id, 1), r.Revision.Digest):          changed(said, `"revision":1`),
		} {
			if problem := a.problem(other); problem != want {
				t.Errorf("%s: %q, want %q", kind, problem, want)
			}
		}
	}
}

func (a *archive) digestOf(document string, number int) catalog.Digest {
	a.t.Helper()
	head, err := a.Document(a.t.Context(), document, number)
	a.must(err)
	return head.Revision.Digest
}
