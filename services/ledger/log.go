package ledger

import (
	"context"
	"errors"
	"fmt"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Log answers what is asked of the log.
type Log struct {
	Store Viewer
	// Keys verify its checkpoints, the present one first.
	Keys []string
}

// Newest gives the newest checkpoint; Unavailable, PROOF_PENDING, before there is one.
func (l Log) Newest(ctx context.Context) (*fondsv1.Checkpoint, error) {
	var m *fondsv1.Checkpoint
	err := l.Store.View(ctx, func(r catalog.Reader) error {
		c, ok, err := newest(r)
		if err != nil {
			return err
		}
		if !ok {
			return pending()
		}
		m, err = CheckpointMessage(c, l.Keys)
		return err
	})
	return m, err
}

// Acts gives acts from a leaf on.
func (l Log) Acts(ctx context.Context, leaf int64, limit int) ([]*fondsv1.Act, error) {
	var messages []*fondsv1.Act
	err := l.Store.View(ctx, func(r catalog.Reader) error {
		acts, err := r.Acts(leaf, limit)
		if err != nil {
			return err
		}
		for _, a := range acts {
			m, err := ActMessage(a)
			if err != nil {
				return err
			}
			messages = append(messages, m)
		}
		return nil
	})
	return messages, err
}

// Proof makes the bundle of a document's revision; number 0 stands for the newest.
func (l Log) Proof(ctx context.Context, document string, number int) (*fondsv1.Proof, error) {
	var bundle *fondsv1.Proof
	err := l.Store.View(ctx, func(r catalog.Reader) error {
		revision, err := revisionOf(r, document, number)
		if err != nil {
			return err
		}
		bundle = &fondsv1.Proof{Name: fmt.Sprintf("documents/%s/revisions/%d", document, revision.Number)}
		if bundle.Manifest, err = revision.Manifest(); err != nil {
			return err
		}
		acts, err := l.texts(r, revision, bundle)
		if err != nil {
			return err
		}
		if len(acts) == 0 {
			return &catalog.Error{
				Code: catalog.NotFound, Reason: catalog.ReasonNothingSigned,
				Message: fmt.Sprintf("no person has worked on what revision %d of the document shows: there is nothing to prove", revision.Number),
			}
		}
		if err := sound(r, acts); err != nil {
			return err
		}
		bundle.Checkpoint, bundle.Acts, err = ProveActs(r, acts, l.Keys)
		return err
	})
	return bundle, err
}

// sound fails where the database has not what acts say of it: a proof of what is no longer
// there would hide that somebody has changed it.
func sound(r catalog.Reader, acts []catalog.Act) error {
	for _, a := range acts {
		problem, err := catalog.CheckAct(r, a)
		if err != nil {
			return err
		}
		if problem != "" {
			return damaged("%s: %s: run fonds fsck", actName(a), problem)
		}
	}
	return nil
}

func revisionOf(r catalog.Reader, document string, number int) (catalog.Revision, error) {
	d, err := r.Document(document)
	if errors.Is(err, catalog.ErrNotFound) {
		return catalog.Revision{}, &catalog.Error{Code: catalog.NotFound, Reason: catalog.ReasonDocumentNotFound, Message: fmt.Sprintf("document %q does not exist", document)}
	}
	if err != nil {
		return catalog.Revision{}, err
	}
	if err := d.Withdrawn(); err != nil {
		return catalog.Revision{}, err
	}
	if number == 0 {
		number = d.Head
	}
	revision, err := r.Revision(document, number)
	if errors.Is(err, catalog.ErrNotFound) {
		return revision, &catalog.Error{Code: catalog.NotFound, Reason: catalog.ReasonRevisionNotFound, Message: fmt.Sprintf("document %s has no revision %d", document, number)}
	}
	return revision, err
}

// texts puts what people have read into a bundle, and gives the acts on it, each once.
func (l Log) texts(r catalog.Reader, revision catalog.Revision, bundle *fondsv1.Proof) ([]catalog.Act, error) {
	var acts []catalog.Act
	shown, bodies := map[string]shownReading{}, map[string]bool{}
	for i, g := range revision.Regions {
		if g.Origin != catalog.Person {
			continue
		}
		reading, known := shown[g.Reading]
		if !known {
			var err error
			if reading, err = readShown(r, g.Reading); err != nil {
				return nil, err
			}
			shown[g.Reading] = reading
			on, err := r.ActsOn(catalog.ReadingSubject(g.Reading))
			if err != nil {
				return nil, err
			}
			acts = append(acts, on...)
			if !bodies[reading.digest] {
				bodies[reading.digest] = true
				bundle.Bodies = append(bundle.Bodies, reading.raw)
			}
		}
		text, err := textOf(g, g.Whole, reading.body)
		if err != nil {
			return nil, fmt.Errorf("body of reading %s: %w", g.Reading, err)
		}
		if box, part := g.Cut(); box == nil && part == nil && text != reading.text {
			return nil, damaged("reading %s: its text is not its body's: run fonds fsck", g.Reading)
		}
		bundle.Texts = append(bundle.Texts, &fondsv1.ProvedText{RegionNumber: uint32(i + 1), Text: text, BodyDigest: reading.digest})
	}
	return acts, nil
}

// shownReading is a reading that regions show: up to 20,000 may show the same.
type shownReading struct {
	text   string
	raw    []byte
	body   *fondsv1.Body
	digest string
}

func readShown(r catalog.Reader, id string) (shownReading, error) {
	reading, err := r.Reading(id)
	if err != nil {
		return shownReading{}, fmt.Errorf("reading %s: %w", id, err)
	}
	body, err := decodeBody(reading.Body)
	if err != nil {
		return shownReading{}, fmt.Errorf("body of reading %s: %w", id, err)
	}
	return shownReading{reading.Text, reading.Body, body, string(sum(reading.Body))}, nil
}
