package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// purgeReady has what fillReview has, two operators, and a purge of "d", which lies on the
// scan, that olga asked for.
func purgeReady(t *testing.T, s *Store) {
	t.Helper()
	fillReview(t, s)
	scan := catalog.Digest(strings.Repeat("ab", 32))
	operates := []catalog.Role{catalog.Operates}
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutUser(catalog.User{ID: "olga", DisplayName: "Olga", Roles: operates}),
			tx.PutUser(catalog.User{ID: "otto", DisplayName: "Otto", Roles: operates}),
			tx.PutDocument(catalog.Document{ID: "e", Head: 1}),
			tx.InsertRevision(catalog.Revision{Document: "e", Number: 1, Title: "e", Regions: []catalog.Region{{Scan: scan, Page: 1}}}),
			tx.InsertRevision(catalog.Revision{Document: "d", Number: 2, Title: "d", Regions: []catalog.Region{{Scan: scan, Page: 1}}}),
			tx.PutPurge(catalog.Purge{ID: "p", State: catalog.PurgeAsked, Documents: []string{"d"}, Reason: "why", AskedBy: "olga", Salt: "salt"}),
		)
	}))
}

const confirmsRaw = `UPDATE purges SET state = 2, confirmed_by = 'otto', confirmed_at = 9 WHERE id = 'p'`

// TestPurgeInRawSQL proves that who speaks to the file itself destroys nothing without
// another person's word, and cannot pretend that there was one.
func TestPurgeInRawSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	purgeReady(t, s)
	const (
		stoneOfA   = `INSERT INTO tombstones SELECT 'readings/a', body_digest, 'd', 'p', 9 FROM readings WHERE id = 'a'`
		addsPurge  = `INSERT INTO purges SELECT 'q', %s, 'why', 0, '%s', 1, '%s', 0, 0, 'salt', 0`
		refusedAll = "\x00"
	)
	refuse := func(what string, statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if err := raw(t, path, statement); err == nil || !strings.Contains(err.Error(), "constraint failed") || strings.Contains(err.Error(), refusedAll) {
				t.Errorf("%s: %s: got %v", what, statement, err)
			}
		}
	}
	always := []string{
		`DELETE FROM readings WHERE id = 'ab'`,
		`DELETE FROM reading_details WHERE reading = 'ab'`,
		`DELETE FROM revisions WHERE document = 'e'`,
		`DELETE FROM contributors`,
		`DELETE FROM signatures`,
		`UPDATE events SET regions = '[]'`,
		`UPDATE events SET person = 'other'`,
		`UPDATE documents SET purged_at = 9 WHERE id = 'e'`,
		`UPDATE scans SET purged_at = 9`,
		`DELETE FROM purges`,
		`DELETE FROM purge_documents`,
		`UPDATE purge_documents SET document = 'e'`,
		`INSERT INTO purge_documents VALUES ('p', 'd')`,
		`UPDATE purges SET asked_by = 'local'`,
		`UPDATE purges SET reason = 'another'`,
		`UPDATE purges SET salt = 'another'`,
		`UPDATE purges SET id = 'another'`,
		`REPLACE INTO purges SELECT id, 1, reason, keep_shared, 'otto', asked_at, '', 0, 0, salt, late FROM purges`,
		`DELETE FROM ever_on`,
		`UPDATE ever_on SET document = 'e'`,
		`INSERT INTO tombstones SELECT 'readings/r', zeroblob(32), 'd', 'p', 9`,
		`INSERT INTO tombstones SELECT 'readings/r', body_digest, 'e', 'p', 9 FROM readings WHERE id = 'r'`,
		`INSERT INTO tombstones SELECT 'readings/r', body_digest, 'd', 'none', 9 FROM readings WHERE id = 'r'`,
		`INSERT INTO tombstones SELECT 'documents/e/revisions/1', digest, 'd', 'p', 9 FROM revisions WHERE document = 'e'`,
		fmt.Sprintf(addsPurge, "2", "olga", "otto"), fmt.Sprintf(addsPurge, "1", "vera", ""), fmt.Sprintf(addsPurge, "1", "nobody", ""),
		fmt.Sprintf(addsPurge, "1", "robot", ""), fmt.Sprintf(addsPurge, "1", "local", ""),
	}
	refuse("while it is asked for", slices.Concat(always, []string{
		stoneOfA,
		`DELETE FROM readings WHERE id = 'a'`,
		`DELETE FROM statements`,
		`UPDATE events SET regions = ''`,
		`UPDATE documents SET purged_at = 9 WHERE id = 'd'`,
		`UPDATE purges SET state = 2`,
		`UPDATE purges SET state = 3, confirmed_by = 'otto'`,
		`UPDATE purges SET state = 2, confirmed_by = 'olga'`,
		`UPDATE purges SET state = 2, confirmed_by = 'vera'`,
		`UPDATE purges SET state = 2, confirmed_by = 'robot'`,
		`UPDATE purges SET state = 2, confirmed_by = 'nobody'`,
		`UPDATE purges SET state = 2, confirmed_by = 'local'`,
		`UPDATE purges SET confirmed_by = 'otto'`,
	})...)

	must(t, raw(t, path, confirmsRaw))
	refuse("when it is confirmed", slices.Concat(always, []string{
		`INSERT INTO purge_documents VALUES ('p', 'e')`,
		`INSERT INTO purge_scans SELECT 'p', digest, 0 FROM scans`, // "e" lies on it
		`INSERT INTO purge_scans VALUES ('p', zeroblob(32), 1)`,
		`UPDATE purges SET state = 1, confirmed_by = ''`,
		`UPDATE purges SET state = 4`,
		`UPDATE purges SET confirmed_by = 'local'`,
		`UPDATE purges SET late = -1`,
		`DELETE FROM readings WHERE id = 'a'`, // it has no tombstone yet
		`DELETE FROM statements`,
	})...)

	must(t, raw(t, path, stoneOfA, `DELETE FROM reading_details WHERE reading = 'a'`, `DELETE FROM readings WHERE id = 'a'`,
		`INSERT INTO tombstones SELECT 'documents/d/revisions/' || number, digest, 'd', 'p', 9 FROM revisions WHERE document = 'd'`,
		`UPDATE documents SET purged_at = 9, deleted_at = 9 WHERE id = 'd'`))
	refuse("when it is gone", append(rawReading("a", "r", "anna"),
		`INSERT INTO contributors VALUES ('a', 'vera')`, signedBy("vera", "a"),
		`DELETE FROM tombstones`, `UPDATE tombstones SET digest = zeroblob(32)`, `REPLACE INTO tombstones SELECT subject, zeroblob(32), document, purge, at FROM tombstones`,
		`UPDATE documents SET purged_at = 0 WHERE id = 'd'`, `UPDATE documents SET deleted_at = 0 WHERE id = 'd'`,
		`REPLACE INTO documents (id, collection, holding, head, events, created_at, deleted_at) SELECT id, '', '', 1, 2, 0, 0 FROM documents WHERE id = 'd'`,
		`INSERT INTO revisions SELECT 'd', 9, author, created_at, digest, manifest, 0 FROM revisions WHERE document = 'e'`,
	)...)
}

