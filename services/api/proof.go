package api

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
)

const (
	// mostPlaces bounds the places of the same words that are looked at, and mostWords
	// the bytes of words that are looked for.
	mostPlaces = 100
	mostWords  = 10_000
	// mostTries bounds how often a statement is proved anew because the document has
	// changed meanwhile: it changes when a page ends, not all the time.
	mostTries = 5
)

// state stores what a person states, with the words of the text that prove it where
// the caller names none. Words are looked for in one revision and stored over that
// one: where another has come meanwhile and the caller did not ask for this one, it is
// done again.
func (s *catalogServer) state(ctx context.Context, id, etag, person string, change catalog.Change) (*fondsv1.Document, error) {
	for try := 1; ; try++ {
		head, err := s.Catalog.Document(ctx, id, 0)
		if err != nil {
			return nil, err
		}
		proved := change
		if proved.Statements, err = s.proved(ctx, head, change.Statements); err != nil {
			return nil, err
		}
		over := etag
		if over == "" {
			over = head.Etag()
		}
		updated, err := s.Catalog.UpdateDocument(ctx, id, over, person, proved)
		if e, ok := errors.AsType[*catalog.Error](err); ok && e.Reason == catalog.ReasonEtagMismatch && etag == "" && try < mostTries {
			continue
		}
		return s.written(ctx)(updated, err)
	}
}

// proved gives statements their proofs.
func (s *catalogServer) proved(ctx context.Context, head catalog.DocumentHead, stated map[string][]catalog.Field) (map[string][]catalog.Field, error) {
	before, err := head.Revision.Fields.List()
	if err != nil {
		return nil, err
	}
	p := prover{reading: func(g catalog.Region) (catalog.Reading, error) {
		return s.Catalog.Reading(ctx, g.Scan, g.Page, g.Reading)
	}}
	proved := make(map[string][]catalog.Field, len(stated))
	for name, fields := range stated {
		proved[name] = nil
		for _, f := range fields {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			words := s.Statements.Words(name, f.Value, f.Raw)
			if words != "" && len(f.Evidence) == 0 {
				if p.text == nil {
					if err := p.read(ctx, s.Catalog, head); err != nil {
						return nil, err
					}
				}
				if err := p.prove(&f, words, before); err != nil {
					return nil, err
				}
			}
			proved[name] = append(proved[name], f)
		}
	}
	return proved, nil
}

// prover finds words in the text of a document.
type prover struct {
	reading func(catalog.Region) (catalog.Reading, error)
	text    *passage.Text
}

func (p *prover) read(ctx context.Context, c *catalog.Catalog, head catalog.DocumentHead) error {
	text, err := c.Text(ctx, head.ID, head.Head, 0)
	if err != nil {
		return err
	}
	p.text, err = passage.Assemble(text, p.reading)
	return err
}

// prove gives a statement the place where its words stand. Of several it is the one
// where the rules or a person have found the same field; otherwise nobody knows which
// of them is meant, and there is none.
func (p *prover) prove(f *catalog.Field, words string, before []catalog.Field) error {
	places := occurrences(p.text.Text, words)
	var proofs [][]catalog.Evidence
	for _, place := range places {
		evidence, err := p.text.Places(place[0], place[1])
		if err != nil {
			return err
		}
		if len(evidence) > 0 && (len(places) == 1 || provedThere(evidence, f.Name, before)) {
			proofs = append(proofs, evidence)
			words = p.text.Text[place[0]:place[1]]
		}
	}
	if len(proofs) != 1 {
		return nil
	}
	f.Evidence = proofs[0]
	if f.Raw == "" {
		f.Raw = words
	}
	return nil
}

// provedThere tells that words stand where a statement of the same name has been proved.
func provedThere(evidence []catalog.Evidence, name string, before []catalog.Field) bool {
	for _, f := range before {
		for _, known := range append([]catalog.Field{f}, f.Instead...) {
			for _, e := range known.Evidence {
				if known.Name == name && e.Reading == evidence[0].Reading && e.Start <= evidence[0].Start && evidence[0].End <= e.End {
					return true
				}
			}
		}
	}
	return false
}

// occurrences are the places where the words stand as words, whatever blanks and line
// ends lie between them.
func occurrences(text, words string) [][]int {
	parts := strings.Fields(words)
	if len(parts) == 0 || len(words) > mostWords {
		return nil
	}
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	pattern, err := regexp.Compile(strings.Join(parts, `\s+`))
	if err != nil {
		return nil // words that are none, such as bytes that no text has
	}
	var places [][]int
	for from := 0; len(places) < mostPlaces; {
		place := pattern.FindStringIndex(text[from:])
		if place == nil {
			break
		}
		start, end := from+place[0], from+place[1]
		if !splitsWord(text, start) && !splitsWord(text, end) {
			places = append(places, []int{start, end})
		}
		from = end
	}
	return places
}

// splitsWord tells that a place lies between two letters or digits.
func splitsWord(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return ofWord(before) && ofWord(after)
}

func ofWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
