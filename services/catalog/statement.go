package catalog

import (
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"
)

// speaker is who states something, and when.
type speaker struct {
	person string
	at     time.Time
}

// restated lays a person's statements over those of before. What rules said under
// their names is kept within them; for a name that is taken back it stands again, as
// far as it is proved by what the document shows, until the rules read the document
// anew.
func restated(r Reader, before Fields, regions []Region, statements map[string][]Field, by speaker) (Fields, error) {
	if statements == nil {
		return before, nil
	}
	list, err := before.List()
	if err != nil {
		return Fields{}, err
	}
	said := map[string][]Field{}
	stays := slices.DeleteFunc(list, func(f Field) bool {
		_, again := statements[f.Name]
		if again {
			said[f.Name] = append(said[f.Name], f)
		}
		return again
	})
	own := peoplesFields(stays)
	shown := shownTexts{reader: r, regions: regions, texts: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		ruled := rulesFields(said[name])
		if len(statements[name]) == 0 {
			stays = append(stays, slices.DeleteFunc(ruled, func(f Field) bool { return !shown.showsAll(f.Evidence) })...)
			continue
		}
		stated, err := shown.stated(name, statements[name], by)
		if err != nil {
			return Fields{}, err
		}
		stated[0].Instead = ruled
		own = append(own, stated...)
	}
	return NewFields(Stated(own, stays))
}

// rulesFields are the statements of rules among those under one name, or those that a
// person's among them stand in the place of.
func rulesFields(said []Field) []Field {
	var ruled []Field
	for _, f := range said {
		if f.Person == "" {
			ruled = append(ruled, f)
		}
		ruled = append(ruled, f.Instead...)
	}
	return ruled
}

// stated checks a person's statements under one name and says whose they are.
func (s shownTexts) stated(name string, statements []Field, by speaker) ([]Field, error) {
	var stated []Field
	for _, f := range statements {
		if len(f.Value) == 0 && len(statements) > 1 {
			return nil, invalid("document.fields", "%s: one statement says that there is none, and another stands beside it", name)
		}
		if err := s.prove(name, f.Evidence); err != nil {
			return nil, err
		}
		stated = append(stated, Field{
			Name: name, Value: f.Value, Raw: f.Raw, Evidence: f.Evidence,
			Person: by.person, SaidAt: by.at, Assurance: AssuranceCorrected,
		})
	}
	return stated, nil
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
		inside := slices.ContainsFunc(s.regions, func(g Region) bool { return g.holds(e) })
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

// showsAll tells that the document still shows the words of a proof.
func (s shownTexts) showsAll(evidence []Evidence) bool {
	return !slices.ContainsFunc(evidence, func(e Evidence) bool { return !s.shows(e.Reading) })
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
