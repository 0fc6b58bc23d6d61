package reviewtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
)

var fieldNames = []string{"addressee", "sent_at", "telegram_number"}

// stateField has somebody say what is in a field, or take it back.
func (w *world) stateField() {
	d := w.document()
	person := w.somebody()
	etag, want := w.change(d)
	name := pick(w.rng, fieldNames)
	statements := []catalog.Field{}
	for range w.rng.IntN(5) % 3 {
		value, err := json.Marshal(fmt.Sprintf("v%d", w.rng.IntN(1000)))
		w.must(err)
		statements = append(statements, catalog.Field{Value: value, Raw: "as written"})
	}
	by := map[string]bool{person: true}
	for _, s := range d.fields[name] {
		if !s.verified {
			maps.Copy(by, w.written[s.id].by)
		}
	}
	head, err := w.UpdateDocument(w.ctx, d.id, etag, person, catalog.Change{Statements: map[string][]catalog.Field{name: statements}})
	if w.ended(fmt.Sprintf("state %s of %s %d times by %s", name, d.id, len(statements), person), err, want) {
		w.stated(d, head.Revision, name, person, by)
		if len(d.fields[name]) != len(statements) {
			w.failf("document %s has %d statements of %s, %d were made", d.id, len(d.fields[name]), name, len(statements))
		}
	}
	w.settle(d)
}

// stated takes a person's new statements into the model.
func (w *world) stated(d *document, r catalog.Revision, name, person string, by map[string]bool) {
	w.t.Helper()
	list, err := r.Fields.List()
	w.must(err)
	delete(d.fields, name)
	for _, f := range list {
		if f.Name != name || f.Person == "" {
			continue
		}
		if w.written[f.Statement] != nil || f.Person != person {
			w.failf("document %s: the statement %s of %s is not new", d.id, f.Statement, name)
		}
		w.view(func(r catalog.Reader) error {
			s, err := r.Statement(f.Statement)
			if err == nil && !slices.Equal(s.Contributors, sorted(by)) {
				w.failf("statement %s has the contributors %q, model says %q", s.ID, s.Contributors, sorted(by))
			}
			w.written[f.Statement] = newWriting(f.Statement, s.Digest, "", person, by)
			return err
		})
		d.fields[name] = append(d.fields[name], said{f.Statement, person, string(f.Value), false})
	}
}

// signFields has somebody put their name under one or two statements, or under one that
// was there some time ago.
func (w *world) signFields() {
	d := w.document()
	person := w.somebody()
	var there []said
	for _, name := range slices.Sorted(maps.Keys(d.fields)) {
		there = append(there, d.fields[name]...)
	}
	if len(there) == 0 {
		return
	}
	w.rng.Shuffle(len(there), func(i, j int) { there[i], there[j] = there[j], there[i] })
	there = there[:1+w.rng.IntN(min(2, len(there)))]
	etag, want := w.change(d)
	if want == "" && w.onePerson[d.collection] {
		want = catalog.ReasonOnePerson
	}
	var ids []string
	for _, s := range there {
		ids = append(ids, s.id)
		switch {
		case want != "":
		case s.verified:
			want = catalog.ReasonContentChanged
		default:
			want = w.maySign(w.written[s.id], person)
		}
	}
	if chance(w.rng, 5) {
		ids = append(ids, "01890000-0000-7000-8000-ffffffffffff")
		if want == "" {
			want = catalog.ReasonContentChanged
		}
	}
	_, err := w.SignFields(w.ctx, d.id, etag, person, ids)
	if w.ended(fmt.Sprintf("signFields of %s by %s", d.id, person), err, want) {
		for _, s := range there {
			if reason := w.maySign(w.written[s.id], person); reason != "" {
				w.failf("%s has signed the statement %s: %s", person, s.id, reason)
			}
			w.sign(w.written[s.id], "", person)
			w.verified(d, s.id)
		}
	}
	w.settle(d)
}

func (w *world) verified(d *document, id string) {
	for name, list := range d.fields {
		list = slices.Clone(list) // another document may have it too
		for i := range list {
			list[i].verified = list[i].verified || list[i].id == id
		}
		d.fields[name] = list
	}
}
