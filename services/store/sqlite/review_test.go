package sqlite

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// queues are a query of each kind that review asks, from the start and behind a mark.
func queues() []catalog.ReviewQuery {
	var list []catalog.ReviewQuery
	for _, order := range []catalog.ReviewOrder{catalog.OldestFirst, catalog.LeastSureFirst, catalog.MostDisputedFirst} {
		for _, collection := range []string{"", "c"} {
			for _, after := range []*catalog.Review{nil, {Document: "d", Key: "k"}} {
				q := catalog.ReviewQuery{Collection: collection, Order: order, After: after, Limit: 50}
				list = append(list, q)
				q.FreeAt, q.For = time.UnixMicro(1), "p"
				list = append(list, q)
			}
		}
	}
	return list
}

// TestQueuePlans proves that a queue is read from where its page begins, in its order,
// and not sorted: its cost is that of the page, however many wait.
func TestQueuePlans(t *testing.T) {
	s := openNew(t)
	c := s.writer.conn
	plan := func(q catalog.ReviewQuery) string {
		asked := reviewsIn(q, orderOf(q.Order), catalog.ToCorrect)
		var steps []string
		must(t, c.query(t.Context(), "EXPLAIN QUERY PLAN "+asked.sql, asked.args, func(r *row) {
			r.next = 3
			steps = append(steps, r.text())
		}))
		return strings.Join(steps, "\n")
	}
	for _, q := range queues() {
		order := orderOf(q.Order)
		index, stretch := order.index, "state=?"
		if q.Collection != "" {
			index, stretch = index+"_in", "collection=? AND state=?"
		}
		if q.After != nil {
			stretch += " AND (" + order.column + ",document,key)>(?,?,?)"
		}
		want := "SEARCH reviews USING INDEX " + index + " (" + stretch + ")"
		if got := plan(q); !strings.HasPrefix(got, want) || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%+v:\n got %s\nwant %s", q, got, want)
		}
		q.Document = "d"
		if got := plan(q); !strings.HasPrefix(got, "SEARCH reviews USING PRIMARY KEY (document=?)") {
			t.Errorf("%+v: got %s", q, got)
		}
	}
}

func sum(text string) catalog.Digest {
	return catalog.Digest(fmt.Sprintf("%x", sha256.Sum256([]byte(text))))
}

// fillReview puts what review makes: a machine's reading "r" (of fill), corrected by
// anna as "a", taken up by boris as "ab"; a statement of anna's; signatures by vera
// under "a" and the statement; a review; an act with a leaf and others without; a hash and
// a checkpoint.
func fillReview(t *testing.T, s *Store) {
	t.Helper()
	fill(t, s)
	scan := catalog.Digest(strings.Repeat("ab", 32))
	written := func(id, basedOn string, contributors ...string) catalog.Reading {
		return catalog.Reading{ID: id, Scan: scan, Page: 1, Origin: catalog.Person, BasedOn: basedOn, Contributors: contributors, Text: "as it was"}
	}
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutUser(catalog.User{ID: "anna", DisplayName: "Anna"}), tx.PutUser(catalog.User{ID: "boris", DisplayName: "Boris"}),
			tx.PutUser(catalog.User{ID: "cyril", DisplayName: "Cyril"}),
			tx.PutUser(catalog.User{ID: "vera", DisplayName: "Vera"}), tx.PutUser(catalog.User{ID: "robot", DisplayName: "Robot", Service: true}),
			tx.PutUser(catalog.User{ID: "barred", DisplayName: "Barred", DisabledAt: time.UnixMicro(1)}),
			tx.AppendAct(catalog.Act{Kind: "k", Facts: []byte("{}")}), tx.AppendAct(catalog.Act{Kind: "k", Facts: []byte("{}")}),
			tx.InsertReading(written("a", "r", "anna")), tx.InsertReading(written("ab", "a", "anna", "boris")),
			tx.AppendAct(submitted("a", "anna")), tx.AppendAct(submitted("ab", "boris")),
			tx.AppendAct(catalog.Act{Kind: catalog.ActFieldStated, Person: "anna", Subject: catalog.StatementSubject("st"), Facts: []byte("{}")}),
			tx.InsertStatement(catalog.Statement{ID: "st", Contributors: []string{"anna"}, Body: []byte("{}"), Digest: sum("{}")}),
			tx.InsertSignature(catalog.Signature{ID: "g1", Subject: "a", Content: sum("a"), Person: "vera"}),
			tx.InsertSignature(catalog.Signature{ID: "g2", Subject: "st", Content: sum("st"), Person: "vera"}),
			tx.PutReview(catalog.Review{Document: "d", Key: "k", Region: 1, Collection: "c", State: catalog.ToCorrect}),
			tx.SetLeaf(1, 0), tx.PutTreeHashes(0, [][32]byte{{1}, {2}}), tx.InsertCheckpoint(catalog.Checkpoint{Size: 1, Root: sum("")}),
			tx.AppendEvent(catalog.Event{Document: "d", Sequence: 2, Regions: []catalog.RegionChange{{Region: 1, Scan: scan}}}))
	}))
}

