package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func signatures(t *testing.T, u suite) {
	u.run(t, "ReadingsNameTheirContributors", readingsNameContributors)
	u.run(t, "ContributorsAreInherited", contributorsInherited)
	u.run(t, "ContributorsStay", contributorsStay)
	u.run(t, "RefusalLeavesNothing", refusalLeavesNothing)
	u.run(t, "SecondPerson", secondPerson)
	u.run(t, "SomebodyWithAName", somebodyWithAName)
	u.run(t, "ThirdPersonAndTakenOverDraft", thirdPerson)
	u.run(t, "OncePerPerson", oncePerPerson)
	u.run(t, "InTheirOrder", signaturesInOrder)
	u.run(t, "Statements", statements)
	u.run(t, "StatementsInherit", statementsInherit)
}

func user(id string) catalog.User {
	return catalog.User{ID: id, DisplayName: "name of " + id, Roles: []catalog.Role{catalog.Verifies}, CreatedAt: begin}
}

func (f *fixture) putUsers(ids ...string) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, id := range ids {
			if err := tx.PutUser(user(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// written is a person's reading of page 1 of the scan "s".
func written(id, basedOn string, contributors ...string) catalog.Reading {
	return catalog.Reading{
		ID: id, Scan: digest("s"), Page: 1, Origin: catalog.Person, BasedOn: basedOn, Contributors: contributors,
		Text: "text of " + id, Body: []byte(id), BodyDigest: digest(id), CreatedAt: begin,
	}
}

func ofOrigin(id string, origin catalog.Origin) catalog.Reading {
	return catalog.Reading{ID: id, Scan: digest("s"), Page: 1, Origin: origin, CreatedAt: begin}
}

func statement(id, basedOn string, contributors ...string) catalog.Statement {
	body := []byte(`{"name":"` + id + `"}`)
	return catalog.Statement{
		ID: id, BasedOn: basedOn, Contributors: contributors, Body: body, Digest: digest(string(body)), CreatedAt: begin,
	}
}

func signature(id, subject, person string) catalog.Signature {
	return catalog.Signature{ID: id, Subject: subject, Content: digest("content of " + subject), Person: person, SignedAt: begin}
}

// insertReadings has the last contributor of each submit it.
func (f *fixture) insertReadings(list ...catalog.Reading) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, r := range list {
			if err := tx.InsertReading(r); err != nil {
				return fmt.Errorf("reading %s: %w", r.ID, err)
			}
			if err := submit(tx, r); err != nil {
				return fmt.Errorf("act on reading %s: %w", r.ID, err)
			}
		}
		return nil
	})
}

// submit writes the act of the last contributor to a reading, where there is one.
func submit(tx catalog.Tx, r catalog.Reading) error {
	if len(r.Contributors) == 0 {
		return nil
	}
	return tx.AppendAct(catalog.Act{
		Kind: catalog.ActTextCorrected, Person: r.Contributors[len(r.Contributors)-1], Subject: catalog.ReadingSubject(r.ID), At: begin, Facts: []byte("{}"),
	})
}

// state inserts a statement that the first of its contributors makes.
func state(tx catalog.Tx, s catalog.Statement) error {
	if err := tx.InsertStatement(s); err != nil {
		return err
	}
	return tx.AppendAct(catalog.Act{
		Kind: catalog.ActFieldStated, Person: s.Contributors[0], Subject: catalog.StatementSubject(s.ID), At: begin, Facts: []byte("{}"),
	})
}

// signedReading is a person's reading under which somebody's signature is.
func (f *fixture) signedReading(id string) {
	f.Helper()
	f.putUsers("anna", "vera")
	f.insertReadings(written(id, "", "anna"))
	f.takes("a signature", f.sign("signature on "+id, id, "vera"))
}

func (f *fixture) sign(id, subject, person string) error {
	return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertSignature(signature(id, subject, person)) })
}

// refuses fails unless the error says that the database refuses.
func (f *fixture) refuses(what string, err error) {
	f.Helper()
	if !errors.Is(err, catalog.ErrRefused) || exists(err) {
		f.Errorf("%s: got %v, want ErrRefused", what, err)
	}
}

func (f *fixture) takes(what string, err error) {
	f.Helper()
	if err != nil {
		f.Errorf("%s: %v", what, err)
	}
}

func (f *fixture) contributors(subject string) []string {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]string, error) { return r.Contributors(subject) })
}

