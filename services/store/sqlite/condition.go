package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"modernc.org/sqlite"

	"github.com/fonds-archive/fonds/services/catalog"
)

// documentsQuery gives the statement for a query. The documents are found by their IDs
// alone, so that no manifest is sorted that is not asked for, and all of them before the
// first row is given: until then the statement can be interrupted. They come in no
// certain order.
func documentsQuery(q catalog.DocumentQuery) (string, []any) {
	ids := selectedIDs(q)
	return `SELECT d.id, d.collection, d.holding, d.head, d.extracted, d.derived, d.events, d.created_at, d.deleted_at, d.purged_at,
		r.document, r.number, r.author, r.created_at, r.digest, r.manifest
		FROM (SELECT json_group_array(id) AS list FROM (` + ids.sql + `)) p CROSS JOIN json_each(p.list) f
		CROSS JOIN documents d ON d.id = f.value CROSS JOIN revisions r ON r.document = d.id AND r.number = d.head`, ids.args
}

// selectedIDs gives the statement for the IDs of a query's documents, as id.
//
// What SQLite reads first decides how long it takes. Where the condition says which
// keys or paths a document must have one of, these drive, and each is a stretch of an
// index. Keys with one text stand there by document, so that the statement ends at its
// limit however many have it. All else is asked of one document at a time, newest
// first, until the limit is reached.
func selectedIDs(q catalog.DocumentQuery) clause {
	s := clausef(`SELECT d.id AS id FROM documents d`)
	order, where := ` ORDER BY d.id DESC`, []string{"true"}
	if d, ok := driving(q.Where); ok && d.one {
		s.sql = `SELECT k.document AS id FROM document_keys k CROSS JOIN documents d ON d.id = k.document`
		order = ` GROUP BY k.document ORDER BY k.document DESC`
		where, s.args = []string{d.where}, d.args
		if q.After != "" {
			where, s.args = append(where, "k.document < ?"), append(s.args, q.After)
		}
	} else if ok {
		s = clause{`SELECT d.id AS id FROM (SELECT DISTINCT document FROM (` + d.sql + `)) k CROSS JOIN documents d ON d.id = k.document`, d.args}
	}
	s.sql += ` CROSS JOIN revisions r ON r.document = d.id AND r.number = d.head`
	if q.Deleted {
		where = append(where, "d.purged_at = 0")
	} else {
		where = append(where, "d.deleted_at = 0")
	}
	if q.After != "" {
		where, s.args = append(where, "d.id < ?"), append(s.args, q.After)
	}
	if q.Where != nil {
		own := conditionOf(q.Where)
		where, s.args = append(where, own.sql), append(s.args, own.args...)
	}
	return clause{s.sql + ` WHERE ` + strings.Join(where, " AND ") + order + ` LIMIT ?`, append(s.args, max(q.Limit, 0))}
}

// lowerCase is a function of statements: lower() of SQLite knows the letters A-Z
// alone. It is called for each title, so that it serves only what lower() does not.
const lowerCase = "fonds_lower"

// opener opens connections that know the functions of this package.
func opener() *sqlite.Driver {
	d := new(sqlite.Driver)
	d.MustRegisterDeterministicScalarFunction(lowerCase, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, _ := args[0].(string)
		return strings.ToLower(text), nil
	})
	return d
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// clause is a part of a statement with its arguments.
type clause struct {
	sql  string
	args []any
}

func clausef(sql string, args ...any) clause { return clause{sql, args} }