// submitted is the act on a person's reading.
func submitted(reading, person string) catalog.Act {
	return catalog.Act{Kind: catalog.ActTextCorrected, Person: person, Subject: catalog.ReadingSubject(reading), Facts: []byte("{}")}
}

// rawReading is raw SQL for a person's reading of the page of "r".
func rawReading(id, basedOn string, contributors ...string) []string {
	var list []string
	for _, c := range contributors {
		list = append(list, fmt.Sprintf(`INSERT INTO contributors VALUES ('%s', '%s')`, id, c))
	}
	return append(list, fmt.Sprintf(`INSERT INTO reading_details VALUES ('%s', '%s', '', -1, 0, 0)`, id, basedOn),
		fmt.Sprintf(`INSERT INTO readings SELECT '%s', scan, page, 2, recipe, body_digest, created_at, engine, envelope, text, body FROM readings WHERE id = 'r'`, id))
}

// rawSubmitted is rawReading with the act that says that the last contributor submitted it.
func rawSubmitted(id, basedOn string, contributors ...string) []string {
	return append(rawReading(id, basedOn, contributors...), rawSubmission(id, contributors[len(contributors)-1]))
}

func rawSubmission(reading, person string) string {
	return fmt.Sprintf(`INSERT INTO acts (kind, person, subject, at, facts) VALUES ('text.corrected', '%s', 'readings/%s', 1, x'')`, person, reading)
}

func signedBy(person, subject string) string {
	return fmt.Sprintf(`INSERT INTO signatures VALUES ('new', '%s', zeroblob(32), '%s', 1)`, subject, person)
}

// forgedRevision is raw SQL for a revision of "d" that says that something is verified.
func forgedRevision(what string) string {
	return fmt.Sprintf(`INSERT INTO revisions (document, number, author, created_at, digest, manifest, assurance)
		VALUES ('d', 9, 'anna', 1, zeroblob(32), CAST('{"title":"t","regions":[{"page":1},{"box":{"x":1},%s,"assurance":3}]}' AS BLOB), 3)`, what)
}