func readingsNameContributors(f *fixture) {
	f.putScans("s")
	f.refuses("a person's reading without contributors", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertReading(written("r", "")) }))
	full := written("r", "", "boris", "anna", "Ёлка", "anna")
	full.Box, full.Range = &catalog.Box{X: 1, Width: 3, Height: 4}, &catalog.Range{Start: 5, End: 1 << 20}
	full.Measure = catalog.Measure{Confidence: 987, Words: 300, Doubtful: 12}
	f.insertReadings(ofOrigin("machine", catalog.Machine), ofOrigin("edition", catalog.Imported), full)
	full.Contributors = []string{"anna", "boris", "Ёлка"} // once, in byte order
	got := read(f, func(r catalog.Reader) (catalog.Reading, error) { return r.Reading("r") })
	equal(f, "reading", got, full)
	equal(f, "digest", read(f, func(r catalog.Reader) (catalog.Digest, error) { return r.BodyDigest("r") }), full.BodyDigest)
	outside := full
	outside.Text, outside.Body = "", nil
	equal(f, "envelope", read(f, func(r catalog.Reader) (catalog.Reading, error) { return r.ReadingEnvelope("r") }), outside)
	equal(f, "contributors", f.contributors("r"), full.Contributors)
	equal(f, "contributors of a machine's", len(f.contributors("machine")), 0)
	full.Body = nil
	for _, r := range read(f, func(r catalog.Reader) ([]catalog.Reading, error) { return r.Readings(digest("s"), 1) }) {
		if r.ID == "r" {
			equal(f, "listed", r, full)
		}
	}
}

// Who corrects a reading takes over the contributors of the unsigned one beneath it.
func contributorsInherited(f *fixture) {
	f.putScans("s")
	f.putUsers("anna", "vera")
	f.insertReadings(
		ofOrigin("machine", catalog.Machine), ofOrigin("edition", catalog.Imported),
		written("first", "machine", "anna"), written("both", "first", "anna", "boris"), written("signed", "", "anna"))
	f.takes("a signature", f.sign("g", "signed", "vera"))
	for _, c := range []struct {
		what    string
		refused bool
		r       catalog.Reading
	}{
		{"of a machine's", false, written("1", "machine", "cyril")},
		{"of an imported one", false, written("2", "edition", "cyril")},
		{"of a signed one", false, written("3", "signed", "cyril")},
		{"that leaves out the only one", true, written("4", "first", "cyril")},
		{"that leaves out one of two", true, written("5", "both", "anna", "cyril")},
		{"that leaves out the one before", true, written("6", "both", "boris", "cyril")},
		{"with all", false, written("7", "both", "boris", "anna", "cyril")},
		{"of one's own", false, written("8", "first", "anna")},
		{"of what is not there", true, written("9", "absent", "cyril")},
		{"of itself", true, written("10", "10", "cyril")},
	} {
		err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertReading(c.r) })
		if c.refused {
			f.refuses("a correction "+c.what, err)
			continue
		}
		f.takes("a correction "+c.what, err)
	}
}

func contributorsStay(f *fixture) {
	f.putScans("s")
	f.insertReadings(written("r", "", "anna"), ofOrigin("machine", catalog.Machine))
	f.tx(func(tx catalog.Tx) error { return tx.InsertStatement(statement("st", "", "anna")) })
	for _, again := range []func(tx catalog.Tx) error{
		func(tx catalog.Tx) error { return tx.InsertReading(written("r", "", "boris")) },
		func(tx catalog.Tx) error { return tx.InsertReading(written("machine", "", "boris")) },
		func(tx catalog.Tx) error { return tx.InsertStatement(statement("st", "", "boris")) },
	} {
		if err := f.Tx(f.ctx, again); !exists(err) {
			f.Errorf("got %v, want AlreadyExists", err)
		}
		f.tx(func(tx catalog.Tx) error { _ = again(tx); return nil })
	}
	equal(f, "contributors", [][]string{f.contributors("r"), f.contributors("st")}, [][]string{{"anna"}, {"anna"}})
	equal(f, "of the machine's", len(f.contributors("machine")), 0)
}

