package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// openBefore makes a file as the migrations up to a number made it, with rows of that time.
func openBefore(t *testing.T, number int, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "catalog.db")
	known, err := ordered(migrations)
	must(t, err)
	statements := []string{migrationTable}
	for _, m := range known[:number] {
		statements = append(statements, m.script,
			fmt.Sprintf(`INSERT INTO migrations VALUES (%d, '%s', x'%s', 0)`, m.number, m.name, m.checksum))
	}
	must(t, raw(t, path, append(statements, rows...)...))
	return path
}

// oldDocument is a document that shows pages of a scan, as the release before reviews had
// it, written in the given second.
func oldDocument(t *testing.T, id string, second int, regions ...catalog.Region) []string {
	t.Helper()
	manifest, err := catalog.Revision{Title: id, Regions: regions}.Manifest()
	must(t, err)
	return []string{
		fmt.Sprintf(`INSERT INTO documents VALUES ('%s', 'c', '', 1, 0, 0, 0, '%s', 1, 1, 0, 0)`, id, id),
		fmt.Sprintf(`INSERT INTO revisions VALUES ('%s', 1, 'system', %d, x'%s', CAST('%s' AS BLOB))`,
			id, second*1e6, sum(string(manifest)), manifest),
	}
}

func oldReading(id string) string {
	return fmt.Sprintf(`INSERT INTO readings VALUES ('%s', x'%s', 1, 1, x'', x'', 0, x'', x'', 'one two', x'')`, id, numbered(1))
}

func shows(reading string) catalog.Region {
	return catalog.Region{Scan: numbered(1), Page: 1, Reading: reading, Origin: catalog.Machine, Outcome: catalog.Text, Assurance: 1}
}

func withoutReviews(t *testing.T, s *Store) (ids []string) {
	t.Helper()
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		list, err := r.WithoutReviews("", 1000)
		for _, d := range list {
			ids = append(ids, d.ID)
		}
		return err
	}))
	return ids
}

func queued(t *testing.T, s *Store) (names []string) {
	t.Helper()
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		list, err := r.Reviews(catalog.ReviewQuery{Order: catalog.OldestFirst, Limit: 1000})
		for _, v := range list {
			names = append(names, v.Document+" "+strconv.FormatInt(v.Since.Unix(), 10))
		}
		return err
	}))
	return names
}

// Documents of a release without reviews come into the queue, in the order of their age;
// what is deleted stays hidden, what is damaged is told.
func TestDocumentsFromBeforeReviews(t *testing.T) {
	rows := slices.Concat(
		[]string{`INSERT INTO scans VALUES (x'` + string(numbered(1)) + `', 1, '', 0, 0)`, oldReading("r")},
		oldDocument(t, "a", 30, shows("r")), oldDocument(t, "b", 10, shows("r"), shows("")), oldDocument(t, "c", 20, shows("r")),
		oldDocument(t, "deleted", 5, shows("r")), oldDocument(t, "damaged", 6, shows("r")),
		oldDocument(t, "unread", 7, catalog.Region{Scan: numbered(1), Page: 1}),
		[]string{
			`UPDATE documents SET deleted_at = 1 WHERE id = 'deleted'`,
			`DROP TRIGGER revisions_update`, `UPDATE revisions SET manifest = CAST('{"title":"other"}' AS BLOB) WHERE document = 'damaged'`,
		},
	)
	s := openAt(t, openBefore(t, 5, rows...))
	if got := withoutReviews(t, s); !slices.Equal(got, []string{"a", "b", "c", "damaged", "deleted", "unread"}) {
		t.Fatalf("without reviews: %v", got)
	}
	c := catalog.New(s, time.Now, func() string { return "x" }, catalog.DefaultLimits())
	for range 2 {
		var damaged []string
		made, err := c.MakeReviews(t.Context(), func(id string, _ error) { damaged = append(damaged, id) })
		must(t, err)
		if !slices.Equal(damaged, []string{"damaged"}) {
			t.Errorf("damaged: %v", damaged)
		}
		if got := queued(t, s); !slices.Equal(got, []string{"b 10", "c 20", "a 30"}) {
			t.Errorf("made %d, the queue: %q", made, got)
		}
		if got := withoutReviews(t, s); !slices.Equal(got, []string{"damaged"}) {
			t.Errorf("without reviews still: %v", got)
		}
	}
	if faults, err := s.Check(t.Context()); err != nil || slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, "review") }) {
		t.Errorf("check: %v, %v", faults, err)
	}
}

