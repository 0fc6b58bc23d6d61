package sqlite

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	documentColumns = "id, collection, holding, head, extracted, derived, events, created_at, deleted_at, purged_at"
	revisionColumns = "document, number, author, created_at, digest, manifest"
	newRevision     = revisionColumns + ", assurance"
	requestColumns  = "person, id, document, digest, created_at"
)

var (
	putDocument    = upsert("documents", "id", documentColumns)
	insertRevision = insert("revisions", newRevision)
	insertRequest  = insert("requests", requestColumns)
)

func readDocument(r *row) catalog.Document {
	return catalog.Document{
		ID: r.text(), Collection: r.text(), Holding: r.text(), Head: r.int(), Extracted: r.int(), Derived: r.int(), Events: r.int(),
		CreatedAt: r.time(), DeletedAt: r.time(), PurgedAt: r.time(),
	}
}

func readRevision(r *row) catalog.Revision {
	revision := catalog.Revision{Document: r.text(), Number: r.int(), Author: r.text(), CreatedAt: r.time()}
	digest, manifest := r.digest(), r.blob()
	if err := revision.ReadManifest(manifest); err != nil {
		r.err = fmt.Errorf("%w: manifest of %s revision %d: %w", catalog.ErrDamaged, revision.Document, revision.Number, err)
	} else if revision.Digest != digest {
		r.err = fmt.Errorf("%w: manifest of %s revision %d has digest %s, stored was %s",
			catalog.ErrDamaged, revision.Document, revision.Number, revision.Digest, digest)
	}
	return revision
}

func readEnvelope(r *row) catalog.Revision {
	revision := catalog.Revision{Document: r.text(), Number: r.int(), Author: r.text(), CreatedAt: r.time(), Digest: r.digest()}
	if sum := sha256.Sum256(r.blob()); hex.EncodeToString(sum[:]) != string(revision.Digest) {
		r.err = fmt.Errorf("%w: manifest of %s revision %d is not what its digest says", catalog.ErrDamaged, revision.Document, revision.Number)
	}
	return revision
}

func readHead(r *row) catalog.DocumentHead {
	return catalog.DocumentHead{Document: readDocument(r), Revision: readRevision(r)}
}

func (v *view) Document(id string) (catalog.Document, error) {
	return one(v, `SELECT `+documentColumns+` FROM documents WHERE id = ?`, readDocument, id)
}

func (v *view) Revision(document string, number int) (catalog.Revision, error) {
	return one(v, `SELECT `+revisionColumns+` FROM revisions WHERE document = ? AND number = ?`,
		readRevision, document, number)
}

func (v *view) RevisionEnvelope(document string, number int) (catalog.Revision, error) {
	return one(v, `SELECT `+revisionColumns+` FROM revisions WHERE document = ? AND number = ?`,
		readEnvelope, document, number)
}

func (v *view) RevisionsBelow(document string, number, limit int) ([]catalog.Revision, error) {
	if number == 0 {
		number = math.MaxInt
	}
	return all(v, `SELECT `+revisionColumns+` FROM revisions WHERE document = ? AND number < ?
		ORDER BY number DESC LIMIT ?`, readRevision, document, number, max(limit, 0))
}

// RevisionAbove asks an index that has the revisions above MACHINE alone: those that
// machines make cost nothing for it. Where less is asked for, the newest revisions are
// looked at until one has it, which nearly always is the first.
func (v *view) RevisionAbove(document string, assurance catalog.Assurance) (int, error) {
	if assurance <= catalog.AssuranceMachine {
		return v.newestOf(document, assurance)
	}
	newest := 0
	for a := assurance; a <= catalog.AssuranceVerified; a++ {
		number, err := one(v, `SELECT max(number) FROM revisions INDEXED BY revisions_assured
			WHERE document = ? AND assurance = ? AND assurance > 1`, (*row).int, document, a)
		if err != nil {
			return 0, err
		}
		newest = max(newest, number)
	}
	return newest, nil
}

func (v *view) newestOf(document string, assurance catalog.Assurance) (int, error) {
	const several = 8
	for below := 0; ; {
		revisions, err := v.RevisionsBelow(document, below, several)
		if err != nil {
			return 0, err
		}
		for _, r := range revisions {
			if least(r) >= assurance {
				return r.Number, nil
			}
		}
		if len(revisions) < several {
			return 0, nil
		}
		below = revisions[len(revisions)-1].Number
	}
}

// least is the assurance that every region has; none where there is no region.
func least(r catalog.Revision) catalog.Assurance {
	if len(r.Regions) == 0 {
		return 0
	}
	return slices.MinFunc(r.Regions, func(a, b catalog.Region) int { return int(a.Assurance) - int(b.Assurance) }).Assurance
}

func (v *view) Documents(q catalog.DocumentQuery) ([]catalog.DocumentHead, error) {
	query, args := documentsQuery(q)
	heads, err := search(v, query, readHead, args...)
	slices.SortFunc(heads, func(a, b catalog.DocumentHead) int { return strings.Compare(b.ID, a.ID) })
	return heads, err
}

func (v *view) DocumentsOn(scan catalog.Digest) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM document_scans CROSS JOIN documents ON id = document
		WHERE scan = ? ORDER BY document`, readDocument, scan)
}

// DocumentsShowing looks for the reading in the manifests as they are stored, which takes a
// fifth of the time of decoding them: 5,000 telegrams of an edition lie on one scan.
func (v *view) DocumentsShowing(scan catalog.Digest, reading string) ([]catalog.Document, error) {
	return all(v, `SELECT d.id, d.collection, d.holding, d.head, d.extracted, d.derived, d.events, d.created_at, d.deleted_at, d.purged_at
		FROM document_scans s CROSS JOIN documents d ON d.id = s.document CROSS JOIN revisions r ON r.document = d.id AND r.number = d.head
		WHERE s.scan = ? AND instr(r.manifest, ?) > 0 ORDER BY s.document`, readDocument, scan, []byte(reading))
}

func (v *view) EveryDocument(after string, limit int) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM documents WHERE id > ? ORDER BY id LIMIT ?`,
		readDocument, after, max(limit, 0))
}

