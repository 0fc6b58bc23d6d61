package agents

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of an authority file. A file of 16 MiB holds about 150,000 variants.
const (
	maxFileBytes  = 16 << 20
	maxAgents     = 50_000
	maxVariants   = 200_000
	maxNameBytes  = 300
	maxNoteBytes  = 2_000
	maxErrorsTold = 20
)

// FileError says where an authority file is wrong and what to do. ReadCSV and ReadJSON return up to
// 20 of them joined.
type FileError struct {
	Line, Column int // from 1; the column counts bytes
	Field        string
	Problem      string // what is wrong, and after a colon what to do
}

func (e *FileError) Error() string {
	where := fmt.Sprintf("line %d, column %d", e.Line, e.Column)
	if e.Field != "" {
		where += " (" + e.Field + ")"
	}
	return where + ": " + e.Problem
}

var (
	idForm       = regexp.MustCompile(`^(person|place|organisation):[a-z0-9]+(-[a-z0-9]+)*$`)
	viafForm     = regexp.MustCompile(`^[0-9]{1,22}$`)
	wikidataForm = regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`)
	langForm     = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// problem is a fault in one field, without its place in the file.
type problem struct {
	field string
	text  string
}

func (a *Agent) problems() []problem {
	var out []problem
	say := func(field, format string, args ...any) {
		out = append(out, problem{field, fmt.Sprintf(format, args...)})
	}
	switch {
	case len(a.ID) > maxNameBytes || !idForm.MatchString(a.ID):
		say("id", "%s is no id: write the kind, a colon and a word of a-z, 0-9 and hyphens, such as person:stalin", quote(a.ID))
	case !slices.Contains(kinds, a.Kind):
		say("kind", "%s is no kind: write person, place or organisation", quote(string(a.Kind)))
	case !strings.HasPrefix(a.ID, string(a.Kind)+":"):
		say("kind", "the id %s is not of the kind %s: change one of them", a.ID, a.Kind)
	}
	if p := nameProblem(a.Name); p != "" && !a.Withdrawn {
		say("name", "%s", p)
	}
	if a.VIAF != "" && !viafForm.MatchString(a.VIAF) {
		say("viaf", "%s is no VIAF number: write its digits only", quote(a.VIAF))
	}
	if a.Wikidata != "" && !wikidataForm.MatchString(a.Wikidata) {
		say("wikidata", "%s is no Wikidata item: write Q and digits, such as Q855", quote(a.Wikidata))
	}
	if p := noteProblem(a.Note); p != "" {
		say("note", "%s", p)
	}
	return out
}

func (v *Variant) problems() []problem {
	var out []problem
	say := func(field, format string, args ...any) {
		out = append(out, problem{field, fmt.Sprintf(format, args...)})
	}
	if p := nameProblem(v.Text); p != "" {
		say("variant", "%s", p)
	}
	if !slices.Contains(types, v.Type) {
		say("type", "%s is no type of variant: write one of %s", quote(string(v.Type)), typeList())
	}
	if v.From.compare(v.To) > 0 {
		say("valid_to", "%s lies before valid_from %s: exchange them", v.To, v.From)
	}
	if v.Lang != "" && !langForm.MatchString(v.Lang) {
		say("lang", "%s is no language: write a code of two or three letters, such as ru", quote(v.Lang))
	}
	if p := noteProblem(v.Note); p != "" {
		say("note", "%s", p)
	}
	return out
}

func nameProblem(s string) string {
	switch {
	case len(s) > maxNameBytes:
		return fmt.Sprintf("it is %d bytes long: %d at most", len(s), maxNameBytes)
	case !utf8.ValidString(s):
		return "it is not UTF-8: save the file as UTF-8"
	case s == "":
		return "it is empty: write the name"
	case strings.TrimSpace(s) != s || strings.ContainsFunc(s, unicode.IsControl):
		return quote(s) + " has blanks at an end or control characters in it: remove them"
	case Fold(s) == "":
		return quote(s) + " has no letter: write the name"
	}
	return ""
}

func noteProblem(s string) string {
	switch {
	case len(s) > maxNoteBytes:
		return fmt.Sprintf("it is %d bytes long: %d at most", len(s), maxNoteBytes)
	case !utf8.ValidString(s):
		return "it is not UTF-8: save the file as UTF-8"
	case strings.TrimSpace(s) != s || strings.ContainsRune(s, '\r'):
		return "it has blanks at an end or carriage returns in it: remove them"
	}
	return ""
}

// quote shows a value in an error, cut to a length that a person reads.
func quote(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}

func typeList() string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = string(t)
	}
	return strings.Join(words, ", ")
}

// faults collects the errors of one file and stops the reader when there are enough.
type faults struct {
	errs []error
}

func (f *faults) add(e *FileError) { f.errs = append(f.errs, e) }

func (f *faults) full() bool { return len(f.errs) >= maxErrorsTold }

func (f *faults) err(doing string) error {
	if len(f.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, errors.Join(f.errs...))
}
