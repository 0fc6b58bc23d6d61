package sqlite

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	purgeColumns     = "id, state, reason, keep_shared, asked_by, asked_at, confirmed_by, confirmed_at, ended_at, salt, late"
	tombstoneColumns = "subject, digest, document, purge, at"

	// purgeParts are JSON arrays, in the order of their keys.
	purgeParts = `, (SELECT json_group_array(document) FROM (SELECT document FROM purge_documents WHERE purge = purges.id ORDER BY document)),
		(SELECT json_group_array(json_object('Digest', lower(hex(scan)), 'Kept', json(iif(kept, 'true', 'false'))))
			FROM (SELECT scan, kept FROM purge_scans WHERE purge = purges.id ORDER BY scan))`
	selectPurge = `SELECT ` + purgeColumns + purgeParts + ` FROM purges`
)

var (
	insertPurge     = insert("purges", purgeColumns)
	insertTombstone = insert("tombstones", tombstoneColumns)
	updatePurge     = `UPDATE purges SET ` + strings.ReplaceAll(purgeColumns, ",", " = ?,") + ` = ? WHERE id = ?`
)

func readPurge(r *row) catalog.Purge {
	p := catalog.Purge{
		ID: r.text(), State: catalog.PurgeState(r.int()), Reason: r.text(), KeepShared: r.bool(),
		AskedBy: r.text(), AskedAt: r.time(), ConfirmedBy: r.text(), ConfirmedAt: r.time(), EndedAt: r.time(),
		Salt: r.text(), Late: r.int(),
	}
	p.Documents = r.list("documents of purge " + p.ID)
	if r.json("scans of purge "+p.ID, &p.Scans); len(p.Scans) == 0 {
		p.Scans = nil
	}
	return p
}

func readTombstone(r *row) catalog.Tombstone {
	return catalog.Tombstone{Subject: r.text(), Digest: r.digest(), Document: r.text(), Purge: r.text(), At: r.time()}
}

func (v *view) Purge(id string) (catalog.Purge, error) {
	return one(v, selectPurge+` WHERE id = ?`, readPurge, id)
}

func (v *view) PurgeOf(document string) (catalog.Purge, error) {
	return one(v, selectPurge+` WHERE state <> 4 AND id IN (SELECT purge FROM purge_documents WHERE document = ?)`, readPurge, document)
}

func (v *view) Purges(state catalog.PurgeState, after string, limit int) ([]catalog.Purge, error) {
	query, args := selectPurge+` WHERE (? = '' OR id < ?)`, []any{after, after}
	if state != 0 {
		query, args = query+` AND state = ?`, append(args, int(state))
	}
	return all(v, query+` ORDER BY id DESC LIMIT ?`, readPurge, append(args, max(limit, 0))...)
}

func (v *view) Tombstone(subject string) (catalog.Tombstone, error) {
	return one(v, `SELECT `+tombstoneColumns+` FROM tombstones WHERE subject = ?`, readTombstone, subject)
}

func (v *view) Tombstones(purge, after string, limit int) ([]catalog.Tombstone, error) {
	return all(v, `SELECT `+tombstoneColumns+` FROM tombstones WHERE purge = ? AND subject > ? ORDER BY subject LIMIT ?`,
		readTombstone, purge, after, max(limit, 0))
}

