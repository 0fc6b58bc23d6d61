package catalog_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// newPurgeArchive has two operators, two who verify, and a program that operates.
func newPurgeArchive(t *testing.T) *archive {
	t.Helper()
	a := archiveIn(t, filepath.Join(t.TempDir(), "fonds.db"))
	a.operators()
	return a
}

func (a *archive) operators() {
	a.t.Helper()
	a.must(a.store.Tx(a.t.Context(), func(tx catalog.Tx) error {
		var failed error
		for id, role := range map[string]catalog.Role{"anna": catalog.Verifies, "vera": catalog.Verifies, "olga": catalog.Operates, "otto": catalog.Operates} {
			failed = errors.Join(failed, tx.PutUser(catalog.User{ID: id, DisplayName: "name of " + id, Roles: []catalog.Role{role}}))
		}
		return errors.Join(failed, tx.PutUser(catalog.User{ID: "robot", DisplayName: "robot", Service: true, Roles: []catalog.Role{catalog.Operates}}))
	}))
}

func archiveIn(t *testing.T, file string) *archive {
	t.Helper()
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	a := &archive{t: t, store: store, clock: time.Date(1953, 4, 6, 8, 30, 0, 0, time.UTC)}
	a.Catalog = catalog.New(store, func() time.Time { return a.clock }, func() string { return uuid.Must(uuid.NewV7()).String() },
		catalog.Limits{MaxAttempts: 2, ClientTimeout: time.Minute, UndeleteWithin: 48 * time.Hour})
	return a
}

func (a *archive) ask(keepShared bool, ids ...string) (catalog.Purge, error) {
	return a.RequestPurge(a.t.Context(), catalog.NewPurge{Documents: ids, Reason: "why", KeepShared: keepShared, Person: "olga"})
}

func (a *archive) confirm(name, person string) (catalog.Purge, error) {
	return a.ConfirmPurge(a.t.Context(), name, person)
}

// purged has documents purged, and deletes what the tombstones stand for.
func (a *archive) purged(keepShared bool, ids ...string) catalog.Purge {
	a.t.Helper()
	p, err := a.ask(keepShared, ids...)
	a.must(err)
	p, err = a.confirm("purges/"+p.ID, "otto")
	a.must(err)
	a.must(a.DestroyRows(a.t.Context(), p, func([]catalog.Tombstone) error { return nil }))
	done, err := a.PurgeCarriedOut(a.t.Context(), p)
	a.must(err)
	if !done {
		a.t.Fatal("the purge is not done")
	}
	return p
}

