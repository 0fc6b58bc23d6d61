package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func purges(t *testing.T, u suite) {
	u.run(t, "InTheirOrder", purgesInOrder)
	u.run(t, "TwoPersons", purgesNeedTwo)
	u.run(t, "WhoConfirms", purgesConfirmedBy)
	u.run(t, "StepByStep", purgesStepByStep)
	u.run(t, "WhatStands", purgesStand)
	u.run(t, "TombstonesStandForWhatIsThere", tombstonesStand)
	u.run(t, "NothingGoesWithoutTombstone", nothingWithoutTombstone)
	u.run(t, "NothingComesBack", nothingComesBack)
	u.run(t, "SharedScans", purgesOfSharedScans)
	u.run(t, "EverOn", everOn)
	u.run(t, "ForgottenDocument", forgottenDocument)
	u.run(t, "ForgottenTerms", forgottenTerms)
	u.run(t, "ForgottenScan", forgottenScan)
	u.run(t, "UnsentOf", unsentOf)
	u.run(t, "Scrub", scrubbed)
}

func (f *fixture) putOperators(ids ...string) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, id := range ids {
			u := user(id)
			u.Roles = []catalog.Role{catalog.Operates}
			if err := tx.PutUser(u); err != nil {
				return err
			}
		}
		return nil
	})
}

// asked is a purge as it begins.
func asked(id string, documents ...string) catalog.Purge {
	return catalog.Purge{
		ID: id, State: catalog.PurgeAsked, Documents: documents, Reason: "a court's order", AskedBy: "olga", AskedAt: begin, Salt: "salt of " + id,
	}
}

func confirmed(p catalog.Purge, by string) catalog.Purge {
	p.State, p.ConfirmedBy, p.ConfirmedAt = catalog.Purging, by, minute(1)
	return p
}

func (f *fixture) putPurge(p catalog.Purge) error {
	return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutPurge(p) })
}

func tombstone(subject string, d catalog.Digest) catalog.Tombstone {
	return catalog.Tombstone{Subject: subject, Digest: d, Document: "d", Purge: "p", At: minute(1)}
}

// page1 is a region of page 1 of a scan.
func page1(scan, reading string) catalog.Region {
	return catalog.Region{Scan: digest(scan), Page: 1, Reading: reading, Outcome: catalog.Text, Assurance: catalog.AssuranceMachine}
}

// buried is a store with document "d", whose two revisions showed the machine's reading
// "m" and the person's "w" of scan "s", a statement "f" in it, and document "e" on
// another scan. vera has signed both.
func (f *fixture) buried() {
	f.Helper()
	f.putScans("s", "other")
	f.putUsers("anna", "vera")
	f.putOperators("olga", "otto")
	fields, err := catalog.NewFields([]catalog.Field{{Name: "place", Statement: "f", Person: "anna"}})
	f.takes("fields", err)
	f.tx(func(tx catalog.Tx) error {
		machine := ofOrigin("m", catalog.Machine)
		machine.Body, machine.BodyDigest, machine.Text = []byte("m"), digest("m"), "m"
		first, second := revision("d", 1, "title", page1("s", "m")), revision("d", 2, "title", page1("s", "w"))
		second.Fields = fields
		d := document("d")
		d.Head = 2
		return errors.Join(
			tx.InsertReading(machine), tx.InsertReading(written("w", "m", "anna")), submit(tx, written("w", "m", "anna")), state(tx, statement("f", "", "anna")),
			tx.InsertSignature(signature("g", "w", "vera")), tx.PutDocument(d), tx.InsertRevision(first), tx.InsertRevision(second),
			tx.PutDocument(document("e")), tx.InsertRevision(revision("e", 1, "another", page1("other", ""))),
		)
	})
	f.takes("ask", f.putPurge(asked("p", "d")))
}

func (f *fixture) stones() []catalog.Tombstone {
	f.Helper()
	var stones []catalog.Tombstone
	f.view(func(r catalog.Reader) error {
		for number := 1; number <= 2; number++ {
			revision, err := r.Revision("d", number)
			if err != nil {
				return err
			}
			stones = append(stones, tombstone(catalog.RevisionSubject("d", number), revision.Digest))
		}
		s, err := r.Statement("f")
		stones = append(stones, tombstone(catalog.StatementSubject("f"), s.Digest),
			tombstone(catalog.ReadingSubject("m"), digest("m")), tombstone(catalog.ReadingSubject("w"), digest("w")))
		return err
	})
	return stones
}

