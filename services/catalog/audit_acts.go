package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// CheckAct compares what an act says with what the store has of it, and tells what is
// wrong; "" for nothing, and for an act of a kind that names nothing stored.
func CheckAct(r Reader, a Act) (problem string, err error) {
	switch a.Kind {
	case ActReadingsStored:
		var facts readingsFacts
		if err := json.Unmarshal(a.Facts, &facts); err != nil {
			return "its facts cannot be decoded", nil //nolint:nilerr // it is what was asked
		}
		return checkReadings(r, facts)
	case ActTextCorrected, ActTextSigned:
		var facts textFacts
		if err := json.Unmarshal(a.Facts, &facts); err != nil {
			return "its facts cannot be decoded", nil //nolint:nilerr // it is what was asked
		}
		return checkTextAct(r, a, facts)
	case ActFieldStated:
		var facts statedFacts
		if err := json.Unmarshal(a.Facts, &facts); err != nil {
			return "its facts cannot be decoded", nil //nolint:nilerr // it is what was asked
		}
		return checkStatement(r, facts)
	}
	return "", nil
}

func checkReadings(r Reader, facts readingsFacts) (string, error) {
	var stored []Reading
	for _, id := range facts.Readings {
		reading, err := r.Reading(id)
		if errors.Is(err, ErrNotFound) {
			return fmt.Sprintf("reading %s, which it names, is gone", id), nil
		}
		if err != nil {
			return "", err
		}
		stored = append(stored, reading)
	}
	if ReadingsDigest(stored) != facts.Digest {
		return fmt.Sprintf("the digests of the %d readings that it names are not those that were logged", len(stored)), nil
	}
	return "", nil
}

func checkTextAct(r Reader, a Act, facts textFacts) (string, error) {
	id := facts.Content.Reading
	reading, err := r.Reading(id)
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("reading %s, which it names, is gone", id), nil
	}
	if err != nil {
		return "", err
	}
	if reading.BodyDigest != facts.Content.BodyDigest {
		return fmt.Sprintf("reading %s has the digest %s, logged was %s", id, reading.BodyDigest, facts.Content.BodyDigest), nil
	}
	if a.Kind == ActTextCorrected && !slices.Equal(reading.Contributors, facts.Contributors) {
		return fmt.Sprintf("reading %s has the contributors %q, logged were %q", id, reading.Contributors, facts.Contributors), nil
	}
	revision, err := r.Revision(facts.Document, facts.Revision)
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("revision %d of document %s, which it names, is gone", facts.Revision, facts.Document), nil
	}
	if err != nil {
		return "", err
	}
	if revision.Digest != facts.RevisionDigest {
		return fmt.Sprintf("revision %d of document %s has the digest %s, logged was %s", facts.Revision, facts.Document, revision.Digest, facts.RevisionDigest), nil
	}
	if a.Kind == ActTextCorrected {
		return "", nil
	}
	signature, err := r.Signature(facts.ContentDigest)
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("the signature %s, which it names, is gone", facts.Signature), nil
	}
	if err == nil && signature.Subject != id {
		return fmt.Sprintf("the signature under it is on %s, logged was %s", signature.Subject, id), nil
	}
	return "", err
}

func checkStatement(r Reader, facts statedFacts) (string, error) {
	s, err := r.Statement(facts.Content.Statement)
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("statement %s, which it names, is gone", facts.Content.Statement), nil
	}
	if err != nil {
		return "", err
	}
	if s.Digest != facts.Content.StatementDigest || digestOf(s.Body) != s.Digest {
		return fmt.Sprintf("statement %s is not what was logged", s.ID), nil
	}
	return "", nil
}