func (a *archive) wants(what, want string, err error) {
	a.t.Helper()
	if reason(err) != want {
		a.t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

// checked fails for what the audit, the store's check or that of the acts finds.
func (a *archive) checked() {
	a.t.Helper()
	for _, problem := range a.problems() {
		a.t.Error(problem)
	}
}

func (a *archive) problems() (problems []string) {
	a.t.Helper()
	a.must(a.Audit(context.Background(), &catalog.Audit{
		Scan: func(catalog.Scan) error { return nil }, Body: func([]byte, string) error { return nil },
		Found: func(name, problem string) { problems = append(problems, name+": "+problem) },
	}))
	faults, err := a.store.(*sqlite.Store).Check(a.t.Context())
	a.must(err)
	a.must(a.store.View(a.t.Context(), func(r catalog.Reader) error {
		acts, err := r.WaitingActs(10_000)
		for _, act := range acts {
			problem, actErr := catalog.CheckAct(r, act)
			if err = errors.Join(err, actErr); problem != "" {
				problems = append(problems, act.Kind+": "+problem)
			}
		}
		return err
	}))
	return append(problems, faults...)
}

// write has anna correct a region of a document; with signs vera signs it.
func (a *archive) write(id string, region int, text string, signs bool) catalog.ReviewView {
	a.t.Helper()
	views, err := a.Reviews(a.t.Context(), catalog.ReviewQuery{Document: id, Order: catalog.OldestFirst, Limit: 100})
	a.must(err)
	v := views[slices.IndexFunc(views, func(v catalog.ReviewView) bool { return v.Region == region })]
	after, err := a.SubmitReview(a.t.Context(), id, v.Key, "anna", "", catalog.Correction{
		BasedOn: v.Review.Reading, Text: text, Body: []byte(text), BodyDigest: digest(text), Words: []catalog.WordChange{{After: text}},
	})
	a.must(err)
	if signs {
		after, err = a.SignReview(a.t.Context(), id, v.Key, "vera", "", after.Content)
		a.must(err)
	}
	return after
}

func TestDeletedIsHiddenEverywhere(t *testing.T) {
	a := newPurgeArchive(t)
	scan := a.readScan("c", "a.tif", "A")
	d := a.documents()[0]
	a.must(a.StoreDerived(t.Context(), []catalog.Derived{{Document: d.ID, Revision: d.Head, Terms: []catalog.Term{{Text: "word", Times: 1}}}}))
	review := a.write(d.ID, 1, "text", false)
	a.must(a.store.Tx(t.Context(), func(tx catalog.Tx) error { return tx.PutKeys(d.ID, []catalog.Key{{Kind: "k", Text: "1"}}) }))
	shown := func() map[string]int {
		t.Helper()
		listed, err := a.ListDocuments(t.Context(), catalog.DocumentQuery{Limit: 9})
		a.must(err)
		reviews, err := a.Reviews(t.Context(), catalog.ReviewQuery{Order: catalog.OldestFirst, Limit: 9})
		a.must(err)
		ofDocument, err := a.Reviews(t.Context(), catalog.ReviewQuery{Document: d.ID, Order: catalog.OldestFirst, Limit: 9})
		a.must(err)
		counts, err := a.ReviewCounts(t.Context(), "c")
		a.must(err)
		found := 0
		_, err = a.SearchDocuments(t.Context(), catalog.SearchQuery{Match: catalog.Match{Term: "word"}, Limit: 9}, func(catalog.DocumentText) (bool, error) {
			found++
			return true, nil
		})
		a.must(err)
		looked, err := a.LookupDocuments(t.Context(), catalog.Lookup{Key: catalog.Key{Kind: "k", Text: "1"}, Limit: 9})
		a.must(err)
		on, err := a.DocumentsOn(t.Context(), scan, "", 9)
		a.must(err)
		return map[string]int{
			"listed": len(listed), "reviews": len(reviews), "its reviews": len(ofDocument), "counts": len(counts), "found": found, "by key": len(looked), "by scan": len(on),
		}
	}
	before := shown()
	_, err := a.DeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err)
	for what, n := range shown() {
		if n != 0 || before[what] == 0 {
			t.Errorf("%s: %d before, %d when it is deleted", what, before[what], n)
		}
	}
	_, err = a.OpenReview(t.Context(), d.ID, review.Key, "anna")
	a.wants("its review", catalog.ReasonDocumentDeleted, err)
	_, err = a.ClaimNext(t.Context(), catalog.ReviewQuery{Order: catalog.OldestFirst}, "vera")
	a.wants("the next review", catalog.ReasonNothingToReview, err)
	_, err = a.Thread(t.Context(), d.ID)
	a.wants("its thread", catalog.ReasonDocumentDeleted, err)
	_, err = a.Text(t.Context(), d.ID, d.Head, 0)
	a.must(err) // its revisions stay readable
	_, err = a.UndeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err)
	for what, n := range shown() {
		if n != before[what] {
			t.Errorf("%s: %d before, %d when it is back", what, before[what], n)
		}
	}
}

func TestUndeleteWithinItsTime(t *testing.T) {
	a := newPurgeArchive(t)
	a.readScan("c", "a.tif", "A")
	d := a.documents()[0]
	_, err := a.DeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err)
	a.clock = a.clock.Add(48 * time.Hour)
	_, err = a.UndeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err)
	_, err = a.DeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err)
	a.clock = a.clock.Add(48*time.Hour + time.Second)
	_, err = a.UndeleteDocument(t.Context(), d.ID, "", "olga")
	a.wants("a second too late", catalog.ReasonUndeleteExpired, err)
	refused, _ := errors.AsType[*catalog.Error](err)
	if refused.Metadata["undelete_until"] != "1953-04-10T08:30:00Z" || !strings.Contains(refused.Message, "1953-04-10 08:30:00") {
		t.Errorf("it says %q, %v", refused.Message, refused.Metadata)
	}
	_, err = a.DeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err) // deleted it is
}

