package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// ownComparisons are those with what every document has, beside its fields.
var ownComparisons = map[string]func(operator, value string) (catalog.Condition, error){
	"collection":   compareCollection,
	"title":        compareTitle,
	"holding_path": comparePath,
	"complete":     compareBool("complete", func(yes bool) catalog.Condition { return catalog.IsComplete(yes) }),
	"extracted":    compareBool("extracted", func(yes bool) catalog.Condition { return catalog.IsExtracted(yes) }),
	"assurance":    compareAssurance,
	"create_time":  compareTime(func(from, before time.Time) catalog.Condition { return catalog.Created{From: from, Before: before} }),
	"update_time":  compareTime(func(from, before time.Time) catalog.Condition { return catalog.Updated{From: from, Before: before} }),
}

// ownNames are all that a filter compares beside fields.
var ownNames = slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(ownComparisons)), partsName)))

// equality gives a condition or its opposite.
func equality(c catalog.Condition, operator, takes string) (catalog.Condition, error) {
	switch operator {
	case "=":
		return c, nil
	case "!=":
		return catalog.Not{Condition: c}, nil
	}
	return nil, fmt.Errorf("it is compared so: %s", takes)
}

func compareCollection(operator, value string) (catalog.Condition, error) {
	id := strings.TrimPrefix(value, "collections/")
	if !isWord(id) {
		return nil, fmt.Errorf(`%q is no collection: write "collections/ID"`, value)
	}
	return equality(catalog.InCollection(id), operator, `collection = "collections/ID", or !=`)
}

func compareTitle(operator, value string) (catalog.Condition, error) {
	switch {
	case value == "":
		return nil, fmt.Errorf("no title is empty")
	case operator == ":" && value == "*":
		return catalog.And{}, nil
	case operator == ":":
		return catalog.TitleContains(value), nil
	}
	return equality(catalog.Titled(value), operator, `title:"PART", title = "WHOLE TITLE", or !=`)
}

func comparePath(operator, value string) (catalog.Condition, error) {
	if value == "" {
		return nil, fmt.Errorf("no path is empty")
	}
	return equality(catalog.AtPath(value), operator, `holding_path = "PATH", or !=`)
}

func compareBool(name string, is func(bool) catalog.Condition) func(operator, value string) (catalog.Condition, error) {
	return func(operator, value string) (catalog.Condition, error) {
		if value != "true" && value != "false" {
			return nil, fmt.Errorf("%s is compared with true or false, not with %q", name, value)
		}
		return equality(is(value == "true"), operator, "= true, or = false")
	}
}

var assuranceWords = map[string]catalog.Assurance{
	"machine": catalog.AssuranceMachine, "corrected": catalog.AssuranceCorrected, "verified": catalog.AssuranceVerified,
}

func compareAssurance(operator, value string) (catalog.Condition, error) {
	a, ok := assuranceWords[strings.ToLower(strings.TrimPrefix(value, "ASSURANCE_"))]
	if !ok {
		return nil, fmt.Errorf("%q is no assurance: write ASSURANCE_MACHINE, ASSURANCE_CORRECTED or ASSURANCE_VERIFIED", value)
	}
	const least, most = catalog.AssuranceMachine, catalog.AssuranceVerified
	switch operator {
	case "<":
		return catalog.OfAssurance{Least: least, Most: a - 1}, nil
	case "<=":
		return catalog.OfAssurance{Least: least, Most: a}, nil
	case ">":
		return catalog.OfAssurance{Least: a + 1, Most: most}, nil
	case ">=":
		return catalog.OfAssurance{Least: a, Most: most}, nil
	}
	return equality(catalog.OfAssurance{Least: a, Most: a}, operator, "assurance >= ASSURANCE_CORRECTED, or =, !=, <, <=, >")
}

// compareTime takes a moment, or a day, in UTC, which is equal to all that is in it.
func compareTime(in func(from, before time.Time) catalog.Condition) func(operator, value string) (catalog.Condition, error) {
	return func(operator, value string) (catalog.Condition, error) {
		from, err := time.Parse(time.RFC3339, value)
		before := from.Add(time.Microsecond) // times are kept to that
		if err != nil {
			if from, err = time.Parse(time.DateOnly, value); err != nil {
				return nil, fmt.Errorf(`%q is no time: write "2026-02-28T12:00:00Z", or a day, "2026-02-28"`, value)
			}
			before = from.AddDate(0, 0, 1)
		}
		switch operator {
		case "<":
			return in(time.Time{}, from), nil
		case "<=":
			return in(time.Time{}, before), nil
		case ">":
			return in(before, time.Time{}), nil
		case ">=":
			return in(from, time.Time{}), nil
		}
		return equality(in(from, before), operator, `with =, !=, <, <=, > or >= and a time`)
	}
}
