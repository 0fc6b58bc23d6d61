package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// buriedReading is what is left of a reading: the digest that its tombstone has, and its
// contributors.
func buriedReading(r Reader, id string) (Reading, error) {
	t, err := r.Tombstone(ReadingSubject(id))
	if err != nil {
		return Reading{}, err
	}
	contributors, err := r.Contributors(id)
	return Reading{ID: id, BodyDigest: t.Digest, Contributors: contributors}, err
}

// checkPurge compares what the log says of a purge with its tombstones: none was added
// to them and none taken away.
func checkPurge(r Reader, a Act, facts purgedFacts) (string, error) {
	p, err := r.Purge(facts.Purge)
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("purge %s, which it names, is gone", facts.Purge), nil
	}
	if err != nil {
		return "", err
	}
	if p.AskedBy != facts.AskedBy || p.ConfirmedBy != facts.ConfirmedBy || p.ConfirmedBy != a.Person {
		return fmt.Sprintf("purge %s was asked for by %s and confirmed by %s, logged were %s and %s", p.ID, p.AskedBy, p.ConfirmedBy, facts.AskedBy, facts.ConfirmedBy), nil
	}
	byDocument, err := tombstonesOf(r, p)
	if err != nil {
		return "", err
	}
	for _, id := range p.Documents {
		if "documents/"+id != a.Subject {
			continue
		}
		if own := byDocument[id]; len(own) != facts.Tombstones || tombstonesDigest(p.Salt, own) != facts.Digest {
			return fmt.Sprintf("the %d tombstones of %s are not the %d that were logged", len(own), a.Subject, facts.Tombstones), nil
		}
		return "", nil
	}
	return fmt.Sprintf("purge %s is not of %s", p.ID, a.Subject), nil
}

// tombstonesOf gives the tombstones of a purge by document, in the order of subjects.
func tombstonesOf(r Reader, p Purge) (map[string][]Tombstone, error) {
	byDocument := map[string][]Tombstone{}
	for after := ""; ; {
		some, err := r.Tombstones(p.ID, after, auditPage)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			byDocument[t.Document] = append(byDocument[t.Document], t)
		}
		if len(some) < auditPage {
			return byDocument, nil
		}
		after = some[len(some)-1].Subject
	}
}

// auditPurges checks that each purge that was confirmed is in the log, and that of one
// that is done nothing is left.
func (c *Catalog) auditPurges(ctx context.Context, a *Audit) error {
	for after := ""; ; {
		var purges []Purge
		err := c.store.View(ctx, func(r Reader) error {
			var err error
			if purges, err = r.Purges(0, after, auditPage); err != nil {
				return err
			}
			for _, p := range purges {
				if err := a.purge(r, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(purges) == 0 {
			return err
		}
		after = purges[len(purges)-1].ID
	}
}

func (a *Audit) purge(r Reader, p Purge) error {
	if p.State != Purging && p.State != PurgeDone {
		return nil
	}
	for _, id := range p.Documents {
		logged, err := purgeLogged(r, p, id)
		if err != nil {
			return err
		}
		if !logged {
			a.Found("purges/"+p.ID, fmt.Sprintf("the log says nothing of it on documents/%s", id))
		}
	}
	if p.State != PurgeDone {
		return nil
	}
	byDocument, err := tombstonesOf(r, p)
	if err != nil {
		return err
	}
	for _, tombstones := range byDocument {
		for _, t := range tombstones {
			there, err := stillThere(r, t)
			if err != nil {
				return err
			}
			if there {
				a.Found(t.Subject, "has a tombstone, and is still there")
			}
		}
	}
	return nil
}

func purgeLogged(r Reader, p Purge, document string) (bool, error) {
	acts, err := r.ActsOn("documents/" + document)
	if err != nil {
		return false, err
	}
	for _, act := range acts {
		var facts purgedFacts
		if act.Kind == ActDocumentPurged && json.Unmarshal(act.Facts, &facts) == nil && facts.Purge == p.ID {
			return true, nil
		}
	}
	return false, nil
}

// stillThere tells that what a tombstone stands for was not destroyed.
func stillThere(r Reader, t Tombstone) (bool, error) {
	kind, rest, _ := strings.Cut(t.Subject, "/")
	var err error
	switch kind {
	case "readings":
		_, err = r.Reading(rest)
	case "statements":
		_, err = r.Statement(rest)
	default:
		document, digits, _ := strings.Cut(rest, "/revisions/")
		number, _ := strconv.Atoi(digits) // no revision is number 0
		_, err = r.Revision(document, number)
	}
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return true, ignoreDamaged(err)
}

func ignoreDamaged(err error) error {
	if errors.Is(err, ErrDamaged) {
		return nil
	}
	return err
}

// purgedDocument checks that each revision that is gone has its tombstone.
func (a *Audit) purgedDocument(r Reader, d Document) error {
	for number := 1; number <= d.Head; number++ {
		subject := RevisionSubject(d.ID, number)
		_, err := r.Revision(d.ID, number)
		if !errors.Is(err, ErrNotFound) {
			continue
		}
		if _, err := r.Tombstone(subject); errors.Is(err, ErrNotFound) {
			a.Found(subject, "is missing, and no tombstone stands for it")
		} else if err != nil {
			return err
		}
	}
	return nil
}

// purgedScan checks that of a scan of a purge that is done nothing is left here. Its
// bytes are for who has the blobs to look for.
func (a *Audit) purgedScan(r Reader, s Scan) error {
	name := "scans/" + string(s.Digest)
	on, err := r.EverOn(s.Digest)
	if err != nil {
		return err
	}
	for _, d := range on {
		p, err := r.PurgeOf(d.ID)
		if err == nil && p.State == Purging {
			return nil // it is on its way
		}
		if err = ignoreNotFound(err); err != nil {
			return err
		}
		if d.PurgedAt.IsZero() {
			a.Found(name, fmt.Sprintf("was withdrawn, and documents/%s lies on it", d.ID))
		}
	}
	readings, err := r.ReadingsOn(s.Digest)
	if err != nil {
		return err
	}
	if len(readings) > 0 {
		a.Found(name, fmt.Sprintf("was withdrawn, and has %d readings", len(readings)))
	}
	return nil
}