func TestPurgeNeedsAnotherOperator(t *testing.T) {
	a := newPurgeArchive(t)
	a.readScan("c", "a.tif", "A")
	d := a.documents()[0]
	for what, n := range map[string]catalog.NewPurge{
		"no document": {Reason: "why", Person: "olga"}, "no reason": {Documents: []string{d.ID}, Reason: " ", Person: "olga"},
		"a long reason": {Documents: []string{d.ID}, Reason: strings.Repeat("x", 2001), Person: "olga"},
	} {
		_, err := a.RequestPurge(t.Context(), n)
		a.wants(what, catalog.ReasonInvalidArgument, err)
	}
	for _, person := range []string{"anna", "robot", "local", "nobody"} {
		_, err := a.RequestPurge(t.Context(), catalog.NewPurge{Documents: []string{d.ID}, Reason: "why", Person: person})
		a.wants("asked by "+person, catalog.ReasonRoleMissing, err)
	}
	if got := a.documents(); len(got) != 1 {
		t.Fatal("a refused request has deleted the document")
	}

	p, err := a.ask(false, d.ID, d.ID)
	a.must(err)
	if got := a.documents(); len(got) != 0 || len(p.Documents) != 1 {
		t.Errorf("%d documents are listed, the purge is %+v", len(got), p)
	}
	_, err = a.ask(false, d.ID)
	a.wants("asked twice", catalog.ReasonPurgeAsked, err)
	_, err = a.UndeleteDocument(t.Context(), d.ID, "", "olga")
	a.wants("undeleted meanwhile", catalog.ReasonPurgeAsked, err)
	for person, want := range map[string]string{
		"olga": catalog.ReasonOwnPurge, "robot": catalog.ReasonRoleMissing, "anna": catalog.ReasonRoleMissing,
		"nobody": catalog.ReasonRoleMissing, "local": catalog.ReasonRoleMissing,
	} {
		_, err := a.confirm("purges/"+p.ID, person)
		a.wants("confirmed by "+person, want, err)
	}
	_, err = a.confirm("purges/"+uuid.NewString(), "otto")
	a.wants("another purge", catalog.ReasonPurgeNotFound, err)
	_, err = a.Text(t.Context(), d.ID, 1, 0)
	a.must(err) // nobody has confirmed it

	_, err = a.CancelPurge(t.Context(), "documents/"+d.ID)
	a.must(err)
	_, err = a.confirm("purges/"+p.ID, "otto")
	a.wants("confirmed when it was cancelled", catalog.ReasonPurgeNotOpen, err)
	if got := a.documents(); len(got) != 0 {
		t.Error("cancelling shows the document again")
	}
	_, err = a.UndeleteDocument(t.Context(), d.ID, "", "olga")
	a.must(err)

	p, err = a.ask(false, d.ID)
	a.must(err)
	_, err = a.confirm("documents/"+d.ID, "otto")
	a.must(err)
	_, err = a.confirm("documents/"+d.ID, "olga")
	a.wants("confirmed twice", catalog.ReasonPurgeNotOpen, err)
	_, err = a.CancelPurge(t.Context(), "purges/"+p.ID)
	a.wants("cancelled when it was confirmed", catalog.ReasonPurgeNotOpen, err)
	view, err := a.Purge(t.Context(), "documents/"+d.ID)
	a.must(err)
	if view.ConfirmedByName != "name of otto" || view.AskedByName != "name of olga" || view.State != catalog.Purging {
		t.Errorf("got %+v", view)
	}
	list, err := a.Purges(t.Context(), 0, "", 9)
	a.must(err)
	if len(list) != 2 || list[0].ID != p.ID {
		t.Errorf("listed are %+v", list)
	}
	a.checked()
}

