package catalog

import (
	"bytes"
	"errors"
	"fmt"
)

// fields checks the statements of a revision, unless they are those of the one before.
func (a *Audit) fields(r Reader, name string, fields Fields, seen *audited) error {
	same := bytes.Equal(fields.encoded, seen.fields.encoded)
	if seen.fields = fields; same {
		return nil
	}
	list, err := fields.List()
	if err != nil {
		a.Found(name, err.Error())
	}
	return a.statements(r, name, list, seen)
}

// statements checks who makes each and that the words which prove it are there.
func (a *Audit) statements(r Reader, name string, fields []Field, seen *audited) error {
	byPerson := map[string]bool{}
	for _, f := range fields {
		byPerson[f.Name] = byPerson[f.Name] || f.Person != ""
	}
	for _, f := range fields {
		if problem := f.problem(byPerson[f.Name]); problem != "" {
			a.Found(name, fmt.Sprintf("field %s %s", f.Name, problem))
		}
		if err := a.stated(r, name, f); err != nil {
			return err
		}
		for _, said := range append([]Field{f}, f.Instead...) {
			if err := a.proof(r, name, said, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// problem is what is wrong with who makes a statement; "" for nothing.
func (f Field) problem(byPerson bool) string {
	switch {
	case f.Person != "" && f.Rule != "":
		return fmt.Sprintf("is stated by %s and by the rule %s at once", f.Person, f.Rule)
	case f.Person == "" && f.Assurance > AssuranceMachine:
		return "is above the assurance of a machine, and nobody is named who stated it"
	case f.Person == "" && byPerson:
		return "is stated by a rule where a person has spoken"
	case f.Person != "" && f.Assurance < AssuranceCorrected:
		return fmt.Sprintf("is stated by %s at the assurance of a machine", f.Person)
	case f.Person == "" && len(f.Instead) > 0:
		return "stands in the place of others, and no person has stated it"
	}
	return ""
}

// proof checks that the words which prove a statement are there.
func (a *Audit) proof(r Reader, name string, f Field, seen *audited) error {
	for _, e := range f.Evidence {
		length, err := seen.length(r, e.Reading)
		if errors.Is(err, ErrNotFound) {
			a.Found(name, fmt.Sprintf("field %s is proved by the reading %s, which is missing", f.Name, e.Reading))
			continue
		}
		if err != nil {
			return err
		}
		if e.Start < 0 || e.End <= e.Start || e.End > length {
			a.Found(name, fmt.Sprintf("field %s is proved by bytes %d to %d of a text of %d", f.Name, e.Start, e.End, length))
		}
	}
	return nil
}
