package catalog_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Boris's text hangs on the page too. A signature by anna that hangs on his and names the
// content of hers makes nothing of hers VERIFIED, and the audit tells of it.
func TestSignatureHangsOnWhatItIsUnder(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	other := a.correct(id, 0, "boris", "by boris").Reading
	a.must(a.signs(id, 0, "vera")) // so that anna's begins anew
	own := a.correct(id, 0, "anna", "by anna")
	a.must(a.store.Tx(t.Context(), func(tx catalog.Tx) error {
		return tx.InsertSignature(catalog.Signature{ID: "x", Subject: other.ID, Content: own.Content, Person: "anna", SignedAt: a.clock})
	}))
	title := "another"
	_, err := a.UpdateDocument(t.Context(), id, "", "cyril", catalog.Change{Title: &title})
	a.must(err)
	a.shows(id, catalog.AssuranceCorrected)
	faults := func(want string) {
		t.Helper()
		found := ""
		a.must(a.Audit(t.Context(), &catalog.Audit{
			Scan: func(catalog.Scan) error { return nil }, Body: func([]byte, string) error { return nil },
			Found: func(name, problem string) { found += name + ": " + problem + "\n" },
		}))
		if !strings.Contains(found, want) {
			t.Errorf("the audit tells %q, want %q", found, want)
		}
	}
	faults("no act says that anna put signature x under it")
	facts, err := json.Marshal(map[string]any{"signature": "x", "content": map[string]any{"reading": own.Reading.ID, "body_digest": own.Reading.BodyDigest, "place": own.Shown.Place()}})
	a.must(err)
	a.must(a.store.Tx(t.Context(), func(tx catalog.Tx) error {
		return tx.AppendAct(catalog.Act{Kind: catalog.ActTextSigned, Person: "anna", Subject: catalog.ReadingSubject(other.ID), At: a.clock, Facts: facts})
	}))
	faults("signature x by anna hangs on it, and is under the content of something else")
}

// Regions at one place keep what each of them shows through another order, and where one is
// taken out, the verified text stays.
func TestVerifiedTextOfAPlaceThatStandsTwice(t *testing.T) {
	for name, verifiedFirst := range map[string]bool{"first": true, "last": false} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			id := a.telegram(2)
			a.correct(id, 0, "anna", "corrected")
			a.must(a.signs(id, 0, "vera"))
			page := func(n int) catalog.Region { return catalog.Region{Scan: a.at(id, 0).Shown.Scan, Page: n} }
			head, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "telegrams", Title: "other", Person: "anna", Regions: []catalog.Region{page(1)}})
			a.must(err)
			const machine, verified = catalog.AssuranceMachine, catalog.AssuranceVerified
			into, from, want := id, head.ID, []catalog.Assurance{verified, machine, machine}
			if !verifiedFirst {
				into, from, want = head.ID, id, []catalog.Assurance{machine, verified, machine}
			}
			_, err = a.MergeDocuments(t.Context(), into, "", "boris", []string{from})
			a.must(err)
			change := func(pages ...int) {
				var regions []catalog.Region
				for _, n := range pages {
					regions = append(regions, page(n))
				}
				_, err := a.UpdateDocument(t.Context(), into, "", "boris", catalog.Change{Regions: regions})
				a.must(err)
			}
			if verifiedFirst {
				change(1, 2, 1)
				a.shows(into, verified, machine, machine)
				change(2, 1, 1)
			} else {
				change(1, 2, 1)
				a.shows(into, machine, machine, verified)
				change(2, 1, 1)
			}
			a.shows(into, machine, want[0], want[1])
			change(1, 2)
			a.shows(into, verified, machine)
			change(1, 1)
			a.shows(into, verified, verified)
			a.audit()
		})
	}
}

// Taking a field back is an act, and history tells of it. What goes with another part of a
// split is not taken back.
func TestFieldTakenBackIsAnAct(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(2)
	head := a.say(id, "anna", "addressee", value(`"Stalin"`), value(`"Molotov"`))
	fields, err := head.Revision.Fields.List()
	a.must(err)
	a.say(id, "anna", "priority", value(`"Urgent"`))
	a.say(id, "anna", "priority", value(`"Secret"`)) // is no taking back
	a.say(id, "anna", "stamp")                       // of which nobody has spoken
	head = a.say(id, "boris", "addressee")
	var acts []catalog.Act
	a.must(a.store.View(t.Context(), func(r catalog.Reader) (err error) {
		acts, err = r.ActsOn("documents/" + id)
		return err
	}))
	if len(acts) != 1 || acts[0].Kind != catalog.ActFieldWithdrawn || acts[0].Person != "boris" {
		t.Fatalf("acts: %+v", acts)
	}
	for _, f := range fields {
		if !strings.Contains(string(acts[0].Facts), f.Statement) {
			t.Errorf("the act does not name statement %s: %s", f.Statement, acts[0].Facts)
		}
	}
	history, err := a.History(t.Context(), id, 0, 9)
	a.must(err)
	for i, h := range history {
		if slices.Contains(h.Changes, "addressee: taken back") != (i == 0) {
			t.Errorf("revision %d: %q", h.Revision.Number, h.Changes)
		}
	}
	check := func(old, changed, want string) {
		t.Helper()
		act := acts[0]
		act.Facts = []byte(strings.Replace(string(act.Facts), old, changed, 1))
		a.must(a.store.View(t.Context(), func(r catalog.Reader) error {
			problem, err := catalog.CheckAct(r, act)
			if want == "" && problem != "" || !strings.Contains(problem, want) {
				t.Errorf("with %s instead of %s: %q, want %q", changed, old, problem, want)
			}
			return err
		}))
	}
	check("", "", "")
	check(fields[0].Statement, "absent", "statement absent, which it names, is gone")
	check(string(head.Revision.Digest), string(digest("")), "has the digest")
	check(fmt.Sprintf(`"revision":%d`, head.Head), `"revision":1`, "has the digest")
	check("{", "[", "cannot be decoded")
	acts[0].Person = "anna"
	check("", "", "logged was anna")
}

// Anna's draft on a document that was merged into another can still be read by her.
func TestDraftOnADocumentThatWasMerged(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	v := a.at(id, 0)
	_, err := a.SaveDraft(t.Context(), id, v.Key, "anna", "a draft", v.Etag())
	a.must(err)
	head, err := a.CreateDocument(t.Context(), catalog.NewDocument{
		Collection: "telegrams", Title: "other", Person: "boris", Regions: []catalog.Region{{Scan: v.Shown.Scan, Page: 1}},
	})
	a.must(err)
	_, err = a.MergeDocuments(t.Context(), head.ID, "", "boris", []string{id})
	a.must(err)
	if got, err := a.OpenReview(t.Context(), id, v.Key, "anna"); err != nil || got.Draft.Text != "a draft" {
		t.Errorf("anna reads %+v, %v", got.Draft, err)
	}
	if got, err := a.OpenReview(t.Context(), id, v.Key, "boris"); reason(err) != catalog.ReasonDocumentDeleted || got.Draft.Text != "" {
		t.Errorf("boris reads %+v, %v", got.Draft, err)
	}
	if _, err := a.SaveDraft(t.Context(), id, v.Key, "anna", "more", ""); reason(err) != catalog.ReasonDocumentDeleted {
		t.Errorf("anna writes: %v", err)
	}
}