// purge confirms the purge "p" and sets all tombstones, which it returns.
func (f *fixture) purge() []catalog.Tombstone {
	f.Helper()
	stones := f.stones()
	f.tx(func(tx catalog.Tx) error {
		p := confirmed(asked("p", "d"), "otto")
		p.Scans = []catalog.PurgedScan{{Digest: digest("s")}}
		failed := tx.PutPurge(p)
		for _, s := range stones {
			failed = errors.Join(failed, tx.InsertTombstone(s))
		}
		d, err := tx.Document("d")
		d.DeletedAt, d.PurgedAt = begin, minute(1)
		return errors.Join(failed, err, tx.PutDocument(d), tx.ForgetScan(digest("s"), minute(1)))
	})
	return stones
}

func purgesInOrder(f *fixture) {
	f.putDocuments("a", "b", "c")
	f.putOperators("olga", "otto")
	one, two := asked("1", "a", "b"), asked("2", "c")
	two.KeepShared = true
	f.takes("one", f.putPurge(one))
	f.takes("two", f.putPurge(two))
	done := confirmed(one, "otto")
	f.takes("confirm", f.putPurge(done))
	done.State, done.EndedAt, done.Late = catalog.PurgeDone, minute(2), 3
	f.takes("done", f.putPurge(done))
	equal(f, "one", read(f, func(r catalog.Reader) (catalog.Purge, error) { return r.Purge("1") }), done)
	equal(f, "of b", read(f, func(r catalog.Reader) (catalog.Purge, error) { return r.PurgeOf("b") }), done)
	list := func(state catalog.PurgeState, after string, limit int) []catalog.Purge {
		return read(f, func(r catalog.Reader) ([]catalog.Purge, error) { return r.Purges(state, after, limit) })
	}
	equal(f, "all", list(0, "", 9), []catalog.Purge{two, done})
	equal(f, "first", list(0, "", 1), []catalog.Purge{two})
	equal(f, "next", list(0, "2", 9), []catalog.Purge{done})
	equal(f, "asked", list(catalog.PurgeAsked, "", 9), []catalog.Purge{two})
	equal(f, "purging", len(list(catalog.Purging, "", 9)), 0)
	if err := f.putPurge(asked("3", "b")); !exists(err) {
		f.Errorf("a second purge of a document: %v", err)
	}
	two.State, two.EndedAt = catalog.PurgeCancelled, minute(3)
	f.takes("cancel", f.putPurge(two))
	f.takes("ask again", f.putPurge(asked("4", "c")))
	equal(f, "of c", read(f, func(r catalog.Reader) (catalog.Purge, error) { return r.PurgeOf("c") }).ID, "4")
	f.view(func(r catalog.Reader) error {
		for what, err := range map[string]error{
			"purge": second(r.Purge("9")), "purge of": second(r.PurgeOf("x")), "tombstone": second(r.Tombstone("readings/x")),
		} {
			if !errors.Is(err, catalog.ErrNotFound) {
				f.Errorf("%s that is not there: %v", what, err)
			}
		}
		return nil
	})
}

func second[T any](_ T, err error) error { return err }

func purgesNeedTwo(f *fixture) {
	f.buried()
	f.refuses("who asked confirms", f.putPurge(confirmed(asked("p", "d"), "olga")))
	begun := confirmed(asked("q", "e"), "otto")
	f.refuses("one that begins as confirmed", f.putPurge(begun))
	nobody := confirmed(asked("p", "d"), "")
	f.refuses("one that nobody confirmed", f.putPurge(nobody))
	f.takes("another confirms", f.putPurge(confirmed(asked("p", "d"), "otto")))
}

func purgesConfirmedBy(f *fixture) {
	f.buried()
	f.tx(func(tx catalog.Tx) error {
		program, barred := user("program"), user("barred")
		program.Roles, barred.Roles = []catalog.Role{catalog.Operates}, []catalog.Role{catalog.Reads, catalog.Operates}
		program.Service, barred.DisabledAt = true, begin
		return errors.Join(tx.PutUser(program), tx.PutUser(barred))
	})
	others := []string{"program", "barred", "anna", "nobody", "local"}
	for _, by := range others {
		f.refuses("confirmed by "+by, f.putPurge(confirmed(asked("p", "d"), by)))
	}
	for _, by := range others {
		other := asked("q", "e")
		other.AskedBy = by
		f.refuses("asked by "+by, f.putPurge(other))
	}
	f.takes("confirmed by an operator", f.putPurge(confirmed(asked("p", "d"), "otto")))
}

