package reviewtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// world is the archive, the model, and the people who act.
type world struct {
	*archive
	model
	rng   *rand.Rand
	seed  uint64
	steps int
	// trail has the last steps, for who looks for a mistake.
	trail []string
	tally map[string]*tally
	files []file
	// jobs are in the hands of workers.
	jobs []catalog.Job
	// glimpses are what people saw of reviews, by place.
	glimpses map[string][]glimpse
	// recipes count the readings that each collection has asked for.
	recipes int
	// loud has every step told.
	loud bool
}

// tally counts how steps of a kind ended, by reason, "" for those that did something.
type tally map[string]int

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{archive: newArchive(t), seed: seed, rng: rand.New(rand.NewPCG(seed, 1)), tally: map[string]*tally{}, glimpses: map[string][]glimpse{}}
	w.model = model{documents: map[string]*document{}, written: map[string]*writing{}, onePerson: map[string]bool{}, barred: map[string]bool{}}
	w.tx(func(tx catalog.Tx) error {
		for _, person := range callers {
			if person == "local" {
				continue
			}
			if err := tx.PutUser(user(person, w, false)); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func user(id string, w *world, barred bool) catalog.User {
	u := catalog.User{ID: id, DisplayName: id, Roles: []catalog.Role{catalog.Verifies}, Service: id == "robot", CreatedAt: w.clock}
	if barred {
		u.DisabledAt = w.clock
	}
	return u
}

const mostTrail = 30

// ended compares how a step ended with what the model says: want is the reason of the
// refusal, "" for none, either for whatever the catalog says. It returns whether the step
// did something.
func (w *world) ended(step string, err error, want string) bool {
	w.t.Helper()
	got := ""
	var e *catalog.Error
	switch {
	case errors.As(err, &e):
		got = e.Reason
	case err != nil:
		w.failf("%s: %v", step, err)
	}
	line := fmt.Sprintf("%5d %s: %q", w.steps, strings.ReplaceAll(step, idStart, "…"), got)
	if w.loud {
		w.t.Log(line)
	}
	if w.trail = append(w.trail, line); len(w.trail) > mostTrail {
		w.trail = w.trail[1:]
	}
	if want != either && got != want {
		w.failf("%s: got %q (%v), model says %q", step, got, err, want)
	}
	verb := step[:max(0, slices.Index([]byte(step+" "), ' '))]
	if w.tally[verb] == nil {
		w.tally[verb] = &tally{}
	}
	(*w.tally[verb])[got]++
	return err == nil
}

// either stands for whatever the catalog says.
const either = "*"

// somebody is who calls: mostly a person.
func (w *world) somebody() string { return pick(w.rng, callers) }

// document gives one that is there, or now and then a deleted one; nil for none.
func (w *world) document() *document {
	list := w.live()
	if len(list) == 0 || chance(w.rng, 5) {
		return w.documents[pick(w.rng, w.order)]
	}
	return pick(w.rng, list)
}

// review gives one of a document, preferably in a state; "" for none.
func (w *world) review(preferred catalog.ReviewState) (d *document, key string) {
	for range 8 {
		d = w.document()
		keys := d.keys()
		if len(keys) == 0 {
			continue
		}
		key = pick(w.rng, keys)
		if preferred == 0 || d.reviews[key].state == preferred || chance(w.rng, 10) {
			return d, key
		}
	}
	return d, key
}

// step is something that may happen, so often in comparison with others.
type step struct {
	weight int
	do     func(*world)
}

var steps = []step{
	{80, (*world).claim},
	{60, (*world).claimNext},
	{30, (*world).release},
	{30, (*world).skip},
	{170, (*world).save},
	{140, (*world).submit},
	{160, (*world).signText},
	{40, (*world).sendBack},
	{30, (*world).retitle},
	{40, (*world).rearrange},
	{30, (*world).split},
	{22, (*world).merge},
	{20, (*world).remove},
	{30, (*world).bringBack},
	{50, (*world).stateField},
	{50, (*world).signFields},
	{60, (*world).wait},
	{12, (*world).rerun},
	{8, (*world).ingest},
	{8, (*world).importAgain},
	{4, (*world).restartAll},
	{12, (*world).sequenceActs},
	{12, (*world).prove},
	{6, (*world).toggle},
	{6, (*world).bar},
}

func (w *world) step() {
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	n := w.rng.IntN(total)
	for _, s := range steps {
		if n -= s.weight; n < 0 {
			s.do(w)
			return
		}
	}
}
