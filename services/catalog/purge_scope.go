package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// scope finds what a purge destroys: every revision of its documents and the statements
// in them, and all readings of their scans. Of a scan that is kept, because others lie
// on it, it is the readings of the documents' pages that no other has ever shown.
type scope struct {
	reader Reader
	purge  Purge

	tombstones []Tombstone
	subjects   map[string]bool
	// lost are machine readings on scans that are kept.
	lost []Reading

	// pages are those of kept scans on which the documents lie or lay.
	pages map[Place]string
	// spared are the readings and statements that others show.
	spared map[string]bool
}

func compareSubjects(a, b Tombstone) int { return strings.Compare(a.Subject, b.Subject) }

// fresh tells that a subject was not met before and has no tombstone: an earlier purge
// may still be destroying what this one finds.
func (s *scope) fresh(subject string) (bool, error) {
	if s.subjects[subject] {
		return false, nil
	}
	s.subjects[subject] = true
	_, err := s.reader.Tombstone(subject)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return false, err
}

func (s *scope) add(subject string, digest Digest, document string) error {
	fresh, err := s.fresh(subject)
	if fresh {
		s.tombstones = append(s.tombstones, Tombstone{Subject: subject, Digest: digest, Document: document})
	}
	return err
}

func (s *scope) find() error {
	s.pages, s.spared = map[Place]string{}, map[string]bool{}
	if err := s.spareOthers(); err != nil {
		return err
	}
	for _, id := range s.purge.Documents {
		err := eachRevision(s.reader, id, func(r Revision) error { return s.revision(r) })
		if err != nil {
			return fmt.Errorf("revisions of documents/%s: %w", id, err)
		}
	}
	for _, scan := range s.purge.Scans {
		if err := s.readings(scan); err != nil {
			return fmt.Errorf("readings of scans/%s: %w", scan.Digest, err)
		}
	}
	return nil
}

// eachRevision calls do for the revisions of a document, newest first.
func eachRevision(r Reader, document string, do func(Revision) error) error {
	const atOnce = 100
	for below := 0; ; {
		revisions, err := r.RevisionsBelow(document, below, atOnce)
		if err != nil {
			return err
		}
		for _, revision := range revisions {
			if err := do(revision); err != nil {
				return err
			}
		}
		if len(revisions) < atOnce {
			return nil
		}
		below = revisions[len(revisions)-1].Number
	}
}

func (s *scope) revision(r Revision) error {
	if err := s.add(RevisionSubject(r.Document, r.Number), r.Digest, r.Document); err != nil {
		return err
	}
	for _, g := range r.Regions {
		page := Place{Scan: g.Scan, Page: g.Page}
		if s.pages[page] == "" {
			s.pages[page] = r.Document
		}
	}
	fields, err := r.Fields.List()
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Statement == "" || s.spared[f.Statement] {
			continue
		}
		subject := StatementSubject(f.Statement)
		fresh, err := s.fresh(subject)
		if err != nil {
			return err
		}
		if !fresh {
			continue
		}
		statement, err := s.reader.Statement(f.Statement)
		if err != nil {
			return fmt.Errorf("statement %s: %w", f.Statement, err)
		}
		s.tombstones = append(s.tombstones, Tombstone{Subject: subject, Digest: statement.Digest, Document: r.Document})
	}
	return nil
}

// readings finds those of a scan.
func (s *scope) readings(scan PurgedScan) error {
	readings, err := s.reader.ReadingsOn(scan.Digest)
	if err != nil {
		return err
	}
	if scan.Kept {
		s.spareBases(readings)
	}
	owner, err := s.owner(scan.Digest)
	if err != nil {
		return err
	}
	for _, reading := range readings {
		document := owner
		if scan.Kept {
			document = s.pages[Place{Scan: reading.Scan, Page: reading.Page}]
			if document == "" || s.spared[reading.ID] {
				continue
			}
			if reading.Origin == Machine {
				s.lost = append(s.lost, reading)
			}
		}
		if err := s.add(ReadingSubject(reading.ID), reading.BodyDigest, document); err != nil {
			return err
		}
	}
	return nil
}

// owner is the first of the purge's documents that lies or lay on a scan.
func (s *scope) owner(scan Digest) (string, error) {
	on, err := s.reader.EverOn(scan)
	if err != nil {
		return "", err
	}
	for _, d := range on {
		if slices.Contains(s.purge.Documents, d.ID) {
			return d.ID, nil
		}
	}
	return "", fmt.Errorf("no document of the purge lies on scan %s", scan)
}

// spareOthers finds what other documents on kept scans show or ever showed, prove their
// fields by, or would show next.
func (s *scope) spareOthers() error {
	seen := map[string]bool{}
	for _, id := range s.purge.Documents {
		seen[id] = true
	}
	for _, scan := range s.purge.Scans {
		if !scan.Kept {
			continue
		}
		on, err := s.reader.EverOn(scan.Digest)
		if err != nil {
			return err
		}
		for _, d := range on {
			if seen[d.ID] || !d.PurgedAt.IsZero() {
				continue
			}
			seen[d.ID] = true
			if err := s.spare(d); err != nil {
				return fmt.Errorf("what documents/%s shows: %w", d.ID, err)
			}
		}
	}
	return nil
}

func (s *scope) spare(d Document) error {
	return eachRevision(s.reader, d.ID, func(r Revision) error {
		for _, g := range r.Regions {
			s.spared[g.Reading] = true
			if r.Number < d.Head {
				continue
			}
			works, err := pageWorks(s.reader, d, g.Scan)
			if err != nil {
				return err
			}
			s.spared[works[g.Page].Reading] = true
		}
		fields, err := r.Fields.List()
		if err != nil {
			return err
		}
		for _, f := range fields {
			s.spared[f.Statement] = true
			for _, said := range append([]Field{f}, f.Instead...) {
				for _, e := range said.Evidence {
					s.spared[e.Reading] = true
				}
			}
		}
		return nil
	})
}

// spareBases spares what spared readings are based on.
func (s *scope) spareBases(readings []Reading) {
	based := make(map[string]string, len(readings))
	for _, r := range readings {
		based[r.ID] = r.BasedOn
	}
	for _, r := range readings {
		for id := r.ID; s.spared[id] && based[id] != "" && !s.spared[based[id]]; id = based[id] {
			s.spared[based[id]] = true
		}
	}
}