func purgesStepByStep(f *fixture) {
	f.buried()
	p := asked("p", "d")
	done := confirmed(p, "otto")
	done.State = catalog.PurgeDone
	f.refuses("done at once", f.putPurge(done))
	f.takes("confirmed", f.putPurge(confirmed(p, "otto")))
	back := p
	f.refuses("asked again", f.putPurge(back))
	cancelled := confirmed(p, "otto")
	cancelled.State = catalog.PurgeCancelled
	f.refuses("cancelled when confirmed", f.putPurge(cancelled))
	f.refuses("confirmed by another", f.putPurge(confirmed(p, "local")))
	f.takes("done", f.putPurge(done))
	f.takes("a late text", f.putPurge(confirmed(p, "otto")))
	f.takes("done again", f.putPurge(done))
}

// What was asked for stays as it was.
func purgesStand(f *fixture) {
	f.buried()
	for what, change := range map[string]func(*catalog.Purge){
		"reason":  func(p *catalog.Purge) { p.Reason = "another" },
		"person":  func(p *catalog.Purge) { p.AskedBy = "otto" },
		"time":    func(p *catalog.Purge) { p.AskedAt = minute(9) },
		"salt":    func(p *catalog.Purge) { p.Salt = "another" },
		"sharing": func(p *catalog.Purge) { p.KeepShared = true },
	} {
		p := asked("p", "d")
		change(&p)
		f.refuses("another "+what, f.putPurge(p))
	}
}

func tombstonesStand(f *fixture) {
	f.buried()
	insert := func(s catalog.Tombstone) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertTombstone(s) })
	}
	good := tombstone("readings/m", digest("m"))
	f.refuses("before it is confirmed", insert(good))
	f.takes("confirm", f.putPurge(confirmed(asked("p", "d"), "otto")))
	for what, change := range map[string]func(*catalog.Tombstone){
		"another digest":     func(s *catalog.Tombstone) { s.Digest = digest("x") },
		"another purge":      func(s *catalog.Tombstone) { s.Purge = "q" },
		"another document":   func(s *catalog.Tombstone) { s.Document = "e" },
		"no such reading":    func(s *catalog.Tombstone) { s.Subject = "readings/x" },
		"no such kind":       func(s *catalog.Tombstone) { s.Subject = "signatures/g" },
		"another's revision": func(s *catalog.Tombstone) { s.Subject = "documents/e/revisions/1" },
	} {
		s := good
		change(&s)
		f.refuses(what, insert(s))
	}
	f.takes("as it is", insert(good))
	if err := insert(good); !exists(err) {
		f.Errorf("a second time: %v", err)
	}
	equal(f, "tombstone", read(f, func(r catalog.Reader) (catalog.Tombstone, error) { return r.Tombstone("readings/m") }), good)
	equal(f, "of the purge", read(f, func(r catalog.Reader) ([]catalog.Tombstone, error) { return r.Tombstones("p", "", 9) }), []catalog.Tombstone{good})
	equal(f, "behind it", len(read(f, func(r catalog.Reader) ([]catalog.Tombstone, error) { return r.Tombstones("p", "readings/m", 9) })), 0)
}

func nothingWithoutTombstone(f *fixture) {
	f.buried()
	destroy := func(stones ...catalog.Tombstone) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.Destroy(stones) })
	}
	for _, s := range f.stones() {
		f.refuses("destroy "+s.Subject, destroy(s))
	}
	stones := f.purge()
	f.takes("destroy", destroy(stones...))
	f.takes("destroy again", destroy(stones...))
	f.view(func(r catalog.Reader) error {
		for what, err := range map[string]error{
			"m": second(r.Reading("m")), "w": second(r.Reading("w")), "f": second(r.Statement("f")),
			"1": second(r.Revision("d", 1)), "2": second(r.Revision("d", 2)),
		} {
			if !errors.Is(err, catalog.ErrNotFound) {
				f.Errorf("%s is there: %v", what, err)
			}
		}
		return nil
	})
	equal(f, "contributors of what is gone", f.contributors("w"), []string{"anna"})
	equal(f, "signatures on it", read(f, func(r catalog.Reader) ([]catalog.Signature, error) { return r.SignaturesOn("w") }), []catalog.Signature{signature("g", "w", "vera")})
	equal(f, "document", read(f, func(r catalog.Reader) (catalog.Document, error) { return r.Document("d") }).PurgedAt, minute(1))
	equal(f, "scan", read(f, func(r catalog.Reader) (catalog.Scan, error) { return r.Scan(digest("s")) }).PurgedAt, minute(1))
	equal(f, "listed", len(read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) {
		return r.Documents(catalog.DocumentQuery{Deleted: true, Limit: 9})
	})), 1)
}