// TestCheckFindsPurgesThatWereNone takes triggers away, writes what they would have refused,
// and puts them back.
func TestCheckFindsPurgesThatWereNone(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.db")
	s, err := Open(t.Context(), whole)
	must(t, err)
	purgeReady(t, s)
	must(t, s.Close())
	file, err := os.ReadFile(whole)
	must(t, err)
	for name, c := range map[string]struct {
		without []string
		change  []string
		want    string
	}{
		"who asked confirmed": {
			[]string{"purges_second"},
			[]string{`UPDATE purges SET state = 2, confirmed_by = 'olga'`, `UPDATE documents SET purged_at = 9, title = '' WHERE id = 'd'`},
			"purge p: olga asked for it and confirmed it",
		},
		"a program confirmed": {
			[]string{"purges_confirmed"},
			[]string{`UPDATE purges SET state = 2, confirmed_by = 'robot'`, `UPDATE documents SET purged_at = 9, title = '' WHERE id = 'd'`},
			"purge p: robot, who confirmed it, is no person",
		},
		"nobody confirmed": {
			[]string{"purges_unconfirmed"},
			[]string{`UPDATE purges SET state = 2`, `UPDATE documents SET purged_at = 9, title = '' WHERE id = 'd'`},
			"purge p: destroys, and nobody has confirmed it",
		},
		"a tombstone without a purge": {
			[]string{"tombstones_purge"},
			[]string{`INSERT INTO tombstones SELECT 'readings/r', body_digest, 'd', 'p', 9 FROM readings WHERE id = 'r'`},
			"tombstone of readings/r: belongs to no confirmed purge of document d",
		},
		"a document without a purge": {[]string{"documents_purged"}, []string{`UPDATE documents SET purged_at = 9, title = '' WHERE id = 'e'`}, "document e: was purged, and no purge of it was confirmed"},
		"a scan without a purge":     {[]string{"scans_purged"}, []string{`UPDATE scans SET purged_at = 9`}, "was purged, and no purge of it was confirmed"},
		"a document that came back":  {nil, []string{confirmsRaw}, "document d: its purge was confirmed, and it is there"},
		"a document that is still found": {
			nil,
			[]string{confirmsRaw, `UPDATE documents SET purged_at = 9, title = '' WHERE id = 'd'`, `INSERT INTO document_keys VALUES ('k', 'k', 0, 0, 'd')`},
			"document d: was purged, and is in the index of keys",
		},
		"whose scan it was is forgotten": {[]string{"ever_on_delete"}, []string{`DELETE FROM ever_on WHERE document = 'e'`}, "document e: it is not noted that it lay on scan abab"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			must(t, os.WriteFile(path, file, 0o600))
			// What else hangs on "d" would be told as well.
			change := []string{`DELETE FROM reviews`, `DROP TRIGGER events_regions`, `UPDATE events SET regions = ''`}
			for _, trigger := range c.without {
				change = append(change, `DROP TRIGGER `+trigger)
			}
			must(t, raw(t, path, append(change, c.change...)...))
			for _, made := range triggersMade(t) {
				if made.name == "events_regions" || slices.Contains(c.without, made.name) {
					must(t, raw(t, path, made.script))
				}
			}
			faults, err := openAt(t, path).Check(t.Context())
			must(t, err)
			if got := strings.Join(faults, "\n"); len(faults) != 1 || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q alone", got, c.want)
			}
		})
	}
}

