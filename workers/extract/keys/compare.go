package keys

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// Condition gives what a document must meet for a comparison of a filter: a field's
// name, one of = != : < <= > >=, and what a person wrote. The value "*" after ":"
// asks whether there is any. Its errors tell how the field can be compared.
func (m Maker) Condition(field, operator, value string) (catalog.Condition, error) {
	form, ok := formOf(field)
	if field == Parts {
		form, ok = count, true
	}
	switch {
	case !ok:
		return nil, fmt.Errorf("there is no field %q: the fields are %s", field, strings.Join(m.Fields(), ", "))
	case operator == ":" && value == "*":
		return presence(field), nil
	case operator == "!=":
		equal, err := m.compare(form, field, "=", value)
		return catalog.Not{Condition: equal}, err
	}
	return m.compare(form, field, operator, value)
}

func presence(field string) catalog.Condition {
	if field == Parts {
		return catalog.HasKey{Kind: Parts}
	}
	return catalog.HasKey{Kind: Field + "/" + field}
}

func (m Maker) compare(form form, field, operator, value string) (catalog.Condition, error) {
	switch form {
	case date:
		return compareDate(field, operator, value)
	case count:
		return compareCount(field, operator, value)
	case shelfmark:
		return compareCitation(field, operator, value)
	}
	h := catalog.HasKey{Kind: Field + "/" + field}
	text := folded(field, value)
	if text == "" {
		return nil, fmt.Errorf("%q gives %s nothing to be compared with", value, field)
	}
	switch operator {
	case "=":
		h.Few = form == number || form == address
		h = h.Exactly(text)
	case ":":
		h.Part = text
	default:
		return nil, fmt.Errorf(`%s is compared with = "TEXT", != "TEXT", :"PART" and :*, not with %s`, field, operator)
	}
	if form != agent {
		return h, nil
	}
	named := catalog.Or{h}
	for _, id := range m.agentsNamed(value) {
		named = append(named, catalog.HasKey{Kind: Agent + "/" + field}.Exactly(id))
	}
	return catalog.AnyOf(named...), nil
}

// wholeName is the least score of a match by a whole name that is not ambiguous: a
// pseudonym whose time is not known has 0.9.
const wholeName = 0.8

// agentsNamed gives the IDs of those that a name as a whole belongs to, in any of the
// forms in the authority file; an ID gives itself.
func (m Maker) agentsNamed(written string) []string {
	if isID(written) {
		return []string{written}
	}
	if m.Names == nil {
		return nil
	}
	var ids []string
	for _, c := range m.Names().Match(written, agents.Date{}, "") {
		if c.Distance == 0 && c.Score >= wholeName && !slices.Contains(ids, c.Agent) {
			ids = append(ids, c.Agent)
		}
	}
	return ids
}

// isID tells that something is an ID of the authority file, such as person:x: a word,
// a colon and no blank.
func isID(s string) bool {
	kind, rest, found := strings.Cut(s, ":")
	return found && kind != "" && rest != "" && !strings.ContainsAny(s, " \t\n")
}

// compareDate compares dates as they are written, 1951-06-13T19:55, which are in the
// order of time. A date that has no more than a month lies in that month and is neither
// before nor after a day in it.
func compareDate(field, operator, value string) (catalog.Condition, error) {
	value, ok := dateOf(value)
	if !ok {
		return nil, fmt.Errorf("%q is no date: write 1951, 1951-06, 1951-06-13, 13.6.1951 or 1951-06-13T19:55", value)
	}
	h := catalog.HasKey{Kind: Field + "/" + field}
	behind := value + "~" // behind all that begins with it
	switch operator {
	case "=", ":":
		h.From, h.Before = value, behind
	case ">=":
		h.From = value
	case ">":
		h.From = behind
	case "<":
		h = h.Below(value)
	case "<=":
		h = h.Below(behind)
	default:
		return nil, fmt.Errorf("%s is not compared with %s", field, operator)
	}
	return h, nil
}

// dateOf reads a date as the fields have it, and the form in which it is written most.
func dateOf(s string) (iso string, ok bool) {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15", "2006-01-02T15:04"} {
		if _, err := time.Parse(layout, s); err == nil {
			return s, true
		}
	}
	if t, err := time.Parse("2.1.2006", s); err == nil {
		return t.Format(time.DateOnly), true
	}
	return s, false
}

// compareCount compares numbers from 1. A text without the key for parts is one
// document, so what holds of 1 holds without the key.
func compareCount(field, operator, value string) (catalog.Condition, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n >= widest {
		return nil, fmt.Errorf("%q is no count: %s is compared with a number, such as %s > 1", value, field, field)
	}
	low, high := 1, widest
	switch operator {
	case "=", ":":
		low, high = n, n
	case ">=":
		low = n
	case ">":
		low = n + 1
	case "<":
		high = n - 1
	case "<=":
		high = n
	default:
		return nil, fmt.Errorf("%s is not compared with %s", field, operator)
	}
	low = max(low, 1)
	kind := Field + "/" + field
	if field == Parts {
		kind = Parts
	}
	switch {
	case low > high:
		return catalog.Or{}, nil
	case field == Parts && low == 1: // not above high
		return catalog.Not{Condition: catalog.HasKey{Kind: kind, Low: high + 1, High: widest}}, nil
	}
	return catalog.HasKey{Kind: kind, Low: low, High: high}, nil
}

// compareCitation finds the files of a shelfmark: those whose lists meet where it names
// lists, and all below the levels that it names where it ends above the file.
func compareCitation(field, operator, value string) (catalog.Condition, error) {
	if operator != "=" && operator != ":" {
		return nil, fmt.Errorf(`%s is compared with = "SHELFMARK", :"BEGINNING OF ONE" and :*, not with %s`, field, operator)
	}
	lookups, err := citations(value)
	if err != nil {
		return nil, err
	}
	var found catalog.Or
	for _, l := range lookups {
		h := catalog.HasKey{Kind: l.Kind, Low: l.Low, High: l.High, From: l.Text, Before: l.Before}
		if l.Before == "" {
			h.Few = true
			h = h.Exactly(l.Text)
		}
		found = append(found, h)
	}
	return catalog.AnyOf(found...), nil
}

// maxShelfmarks bounds what one comparison asks for: each is a stretch of an index.
const maxShelfmarks = 20