func nothingComesBack(f *fixture) {
	f.buried()
	stones := f.purge()
	fresh := written("n", "", "anna")
	document := read(f, func(r catalog.Reader) (catalog.Document, error) { return r.Document("d") })
	attempts := map[string]func(tx catalog.Tx) error{
		"the reading":                        func(tx catalog.Tx) error { return tx.InsertReading(written("w", "", "boris")) },
		"another of the scan":                func(tx catalog.Tx) error { return tx.InsertReading(fresh) },
		"the statement":                      func(tx catalog.Tx) error { return tx.InsertStatement(statement("f", "", "boris")) },
		"a revision":                         func(tx catalog.Tx) error { return tx.InsertRevision(revision("d", 1, "again")) },
		"a signature":                        func(tx catalog.Tx) error { return tx.InsertSignature(signature("h", "w", "olga")) },
		"the document":                       func(tx catalog.Tx) error { d := document; d.PurgedAt = time.Time{}; return tx.PutDocument(d) },
		"the document, undeleted":            func(tx catalog.Tx) error { d := document; d.DeletedAt = time.Time{}; return tx.PutDocument(d) },
		"the scan":                           func(tx catalog.Tx) error { return tx.PutScan(scan("s")) },
		"another document, without a purge":  func(tx catalog.Tx) error { d := document; d.ID = "e"; return tx.PutDocument(d) },
		"another scan, which no purge named": func(tx catalog.Tx) error { return tx.ForgetScan(digest("other"), begin) },
	}
	for what, attempt := range attempts {
		f.refuses(what+" before it is gone", refusedOrThere(f.Tx(f.ctx, attempt)))
	}
	f.tx(func(tx catalog.Tx) error { return tx.Destroy(stones) })
	for what, attempt := range attempts {
		f.refuses(what, f.Tx(f.ctx, attempt))
	}
}

// refusedOrThere takes that a key is there for a refusal: what is not yet gone is.
func refusedOrThere(err error) error {
	if exists(err) {
		return catalog.ErrRefused
	}
	return err
}

// A scan on which another document lay, if only once, stays.
func purgesOfSharedScans(f *fixture) {
	f.buried()
	f.tx(func(tx catalog.Tx) error { return tx.InsertRevision(revision("e", 2, "another", page1("s", "m"))) })
	p := confirmed(asked("p", "d"), "otto")
	p.Scans = []catalog.PurgedScan{{Digest: digest("s")}}
	f.refuses("a shared scan", f.putPurge(p))
	p.Scans = []catalog.PurgedScan{{Digest: digest("other"), Kept: true}}
	f.refuses("a scan of another", f.putPurge(p))
	p.Scans = []catalog.PurgedScan{{Digest: digest("s"), Kept: true}}
	f.takes("kept", f.putPurge(p))
	equal(f, "purge", read(f, func(r catalog.Reader) (catalog.Purge, error) { return r.Purge("p") }), p)
	f.refuses("forget it", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.ForgetScan(digest("s"), begin) }))
}

func everOn(f *fixture) {
	f.putScans("a", "b", "c")
	f.putDocuments("2", "1")
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.InsertRevision(revision("1", 2, "t", page1("a", ""), page1("b", ""))), tx.InsertRevision(revision("1", 3, "t", page1("a", ""))),
			tx.InsertRevision(revision("2", 2, "t", page1("b", ""))),
		)
	})
	on := func(name string) []string {
		return each(read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.EverOn(digest(name)) }), func(d catalog.Document) string { return d.ID })
	}
	equal(f, "on a", on("a"), []string{"1"})
	equal(f, "on b", on("b"), []string{"1", "2"})
	equal(f, "on c", len(on("c")), 0)
	want := []catalog.Digest{digest("a"), digest("b")}
	if want[0] > want[1] {
		want[0], want[1] = want[1], want[0]
	}
	equal(f, "scans of 1", read(f, func(r catalog.Reader) ([]catalog.Digest, error) { return r.ScansOf("1") }), want)
	f.insertAt("a", 2, "y")
	f.insertAt("a", 1, "x")
	equal(f, "readings on a", read(f, func(r catalog.Reader) ([]catalog.Reading, error) { return r.ReadingsOn(digest("a")) }), []catalog.Reading{
		{ID: "x", Scan: digest("a"), Page: 1, Origin: catalog.Machine, BodyDigest: digest("x"), CreatedAt: begin},
		{ID: "y", Scan: digest("a"), Page: 2, Origin: catalog.Machine, BodyDigest: digest("y"), CreatedAt: begin},
	})
}

func (f *fixture) insertAt(scan string, page int, id string) {
	f.Helper()
	f.insertReadings(catalog.Reading{
		ID: id, Scan: digest(scan), Page: page, Origin: catalog.Machine, Text: id, Body: []byte(id), BodyDigest: digest(id), CreatedAt: begin,
	})
}
