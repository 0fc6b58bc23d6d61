package catalog

import (
	"slices"
	"time"
)

// CampaignState is where a campaign stands. The numbers are those of the contract.
type CampaignState uint8

// The states. Selecting → Planned → Sampling → Sampled → Running → Done is the way of
// most; Settling comes before Cancelled and RolledBack.
const (
	// CampaignSelecting campaigns look for their pages.
	CampaignSelecting CampaignState = iota + 1
	// CampaignPlanned campaigns know their pages and wait to be started: a dry run.
	CampaignPlanned
	// CampaignSampling campaigns have verified pages recognised with the new recipe.
	CampaignSampling
	// CampaignSampled campaigns know how the new recipe did and wait to be approved.
	CampaignSampled
	// CampaignRunning campaigns recognise and decide page after page.
	CampaignRunning
	// CampaignSettling campaigns bring documents up to what was decided for all pages at
	// once.
	CampaignSettling
	// CampaignDone campaigns have decided every page.
	CampaignDone
	// CampaignCancelled campaigns were given up: what was accepted before stays.
	CampaignCancelled
	// CampaignRolledBack campaigns have given back what was shown before them.
	CampaignRolledBack
	// CampaignRefused campaigns could not begin; Problem tells why.
	CampaignRefused
)

// Terminal tells whether nothing more happens to the campaign by itself. One that is done
// or cancelled may still be rolled back.
func (s CampaignState) Terminal() bool { return s >= CampaignDone }

// Waits tells whether the campaign waits for a person: to be started, or to be approved.
func (c Campaign) Waits() bool { return c.State == CampaignPlanned || c.State == CampaignSampled }

// Campaign reads a selection of pages again with a recipe.
type Campaign struct {
	ID    string
	State CampaignState
	// EndsIn is what a settling campaign ends in.
	EndsIn CampaignState
	// Paused campaigns ask for no more pages; what is under way ends.
	Paused bool
	// RolledBack takes every choice of the campaign out of effect.
	RolledBack bool
	// Person made it.
	Person string
	Terms  CampaignTerms
	Plan   CampaignPlan
	Sample SampleResult
	// Cursor is how far selecting or settling has come.
	Cursor string
	// Problem tells a person why the campaign was refused.
	Problem   string
	CreatedAt time.Time
	// StartedAt is when it began to recognise, RunAt when it was approved; zero before.
	StartedAt time.Time
	RunAt     time.Time
	// EndedAt is zero while the campaign is not in a terminal state.
	EndedAt time.Time
}

// CampaignTerms are what was asked for; but for Start they never change.
type CampaignTerms struct {
	// Recipe is its name.
	Recipe string `json:"recipe"`
	// Language to read in; empty for that in which each page was read before.
	Language  string    `json:"language,omitempty"`
	Selection Selection `json:"selection"`
	Rule      Rule      `json:"rule"`
	// Sample is how many verified pages are scored at most.
	Sample int `json:"sample"`
	// InFlight bounds the pages that wait for their outcome at a time.
	InFlight int `json:"in_flight"`
	// Start goes on from the plan by itself, Approve from the sample where it allows that.
	Start   bool `json:"start,omitempty"`
	Approve bool `json:"approve,omitempty"`
}

// Selection says which pages a campaign reads again; the zero value means every page that
// the recipe has not read.
type Selection struct {
	// Collections to stay within; all when empty.
	Collections []string `json:"collections,omitempty"`
	// ReadAfter and ReadBefore bound when the reading shown was stored; zero for no bound.
	ReadAfter  time.Time `json:"read_after,omitzero"`
	ReadBefore time.Time `json:"read_before,omitzero"`
	// Recipes that the page is shown by now, as digests or the beginnings of such.
	Recipes []string `json:"recipes,omitempty"`
	// Engine is the beginning of the version of Tesseract that read it.
	Engine string `json:"engine,omitempty"`
	// Outcomes that the page has now.
	Outcomes []Outcome `json:"outcomes,omitempty"`
	// ConfidenceBelow is the mean confidence of words, in thousandths; 0 for no bound.
	ConfidenceBelow int `json:"confidence_below,omitempty"`
	// Languages, one of which the page was read in.
	Languages []string `json:"languages,omitempty"`
	// Failed selects pages that ended in neither TEXT nor BLANK.
	Failed bool `json:"failed,omitempty"`
}

// Holds tells whether the selection stays within a collection that the list has.
func (s Selection) Holds(collection string) bool {
	return len(s.Collections) == 0 || slices.Contains(s.Collections, collection)
}

