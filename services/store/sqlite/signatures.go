package sqlite

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	statementColumns = "id, based_on, created_at, digest, body"
	signatureColumns = "id, subject, content, person, signed_at"
)

var (
	insertStatement = insert("statements", statementColumns)
	insertSignature = insert("signatures", signatureColumns)
)

func readStatement(r *row) catalog.Statement {
	s := catalog.Statement{ID: r.text(), BasedOn: r.text(), CreatedAt: r.time(), Digest: r.digest(), Body: r.blob()}
	if sum := sha256.Sum256(s.Body); hex.EncodeToString(sum[:]) != string(s.Digest) {
		r.err = fmt.Errorf("%w: statement %s has digest %x, stored was %s", catalog.ErrDamaged, s.ID, sum, s.Digest)
	}
	return s
}

func readSignature(r *row) catalog.Signature {
	return catalog.Signature{ID: r.text(), Subject: r.text(), Content: r.digest(), Person: r.text(), SignedAt: r.time()}
}

func (v *view) Contributors(subject string) ([]string, error) {
	return all(v, `SELECT person FROM contributors WHERE subject = ? ORDER BY person`, (*row).text, subject)
}

func (v *view) Statement(id string) (catalog.Statement, error) {
	s, err := one(v, `SELECT `+statementColumns+` FROM statements WHERE id = ?`, readStatement, id)
	if err != nil {
		return s, err
	}
	s.Contributors, err = v.Contributors(id)
	return s, err
}

func (v *view) SignaturesOn(subject string) ([]catalog.Signature, error) {
	return all(v, `SELECT `+signatureColumns+` FROM signatures WHERE subject = ? ORDER BY signed_at, id`,
		readSignature, subject)
}

// insertContributors takes a person who is named twice once.
func (t *tx) insertContributors(what, subject string, persons []string) error {
	for _, p := range persons {
		if err := t.put(what, subject, `INSERT INTO contributors (subject, person) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			subject, p); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertStatement(s catalog.Statement) error {
	return t.whole(func() error {
		if err := t.insertContributors("statement", s.ID, s.Contributors); err != nil {
			return err
		}
		return t.put("statement", s.ID, insertStatement, s.ID, s.BasedOn, s.CreatedAt, s.Digest, s.Body)
	})
}

func (t *tx) InsertSignature(s catalog.Signature) error {
	return t.put("signature", s.ID, insertSignature, s.ID, s.Subject, s.Content, s.Person, s.SignedAt)
}
