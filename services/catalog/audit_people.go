package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// orDamaged tells of what cannot be read, and goes on: one bad row must not hide the rest.
func (a *Audit) orDamaged(name string, err error) error {
	if errors.Is(err, ErrDamaged) {
		a.Found(name, err.Error())
		return nil
	}
	return err
}

// standing checks that a region says of itself what its reading is, and that people stand
// behind it as far as it says.
func (a *Audit) standing(r Reader, name string, number int, g Region, reading Reading) error {
	if g.Origin != reading.Origin {
		a.Found(name, fmt.Sprintf("region %d says that reading %s is of origin %d, and it is of %d", number, reading.ID, g.Origin, reading.Origin))
		return nil
	}
	byPerson := g.Origin == Person
	if byPerson != (g.Assurance > AssuranceMachine) {
		a.Found(name, fmt.Sprintf("region %d has %s, and reading %s is of origin %d", number, g.Assurance, reading.ID, g.Origin))
		return nil
	}
	if g.Assurance < AssuranceVerified {
		return nil
	}
	signed, err := isSigned(r, g)
	if err == nil && !signed {
		a.Found(name, fmt.Sprintf("region %d has VERIFIED, and nobody has signed reading %s there", number, reading.ID))
	}
	return err
}

// acted checks that what a person wrote or stated, and each signature under it, is named
// by an act: what is not was put into the database by other means.
func (a *Audit) acted(r Reader, name, id, subject, made, signed string) error {
	acts, err := r.ActsOn(subject)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(acts, func(act Act) bool { return act.Kind == made }) {
		a.Found(name, "no act says that a person made it")
	}
	signatures, err := r.SignaturesOn(id)
	if err != nil {
		return err
	}
	named := map[string]Content{}
	for _, act := range acts {
		var facts struct {
			Signature string  `json:"signature"`
			Content   Content `json:"content"`
		}
		if act.Kind == signed && json.Unmarshal(act.Facts, &facts) == nil {
			named[facts.Signature] = facts.Content
		}
	}
	for _, s := range signatures {
		content, known := named[s.ID]
		if !known {
			a.Found(name, fmt.Sprintf("no act says that %s put signature %s under it", s.Person, s.ID))
			continue
		}
		digest, err := content.Digest()
		if err != nil {
			return err
		}
		if content.Subject() != id || digest != s.Content {
			a.Found(name, fmt.Sprintf("signature %s by %s hangs on it, and is under the content of something else", s.ID, s.Person))
		}
	}
	return nil
}

// stated checks a field against the statement that it names.
func (a *Audit) stated(r Reader, name string, f Field) error {
	if f.Statement == "" {
		return nil // of before statements had IDs, or a rule's
	}
	s, err := r.Statement(f.Statement)
	switch {
	case errors.Is(err, ErrNotFound):
		_, err := r.Tombstone(StatementSubject(f.Statement))
		if errors.Is(err, ErrNotFound) {
			a.Found(name, fmt.Sprintf("field %s names the statement %s, which is missing", f.Name, f.Statement))
		}
		return ignoreNotFound(err)
	case err != nil:
		return a.orDamaged(name, err)
	case !f.is(s):
		a.Found(name, fmt.Sprintf("field %s is not what statement %s says", f.Name, s.ID))
	}
	if err := a.acted(r, "statements/"+s.ID, s.ID, StatementSubject(s.ID), ActFieldStated, ActFieldSigned); err != nil {
		return err
	}
	if f.SignedBy == "" && f.Assurance < AssuranceVerified {
		return nil
	}
	on, err := r.SignaturesOn(s.ID)
	if err != nil {
		return err
	}
	if f.Assurance != AssuranceVerified || !slices.ContainsFunc(on, func(g Signature) bool { return g.Person == f.SignedBy }) {
		a.Found(name, fmt.Sprintf("field %s has %s, signed by %q, and statement %s has no such signature", f.Name, f.Assurance, f.SignedBy, s.ID))
	}
	return nil
}

// is tells that a field says what a statement says.
func (f Field) is(s Statement) bool {
	var salted struct {
		Salt string `json:"salt"`
	}
	if json.Unmarshal(s.Body, &salted) != nil {
		return false
	}
	body, _, err := f.statementBody(salted.Salt)
	return err == nil && bytes.Equal(body, s.Body)
}

// wrong tells in what a person's reading is not what an act on it says; "" for nothing.
func (f textFacts) wrong(a Act, r Reading) string {
	place := Place{Scan: r.Scan, Page: r.Page, Box: r.Box, Range: r.Range}
	switch {
	case a.Kind == ActTextCorrected && !slices.Equal(r.Contributors, f.Contributors):
		return fmt.Sprintf("reading %s has the contributors %q, logged were %q", r.ID, r.Contributors, f.Contributors)
	case r.Origin == 0:
		return "" // it was destroyed, and nothing more is left of it
	case r.Origin != Person:
		return fmt.Sprintf("reading %s is not one by a person", r.ID)
	case a.Kind != ActTextCorrected:
		return ""
	case r.BasedOn != f.BasedOn:
		return fmt.Sprintf("reading %s is based on %q, logged was %q", r.ID, r.BasedOn, f.BasedOn)
	case f.Content.Place == nil || place.Key() != f.Content.Place.Key():
		return fmt.Sprintf("reading %s is of another part of the page than was logged", r.ID)
	}
	return ""
}

// checkSignature compares what an act says of a signature with the signature.
func checkSignature(r Reader, a Act, id, subject string, content Digest, at time.Time) (string, error) {
	on, err := r.SignaturesOn(subject)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(on, func(s Signature) bool { return s.ID == id })
	switch {
	case i < 0:
		return fmt.Sprintf("the signature %s, which it names, is gone", id), nil
	case on[i].Person != a.Person || on[i].Content != content:
		return fmt.Sprintf("the signature %s is by %s under %s, logged was %s under %s", id, on[i].Person, on[i].Content, a.Person, content), nil
	case !on[i].SignedAt.Equal(at.Truncate(time.Microsecond)):
		return fmt.Sprintf("the signature %s is of %s, logged was %s", id, on[i].SignedAt, at), nil
	}
	return "", nil
}

// permitted checks that a collection is as the last act on it left it.
func (a *Audit) permitted(r Reader, c Collection) error {
	acts, err := r.ActsOn("collections/" + c.ID)
	if err != nil {
		return err
	}
	logged := collectionFacts{DisplayName: c.ID}
	for _, act := range acts {
		if act.Kind == ActCollectionChanged && json.Unmarshal(act.Facts, &logged) != nil {
			return nil // the check of the log tells of it
		}
	}
	if now := (collectionFacts{c.DisplayName, c.OnePerson}); now != logged {
		a.Found("collections/"+c.ID, fmt.Sprintf("is called %q with one person %v, logged was %q with %v", now.DisplayName, now.OnePerson, logged.DisplayName, logged.OnePerson))
	}
	return nil
}

// hidden checks that a document is deleted if the last act on that says so. Deletions from
// before there was a log are in none.
func (a *Audit) hidden(r Reader, d Document) error {
	acts, err := r.ActsOn("documents/" + d.ID)
	if err != nil {
		return err
	}
	said := ""
	for _, act := range acts {
		if act.Kind == ActDocumentDeleted || act.Kind == ActDocumentUndeleted {
			said = act.Kind
		}
	}
	if said != "" && (said == ActDocumentDeleted) == d.DeletedAt.IsZero() {
		a.Found("documents/"+d.ID, fmt.Sprintf("is deleted: %v, and the last act on it is %s", !d.DeletedAt.IsZero(), said))
	}
	return nil
}