// TestFileFromBeforePurges proves that it is known of older revisions on which scans they
// lie.
func TestFileFromBeforePurges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	beforeReview(t, path)
	s := openAt(t, path)
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		on, err := r.EverOn(sum("s"))
		if len(on) != 1 || on[0].ID != "d" {
			t.Errorf("got %+v", on)
		}
		return err
	}))
}

// secret stands in everything that is purged, whole or as the end of a word.
const secret = "zibeline"

// noise is text of some thousand words, of which those of the document n have its number.
func noise(rng *rand.Rand, n int, words ...string) (string, []catalog.Term) {
	var b strings.Builder
	times := map[string]int{}
	for range 50 + rng.IntN(800) {
		w := fmt.Sprintf("word%d", int(rng.ExpFloat64()*900))
		switch rng.IntN(40) {
		case 0:
			w = fmt.Sprintf("own%dx%d", n, rng.IntN(50))
		case 1:
			if len(words) > 0 {
				w = fmt.Sprintf("%s%d", words[rng.IntN(len(words))], rng.IntN(30))
			}
		}
		times[w]++
		b.WriteString(w + " ")
	}
	b.WriteString(strings.Join(words, " "))
	for _, w := range words {
		times[w]++
	}
	var terms []catalog.Term
	for w, count := range times {
		t := catalog.Term{Text: w, Times: count}
		for i := range len(w) - 2 {
			t.Trigrams = append(t.Trigrams, w[i:i+3])
		}
		terms = append(terms, t)
	}
	return b.String(), terms
}

// TestPurgeLeavesNoBytes purges some of many documents that were drafted, corrected, indexed
// anew and reordered again and again, and looks for a word of theirs in the files.
func TestPurgeLeavesNoBytes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "catalog.db")
	s := openAt(t, path)
	rng := rand.New(rand.NewPCG(7, 7))
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		operates := []catalog.Role{catalog.Operates}
		return errors.Join(tx.PutUser(catalog.User{ID: "otto", DisplayName: "Otto", Roles: operates}), tx.PutUser(catalog.User{ID: "olga", DisplayName: "Olga", Roles: operates}))
	}))
	const documents = 60
	var secrets []string
	gone := map[string][]catalog.Term{}
	for n := range documents {
		id := fmt.Sprintf("%03d", (n*37)%documents)
		var words []string
		if n%10 == 3 {
			secrets, words = append(secrets, id), []string{secret}
		}
		for round := range 3 {
			gone[id] = append(gone[id], putNoise(t, s, rng, id, n, round, words)...)
		}
	}
	if found := filesWith(t, dir, secret); len(found) == 0 {
		t.Fatal("the word is in no file before the purge: the test shows nothing")
	}
	purgeNoise(t, s, secrets, gone)
	must(t, s.Scrub(t.Context()))
	if found := filesWith(t, dir, secret); len(found) > 0 {
		t.Errorf("after the purge the word is in %v", found)
	}
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("check: %v, %v", faults, err)
	}
}