// TestReviewIsImmutable proves that raw SQL, without the settings of the store's own
// connections, changes nothing that people have written and signed.
func TestReviewIsImmutable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	fillReview(t, s)
	for _, statement := range []string{
		`UPDATE readings SET text = 'other' WHERE id = 'a'`,
		`DELETE FROM readings WHERE id = 'a'`,
		`UPDATE reading_details SET based_on = ''`,
		`DELETE FROM reading_details`,
		`REPLACE INTO reading_details SELECT reading, '', part, confidence, words, doubtful FROM reading_details WHERE reading = 'ab'`,
		`INSERT OR IGNORE INTO reading_details VALUES ('r', 'a', '', -1, 0, 0)`,
		`UPDATE contributors SET person = 'nobody' WHERE subject = 'a'`,
		`UPDATE OR IGNORE contributors SET subject = 'z' WHERE subject = 'a'`,
		`DELETE FROM contributors WHERE subject = 'a'`,
		`DELETE FROM contributors`,
		`INSERT INTO contributors VALUES ('a', 'vera')`,
		`INSERT OR IGNORE INTO contributors VALUES ('r', 'vera')`,
		`REPLACE INTO contributors VALUES ('st', 'vera')`,
		`UPDATE statements SET body = x'00'`,
		`DELETE FROM statements`,
		`REPLACE INTO statements SELECT id, based_on, created_at, zeroblob(32), body FROM statements`,
		`INSERT INTO statements SELECT * FROM statements WHERE true ON CONFLICT DO UPDATE SET body = x'00'`,
		`UPDATE signatures SET person = 'boris'`,
		`DELETE FROM signatures`,
		`REPLACE INTO signatures SELECT id, subject, zeroblob(32), person, signed_at FROM signatures`,
		`REPLACE INTO signatures SELECT 'other', subject, content, person, signed_at FROM signatures WHERE id = 'g1'`,
		`UPDATE OR REPLACE signatures SET content = (SELECT content FROM signatures WHERE id = 'g2') WHERE id = 'g1'`,
		`UPDATE users SET id = 'another' WHERE id = 'anna'`,
		`DELETE FROM users`,
		`UPDATE users SET service = 0 WHERE id = 'robot'`,
		`UPDATE users SET service = 1 WHERE id = 'anna'`,
		`REPLACE INTO users SELECT id, 'New', roles, 0, created_at, disabled_at FROM users WHERE id = 'robot'`,
		`INSERT OR IGNORE INTO users SELECT id, 'New', roles, 0, created_at, disabled_at FROM users WHERE id = 'robot'`,
		`INSERT INTO users SELECT * FROM users WHERE true ON CONFLICT DO UPDATE SET service = 0`,
		`REPLACE INTO users SELECT 'new', display_name, roles, 0, created_at, disabled_at FROM users WHERE id = 'anna'`,
		`UPDATE OR REPLACE users SET display_name = 'Boris' WHERE id = 'anna'`,
		`INSERT INTO users SELECT 'local', 'New', roles, 0, created_at, disabled_at FROM users WHERE id = 'anna'`,
		`INSERT INTO users SELECT 'system', 'New', roles, 0, created_at, disabled_at FROM users WHERE id = 'anna'`,
		`INSERT INTO signatures_before_names SELECT id FROM signatures`,
		forgedRevision(`"reading":"ab"`), // which nobody has signed
		strings.Replace(forgedRevision(`"reading":"ab"`), "INSERT", "REPLACE", 1),
		strings.ReplaceAll(forgedRevision(`"statement":"other"`), "regions", "fields"),
		`UPDATE acts SET facts = x'00'`,
		`UPDATE acts SET kind = 'other', leaf = 5 WHERE id = 2`,
		`UPDATE acts SET person = 'other', leaf = 5 WHERE id = 2`,
		`UPDATE acts SET subject = 'other', leaf = 5 WHERE id = 2`,
		`UPDATE acts SET at = 9, leaf = 5 WHERE id = 2`,
		`UPDATE acts SET facts = x'00', leaf = 5 WHERE id = 2`,
		`UPDATE acts SET leaf = 5 WHERE id = 1`,
		`UPDATE acts SET leaf = -1 WHERE id = 1`,
		`UPDATE acts SET id = 9, leaf = 9 WHERE id = 2`,
		`UPDATE OR REPLACE acts SET leaf = 0 WHERE id = 2`,
		`DELETE FROM acts`,
		`REPLACE INTO acts SELECT id, 'other', person, subject, at, facts, -1 FROM acts WHERE id = 2`,
		`REPLACE INTO acts SELECT 9, kind, person, subject, at, facts, leaf FROM acts WHERE id = 1`,
		`UPDATE tree_hashes SET hash = zeroblob(32)`,
		`DELETE FROM tree_hashes`,
		`REPLACE INTO tree_hashes VALUES (1, zeroblob(32))`,
		`UPDATE checkpoints SET root = zeroblob(32)`,
		`DELETE FROM checkpoints`,
		`REPLACE INTO checkpoints VALUES (1, zeroblob(32), '', 0)`,
		`UPDATE events SET regions = ''`,
		`UPDATE revisions SET assurance = 3`,
	} {
		if err := raw(t, path, statement); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("after all of it: %v, %v", faults, err)
	}
}