func TestPurgedIsWithdrawnEverywhere(t *testing.T) {
	a := newPurgeArchive(t)
	scan := a.readScan("c", "a.tif", "A")
	d := a.documents()[0]
	d = a.say(d.ID, "anna", "place", value(`"X"`))
	review := a.write(d.ID, 1, "text", true)
	machine := d.Revision.Regions[0].Reading
	a.purged(false, d.ID)
	for what, ask := range map[string]func() error{
		"document":    func() error { _, err := a.Document(t.Context(), d.ID, 0); return err },
		"revision":    func() error { _, err := a.Document(t.Context(), d.ID, 1); return err },
		"documents":   func() error { _, err := a.Documents(t.Context(), []string{d.ID}); return err },
		"newest":      func() error { _, err := a.Newest(t.Context(), d.ID); return err },
		"head":        func() error { _, err := a.Head(t.Context(), d.ID); return err },
		"text":        func() error { _, err := a.Text(t.Context(), d.ID, 0, 0); return err },
		"text as of":  func() error { _, err := a.Text(t.Context(), d.ID, 1, 0); return err },
		"history":     func() error { _, err := a.History(t.Context(), d.ID, 0, 9); return err },
		"links":       func() error { _, _, err := a.Links(t.Context(), d.ID); return err },
		"thread":      func() error { _, err := a.Thread(t.Context(), d.ID); return err },
		"scan":        func() error { _, err := a.Scan(t.Context(), scan); return err },
		"page":        func() error { _, _, err := a.Page(t.Context(), scan, 1); return err },
		"readings":    func() error { _, err := a.Readings(t.Context(), scan, 1); return err },
		"reading":     func() error { _, err := a.Reading(t.Context(), scan, 1, machine); return err },
		"a person's":  func() error { _, err := a.Reading(t.Context(), scan, 1, review.Review.Reading); return err },
		"deletion":    func() error { _, err := a.DeleteDocument(t.Context(), d.ID, "", "olga"); return err },
		"undeletion":  func() error { _, err := a.UndeleteDocument(t.Context(), d.ID, "", "olga"); return err },
		"another ask": func() error { _, err := a.ask(false, d.ID); return err },
		"its new document": func() error {
			_, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "t", Person: "anna", Regions: []catalog.Region{{Scan: scan, Page: 1}}})
			return err
		},
		"its arrival": func() error {
			b := a.batch("c", "eng", "", "again.tif")
			_, err := a.Arrive(t.Context(), catalog.Arrival{Batch: b.ID, Path: "again.tif", Digest: scan, Size: 7})
			return err
		},
		"its bytes": func() error {
			b := a.batch("c", "eng", "", "again.tif")
			_, err := a.Held(t.Context(), b.ID, "again.tif", scan)
			return err
		},
		"its import": func() error {
			_, err := a.ImportText(t.Context(), catalog.Import{Collection: "c", Path: "a.txt", Digest: scan, Size: 7, MediaType: "text/plain", Parts: []catalog.ImportedPart{{Title: "t"}}})
			return err
		},
	} {
		a.wants(what, catalog.ReasonWithdrawn, ask())
	}
	if _, kept := a.KeptHead(d.ID); kept {
		t.Error("its head is at hand")
	}
	_, err := a.Review(t.Context(), d.ID, review.Key, "anna")
	a.wants("review", catalog.ReasonReviewNotFound, err)
	heads, err := a.ListDocuments(t.Context(), catalog.DocumentQuery{Deleted: true, Limit: 9})
	a.must(err)
	if len(heads) != 0 {
		t.Errorf("listed among the deleted are %+v", heads)
	}
	events, err := a.Events(t.Context(), 0, d.ID, "", 99)
	a.must(err)
	if last := events[len(events)-1]; last.Type != catalog.DocumentPurged || slices.ContainsFunc(events, func(e catalog.Event) bool { return len(e.Regions) > 0 }) {
		t.Errorf("its events are %+v", events)
	}
	a.checked()
}

// A purge while pages are being read ends their files, and what comes late is not stored.
func TestPurgeOfAScanThatIsBeingRead(t *testing.T) {
	a := newPurgeArchive(t)
	b := a.batch("c", "eng", "", "a.tif", "b.tif")
	a.arrive(b, "a.tif", "A")
	probes := a.issue()
	a.store1(answer(probes[0], catalog.Text, 3))
	jobs := a.issue()
	a.must(a.JobsPublished(t.Context(), []catalog.Published{{Key: jobs[0].Work.Key, Attempt: 1, Sequence: 5}}))
	a.store1(answer(jobs[0], catalog.Text, 0))
	a.must(a.JobsPublished(t.Context(), []catalog.Published{{Key: jobs[1].Work.Key, Attempt: 1, Sequence: 6}}))
	p := a.purged(false, a.documents()[0].ID)

	got := a.state(b.ID)
	if got.FilesEnded != 1 || got.State != catalog.BatchRunning {
		t.Errorf("the batch is %+v", got)
	}
	files, err := a.BatchFiles(t.Context(), b.ID, 0, 9, false)
	a.must(err)
	if files[0].State != catalog.FileEnded || strings.Contains(files[0].Path, "a.tif") || files[0].Reason == "" {
		t.Errorf("the file is %+v", files[0])
	}
	dropped, err := a.DroppedJobs(t.Context(), 9)
	a.must(err)
	if len(dropped) != 1 || dropped[0].Sequence != 6 {
		t.Errorf("jobs to withdraw: %+v", dropped)
	}
	a.must(a.JobsWithdrawn(t.Context(), dropped))
	for _, late := range jobs {
		if verdict := a.store1(answer(late, catalog.Text, 0)); verdict[0] != catalog.Withdrawn {
			t.Errorf("a late text: verdict %d", verdict[0])
		}
	}
	view, err := a.Purge(t.Context(), "purges/"+p.ID)
	a.must(err)
	if view.State != catalog.Purging || view.Late != 3 || !view.EndedAt.IsZero() {
		t.Errorf("after late texts the purge is %+v", view)
	}
	if done, err := a.PurgeCarriedOut(t.Context(), p); done || err != nil {
		t.Errorf("one that was read before the late texts is ended: %v, %v", done, err)
	}
	if done, err := a.PurgeCarriedOut(t.Context(), view.Purge); !done || err != nil {
		t.Errorf("and the one read after them: %v, %v", done, err)
	}
	if _, n, err := a.RetryFailed(t.Context(), b.ID); n != 0 || err != nil {
		t.Errorf("retried %d, %v", n, err)
	}
	if jobs := a.issue(); len(jobs) != 0 {
		t.Errorf("jobs are issued: %+v", jobs)
	}
	a.arrive(b, "b.tif", "B")
	a.drain(1, allText)
	if got := a.state(b.ID).State; got != catalog.BatchDone {
		t.Errorf("at last the batch is in state %d", got)
	}
	a.checked()
}

