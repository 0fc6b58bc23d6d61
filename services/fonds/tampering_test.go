package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// reviewed is the data folder of a server that has stopped, in which people have worked.
type reviewed struct {
	data string
	// document has three pages: the first is signed, the second corrected, the third as a
	// machine read it. Its newest revision, a title, is named by no act.
	document string
	// kept is a checkpoint from before the last of what people did.
	kept string
}

func (r reviewed) database() string { return filepath.Join(r.data, databaseFile) }

// review is somebody at work in process.
type review struct {
	*catalog.Catalog
	t     *testing.T
	store *sqlite.Store
	key   *ledger.Key
}

func reviewedFolder(t *testing.T) reviewed {
	t.Helper()
	f := reviewed{data: t.TempDir()}
	store, err := sqlite.Open(t.Context(), f.database())
	fatal(t, err)
	key, err := ledger.OpenKey(f.data)
	fatal(t, err)
	w := review{newCatalog(store, catalog.DefaultLimits()), t, store, key}
	anna, boris := w.users()
	f.document = w.document(f.data)
	w.correct(f.document, 0, anna, "SECRET\n")
	w.sign(f.document, 0, boris)
	w.correct(f.document, 1, anna, "number 4117\n")
	w.state(f.document, anna, "telegram_number", `"4117"`)
	w.state(f.document, anna, "addressee", `"Foreign Office"`)
	w.signField(f.document, boris, "telegram_number")
	name := "Telegrams"
	_, err = w.UpdateCollection(t.Context(), "telegrams", anna, catalog.CollectionChange{DisplayName: &name})
	fatal(t, err)
	f.kept = w.sequence()
	_, err = w.DeleteDocument(t.Context(), f.document, "", anna)
	fatal(t, err)
	_, err = w.UndeleteDocument(t.Context(), f.document, "", anna)
	fatal(t, err)
	title := "Telegram 4117"
	_, err = w.UpdateDocument(t.Context(), f.document, "", anna, catalog.Change{Title: &title})
	fatal(t, err)
	w.sequence()
	fatal(t, store.Close())
	return f
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w review) users() (anna, boris string) {
	w.t.Helper()
	accounts := auth.New(w.store, present, newID, nil)
	var ids []string
	for _, name := range []string{"Anna", "Boris"} {
		u, _, err := accounts.AddUser(w.t.Context(), auth.Local(), name, []catalog.Role{catalog.Verifies}, false)
		fatal(w.t, err)
		ids = append(ids, u.ID)
	}
	robot, _, err := accounts.AddUser(w.t.Context(), auth.Local(), "robot", nil, true)
	fatal(w.t, err)
	_, err = accounts.UpdateUser(w.t.Context(), auth.Local(), robot.ID, "", []catalog.Role{catalog.Corrects}, false)
	fatal(w.t, err)
	return ids[0], ids[1]
}

// document brings in a scan of three pages, and has them read.
func (w review) document(data string) string {
	w.t.Helper()
	ctx := w.t.Context()
	const content = "a scan"
	sum := sha256.Sum256([]byte(content))
	digest := hex.EncodeToString(sum[:])
	blobs, err := blob.Open(filepath.Join(data, blobsFolder))
	fatal(w.t, err)
	_, _, err = blobs.Put(ctx, strings.NewReader(content), digest, int64(len(content)))
	fatal(w.t, err)
	recipe, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: catalog.Digest(digest)}}, nil)
	fatal(w.t, err)
	batch, err := w.CreateBatch(ctx, catalog.NewBatch{
		Collection: "telegrams", Language: "eng", Person: "local", Recipes: map[string]catalog.Recipe{"eng": recipe},
		Files: []catalog.NewFile{{Path: "a.tif", Size: int64(len(content)), Collection: "telegrams", Language: "eng"}},
	})
	fatal(w.t, err)
	_, err = w.Arrive(ctx, catalog.Arrival{Batch: batch.ID, Path: "a.tif", Digest: catalog.Digest(digest), Size: int64(len(content))})
	fatal(w.t, err)
	for range 2 {
		jobs, err := w.IssueJobs(ctx, 10)
		fatal(w.t, err)
		var results []catalog.Result
		for _, j := range jobs {
			r := catalog.Result{Key: j.Work.Key, Attempt: 1, Outcome: catalog.Text, MediaType: "image/tiff"}
			if !j.Work.Key.IsProbe() {
				body, sum := encodedBody(w.t, "SEGRET\n", "")
				r.Reading = &catalog.Reading{Text: "SEGRET\n", Body: body, BodyDigest: sum, Engine: []byte{}, Envelope: []byte{}}
			} else {
				for n := 1; n <= 3; n++ {
					r.Pages = append(r.Pages, catalog.Page{Scan: j.Work.Key.Scan, Number: n, Width: 100, Height: 100})
				}
			}
			results = append(results, r)
		}
		_, err = w.StoreResults(ctx, results)
		fatal(w.t, err)
	}
	heads, err := w.ListDocuments(ctx, catalog.DocumentQuery{Limit: 10})
	fatal(w.t, err)
	return heads[0].ID
}

