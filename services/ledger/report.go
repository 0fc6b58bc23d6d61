package ledger

import (
	"fmt"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Report is what a bundle proves.
type Report struct {
	// Document and Number are the revision that the bundle says it is of.
	Document string
	Number   int
	// Size, Root and SignedAt are those of the checkpoint, Key has signed it.
	Size     int64
	Root     catalog.Digest
	SignedAt time.Time
	Key      string
	// Acts is how many are proved.
	Acts int
	// Covered tells that an act of this very revision names the manifest. Where none does,
	// as for a revision that changed the title alone, each text is proved as it stands, and
	// Document and Number, title, fields, and which texts belong together in which order
	// are the word of whoever made the bundle.
	Covered bool
	// Regions are all of the manifest's, in its order.
	Regions []ProvedRegion
}

// ProvedRegion is what the acts say of one region.
type ProvedRegion struct {
	// Number counts from 1.
	Number int
	// Assurance is what the acts prove; zero where no person has acted.
	Assurance catalog.Assurance
	// Contributors have made the text, in the order of the acts.
	Contributors []string
	// Signed are the signatures under it.
	Signed []Signing
}

// Signing is an act by which a text was signed.
type Signing struct {
	Person string
	At     time.Time
	Leaf   int64
	// In is the revision in which it was signed: this one, one before, or one of a
	// document that this one was made of.
	In catalog.RevisionName
}

// Failure is one part of a bundle that does not hold.
type Failure struct {
	// Part names it, such as "checkpoint signature", "act 3: inclusion", "region 2: text".
	Part    string
	Problem string
}

// Failures are all parts of a bundle that do not hold.
type Failures []Failure

func (f Failures) Error() string {
	said := make([]string, len(f))
	for i, x := range f {
		said[i] = x.Part + ": " + x.Problem
	}
	return strings.Join(said, "; ")
}

// add notes what does not hold.
func (f *Failures) add(part, format string, args ...any) {
	*f = append(*f, Failure{Part: part, Problem: fmt.Sprintf(format, args...)})
}
