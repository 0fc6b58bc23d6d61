package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"
)

// speaker is who states something, and when.
type speaker struct {
	person string
	at     time.Time
}

// restated lays a person's statements over those of before. What rules said under
// their names is kept within them; for a name that is taken back it stands again, as
// far as it is proved by what the document shows, until the rules read the document
// anew.
func (c *Catalog) restated(tx Tx, document string, before Fields, regions []Region, statements map[string][]Field, person string) (Fields, error) {
	if statements == nil {
		return before, nil
	}
	list, err := before.List()
	if err != nil {
		return Fields{}, err
	}
	said := map[string][]Field{}
	stays := slices.DeleteFunc(list, func(f Field) bool {
		_, again := statements[f.Name]
		if again {
			said[f.Name] = append(said[f.Name], f)
		}
		return again
	})
	own := peoplesFields(stays)
	shown := shownTexts{reader: tx, regions: regions, texts: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		ruled := rulesFields(said[name])
		if len(statements[name]) == 0 {
			stays = append(stays, slices.DeleteFunc(ruled, func(f Field) bool { return !shown.showsAll(f.Evidence) })...)
			continue
		}
		stated, err := shown.stated(name, statements[name], speaker{person, c.now()})
		if err != nil {
			return Fields{}, err
		}
		if err := c.keepStatements(tx, document, stated, peoplesFields(said[name])); err != nil {
			return Fields{}, err
		}
		stated[0].Instead = ruled
		own = append(own, stated...)
	}
	return NewFields(Stated(own, stays))
}

// withdrawnFacts are the facts of a field that a person takes back: which statements of
// people the document has no more.
type withdrawnFacts struct {
	Document       string   `json:"document"`
	Revision       int      `json:"revision"`
	RevisionDigest Digest   `json:"revision_digest"`
	Field          string   `json:"field"`
	Statements     []string `json:"statements"`
}

// withdrawn writes an act for each name under which a revision takes back what people said.
// Other statements in their place name them by themselves.
func (c *Catalog) withdrawn(tx Tx, before Fields, statements map[string][]Field, r Revision) error {
	list, err := before.List()
	if err != nil {
		return err
	}
	said := peoplesFields(list)
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		facts := withdrawnFacts{Document: r.Document, Revision: r.Number, RevisionDigest: r.Digest, Field: name}
		for _, f := range said {
			if f.Name == name {
				facts.Statements = append(facts.Statements, f.Statement)
			}
		}
		if len(statements[name]) > 0 || len(facts.Statements) == 0 {
			continue
		}
		if err := c.act(tx, ActFieldWithdrawn, r.Author, "documents/"+r.Document, facts); err != nil {
			return err
		}
	}
	return nil
}

// rulesFields are the statements of rules among those under one name, or those that a
// person's among them stand in the place of.
func rulesFields(said []Field) []Field {
	var ruled []Field
	for _, f := range said {
		if f.Person == "" {
			ruled = append(ruled, f)
		}
		ruled = append(ruled, f.Instead...)
	}
	return ruled
}

// stated checks a person's statements under one name and says whose they are.
func (s shownTexts) stated(name string, statements []Field, by speaker) ([]Field, error) {
	var stated []Field
	for _, f := range statements {
		if len(f.Value) == 0 && len(statements) > 1 {
			return nil, invalid("document.fields", "%s: one statement says that there is none, and another stands beside it", name)
		}
		if err := s.prove(name, f.Evidence); err != nil {
			return nil, err
		}
		stated = append(stated, Field{
			Name: name, Value: f.Value, Raw: f.Raw, Evidence: f.Evidence,
			Person: by.person, SaidAt: by.at, Assurance: AssuranceCorrected,
		})
	}
	return stated, nil
}

// shownTexts are the texts that a document shows, each read once.
type shownTexts struct {
	reader  Reader
	regions []Region
	texts   map[string]string
}

// prove refuses evidence that is not in a text which the document shows.
func (s shownTexts) prove(name string, evidence []Evidence) error {
	for _, e := range evidence {
		text, err := s.text(e.Reading)
		if err != nil {
			return err
		}
		inside := slices.ContainsFunc(s.regions, func(g Region) bool { return g.holds(e) })
		switch {
		case e.Reading == "" || !s.shows(e.Reading):
			return invalid("document.fields", "%s is proved by the reading %q, which the document does not show", name, e.Reading)
		case e.Start < 0 || e.End <= e.Start || e.End > len(text) || !inside:
			return invalid("document.fields", "%s is proved by bytes %d to %d, which the text shown does not have", name, e.Start, e.End)
		case !wholeRunes(text, e.Start) || !wholeRunes(text, e.End):
			return invalid("document.fields", "%s is proved by bytes %d to %d, which cut a character in two", name, e.Start, e.End)
		}
	}
	return nil
}

// showsAll tells that the document still shows the words of a proof.
func (s shownTexts) showsAll(evidence []Evidence) bool {
	return !slices.ContainsFunc(evidence, func(e Evidence) bool { return !s.shows(e.Reading) })
}

func (s shownTexts) shows(reading string) bool {
	return slices.ContainsFunc(s.regions, func(g Region) bool { return g.Reading == reading })
}

// text of a reading that the document shows; empty for another.
func (s shownTexts) text(reading string) (string, error) {
	if text, known := s.texts[reading]; known || !s.shows(reading) {
		return text, nil
	}
	found, err := s.reader.ReadingTexts([]string{reading})
	if err != nil {
		return "", err
	}
	text, ok := found[reading]
	if !ok && reading != "" {
		return "", fmt.Errorf("reading %s is missing: run fonds fsck", reading)
	}
	s.texts[reading] = text
	return text, nil
}

