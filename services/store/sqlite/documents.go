package sqlite

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	documentColumns = "id, collection, holding, head, extracted, derived, events, created_at, deleted_at"
	revisionColumns = "document, number, author, created_at, digest, manifest"
	requestColumns  = "person, id, document, digest, created_at"
)

var (
	putDocument    = upsert("documents", "id", documentColumns)
	insertRevision = insert("revisions", revisionColumns)
	insertRequest  = insert("requests", requestColumns)
)

func readDocument(r *row) catalog.Document {
	return catalog.Document{
		ID: r.text(), Collection: r.text(), Holding: r.text(), Head: r.int(), Extracted: r.int(), Derived: r.int(), Events: r.int(),
		CreatedAt: r.time(), DeletedAt: r.time(),
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

func (v *view) Documents(q catalog.DocumentQuery) ([]catalog.DocumentHead, error) {
	query, args := documentsQuery(q)
	return all(v, query, readHead, args...)
}

func documentsQuery(q catalog.DocumentQuery) (string, []any) {
	where, args := documentConditions(q)
	return `SELECT d.id, d.collection, d.holding, d.head, d.extracted, d.derived, d.events, d.created_at, d.deleted_at,
		r.document, r.number, r.author, r.created_at, r.digest, r.manifest
		FROM documents d CROSS JOIN revisions r ON r.document = d.id AND r.number = d.head
		WHERE ` + where + ` ORDER BY d.id DESC LIMIT ?`, append(args, max(q.Limit, 0))
}

// documentConditions has one condition for each part of the query that is set, so
// there are at most 192 statements. A plus keeps SQLite from an index: a path has
// a few documents, a collection or an assurance may have all.
func documentConditions(q catalog.DocumentQuery) (string, []any) {
	var (
		where = []string{"true"}
		args  []any
	)
	add := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	plus := ""
	if q.Path != "" {
		plus = "+"
	}
	if !q.Deleted {
		where = append(where, "d.deleted_at = 0")
	}
	if q.After != "" {
		add("d.id < ?", q.After)
	}
	if q.Collection != "" {
		add(plus+"d.collection = ?", q.Collection)
	}
	if q.TitleContains != "" {
		add("instr(lower(d.title), lower(?)) > 0", q.TitleContains)
	}
	if q.Path != "" {
		add("d.holding <> '' AND d.holding IN (SELECT id FROM holdings WHERE path = ?)", q.Path)
	}
	if q.Complete != nil && *q.Complete {
		where = append(where, "d.complete = 1")
	} else if q.Complete != nil {
		where = append(where, plus+"d.complete = 0")
	}
	if q.Assurance != 0 {
		add(plus+"d.assurance = ?", q.Assurance)
	}
	return strings.Join(where, " AND "), args
}

func (v *view) DocumentsOn(scan catalog.Digest) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM document_scans CROSS JOIN documents ON id = document
		WHERE scan = ? ORDER BY document`, readDocument, scan)
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

func (v *view) DocumentsByKey(l catalog.Lookup) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM document_keys CROSS JOIN documents ON id = document
		WHERE kind = ? AND key = ? AND document > ? AND low <= ? AND high >= ? AND deleted_at = 0
		GROUP BY document ORDER BY document LIMIT ?`, readDocument, l.Kind, l.Text, l.After, l.High, l.Low, max(l.Limit, 0))
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
		d.CreatedAt, d.DeletedAt); err != nil {
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
		r.Author, r.CreatedAt, catalog.Digest(hex.EncodeToString(sum[:])), manifest); err != nil {
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
