package reviewtest

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

const (
	// seedVariable and stepsVariable are how a run is had again, or a longer one.
	seedVariable  = "FONDS_REVIEW_SEED"
	stepsVariable = "FONDS_REVIEW_STEPS"
	loudVariable  = "FONDS_REVIEW_LOUD"
	manySteps     = 10_000
	// someSteps is how often what takes long is looked at.
	someSteps = 2_500
)

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	said := os.Getenv(variable)
	if said == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(said, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// TestWhatPeopleStandBehind is a long random history. What it proves is in settle, which
// follows each step, and in remembered: no revision ever changes a byte, nobody signs
// what they had a part in, VERIFIED is what somebody else signed and nothing else, drafts
// stay, the queue is what the documents show, and the log holds all of it.
func TestWhatPeopleStandBehind(t *testing.T) {
	t.Parallel()
	seed := number(t, seedVariable, uint64(time.Now().UnixNano()))
	most := int(number(t, stepsVariable, defaultSteps))
	if testing.Short() {
		most = min(most, manySteps/10)
	}
	t.Logf("%s=%d %s=%d", seedVariable, seed, stepsVariable, most)
	w := newWorld(t, seed)
	w.loud = os.Getenv(loudVariable) != ""
	w.begin()
	began := time.Now()
	for w.steps = 1; w.steps <= most; w.steps++ {
		w.clock = w.clock.Add(seconds(1))
		w.step()
		w.remembered(w.steps % 2)
		if w.steps%20 == 0 {
			w.demanded()
		}
		if w.steps%100 == 0 {
			w.queues()
		}
		if w.steps%someSteps == 0 {
			w.audit()
		}
	}
	w.audit()
	for _, f := range w.frozen {
		w.unchanged(f)
	}
	t.Logf("%d steps in %s: %d documents, %d revisions, %d texts and statements of people, %d checkpoints kept",
		most, time.Since(began).Round(time.Millisecond), len(w.order), len(w.frozen), len(w.written), len(w.kept))
	for _, verb := range slices.Sorted(maps.Keys(w.tally)) {
		t.Logf("  %-10s %s", verb, fmt.Sprint(*w.tally[verb]))
	}
}

// begin fills the archive with a few scans, and has one collection in which one person's
// word is enough.
func (w *world) begin() {
	for range 5 {
		w.ingest()
	}
	for _, collection := range collections {
		w.importText(collection)
	}
	for !w.onePerson["registers"] {
		w.toggle()
	}
	if w.onePerson["telegrams"] {
		for w.onePerson["telegrams"] {
			w.toggle()
		}
	}
}