// conditionOf gives the condition on the document d and its newest revision r.
func conditionOf(c catalog.Condition) clause {
	switch c := c.(type) {
	case nil:
		return clausef("true")
	case catalog.And:
		return joined(c, " AND ", "true")
	case catalog.Or:
		return joined(c, " OR ", "false")
	case catalog.Not:
		inner := conditionOf(c.Condition)
		return clause{"NOT " + inner.sql, inner.args}
	case catalog.InCollection:
		return clausef("d.collection = ?", string(c))
	case catalog.Titled:
		return clausef("d.title = ?", string(c))
	case catalog.TitleContains:
		if isASCII(string(c)) {
			return clausef("instr(lower(d.title), lower(?)) > 0", string(c))
		}
		return clausef("instr("+lowerCase+"(d.title), ?) > 0", strings.ToLower(string(c)))
	case catalog.AtPath:
		return clausef("EXISTS (SELECT 1 FROM holdings h WHERE h.id = d.holding AND h.path = ?)", string(c))
	case catalog.IsComplete:
		return clausef(map[bool]string{true: "d.complete = 1", false: "d.complete = 0"}[bool(c)])
	case catalog.IsExtracted:
		return clausef(map[bool]string{true: "d.extracted = d.head", false: "d.extracted <> d.head"}[bool(c)])
	case catalog.OfAssurance:
		if c.Least == c.Most {
			return clausef("d.assurance = ?", c.Least)
		}
		return clausef("(+d.assurance >= ? AND +d.assurance <= ?)", c.Least, c.Most)
	case catalog.Created:
		return between("d.created_at", c.From, c.Before)
	case catalog.Updated:
		return between("r.created_at", c.From, c.Before)
	case catalog.HasKey:
		keys := keysOf(c)
		return clause{`EXISTS (SELECT 1 FROM document_keys INDEXED BY document_keys_document WHERE document = d.id AND ` + keys.sql + `)`, keys.args}
	}
	panic(fmt.Sprintf("sqlite: no statement asks for a %T", c))
}

func joined(parts []catalog.Condition, with, none string) clause {
	if len(parts) == 0 {
		return clausef(none)
	}
	var (
		sql  []string
		args []any
	)
	for _, p := range parts {
		one := conditionOf(p)
		sql, args = append(sql, one.sql), append(args, one.args...)
	}
	return clause{"(" + strings.Join(sql, with) + ")", args}
}

func between(column string, from, before time.Time) clause {
	c := clausef("("+column+" >= ?", from)
	if !before.IsZero() {
		c = clause{c.sql + " AND " + column + " < ?", append(c.args, before)}
	}
	return clause{c.sql + ")", c.args}
}

// keysOf gives the condition on a row of document_keys.
func keysOf(h catalog.HasKey) clause {
	c := clausef("kind = ?", h.Kind)
	add := func(sql string, args ...any) { c = clause{c.sql + " AND " + sql, append(c.args, args...)} }
	text, exact := h.Exact()
	switch {
	case exact:
		add("key = ?", text)
	default:
		if h.From != "" {
			add("key >= ?", h.From)
		}
		if h.Before != "" {
			add("key < ?", h.Before)
		}
	}
	if h.Part != "" {
		add("instr(key, ?) > 0", h.Part)
	}
	if h.Low != 0 || h.High != 0 {
		add("low <= ? AND high >= ?", h.High, h.Low)
	}
	return c
}

// drive is a list of documents that holds all that can meet a condition.
type drive struct {
	clause
	// cost orders drives: 1 few documents, 2 the documents with one key, 3 those with
	// keys in a range.
	cost int
	// one tells that they are those with the keys of one text, which where selects.
	one   bool
	where string
}

// driving gives the cheapest drive of a condition; none where a document may meet it
// without any certain key.
func driving(c catalog.Condition) (drive, bool) {
	switch c := c.(type) {
	case catalog.And:
		var best drive
		for _, p := range c {
			if d, ok := driving(p); ok && (best.cost == 0 || d.cost < best.cost) {
				best = d
			}
		}
		return best, best.cost != 0
	case catalog.Or:
		return drivingAny(c)
	case catalog.AtPath:
		return drive{clause: clausef(`SELECT id AS document FROM documents
			WHERE holding <> '' AND holding IN (SELECT id FROM holdings WHERE path = ?)`, string(c)), cost: 1}, true
	case catalog.HasKey:
		_, exact := c.Exact()
		if !exact && (c.From == "" || c.Before == "") {
			return drive{}, false
		}
		keys := keysOf(c)
		d := drive{clause: clause{`SELECT document FROM document_keys WHERE ` + keys.sql, keys.args}, cost: 3, one: exact, where: keys.sql}
		if exact {
			d.cost = 2
		}
		if c.Few {
			d.cost = 1
		}
		return d, true
	}
	return drive{}, false
}

// drivingAny joins the drives of alternatives, if each has one.
func drivingAny(parts catalog.Or) (drive, bool) {
	var (
		all drive
		sql []string
	)
	for _, p := range parts {
		d, ok := driving(p)
		if !ok {
			return drive{}, false
		}
		sql, all.args = append(sql, d.sql), append(all.args, d.args...)
		all.cost = max(all.cost, d.cost)
	}
	all.sql = strings.Join(sql, " UNION ALL ")
	return all, len(sql) > 0
}