// wholeRunes tells that a place in a text is not within a character.
func wholeRunes(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

// keepStatements gives people's statements their IDs and notes who had a part in them:
// who states them, and who had a part in the unsigned ones whose place they take.
func (c *Catalog) keepStatements(tx Tx, document string, stated, before []Field) error {
	contributors := []string{}
	basedOn := ""
	for _, f := range before {
		if f.Statement == "" { // of before statements had IDs
			contributors = append(contributors, f.Person)
			continue
		}
		basedOn = f.Statement
		if f.Assurance == AssuranceVerified {
			continue
		}
		inherited, err := tx.Contributors(f.Statement)
		if err != nil {
			return err
		}
		contributors = append(contributors, inherited...)
	}
	for i := range stated {
		f := &stated[i]
		f.Statement = c.newID()
		own := append(slices.Clone(contributors), f.Person)
		slices.Sort(own)
		body, digest, err := f.statementBody(c.newID())
		if err != nil {
			return err
		}
		own = slices.Compact(own)
		if err := tx.InsertStatement(Statement{
			ID: f.Statement, BasedOn: basedOn, Contributors: own, Body: body, Digest: digest, CreatedAt: c.now(),
		}); err != nil {
			return err
		}
		if err := c.act(tx, ActFieldStated, f.Person, StatementSubject(f.Statement), statedFacts{
			Document: document, Field: f.Name, Content: Content{Statement: f.Statement, StatementDigest: digest}, Contributors: own,
		}); err != nil {
			return err
		}
	}
	return nil
}

// statementBody is canonical JSON of what a person states, salted: its digest is in the
// log for ever.
func (f Field) statementBody(salt string) ([]byte, Digest, error) {
	body, err := json.Marshal(struct {
		Name     string          `json:"name"`
		Value    json.RawMessage `json:"value,omitempty"`
		Raw      string          `json:"raw,omitempty"`
		Evidence []Evidence      `json:"evidence,omitempty"`
		Salt     string          `json:"salt"`
	}{f.Name, f.Value, f.Raw, f.Evidence, salt})
	if err != nil {
		return nil, "", fmt.Errorf("encode a statement on %s: %w", f.Name, err)
	}
	return body, digestOf(body), nil
}

// SignFields puts a person's name under statements that others have made.
func (c *Catalog) SignFields(ctx context.Context, document, etag, person string, statements []string) (DocumentHead, error) {
	var head DocumentHead
	err := c.store.Tx(ctx, func(tx Tx) error {
		present, err := c.present(tx, document, etag)
		if err != nil {
			return err
		}
		if err := c.mayBeSigned(tx, present.Collection); err != nil {
			return err
		}
		fields, err := present.Revision.Fields.List()
		if err != nil {
			return err
		}
		signed := make(map[string]statementFacts, len(statements))
		for _, id := range statements {
			if signed[id], err = c.signStatement(tx, fields, id, person); err != nil {
				return err
			}
		}
		next := present.Revision
		next.Author = person
		if next.Fields, err = NewFields(fields); err != nil {
			return err
		}
		present.follow()
		if next, err = c.reviseSaying(tx, present.Document, next, DocumentRevised, nil); err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(signed)) {
			facts := signed[id]
			facts.Document, facts.Revision, facts.RevisionDigest = document, next.Number, next.Digest
			if err := c.act(tx, ActFieldSigned, person, StatementSubject(id), facts); err != nil {
				return err
			}
		}
		head, err = documentAt(tx, document, 0)
		return err
	})
	return head, err
}

// statedFacts are the facts of a statement that a person makes.
type statedFacts struct {
	Document     string   `json:"document"`
	Field        string   `json:"field"`
	Content      Content  `json:"content"`
	Contributors []string `json:"contributors"`
}

// statementFacts are the facts of acts on statements.
type statementFacts struct {
	Document       string  `json:"document"`
	Revision       int     `json:"revision"`
	RevisionDigest Digest  `json:"revision_digest"`
	Content        Content `json:"content"`
	ContentDigest  Digest  `json:"content_digest"`
	Signature      string  `json:"signature"`
	// SignedAt is when the signature was made.
	SignedAt time.Time `json:"signed_at,omitzero"`
}

// signStatement signs one of the fields, and notes that in it.
func (c *Catalog) signStatement(tx Tx, fields []Field, id, person string) (statementFacts, error) {
	at := slices.IndexFunc(fields, func(f Field) bool { return f.Statement == id })
	if at < 0 {
		return statementFacts{}, &Error{
			Code: Precondition, Reason: ReasonContentChanged, Field: "statements",
			Message: fmt.Sprintf("statement %s is no longer one of the document's: read it again before you sign", id),
		}
	}
	if fields[at].Assurance == AssuranceVerified {
		return statementFacts{}, &Error{
			Code: Precondition, Reason: ReasonContentChanged, Field: "statements",
			Message: fmt.Sprintf("statement %s, on %s, is signed already", id, fields[at].Name),
		}
	}
	stated, err := tx.Statement(id)
	if err != nil {
		return statementFacts{}, fmt.Errorf("statement %s: %w", id, err)
	}
	facts := statementFacts{Content: Content{Statement: id, StatementDigest: stated.Digest}}
	if facts.ContentDigest, err = facts.Content.Digest(); err != nil {
		return facts, err
	}
	signature, err := c.signed(tx, facts.Content, person)
	if err != nil {
		return facts, err
	}
	facts.Signature, facts.SignedAt = signature.ID, signature.SignedAt.UTC()
	fields[at].Assurance, fields[at].SignedBy = AssuranceVerified, person
	return facts, nil
}
