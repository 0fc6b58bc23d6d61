package catalog_test

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// robot is a program with a token of its own.
func (a *archive) robot() {
	a.t.Helper()
	a.must(a.store.Tx(a.t.Context(), func(tx catalog.Tx) error {
		return tx.PutUser(catalog.User{ID: "robot", DisplayName: "robot", Service: true, CreatedAt: a.clock})
	}))
}

func (a *archive) next(person string) (key string, err error) {
	a.t.Helper()
	v, err := a.ClaimNext(a.t.Context(), catalog.ReviewQuery{Order: catalog.OldestFirst, States: []catalog.ReviewState{catalog.ToCorrect, catalog.ToVerify}}, person)
	if err == nil {
		_, err = a.ReleaseReview(a.t.Context(), v.Document, v.Key, person)
	}
	return v.Key, err
}

// Anna could be the caller without a token, or a program's, and sign with her own: what
// nobody who has a name has submitted is not signed, and waits for somebody who has.
func TestSomebodyWithANameStandsBehindIt(t *testing.T) {
	for _, nobody := range []string{"local", "robot"} {
		t.Run(nobody, func(t *testing.T) {
			a := newArchive(t)
			a.robot()
			id := a.telegram(1)
			a.correct(id, 0, "cyril", "by a person")
			a.correct(id, 0, nobody, "corrected")
			v := a.at(id, 0)
			if err := a.signs(id, 0, "anna"); reason(err) != catalog.ReasonNoNamedContributor || v.State != catalog.ToCorrect {
				t.Errorf("what %s submitted awaits %d, and signing it gives %v", nobody, v.State, err)
			}
			if key, err := a.next(nobody); reason(err) != catalog.ReasonNothingToReview {
				t.Errorf("%s is given %q again, which changes nothing: %v", nobody, key, err)
			}
			if key, err := a.next("cyril"); err != nil || key != v.Key {
				t.Errorf("cyril is given %q to put their name to: %v", key, err)
			}
			title := "another" // leaves what it awaits
			_, err := a.UpdateDocument(t.Context(), id, "", "vera", catalog.Change{Title: &title})
			a.must(err)
			if v := a.at(id, 0); v.State != catalog.ToCorrect {
				t.Errorf("under another title it awaits %d", v.State)
			}
			if v := a.correct(id, 0, "anna", "corrected"); v.State != catalog.ToVerify {
				t.Errorf("what anna submitted unchanged awaits %d", v.State)
			}
			for person, want := range map[string]string{"anna": catalog.ReasonOwnWork, "cyril": catalog.ReasonOwnWork, "robot": catalog.ReasonRoleMissing} {
				if got := reason(a.signs(id, 0, person)); got != want && person != nobody {
					t.Errorf("%s signs: %q, want %q", person, got, want)
				}
			}
			a.must(a.signs(id, 0, "vera"))
			a.shows(id, catalog.AssuranceVerified)
			a.audit()
		})
	}
}

// Who sent a nameless text back wants it done again, whoever did it.
func TestNamelessTextThatWasSentBack(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	v := a.correct(id, 0, "local", "corrected")
	_, err := a.SendBack(t.Context(), id, v.Key, "vera", v.Etag(), "look again")
	a.must(err)
	if key, err := a.next("local"); err != nil || key != v.Key {
		t.Errorf("what was sent back is given as %q: %v", key, err)
	}
	enough := true
	_, err = a.UpdateCollection(t.Context(), "telegrams", "local", catalog.CollectionChange{OnePerson: &enough})
	a.must(err)
	a.correct(id, 0, "local", "corrected")
	if v := a.at(id, 0); v.State != catalog.Reviewed {
		t.Errorf("where one person's word is enough it awaits %d", v.State)
	}
	enough, title := false, "another"
	_, err = a.UpdateCollection(t.Context(), "telegrams", "local", catalog.CollectionChange{OnePerson: &enough})
	a.must(err)
	_, err = a.UpdateDocument(t.Context(), id, "", "vera", catalog.Change{Title: &title})
	a.must(err)
	if v := a.at(id, 0); v.State != catalog.ToCorrect {
		t.Errorf("where it no longer is, it awaits %d", v.State)
	}
}

func TestSomebodyWithANameStatesIt(t *testing.T) {
	a := newArchive(t)
	a.robot()
	id := a.telegram(1)
	signs := func(person string) error {
		head, err := a.Document(t.Context(), id, 0)
		a.must(err)
		fields, err := head.Revision.Fields.List()
		a.must(err)
		_, err = a.SignFields(t.Context(), id, "", person, []string{fields[0].Statement})
		return err
	}
	a.say(id, "cyril", "addressee", value(`"Stalin"`))
	for _, nobody := range []string{"local", "robot"} {
		a.say(id, nobody, "addressee", value(`"Molotov"`))
		if err := signs("anna"); reason(err) != catalog.ReasonNoNamedContributor {
			t.Errorf("what %s stated is signed: %v", nobody, err)
		}
	}
	a.say(id, "anna", "addressee", value(`"Molotov"`))
	if err := signs("cyril"); reason(err) != catalog.ReasonOwnWork {
		t.Errorf("cyril signs: %v", err)
	}
	a.must(signs("vera"))
	a.audit()
}