// CampaignPlan is what selecting has found.
type CampaignPlan struct {
	Pages     int `json:"pages"`
	Documents int `json:"documents"`
	// Verified pages show a text that was signed, Protected ones any text of a person or
	// an imported one: both keep it.
	Verified  int `json:"verified"`
	Protected int `json:"protected"`
	// Already counts pages that are shown by the recipe, Unopened those of scans that
	// cannot be opened, Unread those that have not ended yet. They are not selected.
	Already  int `json:"already"`
	Unopened int `json:"unopened"`
	Unread   int `json:"unread"`
	// Cost is the CPU time that the readings shown have cost, of the pages of which it is
	// known.
	Cost   time.Duration `json:"cost"`
	Costed int           `json:"costed"`
	// Sample is the number of verified pages to score.
	Sample int `json:"sample"`
}

// plus adds what another stretch of the archive has.
func (p CampaignPlan) plus(o CampaignPlan) CampaignPlan {
	p.Pages += o.Pages
	p.Verified += o.Verified
	p.Protected += o.Protected
	p.Already += o.Already
	p.Unopened += o.Unopened
	p.Unread += o.Unread
	p.Cost += o.Cost
	p.Costed += o.Costed
	return p
}

// CPU estimates the CPU time of all pages: those of which nothing is known cost what the
// others do, and all are scaled by what the sample has told of the new recipe.
func (c Campaign) CPU() time.Duration {
	if c.Plan.Costed == 0 {
		return 0
	}
	cost := float64(c.Plan.Cost) * float64(c.Plan.Pages) / float64(c.Plan.Costed)
	if c.Sample.OldCost > 0 && c.Sample.NewCost > 0 {
		cost *= float64(c.Sample.NewCost) / float64(c.Sample.OldCost)
	}
	return time.Duration(cost)
}

// CampaignPageState is where a page of a campaign stands. The numbers are those of the
// contract.
type CampaignPageState uint8

// The states of a page.
const (
	// PageWaiting pages wait for their turn.
	PageWaiting CampaignPageState = iota + 1
	// PageWanted pages have a work that has not ended, as far as the campaign knows.
	PageWanted
	// PageRead pages have their outcome and wait for the others of their documents.
	PageRead
	// PageDecided pages are done.
	PageDecided
)

// Decision is what became of a page. The numbers are those of the contract.
type Decision uint8

// The decisions.
const (
	// Accepted: the collection shows the new reading.
	Accepted Decision = iota + 1
	// Kept: the rule keeps what was shown; the new reading stands beside it.
	Kept
	// Protected: a person's or an imported text is shown, and stays.
	Protected
	// Unsuccessful: the new recipe has no text where there was one, or no outcome worth
	// showing; what was shown stays.
	Unsuccessful
	// Skipped: there was nothing to recognise any more.
	Skipped
	// GivenUp: the campaign was cancelled before.
	GivenUp
)

// Comparison is how the new outcome stands to what was shown. The numbers are those of the
// contract.
type Comparison uint8

// The comparisons; zero is "not compared".
const (
	Better Comparison = iota + 1
	Worse
	Equal
)

// Shown is what a recipe has made of a page.
type Shown struct {
	Recipe  Digest
	Reading string
	Outcome Outcome
	// Confidence is the mean of its words in thousandths; -1 where that is not known.
	Confidence int
}

// CampaignPage is one page of one collection in a campaign.
type CampaignPage struct {
	Campaign string
	// Number counts from 1 within the campaign.
	Number     int
	Collection string
	Scan       Digest
	Page       int
	// Instead is the recipe that the holding named when the page was selected.
	Instead Digest
	Before  Shown
	// After has the recipe from the beginning, the rest once the page is read.
	After      Shown
	State      CampaignPageState
	Decision   Decision
	Comparison Comparison
	// Why tells a person what was decided and why.
	Why string
}

// key of the work that the page waits for.
func (p CampaignPage) key() WorkKey {
	return WorkKey{Scan: p.Scan, Page: p.Page, Recipe: p.After.Recipe}
}

// PageChoice says that a collection shows a page by another recipe than its holding names.
// Of several the newest counts whose campaign was not rolled back. It is never changed and
// never deleted, and counts for nothing where the holding names yet another recipe.
type PageChoice struct {
	Collection string
	Scan       Digest
	Page       int
	// Instead is the recipe that the holding names.
	Instead  Digest
	Campaign string
	Recipe   Digest
}

// CampaignDocument is a document to which a campaign has made a revision.
type CampaignDocument struct {
	Campaign string
	Document string
	// Before is the revision before the campaign's, After that of the campaign, Restored
	// that of its rollback; 0 for none.
	Before, After, Restored int
}

// CampaignPageQuery selects pages of a campaign, by number.
type CampaignPageQuery struct {
	Campaign string
	// State, Decision and Comparison that they have; zero for any.
	State      CampaignPageState
	Decision   Decision
	Comparison Comparison
	After      int
	Limit      int
}

// CampaignCount counts pages of a campaign that stand alike.
type CampaignCount struct {
	State      CampaignPageState
	Decision   Decision
	Comparison Comparison
	Pages      int
}
