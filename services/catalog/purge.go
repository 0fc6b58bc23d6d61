package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// PurgeState says where a purge stands. The numbers are those of the contract.
type PurgeState uint8

// The states of a purge.
const (
	// PurgeAsked waits for a second person; its documents are deleted meanwhile.
	PurgeAsked PurgeState = iota + 1
	// Purging destroys: nothing of its documents is given to anybody any more.
	Purging
	// PurgeDone has destroyed all.
	PurgeDone
	// PurgeCancelled was taken back before anybody confirmed it.
	PurgeCancelled
)

// Purge destroys documents for good: one person asks, another one confirms. What it
// destroys leaves a tombstone each.
type Purge struct {
	ID    string
	State PurgeState
	// Documents that go together, by ID.
	Documents []string
	// Reason is for people, and stands nowhere else.
	Reason string
	// KeepShared leaves scans that other documents lie on, and what these show of them.
	KeepShared bool
	AskedBy    string
	AskedAt    time.Time
	// ConfirmedBy and ConfirmedAt are empty before it was confirmed.
	ConfirmedBy string
	ConfirmedAt time.Time
	// EndedAt is when it was done or cancelled.
	EndedAt time.Time
	// Scans that its documents lie on or ever lay on, by digest, once it was confirmed.
	Scans []PurgedScan
	// Salt is mixed into the digest of its tombstones that the log has.
	Salt string
	// Late counts the texts of its scans that came after it was confirmed: each has
	// the streams looked through again.
	Late int
}

// PurgedScan is a scan of a purge.
type PurgedScan struct {
	Digest Digest
	// Kept is set for one that stays, because other documents lie on it.
	Kept bool
}

// Tombstone stands for what was destroyed: a reading, a person's statement, or a
// revision, with the digest by which the log names it.
type Tombstone struct {
	// Subject is that of acts on it; a revision's is its name.
	Subject  string
	Digest   Digest
	Document string
	Purge    string
	At       time.Time
}

// RevisionSubject is the name of a revision.
func RevisionSubject(document string, number int) string {
	return fmt.Sprintf("documents/%s/revisions/%d", document, number)
}

// The reasons that purges and deletions give.
const (
	// ReasonWithdrawn tells of what was there and has been destroyed, of what has
	// withdraw_time in the metadata.
	ReasonWithdrawn = "WITHDRAWN"
	// ReasonScanShared names the documents that lie on a scan too, in the metadata.
	ReasonScanShared      = "SCAN_SHARED"
	ReasonPurgeNotFound   = "PURGE_NOT_FOUND"
	ReasonPurgeAsked      = "PURGE_ASKED"
	ReasonPurgeNotOpen    = "PURGE_NOT_OPEN"
	ReasonOwnPurge        = "OWN_PURGE"
	ReasonUndeleteExpired = "UNDELETE_EXPIRED"
)

// PurgeReader gives purges and what they have left.
type PurgeReader interface {
	Purge(id string) (Purge, error)
	// PurgeOf gives the purge of a document that was not cancelled. There is one at most.
	PurgeOf(document string) (Purge, error)
	// Purges by ID, highest first, below the given one ("" from the top); in a state, or
	// in all when it is 0.
	Purges(state PurgeState, after string, limit int) ([]Purge, error)
	Tombstone(subject string) (Tombstone, error)
	// Tombstones of a purge by subject, after the given one ("" from the start).
	Tombstones(purge, after string, limit int) ([]Tombstone, error)
	// EverOn gives the documents that have a region on the scan, or had one in whatever
	// revision, by ID, deleted and purged ones too.
	EverOn(scan Digest) ([]Document, error)
	// ScansOf gives the scans that a document has regions on, or had in whatever
	// revision, by digest.
	ScansOf(document string) ([]Digest, error)
	// ReadingsOn gives all readings of a scan by page and age, without what they say.
	ReadingsOn(scan Digest) ([]Reading, error)
	// UnsentOf tells that an event of the document is not marked as sent.
	UnsentOf(document string) (bool, error)
}

// PurgeWriter destroys. What is not allowed is refused by the database itself, whoever
// asks, with ErrRefused: without a purge that a second person has confirmed there is no
// tombstone, and without its tombstone nothing is destroyed.
type PurgeWriter interface {
	// PutPurge inserts a purge in the state PurgeAsked, or replaces one. It refuses
	// another document, person, reason or salt than before, a step back, and whoever asks
	// and confirms at once, is barred, a program, nobody by name, or no operator.
	PutPurge(p Purge) error
	// InsertTombstone refuses what is not there, has another digest, or does not belong
	// to the document of a confirmed purge.
	InsertTombstone(t Tombstone) error
	// Destroy deletes what tombstones stand for, as far as it is still there.
	Destroy(tombstones []Tombstone) error
	// ForgetDocument deletes what hangs on a purged document: its title, keys, terms,
	// reviews, requests, the links from it and to it, and the words in its events.
	ForgetDocument(document string) error
	// ForgetTerms takes those terms out of the vocabulary that no document has.
	ForgetTerms(terms []Term) error
	// ForgetScan sets when a scan was purged, drops its works with what they ended in,
	// deletes its pages, and puts other paths in the place of those under which it came.
	ForgetScan(scan Digest, at time.Time) error
}