// TestSecondPersonInRawSQL proves that who speaks to the file itself is refused what
// the program refuses, and is told why.
func TestSecondPersonInRawSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	fillReview(t, s)
	for name, c := range map[string]struct {
		statements []string
		want       string
	}{
		"a reading of nobody":              {rawReading("new", "r"), "names its contributors"},
		"one that leaves out a person":     {rawReading("new", "ab", "boris"), "names the contributors"},
		"one that leaves out the first":    {rawReading("new", "ab", "cyril", "boris"), "names the contributors"},
		"one of what is not there yet":     {rawReading("new", "later", "boris"), "one that is there"},
		"one with all":                     {rawReading("new", "ab", "boris", "anna"), ""},
		"one of a signed text":             {rawReading("new", "a", "boris"), ""},
		"by a contributor":                 {[]string{signedBy("boris", "ab")}, "may not sign"},
		"by the first of two":              {[]string{signedBy("anna", "ab")}, "may not sign"},
		"ignoring what is refused":         {[]string{strings.Replace(signedBy("anna", "ab"), "INSERT", "INSERT OR IGNORE", 1)}, "may not sign"},
		"by the first, behind a third":     {append(rawSubmitted("new", "ab", "anna", "boris", "cyril"), signedBy("anna", "new")), "may not sign"},
		"by who wrote a draft taken over":  {append(rawSubmitted("new", "r", "boris", "cyril"), signedBy("boris", "new")), "may not sign"},
		"a contributor who is taken away":  {[]string{`DELETE FROM contributors WHERE subject = 'ab' AND person = 'boris'`, signedBy("boris", "ab")}, "never deleted"},
		"under one's own statement":        {[]string{signedBy("anna", "st")}, "may not sign"},
		"under a machine's reading":        {[]string{signedBy("anna", "r")}, "only what a person wrote"},
		"under nothing":                    {[]string{signedBy("anna", "absent")}, "only what a person wrote"},
		"by a service":                     {[]string{signedBy("robot", "ab")}, "a user who is a person"},
		"by who is barred":                 {[]string{signedBy("barred", "ab")}, "a user who is a person"},
		"by nobody who is known":           {[]string{signedBy("local", "ab")}, "a user who is a person"},
		"of what nobody submitted":         {[]string{`DELETE FROM acts`, signedBy("vera", "ab")}, "never deleted"},
		"of what a program submitted":      {append(rawSubmitted("new", "r", "robot"), signedBy("vera", "new")), "nobody who has a name"},
		"of what nobody in particular did": {append(rawSubmitted("new", "ab", "anna", "boris", "local"), signedBy("vera", "new")), "nobody who has a name"},
		"by an act of who had no part":     {append(rawSubmitted("new", "r", "local"), rawSubmission("new", "boris"), signedBy("vera", "new")), "nobody who has a name"},
		"of what a person submitted again": {append(rawSubmitted("new", "r", "local", "boris"), signedBy("vera", "new")), ""},
		"twice under a content":            {[]string{`INSERT INTO signatures SELECT 'new', subject, content, person, 9 FROM signatures WHERE id = 'g1'`}, "signature exists"},
		"by a second person":               {[]string{signedBy("vera", "ab")}, ""},
		"a statement of nobody":            {[]string{`INSERT INTO statements SELECT 'new', '', 0, digest, body FROM statements`}, "names its contributors"},
		"a statement of what is not there": {[]string{`INSERT INTO contributors VALUES ('new', 'boris')`, `INSERT INTO statements SELECT 'new', 'later', 0, digest, body FROM statements`}, "one that is there"},
		"an act that begins with a leaf":   {[]string{`INSERT INTO acts (kind, person, subject, at, facts, leaf) VALUES ('k', 'p', 's', 1, x'', 7)`}, "begins with a leaf"},
	} {
		t.Run(name, func(t *testing.T) {
			err := raw(t, path, append([]string{`BEGIN`}, c.statements...)...) // closing it rolls back
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("after all of it: %v, %v", faults, err)
	}
}

// TestCheckFindsWhatTriggersRefuse takes triggers away, writes what they would have
// refused, and puts them back: each row is named.
func TestCheckFindsWhatTriggersRefuse(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.db")
	s, err := Open(t.Context(), whole)
	must(t, err)
	fillReview(t, s)
	must(t, s.Close())
	file, err := os.ReadFile(whole)
	must(t, err)
	for name, c := range map[string]struct {
		without string
		change  []string
		want    string
	}{
		"the last contributor is taken away": {
			"contributors_delete",
			[]string{`DELETE FROM contributors WHERE subject = 'a'`},
			"reading a: a person made it, and it names no contributor",
		},
		"a contributor of an unsigned reading is left out": {
			"readings_inherited", append(rawReading("x", "ab", "anna", "boris"), rawReading("new", "x", "cyril")...), "reading new: leaves out contributors of x",
		},
		"a contributor signs":           {"signatures_contributor", []string{signedBy("anna", "ab")}, "signature new: anna contributed to what it is under"},
		"a machine's reading is signed": {"signatures_of_persons", []string{signedBy("anna", "r")}, "signature new: is under r, which no person made"},
		"what a program wrote is signed": {
			"signatures_named", append(rawSubmitted("new", "r", "anna", "robot"), signedBy("vera", "new")), "signature new: nobody who has a name stands behind new",
		},
		"a user is taken away": {
			"users_delete",
			[]string{`INSERT INTO acts (kind, person, subject, at, facts) VALUES ('user.added', 'local', 'users/cyril', 1, x'')`, `DELETE FROM users WHERE id = 'cyril'`},
			"user cyril: acts name it, and it is not there",
		},
		"a service signs":                 {"signatures_person", []string{signedBy("robot", "ab")}, "signature new: robot is no person"},
		"a statement is changed":          {"statements_update", []string{`UPDATE statements SET body = x'00'`}, "statement st: is not what its digest says"},
		"a statement loses its persons":   {"contributors_delete", []string{`DELETE FROM contributors WHERE subject = 'st'`}, "statement st: names no contributor"},
		"contributors to nothing":         {"", []string{`INSERT INTO contributors VALUES ('z', 'anna')`}, "contributors of z: there is no such reading or statement"},
		"a revision is said to be signed": {"revisions_update", []string{`UPDATE revisions SET assurance = 3`}, "revision 1 of d: has assurance none, kept was VERIFIED"},
		"a count is changed":              {"", []string{`UPDATE review_counts SET reviews = 9`}, "reviews of collection c in state 1"},
		"a count is lost":                 {"", []string{`DELETE FROM review_counts`}, "reviews of collection c in state 1"},
		"a review is hidden":              {"", []string{`UPDATE reviews SET hidden = 1`}, "review d/k: is hidden, unlike its document"},
		"an act is taken away":            {"acts_delete", []string{`UPDATE acts SET leaf = 1 WHERE id = 2`, `DELETE FROM acts WHERE id = 1`}, "acts: 1 have a leaf, and the last leaf is 1"},
		"a hash is taken away":            {"tree_hashes_delete", []string{`DELETE FROM tree_hashes WHERE id = 0`}, "hashes of the tree: there are 1, and the last is 1"},
		"a trigger is missing":            {"", []string{`DROP TRIGGER signatures_contributor`}, "trigger signatures_contributor is missing"},
		"a trigger is weaker": {
			"readings_update",
			[]string{`CREATE TRIGGER readings_update BEFORE UPDATE ON readings WHEN false BEGIN SELECT RAISE(ABORT, 'never'); END`},
			"trigger readings_update was changed",
		},
		"a trigger is added": {"", []string{`CREATE TRIGGER other AFTER INSERT ON signatures BEGIN DELETE FROM requests; END`}, "trigger other is none of fonds"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			must(t, os.WriteFile(path, file, 0o600))
			if c.without != "" {
				c.change = slices.Concat([]string{`DROP TRIGGER ` + c.without}, c.change)
			}
			must(t, raw(t, path, c.change...))
			for _, made := range triggersMade(t) {
				if made.name == c.without {
					_ = raw(t, path, made.script) // it stands where the change made another
				}
			}
			faults, err := openAt(t, path).Check(t.Context())
			must(t, err)
			got := strings.Join(faults, "\n")
			if len(faults) != 1 || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q alone", got, c.want)
			}
		})
	}
}

