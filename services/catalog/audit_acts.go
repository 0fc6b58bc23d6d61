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
	problem, err = checkAct(r, a)
	if errors.Is(err, ErrDamaged) {
		return err.Error(), nil
	}
	return problem, err
}

func checkAct(r Reader, a Act) (problem string, err error) {
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
	case ActFieldSigned:
		var facts statementFacts
		if err := json.Unmarshal(a.Facts, &facts); err != nil {
			return "its facts cannot be decoded", nil //nolint:nilerr // it is what was asked
		}
		problem, err := checkRevision(r, a, facts.Document, facts.Revision, facts.RevisionDigest)
		if problem != "" || err != nil {
			return problem, err
		}
		return checkSignature(r, a, facts.Signature, facts.Content.Statement, facts.ContentDigest, facts.SignedAt)
	case ActFieldWithdrawn:
		var facts withdrawnFacts
		if err := json.Unmarshal(a.Facts, &facts); err != nil {
			return "its facts cannot be decoded", nil //nolint:nilerr // it is what was asked
		}
		return checkWithdrawn(r, a, facts)
	case ActDocumentPurged:
		var facts purgedFacts
		if err := json.Unmarshal(a.Facts, &facts); err != nil {
			return "its facts cannot be decoded", nil //nolint:nilerr // it is what was asked
		}
		return checkPurge(r, a, facts)
	}
	return "", nil
}

func checkReadings(r Reader, facts readingsFacts) (string, error) {
	var stored []Reading
	for _, id := range facts.Readings {
		reading, err := r.Reading(id)
		if errors.Is(err, ErrNotFound) {
			reading, err = buriedReading(r, id)
		}
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
		reading, err = buriedReading(r, id)
	}
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("reading %s, which it names, is gone", id), nil
	}
	if err != nil {
		return "", err
	}
	if reading.BodyDigest != facts.Content.BodyDigest {
		return fmt.Sprintf("reading %s has the digest %s, logged was %s", id, reading.BodyDigest, facts.Content.BodyDigest), nil
	}
	if problem := facts.wrong(a, reading); problem != "" {
		return problem, nil
	}
	problem, err := checkRevision(r, a, facts.Document, facts.Revision, facts.RevisionDigest)
	if problem != "" || err != nil || a.Kind == ActTextCorrected {
		return problem, err
	}
	return checkSignature(r, a, facts.Signature, id, facts.ContentDigest, facts.SignedAt)
}

// checkRevision compares what an act says of the revision that it made with the revision,
// or with what a purge has left of it.
func checkRevision(r Reader, a Act, document string, number int, digest Digest) (string, error) {
	revision, err := r.RevisionEnvelope(document, number)
	if errors.Is(err, ErrNotFound) {
		var t Tombstone
		t, err = r.Tombstone(RevisionSubject(document, number))
		revision.Digest, revision.Author = t.Digest, a.Person
	}
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("revision %d of document %s, which it names, is gone", number, document), nil
	}
	if err != nil {
		return "", err
	}
	if revision.Digest != digest {
		return fmt.Sprintf("revision %d of document %s has the digest %s, logged was %s", number, document, revision.Digest, digest), nil
	}
	if revision.Author != a.Person {
		return fmt.Sprintf("revision %d of document %s is by %s, logged was %s", number, document, revision.Author, a.Person), nil
	}
	return "", nil
}

// checkWithdrawn compares what an act says of a field that was taken back with the revision
// that it made. The statements stay, also where no document has them.
func checkWithdrawn(r Reader, a Act, facts withdrawnFacts) (string, error) {
	problem, err := checkRevision(r, a, facts.Document, facts.Revision, facts.RevisionDigest)
	if problem != "" || err != nil {
		return problem, err
	}
	for _, id := range facts.Statements {
		if id == "" { // of before statements had IDs
			continue
		}
		_, err := r.Statement(id)
		if errors.Is(err, ErrNotFound) {
			_, err = r.Tombstone(StatementSubject(id))
		}
		if errors.Is(err, ErrNotFound) {
			return fmt.Sprintf("statement %s, which it names, is gone", id), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

func checkStatement(r Reader, facts statedFacts) (string, error) {
	s, err := r.Statement(facts.Content.Statement)
	if errors.Is(err, ErrNotFound) {
		was, err := buried(r, StatementSubject(facts.Content.Statement), facts.Content.StatementDigest)
		if was || err != nil {
			return "", err
		}
		return fmt.Sprintf("statement %s, which it names, is gone", facts.Content.Statement), nil
	}
	if err != nil {
		return "", err
	}
	if s.Digest != facts.Content.StatementDigest || digestOf(s.Body) != s.Digest {
		return fmt.Sprintf("statement %s is not what was logged", s.ID), nil
	}
	if !slices.Equal(s.Contributors, facts.Contributors) {
		return fmt.Sprintf("statement %s has the contributors %q, logged were %q", s.ID, s.Contributors, facts.Contributors), nil
	}
	return "", nil
}
