package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Check looks for damage in the file, for rows that name what is not there, and for
// rows that the triggers would have refused. It returns one line for each fault, none
// when all is well, and reads the whole file, so it takes as long as that.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var faults []string
	err := s.View(ctx, func(r catalog.Reader) error {
		v := r.(*view)
		for _, check := range []func(*view) ([]string, error){damaged, orphaned, changedTriggers, refused, changedBodies} {
			found, err := check(v)
			if err != nil {
				return err
			}
			faults = append(faults, found...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check store: %w", err)
	}
	return faults, nil
}

func damaged(v *view) ([]string, error) {
	lines, err := all(v, `PRAGMA integrity_check`, (*row).text)
	return slices.DeleteFunc(lines, func(line string) bool { return line == "ok" }), err
}

func orphaned(v *view) ([]string, error) {
	return all(v, `SELECT "table", count(*), parent FROM pragma_foreign_key_check GROUP BY 1, 3`,
		func(r *row) string {
			table, n, parent := r.text(), r.int(), r.text()
			return fmt.Sprintf("%s: %d rows name %s that are not there", table, n, parent)
		})
}

// changedTriggers compares the file's triggers with those that the migrations make in
// an empty database: without them nothing is refused.
func changedTriggers(v *view) (faults []string, err error) {
	want, err := madeTriggers()
	if err != nil {
		return nil, err
	}
	have, err := all(v, triggerQuery, readTrigger)
	if err != nil {
		return nil, err
	}
	for _, t := range want {
		i := slices.IndexFunc(have, func(h trigger) bool { return h.name == t.name })
		switch {
		case i < 0:
			faults = append(faults, fmt.Sprintf("trigger %s is missing", t.name))
		case have[i] != t:
			faults = append(faults, fmt.Sprintf("trigger %s was changed", t.name))
		}
	}
	for _, h := range have {
		if !slices.ContainsFunc(want, func(t trigger) bool { return h.name == t.name }) {
			faults = append(faults, fmt.Sprintf("trigger %s is none of fonds", h.name))
		}
	}
	return faults, nil
}

type trigger struct{ name, script string }

const triggerQuery = `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`

func readTrigger(r *row) trigger { return trigger{r.text(), r.text()} }

// madeTriggers are those that the migrations make.
var madeTriggers = sync.OnceValues(makeTriggers)

func makeTriggers() (made []trigger, err error) {
	known, err := ordered(migrations)
	if err != nil {
		return nil, err
	}
	d, err := opener().Open(":memory:")
	if err != nil {
		return nil, fmt.Errorf("open a database in memory: %w", err)
	}
	c := &conn{driver: d, statements: map[string]statement{}}
	defer func() { err = errors.Join(err, c.close()) }()
	for _, m := range known {
		if err := c.script(context.Background(), m.script); err != nil {
			return nil, fmt.Errorf("apply migration %s: %w", m.name, err)
		}
	}
	err = c.query(context.Background(), triggerQuery, nil, func(r *row) { made = append(made, readTrigger(r)) })
	return made, err
}

// refusals find rows that no trigger would have let in, and what triggers keep and is
// not so. A line is the row and what is wrong with it.
var refusals = []string{
	`SELECT 'reading ' || id || ': a person made it, and it names no contributor' FROM readings
		WHERE origin = 2 AND NOT EXISTS (SELECT 1 FROM contributors WHERE subject = readings.id)`,
	`SELECT DISTINCT 'reading ' || d.reading || ': leaves out contributors of ' || b.id
		FROM reading_details d JOIN readings b ON b.id = d.based_on JOIN readings r ON r.id = d.reading JOIN contributors c ON c.subject = b.id
		WHERE b.origin = 2 AND r.origin = 2 AND NOT EXISTS (SELECT 1 FROM signatures WHERE subject = b.id)
		AND NOT EXISTS (SELECT 1 FROM contributors WHERE subject = d.reading AND person = c.person)`,
	`SELECT 'reading ' || reading || ': is based on ' || based_on || ', which is not there' FROM reading_details
		WHERE based_on <> '' AND NOT EXISTS (SELECT 1 FROM readings WHERE id = based_on) AND NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'readings/' || based_on)`,
	`SELECT 'statement ' || id || ': names no contributor' FROM statements
		WHERE NOT EXISTS (SELECT 1 FROM contributors WHERE subject = statements.id)`,
	`SELECT DISTINCT 'statement ' || s.id || ': leaves out contributors of ' || s.based_on
		FROM statements s JOIN contributors c ON c.subject = s.based_on
		WHERE s.based_on <> '' AND NOT EXISTS (SELECT 1 FROM signatures WHERE subject = s.based_on)
		AND NOT EXISTS (SELECT 1 FROM contributors WHERE subject = s.id AND person = c.person)`,
	`SELECT 'statement ' || id || ': is based on ' || based_on || ', which is not there' FROM statements s
		WHERE based_on <> '' AND NOT EXISTS (SELECT 1 FROM statements WHERE id = s.based_on) AND NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'statements/' || s.based_on)`,
	`SELECT 'contributors of ' || subject || ': there is no such reading or statement' FROM contributors
		WHERE NOT EXISTS (SELECT 1 FROM readings WHERE id = subject) AND NOT EXISTS (SELECT 1 FROM statements WHERE id = subject)
		AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.subject IN ('readings/' || contributors.subject, 'statements/' || contributors.subject)) GROUP BY subject`,
	`SELECT 'signature ' || id || ': ' || person || ' contributed to what it is under' FROM signatures g
		WHERE EXISTS (SELECT 1 FROM contributors c WHERE c.subject = g.subject AND c.person = g.person)`,
	`SELECT 'signature ' || id || ': is under ' || subject || ', which no person made' FROM signatures g
		WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = g.subject AND r.origin = 2) AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.id = g.subject)
		AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.subject IN ('readings/' || g.subject, 'statements/' || g.subject))`,
	`SELECT 'signature ' || id || ': ' || person || ' is no person' FROM signatures g
		WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = g.person AND u.service = 0)`,
	`SELECT 'signature ' || id || ': nobody who has a name stands behind ' || subject FROM signatures g
		WHERE EXISTS (SELECT 1 FROM contributors WHERE subject = g.subject)
		AND NOT EXISTS (SELECT 1 FROM acts a CROSS JOIN users u ON u.id = a.person CROSS JOIN contributors c ON c.subject = g.subject AND c.person = a.person
			WHERE a.subject IN ('readings/' || g.subject, 'statements/' || g.subject) AND a.kind IN ('text.corrected', 'field.stated')
			AND u.service = 0)
		AND NOT EXISTS (SELECT 1 FROM signatures_before_names WHERE signature = g.id)`,
	`SELECT 'user ' || substr(subject, 7) || ': acts name it, and it is not there'
		FROM (SELECT DISTINCT subject FROM acts WHERE subject > 'users/' AND subject < 'users0') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = substr(subject, 7))`,
	`SELECT 'review ' || document || '/' || key || ': is ' || iif(hidden, '', 'not ') || 'hidden, unlike its document' FROM reviews
		WHERE hidden <> EXISTS (SELECT 1 FROM documents WHERE id = document AND deleted_at <> 0)`,
	`SELECT 'reviews of collection ' || coalesce(r.collection, c.collection) || ' in state ' || coalesce(r.state, c.state) || ': their number or that of doubtful words is not the one kept'
		FROM (SELECT collection, state, count(*) AS n, sum(doubtful) AS doubtful FROM reviews WHERE region > 0 AND hidden = 0 GROUP BY collection, state) r
		FULL JOIN review_counts c ON c.collection = r.collection AND c.state = r.state
		WHERE coalesce(r.n, 0) <> coalesce(c.reviews, 0) OR coalesce(r.doubtful, 0) <> coalesce(c.doubtful, 0)`,
	`SELECT 'acts: ' || count(*) || ' have a leaf, and the last leaf is ' || max(leaf) FROM acts WHERE leaf >= 0 HAVING count(*) <> max(leaf) + 1`,
	`SELECT 'hashes of the tree: there are ' || count(*) || ', and the last is ' || max(id) FROM tree_hashes HAVING count(*) <> max(id) + 1`,
}

// mostRefused bounds the lines of one kind.
const mostRefused = 100

func refused(v *view) (faults []string, err error) {
	for _, query := range slices.Concat(refusals, purgeRefusals) {
		found, err := all(v, query+` LIMIT ?`, (*row).text, mostRefused)
		if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// changedBodies reads every statement and every manifest. That a manifest is what its
// digest says is found by who reads revisions.
func changedBodies(v *view) ([]string, error) {
	statements, err := all(v, `SELECT `+statementColumns+` FROM statements`, func(r *row) string {
		s := readStatement(r)
		defer func() { r.err = nil }()
		if r.err != nil {
			return fmt.Sprintf("statement %s: is not what its digest says", s.ID)
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	revisions, err := all(v, `SELECT document, number, assurance, manifest FROM revisions WHERE assurance > 1`, func(r *row) string {
		revision, kept := catalog.Revision{Document: r.text(), Number: r.int()}, catalog.Assurance(r.int())
		if err := revision.ReadManifest(r.blob()); err != nil || least(revision) == kept {
			return ""
		}
		return fmt.Sprintf("revision %d of %s: has assurance %s, kept was %s", revision.Number, revision.Document, least(revision), kept)
	})
	faults := slices.Concat(statements, revisions)
	return slices.DeleteFunc(faults, func(line string) bool { return line == "" }), err
}
