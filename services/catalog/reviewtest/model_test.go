package reviewtest

import (
	"maps"
	"slices"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// lease is how long a claim lasts, as the contract says it.
const lease = 15 * time.Minute

// The people. The robot is a program, and local is nobody in particular.
var (
	persons = []string{"anna", "boris", "cyril", "daria", "vera"}
	callers = append([]string{"robot", "local"}, persons...)
)

// writing is a reading or a statement as the model knows it: who had a part in it.
type writing struct {
	id     string
	digest catalog.Digest
	by     map[string]bool
	// submitted is who submitted or stated it.
	submitted string
	// signed are those who signed it, by the place that they signed it at ("" for a
	// statement).
	signed map[string]map[string]bool
	// text is that of a reading.
	text string
}

// region is what a document shows of a place, as far as people decide it.
type region struct {
	place catalog.Place
	key   string
	// origin is Machine also for what has not been read.
	origin catalog.Origin
	// reading is the ID where no machine may change it.
	reading string
	whole   bool
}

func regionAt(p catalog.Place) region {
	return region{place: p, key: p.Key(), origin: catalog.Machine}
}

// review is the work on a place of a document.
type review struct {
	// life counts how often there was one before: a review goes with its region.
	life int
	// region shown, from 1, 0 for none; shown is its reading, outcome 0 for none.
	region  int
	shown   string
	state   catalog.ReviewState
	holder  string
	until   time.Time
	draft   string
	basedOn string
	editors []string
	skipped map[string]bool
	// sentBack tells that somebody sent what is shown back.
	sentBack bool
	// touched counts what could have made another etag.
	touched int
}

func (v *review) hasDraft() bool { return len(v.editors) > 0 }

func (v *review) heldBy(now time.Time) string {
	if v.until.After(now) {
		return v.holder
	}
	return ""
}

// glimpse is what somebody saw who read a review, with its etag.
type glimpse struct {
	etag    string
	life    int
	shown   string
	state   catalog.ReviewState
	draft   string
	editors int
	touched int
}

func (v *review) glimpse(etag string) glimpse {
	return glimpse{etag, v.life, v.shown, v.state, v.draft, len(v.editors), v.touched}
}

// stale tells whether a write with what was seen has to be refused, and whether it has
// to be taken.
func (v *review) stale(seen glimpse) (must, mustNot bool) {
	now := v.glimpse(seen.etag)
	if now == seen {
		return false, true
	}
	now.touched = seen.touched
	return now != seen, false
}

// said is a person's statement as a document has it.
type said struct {
	id, person, value string
	verified          bool
}

// document is one of the archive.
type document struct {
	id, collection string
	deleted        bool
	head           int
	etag           string
	title          string
	regions        []region
	reviews        map[string]*review
	lives          map[string]int
	fields         map[string][]said
	// seen are etags that somebody read, with the head then.
	seen []sight
}

type sight struct {
	etag    string
	head    int
	deleted bool
}

// keys are those of the reviews, in order.
func (d *document) keys() []string { return slices.Sorted(maps.Keys(d.reviews)) }

// model is what the test knows by itself.
type model struct {
	documents map[string]*document
	// order has the IDs of documents as they came.
	order []string
	// written are people's readings and statements by ID.
	written map[string]*writing
	// onePerson collections.
	onePerson map[string]bool
	barred    map[string]bool
	frozen    []frozen
}

// frozen is a revision that must never change.
type frozen struct {
	document string
	number   int
	manifest catalog.Digest
	texts    catalog.Digest
	verified bool
}

// assured tells the assurance that people have given a reading at a place.
func (m *model) assured(reading, key string) catalog.Assurance {
	if len(m.written[reading].signed[key]) > 0 {
		return catalog.AssuranceVerified
	}
	return catalog.AssuranceCorrected
}

// inherit adds those who had a part in a person's text that nobody has signed at the
// place.
func (m *model) inherit(by map[string]bool, id, key string) {
	if w := m.written[id]; w != nil && len(w.signed[key]) == 0 {
		maps.Copy(by, w.by)
	}
}

// maySign tells whether a person, by what the model saw, may put a name under something.
func (m *model) maySign(w *writing, person string) string {
	switch {
	case w.by[person]:
		return catalog.ReasonOwnWork
	case !slices.Contains(persons, person) || m.barred[person]:
		return catalog.ReasonRoleMissing
	case !w.named():
		return catalog.ReasonNoNamedContributor
	}
	return ""
}

// named tells that a person with a name submitted it.
func (w *writing) named() bool { return slices.Contains(persons, w.submitted) }

func (m *model) sign(w *writing, key, person string) {
	if w.signed[key] == nil {
		w.signed[key] = map[string]bool{}
	}
	w.signed[key][person] = true
}

func newWriting(id string, digest catalog.Digest, text, submitted string, by map[string]bool) *writing {
	return &writing{id: id, digest: digest, text: text, submitted: submitted, by: by, signed: map[string]map[string]bool{}}
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// live gives the documents that are not deleted.
func (m *model) live() []*document {
	var list []*document
	for _, id := range m.order {
		if d := m.documents[id]; !d.deleted {
			list = append(list, d)
		}
	}
	return list
}
