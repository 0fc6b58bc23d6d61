package catalog

import "time"

// Collection groups holdings. Its ID is a word that also stands in NATS subjects.
type Collection struct {
	ID          string
	DisplayName string
	// OnePerson is set where one person's word is enough: nothing is signed, and
	// CORRECTED is the highest assurance.
	OnePerson bool
	// MovingSince is when OnePerson was changed, while not all reviews are what it makes of
	// them yet; zero when all are.
	MovingSince time.Time
	CreatedAt   time.Time
}

// Scan is one source file as delivered, named by its digest.
type Scan struct {
	Digest Digest
	// Size in bytes.
	Size int64
	// MediaType and PageCount are empty until the probe has ended.
	MediaType string
	PageCount int
	CreatedAt time.Time
	// PurgedAt is zero while the bytes have not been destroyed.
	PurgedAt time.Time
}

// Page is one image inside a scan.
type Page struct {
	Scan Digest
	// Number counts from 1.
	Number int
	// Width and Height in pixels; 0 when unknown.
	Width, Height int
	// Resolution in dots per inch; 0 when unknown.
	Resolution int
	// Outcome is set when the probe found that the page cannot be read.
	Outcome Outcome
	Reason  string
}

// Holding puts a scan into a collection under a path.
type Holding struct {
	ID         string
	Collection string
	Scan       Digest
	Path       string
	// Batch last delivered it.
	Batch string
	// Recipe is what its pages are read with.
	Recipe Digest
	// Document is proposed for it once its pages are known.
	Document  string
	CreatedAt time.Time
}
