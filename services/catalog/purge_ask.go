package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// mostPurged bounds the documents of one purge, which one transaction marks.
	mostPurged = 1000
	// longestReason is in bytes.
	longestReason = 2000
)

// NewPurge describes a purge that a person asks for.
type NewPurge struct {
	Documents  []string
	Reason     string
	KeepShared bool
	Person     string
}

// RequestPurge asks for documents to be destroyed, and deletes them at once. It refuses
// documents that share a scan with others, unless such scans are to stay.
func (c *Catalog) RequestPurge(ctx context.Context, n NewPurge) (Purge, error) {
	p := Purge{State: PurgeAsked, Reason: strings.TrimSpace(n.Reason), KeepShared: n.KeepShared, AskedBy: n.Person}
	p.Documents = slices.Compact(slices.Sorted(slices.Values(n.Documents)))
	switch {
	case len(p.Documents) == 0:
		return p, invalid("documents", "name at least one document")
	case len(p.Documents) > mostPurged:
		return p, invalid("documents", "%d documents are named; at most %d go in one purge", len(p.Documents), mostPurged)
	case p.Reason == "" || len(p.Reason) > longestReason:
		return p, invalid("reason", "the reason has 1 to %d bytes", longestReason)
	}
	err := c.store.Tx(ctx, func(tx Tx) error {
		p.ID, p.Salt, p.AskedAt = c.newID(), c.newID(), c.now()
		heads := make([]DocumentHead, len(p.Documents))
		for i, id := range p.Documents {
			var err error
			if heads[i], err = documentAt(tx, id, 0); err != nil {
				return err
			}
			if err := unasked(tx, id); err != nil {
				return err
			}
		}
		if _, err := sharing(tx, p); err != nil {
			return err
		}
		if err := tx.PutPurge(p); err != nil {
			return refusedPurge(err)
		}
		for _, head := range heads {
			if !head.DeletedAt.IsZero() {
				continue
			}
			if err := c.setHidden(tx, head, n.Person, true); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// refusedPurge says what the database's own refusal means; that itself is for the log.
func refusedPurge(err error) error {
	if !errors.Is(err, ErrRefused) {
		return err
	}
	return fmt.Errorf("%w: %w", &Error{
		Code: Denied, Reason: ReasonRoleMissing,
		Message: "a purge takes two operators who are people with names and tokens of their own, " +
			"neither a program nor whoever sits at the machine without a token (`fonds user add NAME --role operator` makes one)",
	}, err)
}

// unasked refuses a document of which a purge was asked for.
func unasked(r Reader, id string) error {
	p, err := r.PurgeOf(id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return &Error{
		Code: Precondition, Reason: ReasonPurgeAsked,
		Message:  fmt.Sprintf("documents/%s is to be purged: purges/%s was asked for on %s; cancel it first", id, p.ID, p.AskedAt.UTC().Format(time.DateOnly)),
		Metadata: map[string]string{"purge": "purges/" + p.ID},
	}
}

// returnable refuses to undelete a document that was deleted too long ago, or is to be
// purged.
func (c *Catalog) returnable(r Reader, d Document) error {
	if err := unasked(r, d.ID); err != nil {
		return err
	}
	end := d.DeletedAt.Add(c.limits.UndeleteWithin)
	if c.limits.UndeleteWithin == 0 || !c.now().After(end) {
		return nil
	}
	return &Error{
		Code: Precondition, Reason: ReasonUndeleteExpired,
		Message: fmt.Sprintf("the document was deleted on %s, and could be undeleted until %s: it stays deleted; make another one over its pages, or purge it",
			d.DeletedAt.UTC().Format(time.DateOnly), end.UTC().Format(time.DateTime)),
		Metadata: map[string]string{"delete_time": d.DeletedAt.UTC().Format(time.RFC3339), "undelete_until": end.UTC().Format(time.RFC3339)},
	}
}

// sharing gives the scans that a purge's documents lie on or ever lay on, those kept on
// which others lie. Where none are to be kept it refuses such scans.
func sharing(r Reader, p Purge) ([]PurgedScan, error) {
	own := make(map[string]bool, len(p.Documents))
	for _, id := range p.Documents {
		own[id] = true
	}
	kept := map[Digest]bool{}
	var others []string
	for _, id := range p.Documents {
		scans, err := r.ScansOf(id)
		if err != nil {
			return nil, err
		}
		for _, scan := range scans {
			if _, known := kept[scan]; known {
				continue
			}
			on, err := r.EverOn(scan)
			if err != nil {
				return nil, err
			}
			kept[scan] = false
			for _, d := range on {
				if !own[d.ID] && d.PurgedAt.IsZero() {
					kept[scan] = true
					others = append(others, "documents/"+d.ID)
				}
			}
		}
	}
	if len(others) > 0 && !p.KeepShared {
		return nil, sharedScans(others)
	}
	scans := make([]PurgedScan, 0, len(kept))
	for scan, keep := range kept {
		scans = append(scans, PurgedScan{scan, keep})
	}
	slices.SortFunc(scans, func(a, b PurgedScan) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	return scans, nil
}

// mostShared is how many documents a refusal names.
const mostShared = 50

func sharedScans(others []string) error {
	slices.Sort(others)
	others = slices.Compact(others)
	named := strings.Join(others[:min(len(others), mostShared)], ", ")
	if len(others) > mostShared {
		named += " …"
	}
	return &Error{
		Code: Precondition, Reason: ReasonScanShared, Field: "documents",
		Message: fmt.Sprintf("%d other documents lie or lay on the same scans: %s; purge all together, or keep such scans: then this only destroys what no other document shows",
			len(others), named),
		Metadata: map[string]string{"documents": named},
	}
}

// CancelPurge takes back a purge that nobody has confirmed. Its documents stay deleted:
// what somebody wanted away is not shown again without another word.
func (c *Catalog) CancelPurge(ctx context.Context, name string) (Purge, error) {
	var p Purge
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if p, err = openPurge(tx, name); err != nil {
			return err
		}
		p.State, p.EndedAt = PurgeCancelled, c.now()
		return tx.PutPurge(p)
	})
	return p, err
}

// findPurge gives a purge by its ID, or by that of one of its documents.
func findPurge(r Reader, name string) (Purge, error) {
	if id, ok := strings.CutPrefix(name, "documents/"); ok {
		p, err := r.PurgeOf(id)
		return p, orNotFound(err, ReasonPurgeNotFound, "a purge of", name)
	}
	p, err := r.Purge(strings.TrimPrefix(name, "purges/"))
	return p, orNotFound(err, ReasonPurgeNotFound, "purge", name)
}

// openPurge gives one that waits for the second person.
func openPurge(r Reader, name string) (Purge, error) {
	p, err := findPurge(r, name)
	if err != nil || p.State == PurgeAsked {
		return p, err
	}
	return p, &Error{
		Code: Precondition, Reason: ReasonPurgeNotOpen,
		Message: fmt.Sprintf("purges/%s no longer waits for anybody: it was %s", p.ID, map[PurgeState]string{
			Purging: "confirmed, and is being carried out", PurgeDone: "carried out", PurgeCancelled: "cancelled",
		}[p.State]),
	}
}

// PurgeView is a purge with what people are called.
type PurgeView struct {
	Purge
	AskedByName, ConfirmedByName string
}

func viewed(r Reader, p Purge) (PurgeView, error) {
	v := PurgeView{Purge: p}
	var err error
	if v.AskedByName, err = called(r, p.AskedBy); err != nil {
		return v, err
	}
	v.ConfirmedByName, err = called(r, p.ConfirmedBy)
	return v, err
}

// Purge returns one, by purges/ID or by the name of one of its documents.
func (c *Catalog) Purge(ctx context.Context, name string) (PurgeView, error) {
	var v PurgeView
	err := c.store.View(ctx, func(r Reader) error {
		p, err := findPurge(r, name)
		if err != nil {
			return err
		}
		v, err = viewed(r, p)
		return err
	})
	return v, err
}

// Purges returns purges below an ID ("" from the newest), newest first; in one state,
// or in all when it is 0.
func (c *Catalog) Purges(ctx context.Context, state PurgeState, after string, limit int) ([]PurgeView, error) {
	var views []PurgeView
	err := c.store.View(ctx, func(r Reader) error {
		found, err := r.Purges(state, after, limit)
		if err != nil {
			return err
		}
		views = make([]PurgeView, len(found))
		for i, p := range found {
			if views[i], err = viewed(r, p); err != nil {
				return err
			}
		}
		return nil
	})
	return views, err
}