func (v *view) UnreadDocuments(limit int) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM documents INDEXED BY documents_unread
		WHERE complete = 1 AND deleted_at = 0 AND extracted < head AND id > '' ORDER BY id LIMIT ?`, readDocument, max(limit, 0))
}

func (v *view) UnderivedDocuments(limit int) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM documents INDEXED BY documents_underived
		WHERE deleted_at = 0 AND extracted = head AND derived < head AND id > '' ORDER BY id LIMIT ?`, readDocument, max(limit, 0))
}

// DocumentsByKey walks the keys that have the kind and text, which begin the primary
// key and are in the order of documents, as far as the limit, and looks for the second
// key of each. A range of texts is gathered first.
func (v *view) DocumentsByKey(l catalog.Lookup) ([]catalog.Document, error) {
	const columns = `d.id, d.collection, d.holding, d.head, d.extracted, d.derived, d.events, d.created_at, d.deleted_at, d.purged_at`
	where := `k.kind = ? AND k.key = ? AND k.document > ? AND k.low <= ? AND k.high >= ?`
	args := []any{l.Kind, l.Text, l.After, l.High, l.Low}
	if l.Before != "" {
		where = `k.kind = ? AND k.key >= ? AND k.key < ? AND k.document > ? AND k.low <= ? AND k.high >= ?`
		args = []any{l.Kind, l.Text, l.Before, l.After, l.High, l.Low}
	}
	if l.Also != nil {
		where += ` AND EXISTS (SELECT 1 FROM document_keys a
			WHERE a.kind = ? AND a.key = ? AND a.document = k.document AND a.low <= ? AND a.high >= ?)`
		args = append(args, l.Also.Kind, l.Also.Text, l.Also.High, l.Also.Low)
	}
	return all(v, `SELECT `+columns+` FROM document_keys k CROSS JOIN documents d ON d.id = k.document
		WHERE `+where+` AND d.deleted_at = 0 GROUP BY k.document ORDER BY k.document LIMIT ?`,
		readDocument, append(args, max(l.Limit, 0))...)
}

func (v *view) HasKey(document, kind, text string) (bool, error) {
	found, err := all(v, `SELECT 1 FROM document_keys WHERE kind = ? AND key = ? AND document = ? LIMIT 1`,
		(*row).int, kind, text, document)
	return len(found) > 0, err
}

func readRequest(r *row) catalog.Request {
	return catalog.Request{Person: r.text(), ID: r.text(), Document: r.text(), Digest: r.digest(), CreatedAt: r.time()}
}

func (v *view) Request(person, id string) (catalog.Request, error) {
	return one(v, `SELECT `+requestColumns+` FROM requests WHERE person = ? AND id = ?`, readRequest, person, id)
}

// PutDocument keeps what is derived from the newest revision, and derives it
// again when another revision becomes the newest.
func (t *tx) PutDocument(d catalog.Document) error {
	t.documents = append(t.documents, d.ID)
	before, err := t.Document(d.ID)
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	if err := t.put("document", d.ID, putDocument, d.ID, d.Collection, d.Holding, d.Head, d.Extracted, d.Derived, d.Events,
		d.CreatedAt, d.DeletedAt, d.PurgedAt); err != nil {
		return err
	}
	if before.Head == d.Head {
		return nil
	}
	head, err := t.Revision(d.ID, d.Head)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil // InsertRevision will come
	}
	if err != nil {
		return err
	}
	return t.derive(head)
}

// InsertRevision may come before or after PutDocument makes it the newest.
func (t *tx) InsertRevision(r catalog.Revision) error {
	manifest, err := r.Manifest()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(manifest)
	if err := t.put("revision", fmt.Sprintf("%s/%d", r.Document, r.Number), insertRevision, r.Document, r.Number,
		r.Author, r.CreatedAt, catalog.Digest(hex.EncodeToString(sum[:])), manifest, least(r)); err != nil {
		return err
	}
	if err := t.lies(r); err != nil {
		return err
	}
	d, err := t.Document(r.Document)
	if errors.Is(err, catalog.ErrNotFound) || err == nil && d.Head != r.Number {
		return nil // PutDocument will come, or the revision is not the newest
	}
	if err != nil {
		return err
	}
	return t.derive(r)
}

// derive sets what the queries need of a document's newest revision.
func (t *tx) derive(head catalog.Revision) error {
	if _, err := t.exec(`UPDATE documents SET title = ?, complete = ?, assurance = ? WHERE id = ?`,
		head.Title, head.Complete(), head.Assurance(), head.Document); err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM document_scans WHERE document = ?`, head.Document); err != nil {
		return err
	}
	for _, g := range head.Regions {
		if _, err := t.exec(`INSERT INTO document_scans (scan, document) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			g.Scan, head.Document); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutKeys(document string, keys []catalog.Key) error {
	if _, err := t.exec(`DELETE FROM document_keys WHERE document = ?`, document); err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := t.exec(`INSERT INTO document_keys (kind, key, low, high, document) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, k.Kind, k.Text, k.Low, k.High, document); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertRequest(r catalog.Request) error {
	return t.put("request", r.ID, insertRequest, r.Person, r.ID, r.Document, r.Digest, r.CreatedAt)
}

func (t *tx) DeleteRequests(before time.Time) error {
	_, err := t.exec(`DELETE FROM requests WHERE created_at < ?`, before)
	return err
}