func encodedBody(t *testing.T, text, salt string) ([]byte, catalog.Digest) {
	t.Helper()
	words := []*fondsv1.Word{{End: uint32(len(strings.Fields(text)[0])), Confidence: 1}}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(&fondsv1.Body{Text: text, Words: words, Salt: []byte(salt)})
	fatal(t, err)
	sum := sha256.Sum256(encoded)
	return encoded, catalog.Digest(hex.EncodeToString(sum[:]))
}

// at gives the review of a region, counted from 0.
func (w review) at(document string, region int) catalog.ReviewView {
	w.t.Helper()
	head, err := w.Document(w.t.Context(), document, 0)
	fatal(w.t, err)
	view, err := w.Review(w.t.Context(), document, head.Revision.Regions[region].Place().Key(), "")
	fatal(w.t, err)
	return view
}

func (w review) correct(document string, region int, person, text string) {
	w.t.Helper()
	v := w.at(document, region)
	body, digest := encodedBody(w.t, text, "salt of sixteen.")
	_, err := w.SubmitReview(w.t.Context(), document, v.Key, person, v.Etag(), catalog.Correction{
		BasedOn: v.Reading.ID, Text: text, Body: body, BodyDigest: digest, Measure: catalog.Measure{Confidence: 1000, Words: 1},
	})
	fatal(w.t, err)
}

func (w review) sign(document string, region int, person string) {
	w.t.Helper()
	v := w.at(document, region)
	_, err := w.SignReview(w.t.Context(), document, v.Key, person, v.Etag(), v.Content)
	fatal(w.t, err)
}

func (w review) state(document, person, name, value string) {
	w.t.Helper()
	_, err := w.UpdateDocument(w.t.Context(), document, "", person, catalog.Change{
		Statements: map[string][]catalog.Field{name: {{Value: json.RawMessage(value), Raw: "as written"}}},
	})
	fatal(w.t, err)
}

func (w review) signField(document, person, name string) {
	w.t.Helper()
	head, err := w.Document(w.t.Context(), document, 0)
	fatal(w.t, err)
	fields, err := head.Revision.Fields.List()
	fatal(w.t, err)
	for _, f := range fields {
		if f.Name == name {
			_, err = w.SignFields(w.t.Context(), document, "", person, []string{f.Statement})
			fatal(w.t, err)
		}
	}
}

// sequence gives every act its leaf and returns the checkpoint's note.
func (w review) sequence() (note string) {
	w.t.Helper()
	ctx, done := context.WithTimeout(w.t.Context(), time.Minute)
	defer done()
	fatal(w.t, ledger.Run(ctx, ledger.Config{Store: w.store, Key: w.key, Published: func(_ context.Context, c catalog.Checkpoint) error {
		var waiting []catalog.Act
		err := w.store.View(ctx, func(r catalog.Reader) (err error) {
			waiting, err = r.WaitingActs(1)
			return err
		})
		if note = c.Note; len(waiting) == 0 {
			done()
		}
		return err
	}}))
	return note
}

