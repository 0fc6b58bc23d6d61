package catalog

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// restated lays a person's statements over those of before. Under their names nothing
// of the rules is left: it returns, where nobody speaks against it, when the rules
// read the document again.
func restated(r Reader, before Fields, regions []Region, statements map[string][]Field, person string) (Fields, error) {
	if statements == nil {
		return before, nil
	}
	list, err := before.List()
	if err != nil {
		return Fields{}, err
	}
	stays := slices.DeleteFunc(list, func(f Field) bool {
		_, again := statements[f.Name]
		return again
	})
	own := peoplesFields(stays)
	shown := shownTexts{reader: r, regions: regions, texts: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		for _, f := range statements[name] {
			if len(f.Value) == 0 && len(statements[name]) > 1 {
				return Fields{}, invalid("document.fields", "%s: one statement says that there is none, and another stands beside it", name)
			}
			if err := shown.prove(name, f.Evidence); err != nil {
				return Fields{}, err
			}
			own = append(own, Field{
				Name: name, Value: f.Value, Raw: f.Raw, Evidence: f.Evidence, Person: person, Assurance: AssuranceCorrected,
			})
		}
	}
	return NewFields(Stated(own, stays))
}

// shownTexts are the texts that a document shows, each read once.
type shownTexts struct {
	reader  Reader
	regions []Region
	texts   map[string]string
}

// prove refuses evidence that is not in a text which the document shows.
func (s shownTexts) prove(name string, evidence []Evidence) error {
	for _, e := range evidence {
		text, err := s.text(e.Reading)
		if err != nil {
			return err
		}
		inside := slices.ContainsFunc(s.regions, func(g Region) bool {
			return g.Reading == e.Reading && (g.Range == nil || g.Range.Start <= e.Start && e.End <= g.Range.End)
		})
		switch {
		case e.Reading == "" || !s.shows(e.Reading):
			return invalid("document.fields", "%s is proved by the reading %q, which the document does not show", name, e.Reading)
		case e.Start < 0 || e.End <= e.Start || e.End > len(text) || !inside:
			return invalid("document.fields", "%s is proved by bytes %d to %d, which the text shown does not have", name, e.Start, e.End)
		case !wholeRunes(text, e.Start) || !wholeRunes(text, e.End):
			return invalid("document.fields", "%s is proved by bytes %d to %d, which cut a character in two", name, e.Start, e.End)
		}
	}
	return nil
}

func (s shownTexts) shows(reading string) bool {
	return slices.ContainsFunc(s.regions, func(g Region) bool { return g.Reading == reading })
}

// text of a reading that the document shows; empty for another.
func (s shownTexts) text(reading string) (string, error) {
	if text, known := s.texts[reading]; known || !s.shows(reading) {
		return text, nil
	}
	found, err := s.reader.ReadingTexts([]string{reading})
	if err != nil {
		return "", err
	}
	text, ok := found[reading]
	if !ok && reading != "" {
		return "", fmt.Errorf("reading %s is missing: run fonds fsck", reading)
	}
	s.texts[reading] = text
	return text, nil
}

// wholeRunes tells that a place in a text is not within a character.
func wholeRunes(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }
