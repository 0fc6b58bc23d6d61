package agents

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// columns are the columns of the CSV form, in the order in which WriteCSV writes them. A row without
// a variant describes the agent; viaf and wikidata are read from any row of the agent, the note of
// such a row is the agent's and that of other rows the variant's.
var columns = []string{
	"id", "kind", "name", "variant", "type", "valid_from", "valid_to", "ambiguous", "lang", "viaf", "wikidata", "note",
}

// ReadCSV reads an authority file: a heading with the column names in any order, then one row for
// each variant. Comma, semicolon and tab are accepted as separators, whichever the heading uses.
// The columns kind and name may be empty where another row of the same id gives them.
func ReadCSV(r io.Reader) (*Authority, error) {
	data, err := readLimited(r)
	if err != nil {
		return nil, fmt.Errorf("read authority file: %w", err)
	}
	c := csv.NewReader(bytes.NewReader(data))
	c.Comma = separator(data)
	c.ReuseRecord = true
	heading, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("read authority file: %w", csvError(err))
	}
	t := &table{csv: c, authority: &Authority{}, row: map[string]int{}}
	if err := t.columns(heading); err != nil {
		return nil, fmt.Errorf("read authority file: %w", err)
	}
	for !t.faults.full() {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.faults.errs = append(t.faults.errs, csvError(err))
			break
		}
		t.add(record)
	}
	t.finish()
	if err := t.faults.err("read authority file"); err != nil {
		return nil, err
	}
	return t.authority, nil
}

// readLimited reads a whole file and drops a byte order mark.
func readLimited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("it is larger than %d MiB: split it into several files", maxFileBytes>>20)
	}
	return bytes.TrimPrefix(data, []byte("\uFEFF")), nil
}

func separator(data []byte) rune {
	heading, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', bytes.Count(heading, []byte(","))
	for _, s := range []rune{';', '\t'} {
		if n := bytes.Count(heading, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

func csvError(err error) error {
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return &FileError{Line: p.Line, Column: p.Column, Problem: p.Err.Error() + ": check quotation marks and the number of columns"}
	}
	if errors.Is(err, io.EOF) {
		return &FileError{Line: 1, Column: 1, Problem: "the file is empty: begin with the column names " + strings.Join(columns, ",")}
	}
	return err
}

// table is the reader's state.
type table struct {
	csv       *csv.Reader
	authority *Authority
	row       map[string]int // id to the agent's place
	seat      []place        // where each agent was first met
	at        [12]int        // for each of columns its field in a record, or -1
	variants  int
	faults    faults
}

type place struct{ line, column int }

func (t *table) columns(heading []string) error {
	for i := range t.at {
		t.at[i] = -1
	}
	for i, h := range heading {
		name := strings.ToLower(strings.TrimSpace(h))
		line, column := t.csv.FieldPos(i)
		n := slices.Index(columns, name)
		if n < 0 {
			return &FileError{line, column, quote(name), "unknown column: use " + strings.Join(columns, ", ")}
		}
		if t.at[n] >= 0 {
			return &FileError{line, column, name, "the column stands twice: remove one"}
		}
		t.at[n] = i
	}
	for _, n := range []int{0, 1, 2, 3, 4} {
		if t.at[n] < 0 {
			return &FileError{1, 1, columns[n], "the column is missing: add it to the heading"}
		}
	}
	return nil
}

// get returns a field of a record by the name of its column.
func (t *table) get(record []string, column string) string {
	i := t.at[slices.Index(columns, column)]
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(record[i], "\r", ""))
}

func (t *table) fault(column, text string) {
	line, at := t.csv.FieldPos(0)
	if i := slices.Index(columns, column); i >= 0 && t.at[i] >= 0 {
		line, at = t.csv.FieldPos(t.at[i])
	}
	t.faults.add(&FileError{line, at, column, text})
}

func (t *table) add(record []string) {
	if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return // an empty row that a spreadsheet left
	}
	a := t.agent(record)
	if a == nil {
		return
	}
	text, typ := t.get(record, "variant"), Type(t.get(record, "type"))
	switch {
	case text == "" && typ == Withdrawn:
		a.Withdrawn = true
	case text == "" && typ != "":
		t.fault("variant", "the row has a type and no variant: write the variant or remove the type")
	case text != "":
		t.variant(a, record, text, typ)
		return
	}
	t.set(&a.Note, record, "note")
}