// A document of a release with reviews, and one that was purged, are not made any.
func TestDocumentsThatHaveReviews(t *testing.T) {
	s := openAt(t, openBefore(t, 8,
		`DROP TRIGGER documents_replaced`,
		`INSERT INTO documents (id, collection, holding, head, events, created_at, deleted_at, purged_at)
			SELECT value, 'c', '', 1, 0, 0, value = 'purged', value = 'purged' FROM json_each('["has", "none", "purged"]')`,
		`INSERT INTO reviews (document, key, region, collection, state, since, reading, confidence, words, doubtful, disagreement,
			version, claimed_by, claim_until, skipped_by, comment, draft) VALUES ('has', 'k', 1, 'c', 1, 0, '', 0, 0, 0, 0, 1, '', 0, '', '', '')`))
	if got := withoutReviews(t, s); !slices.Equal(got, []string{"none"}) {
		t.Errorf("without reviews: %v", got)
	}
}

var errKilled = errors.New("killed")

// killed is a store whose transactions fail from some moment on.
type killed struct {
	catalog.Store
	after int
}

func (k *killed) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	if k.after--; k.after < 0 {
		return errKilled
	}
	return k.Store.Tx(ctx, fn)
}

// No transaction makes the reviews of all documents, and what an interrupted pass has made
// is not made again.
func TestReviewsAreMadeInSmallTransactions(t *testing.T) {
	const documents = 130
	s := openNew(t)
	putHeads(t, s, documents)
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		_, err := asTx(tx).exec(`INSERT INTO without_reviews SELECT id FROM documents`)
		return err
	}))
	makes := func(store catalog.Store) (int, error) {
		c := catalog.New(store, time.Now, func() string { return "x" }, catalog.DefaultLimits())
		return c.MakeReviews(t.Context(), func(id string, err error) { t.Errorf("%s: %v", id, err) })
	}
	made, err := makes(&killed{s, 2})
	if !errors.Is(err, errKilled) || made == 0 || made > 100 || len(queued(t, s)) != made {
		t.Fatalf("made %d of %d, %v; the queue has %d", made, documents, err, len(queued(t, s)))
	}
	rest, err := makes(s)
	must(t, err)
	if made+rest != documents || len(queued(t, s)) != documents || len(withoutReviews(t, s)) > 0 {
		t.Errorf("made %d and %d", made, rest)
	}
	var wrote bool
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		err := tx.ReviewsMade("absent")
		wrote = asTx(tx).wrote
		return err
	}))
	if wrote {
		t.Error("a pass with nothing to do writes")
	}
}

// TestReviewsOfMany prints what a large archive waits for after the upgrade: set
// FONDS_DOCUMENTS to the number of its documents. Each has one page, read under two recipes
// that disagree on some words, with 2,000 characters and a body of 20 kB.
func TestReviewsOfMany(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("FONDS_DOCUMENTS"))
	if err != nil {
		t.Skip("FONDS_DOCUMENTS is not set")
	}
	s := openNew(t)
	putHeads(t, s, n)
	for from := 0; from < n; from += 1000 {
		must(t, s.Tx(t.Context(), func(tx catalog.Tx) error { return putPages(tx, from, min(from+1000, n)) }))
	}
	start := time.Now()
	known, err := ordered(migrations)
	must(t, err)
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		if _, err := asTx(tx).exec(`DROP TABLE without_reviews`); err != nil {
			return err
		}
		return asTx(tx).conn.script(t.Context(), known[8].script)
	}))
	t.Logf("%d documents: the migration took %v", n, time.Since(start))
	c := catalog.New(s, time.Now, func() string { return "x" }, catalog.DefaultLimits())
	for range 2 {
		start = time.Now()
		made, err := c.MakeReviews(t.Context(), func(id string, err error) { t.Errorf("%s: %v", id, err) })
		must(t, err)
		t.Logf("the reviews of %d documents took %v", made, time.Since(start))
	}
}

// putPages puts the scans and readings of documents of putHeads.
func putPages(tx catalog.Tx, from, to int) error {
	body := []byte(strings.Repeat("x", 20_000))
	for i := from; i < to; i++ {
		if err := tx.PutScan(catalog.Scan{Digest: numbered(i)}); err != nil {
			return err
		}
		for recipe := range 2 {
			id := fmt.Sprintf("01890000-0000-7000-8000-%012d", i)
			if recipe == 1 {
				id += "b"
			}
			text := strings.Repeat(fmt.Sprintf("word%d telegram %d ", recipe, i), 100)
			if err := tx.InsertReading(catalog.Reading{
				ID: id, Scan: numbered(i), Page: 1, Origin: catalog.Machine, Recipe: numbered(recipe), Text: text, Body: body,
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