// meddled runs statements on a database with its triggers taken away, and puts these back:
// whoever does that leaves nothing but what they changed.
func meddled(database string, statements ...string) (err error) {
	db, err := sql.Open("sqlite", database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	triggers, err := pairs(db, `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	for name, script := range triggers {
		statements = append(append([]string{"DROP TRIGGER " + name}, statements...), script)
	}
	for _, s := range statements {
		if s == digestAnew {
			err = redigest(db)
		} else {
			_, err = db.Exec(s)
		}
		if err != nil {
			return fmt.Errorf("%.200s: %w", s, err)
		}
	}
	return nil
}

func pairs(db *sql.DB, query string) (map[string]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, err
		}
		found[key] = value
	}
	return found, rows.Err()
}

// redigest gives every revision the digest of its manifest.
func redigest(db *sql.DB) error {
	manifests, err := pairs(db, `SELECT number, manifest FROM revisions`)
	if err != nil {
		return err
	}
	for number, manifest := range manifests {
		sum := sha256.Sum256([]byte(manifest))
		if _, err := db.Exec(`UPDATE revisions SET digest = ? WHERE number = ?`, sum[:], number); err != nil {
			return err
		}
	}
	return nil
}

// proved tells whether the newest revision's proof is given and holds.
func (r reviewed) proved(t *testing.T) error {
	t.Helper()
	store, err := sqlite.Open(t.Context(), r.database())
	fatal(t, err)
	defer func() { _ = store.Close() }()
	keys, err := ledger.ReadVerifiers(r.data)
	fatal(t, err)
	bundle, err := ledger.Log{Store: store, Keys: keys}.Proof(t.Context(), r.document, 0)
	if err != nil {
		return err
	}
	_, err = ledger.VerifyBundle(bundle, keys)
	return err
}

// evidence are the columns that say what people have done, by table, and what names a row
// in a finding. What is not here is derived from it, or proves nothing: times of rows, the
// worker's envelope, the queue, events.
var evidence = []struct{ table, name, columns string }{
	{"readings", "id", "id scan page origin recipe body_digest text body"},
	{"reading_details", "reading", "reading based_on part"},
	{"contributors", "subject", "subject person"},
	{"signatures", "id", "id subject content person signed_at"},
	{"statements", "id", "id based_on digest body"},
	{"acts", "'act ' || id", "kind person subject at facts leaf"},
	{"tree_hashes", "'hash ' || id || ' of the log'", "id hash"},
	{"checkpoints", "'checkpoint ' || size", "size root note signed_at"},
	{"revisions", "document || '/revisions/' || number", "document number digest manifest"},
	{"users", "id", "id display_name roles service disabled_at"},
	{"collections", "id", "id display_name one_person"},
	{"documents", "id", "id head events deleted_at"},
}

// flipped is SQL for a column with one byte changed, near its end.
func flipped(column, kind string) string {
	switch kind {
	case "INTEGER":
		return column + " + 1"
	case "TEXT":
		return fmt.Sprintf(`iif(%[1]s = '', 'x', substr(%[1]s, 1, length(%[1]s) - 3) || iif(substr(%[1]s, -3, 1) = '1', '2', '1') || substr(%[1]s, -2))`, column)
	}
	return fmt.Sprintf(`CAST(iif(length(%[1]s) = 0, x'01', substr(%[1]s, 1, length(%[1]s) - 3) || iif(substr(%[1]s, -3, 1) = x'31', x'32', x'31') || substr(%[1]s, -2)) AS BLOB)`, column)
}

// TestAByteChangedAnywhere changes one byte in each column that is evidence, in the last
// row that can be changed: fsck finds it, and names the row unless it is the name that was
// changed.
func TestAByteChangedAnywhere(t *testing.T) {
	t.Parallel()
	f := reviewedFolder(t)
	has(t, "fsck", runFsck(t, exitOK, "--data", f.data), "0 problems")
	fatal(t, f.proved(t))
	whole, err := os.ReadFile(f.database())
	fatal(t, err)
	for _, e := range evidence {
		for column := range strings.FieldsSeq(e.columns) {
			fatal(t, os.WriteFile(f.database(), whole, 0o600))
			name, ok := changeLast(t, f.database(), e.table, e.name, column)
			if !ok {
				t.Errorf("%s.%s: no row can be changed", e.table, column)
				continue
			}
			out := runFsck(t, exitData, "--data", f.data)
			has(t, e.table+"."+column, out, "PROBLEM")
			if key := strings.Contains(e.name, column); !key && !strings.Contains(out, name) {
				t.Errorf("%s.%s: the row %s is not named:\n%s", e.table, column, name, out)
			}
		}
	}
}

// changeLast changes a column of the last row for which the database allows it, and gives
// the row's name. A table's newest rows are those that are sure to be looked at.
func changeLast(t *testing.T, database, table, naming, column string) (name string, ok bool) {
	t.Helper()
	db, err := sql.Open("sqlite", database)
	fatal(t, err)
	defer db.Close()
	var kind string
	fatal(t, db.QueryRow(`SELECT type FROM pragma_table_info(?) WHERE name = ?`, table, column).Scan(&kind))
	rows, err := db.Query(fmt.Sprintf(`SELECT %s FROM %s ORDER BY 1 DESC`, naming, table))
	fatal(t, err)
	var names []string
	for rows.Next() {
		fatal(t, rows.Scan(&name))
		names = append(names, name)
	}
	fatal(t, errors.Join(rows.Err(), rows.Close(), db.Close())) //nolint:sqlclosecheck // others write to it next
	for _, name := range names {
		err := meddled(database, fmt.Sprintf(`UPDATE %s SET %s = %s WHERE %s = '%s'`, table, column, flipped(column, kind), naming, name))
		if err == nil {
			return name, true
		}
		if !strings.Contains(err.Error(), "constraint") {
			t.Fatal(err)
		}
	}
	return "", false
}

// TestMeddlingIsFound changes what is stored so that it holds together, as somebody does
// who knows the tables: fsck names what was changed, and no proof is given, or none that
// holds.
func TestMeddlingIsFound(t *testing.T) {
	t.Parallel()
	f := reviewedFolder(t)
	whole, err := os.ReadFile(f.database())
	fatal(t, err)
	body, digest := encodedBody(t, "PUBLIC\n", "salt of sixteen.")
	signed := `(SELECT subject FROM signatures WHERE subject IN (SELECT id FROM readings))`
	corrected := `(SELECT id FROM readings WHERE origin = 2 AND id NOT IN (SELECT subject FROM signatures))`
	boris := `(SELECT id FROM users WHERE display_name = 'Boris')`
	for name, c := range map[string]struct {
		statements []string
		want       string
		// proved tells that the proof is of other things, and holds.
		proved bool
	}{
		"another text under a signature": {
			statements: []string{fmt.Sprintf(`UPDATE readings SET text = 'PUBLIC' || char(10), body = x'%x', body_digest = x'%s' WHERE id = %s`, body, digest, signed)},
			want:       "logged was",
		},
		"another text in the column that is served": {
			statements: []string{`UPDATE readings SET text = 'PUBLIC' WHERE id = ` + signed}, want: "its text is not its body's",
		},
		"a machine's text as another": {
			statements: []string{fmt.Sprintf(`UPDATE readings SET text = 'PUBLIC' || char(10), body = x'%x', body_digest = x'%s' WHERE origin = 1 AND page = 3`, body, digest)},
			want:       "readings that it names are not those that were logged", proved: true,
		},
		"a contributor who is not one any more": {
			statements: []string{fmt.Sprintf(`UPDATE contributors SET person = %s WHERE subject = %s`, boris, corrected)}, want: "has the contributors",
		},
		"one more contributor": {
			statements: []string{fmt.Sprintf(`INSERT INTO contributors VALUES (%s, 'cyril')`, corrected)}, want: "has the contributors",
		},
		"a signature in another name": {
			statements: []string{`INSERT INTO users SELECT 'cyril', 'Cyril', roles, 0, 1, 0 FROM users WHERE display_name = 'Boris'`, `UPDATE signatures SET person = 'cyril'`},
			want:       "the signature",
		},
		"a signature that is gone": {
			statements: []string{`DELETE FROM signatures WHERE subject = ` + signed}, want: "which it names, is gone",
		},
		"a signature under a statement that is gone": {
			statements: []string{`DELETE FROM signatures WHERE subject NOT IN (SELECT id FROM readings)`}, want: "which it names, is gone", proved: true,
		},
		"a signature that nobody made": {
			statements: []string{fmt.Sprintf(`INSERT INTO signatures SELECT 'new', %s, zeroblob(32), %s, 1`, corrected, boris)},
			want:       "no act says that", proved: true,
		},
		"a correction that nobody made": {
			statements: []string{
				`INSERT INTO contributors VALUES ('new', 'anna')`, `INSERT INTO reading_details SELECT 'new', based_on, part, confidence, words, doubtful FROM reading_details WHERE reading = ` + corrected,
				`INSERT INTO readings SELECT 'new', scan, page, origin, recipe, body_digest, created_at, engine, envelope, text, body FROM readings WHERE id = ` + corrected,
			},
			want: "no act says that a person made it", proved: true,
		},
		"a revision that says it is signed": {
			statements: ofManifest(`replace(CAST(manifest AS TEXT), '"assurance":2', '"assurance":3')`),
			want:       "region 2 has VERIFIED, and nobody has signed reading",
		},
		"a revision that shows another's reading": {
			statements: ofManifest(`replace(CAST(manifest AS TEXT), (SELECT reading FROM works WHERE page = 3), (SELECT reading FROM works WHERE page = 2))`),
			want:       "shows a reading of another page", proved: true,
		},
		"a revision in which a person says otherwise": {
			statements: ofManifest(`replace(CAST(manifest AS TEXT), '"4117"', '"4118"')`),
			want:       "is not what statement", proved: true,
		},
		"a role that nobody gave": {
			statements: []string{`UPDATE users SET roles = '[3,4,5]' WHERE display_name = 'Anna'`}, want: "logged was", proved: true,
		},
		"a token that nobody issued": {
			statements: []string{fmt.Sprintf(`INSERT INTO credentials SELECT zeroblob(32), %s, 1, 1, 0`, boris)}, want: "token 000000000000: no act says that it was issued", proved: true,
		},
		"a token in another name": {
			statements: []string{fmt.Sprintf(`UPDATE credentials SET user = %s WHERE kind = 1`, boris)}, want: "no act says that it was issued", proved: true,
		},
		"a user whom nobody added": {
			statements: []string{`INSERT INTO users SELECT 'cyril', 'Cyril', roles, 0, 1, 0 FROM users WHERE display_name = 'Boris'`}, want: "users/cyril: no act says", proved: true,
		},
		"a collection in which one person is enough": {
			statements: []string{`UPDATE collections SET one_person = 1`}, want: "collections/telegrams: ", proved: true,
		},
		"a deletion that nobody made": {
			statements: []string{`UPDATE documents SET deleted_at = 1`, `UPDATE reviews SET hidden = 1`, `DELETE FROM review_counts`}, want: "the last act on it is document.undeleted", proved: true,
		},
		"an act in another name": {
			statements: []string{fmt.Sprintf(`UPDATE acts SET person = %s WHERE kind = 'text.corrected'`, boris)}, want: "its hash is not the one in the log",
		},
		"an act that is gone": {
			statements: []string{`DELETE FROM acts WHERE kind = 'text.signed'`}, want: "its act is missing",
		},
		"a checkpoint of more": {
			statements: []string{`UPDATE checkpoints SET size = size + 1 WHERE size = (SELECT max(size) FROM checkpoints)`}, want: "its row is not what its note says",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fatal(t, os.WriteFile(f.database(), whole, 0o600))
			fatal(t, meddled(f.database(), c.statements...))
			has(t, "fsck", runFsck(t, exitData, "--data", f.data), c.want)
			if err := f.proved(t); (err == nil) != c.proved {
				t.Errorf("its proof: %v", err)
			}
		})
	}
}

// ofManifest is SQL that changes the newest revision's manifest, and its digest with it.
func ofManifest(change string) []string {
	return []string{
		`UPDATE revisions SET manifest = CAST(` + change + ` AS BLOB) WHERE number = (SELECT max(number) FROM revisions)`,
		digestAnew,
	}
}

// digestAnew stands for a digest that SQL cannot make.
const digestAnew = "digest anew"

// TestAnOlderFolder puts an older copy of the database back: everything in it holds, and
// only a checkpoint that was kept elsewhere tells.
func TestAnOlderFolder(t *testing.T) {
	t.Parallel()
	f := reviewedFolder(t)
	kept := filepath.Join(t.TempDir(), "checkpoint.txt")
	fatal(t, os.WriteFile(kept, []byte(f.kept), 0o600))
	has(t, "fsck", runFsck(t, exitOK, "--data", f.data, "--checkpoint", kept), "0 problems")
	older, err := os.ReadFile(f.database())
	fatal(t, err)
	newer := f.goOn(t)
	fatal(t, os.WriteFile(kept, []byte(newer), 0o600))
	has(t, "fsck", runFsck(t, exitOK, "--data", f.data, "--checkpoint", kept), "0 problems")
	fatal(t, os.WriteFile(f.database(), older, 0o600))
	has(t, "fsck", runFsck(t, exitOK, "--data", f.data), "0 problems")
	has(t, "fsck", runFsck(t, exitData, "--data", f.data, "--checkpoint", kept), "an older database, or one that was cut")
	// The log goes on from there, with other acts, and is as long again.
	f.goOn(t)
	f.goOn(t)
	has(t, "fsck", runFsck(t, exitOK, "--data", f.data), "0 problems")
	has(t, "fsck", runFsck(t, exitData, "--data", f.data, "--checkpoint", kept), "are not those that were signed then")
}

// goOn has somebody do one more thing, and returns the checkpoint then.
func (r reviewed) goOn(t *testing.T) (checkpoint string) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), r.database())
	fatal(t, err)
	defer func() { _ = store.Close() }()
	key, err := ledger.OpenKey(r.data)
	fatal(t, err)
	w := review{newCatalog(store, catalog.DefaultLimits()), t, store, key}
	w.state(r.document, "anna", "signatory", `"Molotov"`)
	return w.sequence()
}