// What is refused leaves nothing behind, also where the transaction goes on.
func refusalLeavesNothing(f *fixture) {
	f.putScans("s")
	f.insertReadings(written("r", "", "anna"))
	f.tx(func(tx catalog.Tx) error {
		f.refuses("a reading", tx.InsertReading(written("half", "r", "boris")))
		f.refuses("a statement", tx.InsertStatement(statement("half", "absent", "boris")))
		f.refuses("a signature", tx.InsertSignature(signature("g", "r", "boris")))
		return tx.PutUser(user("vera"))
	})
	equal(f, "contributors", len(f.contributors("half")), 0)
	f.view(func(r catalog.Reader) error {
		_, readingErr := r.Reading("half")
		_, statementErr := r.Statement("half")
		on, err := r.SignaturesOn("r")
		equal(f, "signatures", len(on), 0)
		f.takes("signatures", err)
		for _, err := range []error{readingErr, statementErr} {
			if !errors.Is(err, catalog.ErrNotFound) {
				f.Errorf("got %v, want ErrNotFound", err)
			}
		}
		_, err = r.User("vera")
		return err
	})
	f.insertReadings(written("half", "r", "anna"))
	equal(f, "contributors", f.contributors("half"), []string{"anna"})
}

func secondPerson(f *fixture) {
	f.putScans("s")
	f.putUsers("anna", "vera")
	service, barred := user("robot"), user("barred")
	service.Service, barred.DisabledAt = true, minute(1)
	f.tx(func(tx catalog.Tx) error { return errors.Join(tx.PutUser(service), tx.PutUser(barred)) })
	f.insertReadings(ofOrigin("machine", catalog.Machine), ofOrigin("edition", catalog.Imported), written("r", "machine", "anna"))
	f.refuses("by a contributor", f.sign("1", "r", "anna"))
	f.refuses("by a service", f.sign("2", "r", "robot"))
	f.refuses("by who is barred", f.sign("3", "r", "barred"))
	f.refuses("by nobody who is known", f.sign("4", "r", "local"))
	f.refuses("by nobody", f.sign("5", "r", ""))
	f.refuses("under a machine's", f.sign("6", "machine", "vera"))
	f.refuses("under an imported one", f.sign("7", "edition", "vera"))
	f.refuses("under nothing", f.sign("8", "absent", "vera"))
	f.takes("by a second person", f.sign("9", "r", "vera"))
	barred.DisabledAt = service.DisabledAt
	f.tx(func(tx catalog.Tx) error { return tx.PutUser(barred) })
	f.takes("by who may come in again", f.sign("10", "r", "barred"))
}

// Two people with names of their own stand behind what is signed: who submitted it, and who
// signs.
func somebodyWithAName(f *fixture) {
	f.putScans("s")
	f.putUsers("anna", "boris", "vera")
	service := user("robot")
	service.Service = true
	f.tx(func(tx catalog.Tx) error { return tx.PutUser(service) })
	f.insertReadings(ofOrigin("machine", catalog.Machine), written("r", "machine", "robot"), written("l", "machine", "local"),
		written("after", "machine", "anna", "local"), written("again", "l", "local", "anna"), written("inherited", "again", "anna", "local", "boris"))
	f.tx(func(tx catalog.Tx) error { return tx.InsertReading(written("silent", "machine", "anna")) })
	f.refuses("what a program submitted", f.sign("1", "r", "vera"))
	f.refuses("what nobody in particular submitted", f.sign("2", "l", "vera"))
	f.refuses("what nobody in particular made of a person's", f.sign("3", "after", "vera"))
	f.refuses("what no act says of who submitted it", f.sign("4", "silent", "vera"))
	f.takes("what a person submitted again", f.sign("5", "again", "vera"))
	f.takes("what another made of it", f.sign("6", "inherited", "vera"))
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(state(tx, statement("by robot", "", "robot")), state(tx, statement("by local", "", "local", "anna")),
			state(tx, statement("by boris", "by local", "boris", "local", "anna")))
	})
	f.refuses("what a program stated", f.sign("7", "by robot", "vera"))
	f.refuses("what nobody in particular stated", f.sign("8", "by local", "vera"))
	f.takes("what a person stated again", f.sign("9", "by boris", "vera"))
}

// A text that went through other hands stays the first one's too.
func thirdPerson(f *fixture) {
	f.putScans("s")
	f.putUsers("anna", "boris", "cyril", "vera")
	f.insertReadings(ofOrigin("machine", catalog.Machine), written("first", "machine", "anna"), written("second", "first", "anna", "boris"),
		written("third", "second", "anna", "boris", "cyril"))
	f.refuses("by the first, through a third person", f.sign("1", "third", "anna"))
	// boris saved a draft that cyril took over and submitted.
	f.insertReadings(written("taken", "machine", "boris", "cyril"))
	f.refuses("by who wrote the draft", f.sign("2", "taken", "boris"))
	f.refuses("by who took it over", f.sign("3", "taken", "cyril"))
	f.takes("by another", f.sign("4", "taken", "anna"))
	f.takes("by another", f.sign("5", "third", "vera"))
	// What is based on a signed text begins anew.
	f.insertReadings(written("fourth", "third", "cyril"))
	f.takes("by the first, of what a signed text became", f.sign("6", "fourth", "anna"))
}