// agent finds or makes the agent that a row is about and takes over what the row says of it.
func (t *table) agent(record []string) *Agent {
	id := t.get(record, "id")
	n, known := t.row[id]
	if !known {
		if len(t.authority.Agents) == maxAgents {
			t.fault("id", fmt.Sprintf("more than %d agents: split the file", maxAgents))
			return nil
		}
		n = len(t.authority.Agents)
		t.row[id] = n
		t.authority.Agents = append(t.authority.Agents, Agent{ID: id})
		line, column := t.csv.FieldPos(0)
		t.seat = append(t.seat, place{line, column})
	}
	a := &t.authority.Agents[n]
	kind := string(a.Kind)
	t.set(&kind, record, "kind")
	a.Kind = Kind(kind)
	t.set(&a.Name, record, "name")
	t.set(&a.VIAF, record, "viaf")
	t.set(&a.Wikidata, record, "wikidata")
	return a
}

// set takes a value that may stand in several rows of one agent but must be the same in all.
func (t *table) set(to *string, record []string, column string) {
	v := t.get(record, column)
	switch {
	case v == "" || v == *to:
	case *to == "":
		*to = v
	default:
		t.fault(column, fmt.Sprintf("%s here and %s in an earlier row of %s: make them the same",
			quote(v), quote(*to), quote(t.get(record, "id"))))
	}
}

func (t *table) variant(a *Agent, record []string, text string, typ Type) {
	v := Variant{Text: text, Type: typ, Lang: t.get(record, "lang"), Note: t.get(record, "note")}
	for column, to := range map[string]*Date{"valid_from": &v.From, "valid_to": &v.To} {
		d, err := ParseDate(t.get(record, column))
		if err != nil {
			t.fault(column, err.Error())
		}
		*to = d
	}
	switch yes := strings.ToLower(t.get(record, "ambiguous")); yes {
	case "":
	case "yes":
		v.Ambiguous = true
	default:
		t.fault("ambiguous", quote(yes)+" is neither yes nor empty: write yes or leave it empty")
	}
	for _, p := range v.problems() {
		t.fault(p.field, p.text)
	}
	if t.variants++; t.variants > maxVariants {
		t.fault("variant", fmt.Sprintf("more than %d variants: split the file", maxVariants))
	}
	a.Variants = append(a.Variants, v)
}

// finish checks what can be said of an agent only after its last row.
func (t *table) finish() {
	for i := range t.authority.Agents {
		for _, p := range t.authority.Agents[i].problems() {
			t.faults.add(&FileError{t.seat[i].line, t.seat[i].column, p.field, p.text})
		}
		if t.faults.full() {
			return
		}
	}
}

// WriteCSV writes the file so that ReadCSV reads the same back: for each agent a row of its own,
// then a row for each variant.
func WriteCSV(w io.Writer, a *Authority) error {
	b := bufio.NewWriter(w)
	c := csv.NewWriter(b)
	rows := [][]string{columns}
	for i := range a.Agents {
		rows = appendRows(rows, &a.Agents[i])
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("write authority file: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write authority file: %w", err)
	}
	return nil
}

func appendRows(rows [][]string, a *Agent) [][]string {
	typ := ""
	if a.Withdrawn {
		typ = string(Withdrawn)
	}
	rows = append(rows, []string{a.ID, string(a.Kind), a.Name, "", typ, "", "", "", "", a.VIAF, a.Wikidata, a.Note})
	for _, v := range a.Variants {
		ambiguous := ""
		if v.Ambiguous {
			ambiguous = "yes"
		}
		rows = append(rows, []string{
			a.ID, string(a.Kind), a.Name, v.Text, string(v.Type), v.From.String(), v.To.String(), ambiguous, v.Lang, "", "", v.Note,
		})
	}
	return rows
}