func (v *view) EverOn(scan catalog.Digest) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM ever_on CROSS JOIN documents ON id = document WHERE scan = ? ORDER BY document`,
		readDocument, scan)
}

func (v *view) ScansOf(document string) ([]catalog.Digest, error) {
	return all(v, `SELECT scan FROM ever_on WHERE document = ? ORDER BY scan`, (*row).digest, document)
}

// lies notes which scans a revision of a document has regions on.
func (t *tx) lies(r catalog.Revision) error {
	noted := map[catalog.Digest]bool{}
	for _, g := range r.Regions {
		if noted[g.Scan] {
			continue
		}
		noted[g.Scan] = true
		if _, err := t.exec(`INSERT INTO ever_on (scan, document) VALUES (?, ?) ON CONFLICT DO NOTHING`, g.Scan, r.Document); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) ReadingsOn(scan catalog.Digest) ([]catalog.Reading, error) {
	return all(v, `SELECT id, scan, page, origin, recipe, body_digest, created_at, coalesce(based_on, '')`+fromReadings+
		`WHERE scan = ? ORDER BY page, created_at, id`, func(r *row) catalog.Reading {
		return catalog.Reading{
			ID: r.text(), Scan: r.digest(), Page: r.int(), Origin: catalog.Origin(r.int()), Recipe: r.digest(),
			BodyDigest: r.digest(), CreatedAt: r.time(), BasedOn: r.text(),
		}
	}, scan)
}

func (v *view) UnsentOf(document string) (bool, error) {
	unsent, err := all(v, `SELECT 1 FROM events WHERE document = ? AND sent_at = 0 LIMIT 1`, (*row).int, document)
	return len(unsent) > 0, err
}

func (t *tx) PutPurge(p catalog.Purge) error {
	row := []any{
		p.ID, int(p.State), p.Reason, p.KeepShared, p.AskedBy, p.AskedAt, p.ConfirmedBy, p.ConfirmedAt, p.EndedAt, p.Salt, p.Late,
	}
	n, err := t.exec(updatePurge, append(slices.Clip(row), p.ID)...)
	if isRefusal(err) {
		return fmt.Errorf("%w: %w", catalog.ErrRefused, err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		if err := t.put("purge", p.ID, insertPurge, row...); err != nil {
			return err
		}
		for _, d := range p.Documents {
			if err := t.put("purge of document", d, `INSERT INTO purge_documents (purge, document) VALUES (?, ?)`, p.ID, d); err != nil {
				return err
			}
		}
	}
	for _, s := range p.Scans {
		if err := t.put("scan of purge", string(s.Digest), `INSERT INTO purge_scans (purge, scan, kept) SELECT ?1, ?2, ?3
			WHERE NOT EXISTS (SELECT 1 FROM purge_scans WHERE purge = ?1 AND scan = ?2 AND kept = ?3)`, p.ID, s.Digest, s.Kept); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertTombstone(s catalog.Tombstone) error {
	return t.put("tombstone", s.Subject, insertTombstone, s.Subject, s.Digest, s.Document, s.Purge, s.At)
}

// Destroy tells the kinds of subjects apart by how they begin.
func (t *tx) Destroy(tombstones []catalog.Tombstone) error {
	for _, s := range tombstones {
		if err := t.destroy(s.Subject); err != nil {
			return fmt.Errorf("destroy %s: %w", s.Subject, err)
		}
	}
	return nil
}

func (t *tx) destroy(subject string) error {
	gone := func(query string, args ...any) error { return t.put("tombstone of", subject, query, args...) }
	if id, ok := strings.CutPrefix(subject, "readings/"); ok {
		if err := gone(`DELETE FROM reading_details WHERE reading = ?`, id); err != nil {
			return err
		}
		return gone(`DELETE FROM readings WHERE id = ?`, id)
	}
	if id, ok := strings.CutPrefix(subject, "statements/"); ok {
		return gone(`DELETE FROM statements WHERE id = ?`, id)
	}
	document, digits, _ := strings.Cut(strings.TrimPrefix(subject, "documents/"), "/revisions/")
	number, err := strconv.Atoi(digits)
	if err != nil {
		return fmt.Errorf("nothing has such a subject: %w", err)
	}
	return gone(`DELETE FROM revisions WHERE document = ? AND number = ?`, document, number)
}

// ForgetDocument also takes links of others away that lead to it: what they say of why
// they do is about both.
func (t *tx) ForgetDocument(document string) error {
	if err := t.PutTerms(document, nil); err != nil {
		return err
	}
	for _, query := range []string{
		`UPDATE documents SET title = '' WHERE id = ?`,
		`DELETE FROM search_documents WHERE document = ?`,
		`DELETE FROM document_keys WHERE document = ?`,
		`DELETE FROM document_scans WHERE document = ?`,
		`DELETE FROM reviews WHERE document = ?`,
		`DELETE FROM requests WHERE document = ?`,
		`DELETE FROM links WHERE document = ?`,
		`DELETE FROM link_ends WHERE document = ?`,
		`DELETE FROM links WHERE (document, position) IN (SELECT document, position FROM link_ends WHERE target = ?)`,
		`DELETE FROM link_ends WHERE (document, position) IN (SELECT document, position FROM link_ends WHERE target = ?)`,
		`UPDATE events SET regions = '' WHERE document = ? AND regions <> ''`,
	} {
		if err := t.put("tombstone of document", document, query, document); err != nil {
			return err
		}
	}
	return nil
}

// ForgetTerms asks the index for each term. What it says of deleted documents counts.
func (t *tx) ForgetTerms(terms []catalog.Term) error {
	for _, term := range terms {
		found, err := all(&t.view, `SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT 1`, (*row).int, `"`+indexed(term.Text)+`"`)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			continue
		}
		if err := t.forgetTerm(term); err != nil {
			return err
		}
	}
	return nil
}

// forgetTerm is told the trigrams: the table is not in the order of terms.
func (t *tx) forgetTerm(term catalog.Term) error {
	known, err := all(&t.view, `SELECT id FROM search_terms WHERE term = ?`, (*row).int64, term.Text)
	if err != nil || len(known) == 0 {
		return err
	}
	length := utf8.RuneCountInString(term.Text)
	for _, gram := range term.Trigrams {
		if _, err := t.exec(`DELETE FROM search_trigrams WHERE gram = ? AND length = ? AND term = ?`, gram, length, known[0]); err != nil {
			return err
		}
	}
	_, err = t.exec(`DELETE FROM search_terms WHERE id = ?`, known[0])
	return err
}

func (t *tx) ForgetScan(scan catalog.Digest, at time.Time) error {
	for _, step := range []clause{
		clausef(`UPDATE scans SET purged_at = ? WHERE digest = ? AND purged_at = 0`, at, scan),
		clausef(`DELETE FROM pages WHERE scan = ?`, scan),
		// 2 is Queued: the relay withdraws the jobs of those that were; 4 is Dropped.
		clausef(`UPDATE works SET state = 4, sequence = iif(state = 2, sequence, 0), outcome = 0, reason = '', reading = '', ended_at = 0 WHERE scan = ?`, scan),
		clausef(`UPDATE holdings SET path = 'withdrawn/' || id WHERE scan = ?`, scan),
		// Somebody may have called another file of the batch just so.
		clausef(`UPDATE batch_files AS f SET path = 'withdrawn/' || number || iif(EXISTS (SELECT 1 FROM batch_files o
			WHERE o.batch = f.batch AND o.path = 'withdrawn/' || f.number AND o.number <> f.number), '/' || lower(hex(randomblob(16))), '')
			WHERE scan = ? AND scan <> x''`, scan),
	} {
		if err := t.put("scan", string(scan), step.sql, step.args...); err != nil {
			return err
		}
	}
	return nil
}