func oncePerPerson(f *fixture) {
	f.putScans("s")
	f.putUsers("anna", "vera", "willy")
	f.insertReadings(written("r", "", "anna"), written("other", "", "anna"))
	f.takes("once", f.sign("1", "r", "vera"))
	for what, s := range map[string]catalog.Signature{
		"twice":           signature("2", "r", "vera"),
		"the ID":          signature("1", "other", "willy"),
		"all of it again": signature("1", "r", "vera"),
	} {
		if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertSignature(s) }); !exists(err) {
			f.Errorf("%s: got %v, want AlreadyExists", what, err)
		}
	}
	another := signature("3", "r", "vera")
	another.Content = digest("another part")
	f.takes("under another content", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertSignature(another) }))
	f.takes("by another", f.sign("4", "r", "willy"))
}

func signaturesInOrder(f *fixture) {
	f.putScans("s")
	f.putUsers("anna", "u1", "u2", "u3", "u4")
	f.insertReadings(written("r", "", "anna"), written("other", "", "anna"))
	f.tx(func(tx catalog.Tx) error {
		var failed error
		for i, at := range []int{7, 3, 3, 5} {
			s := signature(fmt.Sprint("g", 9-i), "r", fmt.Sprint("u", i+1))
			s.SignedAt = minute(at)
			failed = errors.Join(failed, tx.InsertSignature(s))
		}
		return errors.Join(failed, tx.InsertSignature(signature("x", "other", "u1")))
	})
	on := read(f, func(r catalog.Reader) ([]catalog.Signature, error) { return r.SignaturesOn("r") })
	equal(f, "oldest first", each(on, func(s catalog.Signature) string { return s.ID }), []string{"g7", "g8", "g6", "g9"})
	want := signature("g7", "r", "u3")
	want.SignedAt = minute(3)
	equal(f, "first", on[0], want)
}

func statements(f *fixture) {
	f.putUsers("anna", "vera")
	full := statement("st", "", "anna", "boris")
	insert := func(s catalog.Statement) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return state(tx, s) })
	}
	f.refuses("a statement of nobody", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertStatement(statement("st", "")) }))
	f.takes("a statement", insert(full))
	equal(f, "statement", read(f, func(r catalog.Reader) (catalog.Statement, error) { return r.Statement("st") }), full)
	equal(f, "contributors", f.contributors("st"), []string{"anna", "boris"})
	f.refuses("by who stated it", f.sign("1", "st", "anna"))
	f.takes("by another", f.sign("2", "st", "vera"))
	on := read(f, func(r catalog.Reader) ([]catalog.Signature, error) { return r.SignaturesOn("st") })
	equal(f, "signatures", on, []catalog.Signature{signature("2", "st", "vera")})
	false_ := statement("false", "", "anna")
	false_.Digest = digest("something else")
	f.takes("one whose digest is not its body's", insert(false_))
	f.view(func(r catalog.Reader) error {
		if _, err := r.Statement("false"); !errors.Is(err, catalog.ErrDamaged) {
			f.Errorf("a body that is not what its digest says: %v", err)
		}
		return nil
	})
}

func statementsInherit(f *fixture) {
	f.putUsers("anna", "vera")
	insert := func(s catalog.Statement) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return state(tx, s) })
	}
	f.takes("the first", insert(statement("first", "", "anna", "boris")))
	f.refuses("one that leaves out a contributor", insert(statement("next", "first", "boris", "cyril")))
	f.refuses("one based on what is not there", insert(statement("next", "absent", "cyril")))
	f.takes("one with all", insert(statement("next", "first", "cyril", "boris", "anna")))
	f.takes("a signature", f.sign("g", "first", "vera"))
	f.takes("one based on what is signed", insert(statement("last", "first", "cyril")))
	equal(f, "contributors", slices.Concat(f.contributors("next"), f.contributors("last")), []string{"anna", "boris", "cyril", "cyril"})
}