// withdrawn tells of what a purge has destroyed.
func withdrawn(name string, at time.Time) error {
	return &Error{
		Code: NotFound, Reason: ReasonWithdrawn,
		Message:  fmt.Sprintf("%s was withdrawn from the archive on %s and destroyed", name, at.UTC().Format(time.DateOnly)),
		Metadata: map[string]string{"withdraw_time": at.UTC().Format(time.RFC3339)},
	}
}

// Withdrawn is the error for a document that was purged; nil for another.
func (d Document) Withdrawn() error {
	if d.PurgedAt.IsZero() {
		return nil
	}
	return withdrawn("documents/"+d.ID, d.PurgedAt)
}

func (s Scan) withdrawn() error {
	if s.PurgedAt.IsZero() {
		return nil
	}
	return withdrawn("scans/"+string(s.Digest), s.PurgedAt)
}

// refused tells that the file of a scan that was purged is not taken again.
func (s Scan) refused() error {
	if s.PurgedAt.IsZero() {
		return nil
	}
	return &Error{
		Code: Invalid, Reason: ReasonWithdrawn,
		Message:  fmt.Sprintf("this file was withdrawn from the archive on %s, and is not taken again", s.PurgedAt.UTC().Format(time.DateOnly)),
		Metadata: map[string]string{"withdraw_time": s.PurgedAt.UTC().Format(time.RFC3339)},
	}
}

// taken refuses a file of a scan that was purged.
func taken(r Reader, digest Digest) error {
	scan, err := r.Scan(digest)
	if err != nil {
		return ignoreNotFound(err)
	}
	return scan.refused()
}

// Takes refuses the digest of a file that was purged, before its bytes are stored.
func (c *Catalog) Takes(ctx context.Context, digest Digest) error {
	return c.store.View(ctx, func(r Reader) error { return taken(r, digest) })
}

// EndWithdrawn ends a file of a batch that turned out to be one that was purged, and takes
// the path away under which the batch lists it: that may be what had to go. Another file
// stays as it is.
func (c *Catalog) EndWithdrawn(ctx context.Context, batch, path string, digest Digest) error {
	err := c.store.Tx(ctx, func(tx Tx) error {
		file, err := tx.BatchFile(batch, path)
		if err != nil || file.State != FileExpected {
			return ignoreNotFound(err)
		}
		scan, err := tx.Scan(digest)
		if err != nil || scan.PurgedAt.IsZero() {
			return ignoreNotFound(err)
		}
		b, err := tx.Batch(batch)
		if err != nil {
			return err
		}
		b.ActiveAt = c.now()
		b.FilesArrived++
		if err := tx.PutBatch(b); err != nil {
			return err
		}
		file.State, file.Scan, file.Path = FileArrived, digest, fmt.Sprintf("withdrawn/%d", file.Number)
		if _, err := tx.BatchFile(batch, file.Path); err == nil {
			file.Path += "/" + c.newID() // somebody has called another file so
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		counts := Counts{Pages: 1}
		counts.Ended[Refused] = 1
		return c.progressFile(tx, file, counts, true, reasonPurged)
	})
	if err != nil {
		return fmt.Errorf("end a file that was withdrawn: %w", err)
	}
	return nil
}

// withdrawnReading is the error for a reading that has a tombstone; nil for another.
func withdrawnReading(r Reader, id string) error {
	t, err := r.Tombstone(ReadingSubject(id))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return withdrawn("readings/"+id, t.At)
}

// notWithdrawn leaves out readings that have a tombstone: on a scan that others lie on too
// they are destroyed one by one.
func notWithdrawn(r Reader, readings []Reading) ([]Reading, error) {
	left := make([]Reading, 0, len(readings))
	for _, reading := range readings {
		_, err := r.Tombstone(ReadingSubject(reading.ID))
		switch {
		case errors.Is(err, ErrNotFound):
			left = append(left, reading)
		case err != nil:
			return nil, err
		}
	}
	return left, nil
}

func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// buried tells whether a tombstone stands for a subject, with a digest.
func buried(r Reader, subject string, digest Digest) (bool, error) {
	t, err := r.Tombstone(subject)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && t.Digest == digest, err
}