// putNoise makes a document, or revises it, with all that hangs on it.
func putNoise(t *testing.T, s *Store, rng *rand.Rand, id string, n, round int, words []string) []catalog.Term {
	t.Helper()
	scan, reading := sum("scan "+id), fmt.Sprintf("r%s.%d", id, round)
	text, terms := noise(rng, n, words...)
	draft := func(version int) catalog.Review {
		text, _ := noise(rng, n, words...)
		return catalog.Review{Document: id, Key: "k", Region: 1, State: catalog.ToCorrect, Draft: catalog.Draft{Text: text, Editors: []string{"anna"}}, Version: version}
	}
	title := strings.Join(append(slices.Clone(words), "title"), " ")
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		r := catalog.Reading{
			ID: reading, Scan: scan, Page: 1, Origin: catalog.Person, Contributors: []string{"anna"},
			Text: text, Body: []byte(text + text), BodyDigest: sum(reading),
		}
		fields, err := catalog.NewFields([]catalog.Field{{Name: "place", Raw: title, Person: "anna", Statement: "s" + reading}})
		if err != nil {
			return err
		}
		revision := catalog.Revision{Document: id, Number: round + 1, Title: title, Fields: fields, Regions: []catalog.Region{{Scan: scan, Page: 1, Reading: reading}}}
		return errors.Join(
			tx.PutScan(catalog.Scan{Digest: scan}), tx.InsertReading(r),
			tx.InsertStatement(catalog.Statement{ID: "s" + reading, Contributors: []string{"anna"}, Body: []byte(title), Digest: sum(title)}),
			tx.PutDocument(catalog.Document{ID: id, Head: round + 1, Events: round + 1}), tx.InsertRevision(revision),
			tx.PutTerms(id, terms), tx.PutKeys(id, []catalog.Key{{Kind: "title", Text: title}}),
			tx.PutLinks(id, []catalog.Link{{Kind: catalog.LinkReference, Raw: title}}),
			tx.AppendEvent(catalog.Event{Document: id, Sequence: round + 1, Revision: round + 1, Regions: []catalog.RegionChange{{Words: []catalog.WordChange{{After: title}}}}}),
			tx.PutReview(draft(0)), tx.PutReview(draft(1)),
		)
	}))
	return terms
}

func purgeNoise(t *testing.T, s *Store, ids []string, terms map[string][]catalog.Term) {
	t.Helper()
	slices.Sort(ids)
	p := catalog.Purge{ID: "p", State: catalog.PurgeAsked, Documents: ids, Reason: "why", AskedBy: "olga", Salt: "salt"}
	var stones []catalog.Tombstone
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		stones = nil
		failed := tx.PutPurge(p)
		p.State, p.ConfirmedBy = catalog.Purging, "otto"
		for _, id := range ids {
			p.Scans = append(p.Scans, catalog.PurgedScan{Digest: sum("scan " + id)})
		}
		failed = errors.Join(failed, tx.PutPurge(p))
		for _, id := range ids {
			revisions, err := tx.RevisionsBelow(id, 0, 9)
			failed = errors.Join(failed, err)
			for _, r := range revisions {
				reading := r.Regions[0].Reading
				stones = append(stones, catalog.Tombstone{Subject: catalog.RevisionSubject(id, r.Number), Digest: r.Digest, Document: id},
					catalog.Tombstone{Subject: catalog.ReadingSubject(reading), Digest: sum(reading), Document: id},
					catalog.Tombstone{Subject: catalog.StatementSubject("s" + reading), Digest: sum(r.Title), Document: id})
			}
		}
		for i := range stones {
			stones[i].Purge = "p"
			failed = errors.Join(failed, tx.InsertTombstone(stones[i]))
		}
		for _, id := range ids {
			d, err := tx.Document(id)
			d.DeletedAt, d.PurgedAt = time.UnixMicro(9), time.UnixMicro(9)
			failed = errors.Join(failed, err, tx.PutDocument(d), tx.ForgetDocument(id), tx.ForgetScan(sum("scan "+id), time.UnixMicro(9)), tx.ForgetTerms(terms[id]))
		}
		return errors.Join(failed, tx.Destroy(stones))
	}))
}

// filesWith names the files of a folder that have some bytes.
func filesWith(t *testing.T, dir, word string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var found []string
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		if n := bytes.Count(content, []byte(word)); n > 0 {
			found = append(found, fmt.Sprintf("%s (%d times)", e.Name(), n))
		}
	}
	return found
}

// TestScrubWaitsForReaders proves that a view which still reads the log is told of, and
// that Scrub goes on after it.
func TestScrubWaitsForReaders(t *testing.T) {
	s := openNew(t)
	fill(t, s)
	impatient(t, s)
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		_, err := r.Reading("r")
		must(t, err)
		must(t, s.Tx(t.Context(), func(tx catalog.Tx) error { return tx.PutDocument(catalog.Document{ID: "d", Head: 1, Events: 1}) }))
		if err := s.Scrub(t.Context()); !errors.Is(err, ErrOpenViews) {
			t.Errorf("got %v", err)
		}
		return nil
	}))
	must(t, s.Scrub(t.Context()))
}