func triggersMade(t *testing.T) []trigger {
	t.Helper()
	made, err := madeTriggers()
	must(t, err)
	return made
}

// beforeReview makes a file as it was before review, with a machine's reading, a document of
// three revisions of which the last is incomplete, and an event.
func beforeReview(t *testing.T, path string) {
	t.Helper()
	known, err := ordered(migrations)
	must(t, err)
	statements := []string{migrationTable}
	for _, m := range known[:5] {
		statements = append(statements, m.script,
			fmt.Sprintf(`INSERT INTO migrations VALUES (%d, '%s', x'%s', 0)`, m.number, m.name, m.checksum))
	}
	statements = append(statements,
		`INSERT INTO collections VALUES ('c', 'C', 1)`,
		`INSERT INTO scans VALUES (zeroblob(32), 1, '', 1, 1)`,
		`INSERT INTO readings VALUES ('r', zeroblob(32), 1, 1, zeroblob(32), x'', 1, x'', x'', 'text', x'00')`,
		`INSERT INTO documents (id, collection, holding, head, events, created_at, deleted_at) VALUES ('d', 'c', '', 3, 1, 1, 0)`,
		`INSERT INTO events (document, sequence, type, collection, revision, person, created_at) VALUES ('d', 1, 'document.created', 'c', 1, 'system', 1)`)
	for n, assurance := range []catalog.Assurance{0, catalog.AssuranceMachine, 0} {
		r := catalog.Revision{Regions: []catalog.Region{{Scan: sum("s"), Page: 1, Assurance: assurance}}}
		manifest, err := r.Manifest()
		must(t, err)
		statements = append(statements, fmt.Sprintf(`INSERT INTO revisions VALUES ('d', %d, 'system', 1, x'%s', x'%x')`, n+1, sum(string(manifest)), manifest))
	}
	must(t, raw(t, path, statements...))
}