// TestTombstonesAreHeldAgainstTheLog takes the triggers away and forges: what is gone
// without a tombstone, a tombstone too many and one too few are told.
func TestTombstonesAreHeldAgainstTheLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fonds.db")
	whole := archiveIn(t, file)
	whole.operators()
	whole.readScan("c", "a.tif", "A")
	d := whole.documents()[0]
	whole.say(d.ID, "anna", "place", value(`"X"`))
	whole.readScan("c", "b.tif", "B")
	whole.purged(false, d.ID)
	whole.checked()
	whole.must(whole.store.Close())
	content, err := os.ReadFile(file)
	whole.must(err)
	for what, c := range map[string]struct{ forge, want string }{
		"a reading is gone without one": {`DELETE FROM readings WHERE id IN (SELECT reading FROM works WHERE reading <> '')`, "gone"},
		"one is taken away":             {`DELETE FROM tombstones WHERE subject LIKE 'readings/%'`, "tombstones of"},
		"another digest": {
			`UPDATE tombstones SET digest = zeroblob(32) WHERE subject LIKE 'documents/%/revisions/1'`, "tombstones of",
		},
		"one too many": {
			`INSERT INTO tombstones SELECT 'readings/' || r.id, r.body_digest, t.document, t.purge, t.at FROM readings r, tombstones t WHERE t.subject LIKE '%/revisions/1' LIMIT 1`, "tombstones of",
		},
		"another person confirmed": {`UPDATE purges SET confirmed_by = 'local'`, "logged were"},
		"a purge that no log has": {
			`INSERT INTO purges SELECT 'forged', 3, reason, 0, asked_by, asked_at, confirmed_by, confirmed_at, ended_at, salt, 0 FROM purges;
			INSERT INTO purge_documents SELECT 'forged', id FROM documents WHERE purged_at = 0`, "the log says nothing of it",
		},
		"what is destroyed is back": {
			`INSERT INTO statements SELECT substr(subject, 12), '', 1, digest, x'7b7d' FROM tombstones WHERE subject LIKE 'statements/%'`, "is still there",
		},
	} {
		t.Run(what, func(t *testing.T) {
			forged := filepath.Join(t.TempDir(), "fonds.db")
			whole.must(os.WriteFile(forged, content, 0o600))
			whole.must(withoutTriggers(t, forged, c.forge))
			a := archiveIn(t, forged)
			problems := a.problems()
			if !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) }) {
				t.Errorf("got %q, want one with %q", problems, c.want)
			}
		})
	}
}

// withoutTriggers runs statements as somebody would who has the file and knows SQL.
func withoutTriggers(t *testing.T, file, statements string) error {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	rows, err := db.QueryContext(t.Context(), `SELECT json_group_array(name) FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	var list string
	for rows.Next() {
		err = errors.Join(err, rows.Scan(&list))
	}
	var names []string
	if err := errors.Join(err, rows.Err(), rows.Close(), json.Unmarshal([]byte(list), &names)); err != nil { //nolint:sqlclosecheck // before the file is read
		return err
	}
	for _, name := range names {
		if _, err := db.ExecContext(t.Context(), fmt.Sprintf("DROP TRIGGER %q", name)); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(t.Context(), statements)
	return err
}