// TestFileFromBeforeReview proves that what was there before the tables of review is
// given as what it is.
func TestFileFromBeforeReview(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	beforeReview(t, path)
	s := openAt(t, path)
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		reading, err := r.Reading("r")
		must(t, err)
		if reading.Measure != (catalog.Measure{Confidence: -1}) || reading.BasedOn != "" || reading.Box != nil || reading.Contributors != nil {
			t.Errorf("got %+v", reading)
		}
		for least, want := range map[catalog.Assurance]int{0: 3, catalog.AssuranceMachine: 2, catalog.AssuranceCorrected: 0, catalog.AssuranceVerified: 0} {
			if got, err := r.RevisionAbove("d", least); err != nil || got != want {
				t.Errorf("above %s: got %d, %v, want %d", least, got, err, want)
			}
		}
		collection, err := r.Collection("c")
		must(t, err)
		events, err := r.Events(0, "d", "", 5)
		if collection.OnePerson || len(events) != 1 || events[0].Regions != nil {
			t.Errorf("got %+v, %+v", collection, events)
		}
		return err
	}))
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		correction := catalog.Reading{ID: "p", Scan: catalog.Digest(strings.Repeat("0", 64)), Page: 1, Origin: catalog.Person, BasedOn: "r", Contributors: []string{"anna"}}
		return errors.Join(tx.InsertReading(correction), tx.PutReview(catalog.Review{Document: "d", Key: "k", Region: 1, State: catalog.ToVerify}))
	}))
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("check: %v, %v", faults, err)
	}
}

// putQueue puts reviews, two to a document.
func putQueue(b testing.TB, s *Store, n int) {
	b.Helper()
	const each = 20_000
	for at := 0; at < n; at += each {
		must(b, s.Tx(context.Background(), func(tx catalog.Tx) error {
			for i := at; i < min(at+each, n); i++ {
				id := fmt.Sprintf("01890000-0000-7000-8000-%012d", i/2)
				if err := tx.PutDocument(catalog.Document{ID: id, Collection: "main"}); err != nil {
					return err
				}
				v := catalog.Review{
					Document: id, Key: fmt.Sprintf("%016x", uint64(i)*0x9e3779b97f4a7c15), Region: i%2 + 1, Collection: []string{"main", "side"}[i%2],
					State: catalog.ReviewState(1 + i%10/8), Since: time.UnixMicro(int64(i) * 1_000_003), Reading: id,
					Measure:      catalog.Measure{Confidence: i * 7919 % 1000, Words: 300, Doubtful: i % 30},
					Disagreement: max(0, i*104_729%1100-900), Version: 1,
				}
				if err := tx.PutReview(v); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func BenchmarkReviews(b *testing.B) {
	s := openNew(b)
	putQueue(b, s, 100_000)
	free := catalog.ReviewQuery{States: []catalog.ReviewState{catalog.ToCorrect}, FreeAt: time.UnixMicro(1), For: "p", Limit: 50}
	for name, q := range map[string]catalog.ReviewQuery{
		"Oldest":   free,
		"InOne":    {Collection: "side", States: free.States, Order: catalog.LeastSureFirst, FreeAt: free.FreeAt, For: "p", Limit: 50},
		"Disputed": {Order: catalog.MostDisputedFirst, Limit: 50, After: &catalog.Review{Document: "01890000-0000-7000-8000-000000040000"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, s.View(b.Context(), func(r catalog.Reader) error {
					found, err := r.Reviews(q)
					if len(found) != 50 {
						b.Fatal(len(found))
					}
					return err
				}))
			}
		})
	}
	b.Run("Counts", func(b *testing.B) {
		for b.Loop() {
			must(b, s.View(b.Context(), func(r catalog.Reader) error { _, err := r.ReviewCounts(""); return err }))
		}
	})
}
