package reprocess

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/services/store/sqlite/sqlitetest"
)

// archive is a catalog over a real store in which the test itself is the engine.
type archive struct {
	*catalog.Catalog
	t     *testing.T
	store catalog.Store
	clock time.Time
	// reads is what the engine makes of a page under a recipe of the given name.
	reads func(scan catalog.Digest, recipe string) string
	names map[catalog.Digest]string
	live  []*fondsv1.Worker
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlitetest.Put(t, filepath.Join(t.TempDir(), "fonds.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	a := &archive{t: t, store: store, clock: time.Date(1953, 4, 6, 8, 30, 0, 0, time.UTC), names: map[catalog.Digest]string{}}
	a.Catalog = catalog.New(store, func() time.Time { return a.clock }, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.DefaultLimits())
	a.reads = func(scan catalog.Digest, recipe string) string { return fmt.Sprintf("%s by %.8s", recipe, scan) }
	return a
}

func (a *archive) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// config is the role over the archive.
func (a *archive) config() Config {
	return Config{
		Catalog: a.Catalog, Log: slog.New(slog.DiscardHandler),
		Live: func(context.Context) ([]*fondsv1.Worker, error) { return a.live, nil },
		Resolve: func(name, language string, _ []*fondsv1.Worker) (catalog.Recipe, error) {
			return a.recipe(name, language)
		},
	}
}

func digest(s string) catalog.Digest {
	sum := sha256.Sum256([]byte(s))
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

// recipe is that of a name for languages; there are no models of Klingon.
func (a *archive) recipe(name, language string) (catalog.Recipe, error) {
	if strings.Contains(language, "tlh") {
		return catalog.Recipe{}, &catalog.Error{Code: catalog.Precondition, Reason: "MODEL_MISSING", Message: "install tesseract-ocr-tlh"}
	}
	var models []catalog.Model
	for code := range strings.SplitSeq(language, "+") {
		models = append(models, catalog.Model{Language: code, SHA256: digest(code)})
	}
	r, err := catalog.NewRecipe(models, []catalog.Parameter{{Name: "name", Value: name}})
	a.names[r.Digest] = name
	return r, err
}

// ingest has files read with the recipe "plain", by a version of the engine.
func (a *archive) ingest(collection, language, engine string, names ...string) {
	a.t.Helper()
	plain, err := a.recipe("plain", language)
	a.must(err)
	n := catalog.NewBatch{Collection: collection, Language: language, Person: "local", Recipes: map[string]catalog.Recipe{language: plain}}
	for _, name := range names {
		n.Files = append(n.Files, catalog.NewFile{Path: name, Size: 7, Collection: collection, Language: language})
	}
	b, err := a.CreateBatch(a.t.Context(), n)
	a.must(err)
	for _, name := range names {
		_, err := a.Arrive(a.t.Context(), catalog.Arrival{Batch: b.ID, Path: name, Digest: digest(name), Size: 7})
		a.must(err)
	}
	a.recognise(engine)
}

// recognise answers jobs until there are none, and tells how many pages there were.
func (a *archive) recognise(engine string) (pages int) {
	a.t.Helper()
	for {
		jobs, err := a.IssueJobs(a.t.Context(), 1000)
		a.must(err)
		if len(jobs) == 0 {
			return pages
		}
		for _, j := range jobs {
			r := catalog.Result{Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: catalog.Text}
			if j.Work.Key.IsProbe() {
				r.MediaType, r.Pages = "image/png", []catalog.Page{{Scan: j.Work.Key.Scan, Number: 1, Width: 10, Height: 10}}
			} else {
				pages++
				r.Reading = a.reading(j, engine)
			}
			_, err := a.StoreResults(a.t.Context(), []catalog.Result{r})
			a.must(err)
		}
	}
}

func (a *archive) reading(j catalog.Job, engine string) *catalog.Reading {
	a.t.Helper()
	name := a.names[j.Work.Key.Recipe]
	text := a.reads(j.Work.Key.Scan, name)
	by, err := proto.Marshal(&fondsv1.Engine{Name: "tesseract", Tesseract: engine})
	a.must(err)
	cost := map[string]time.Duration{"plain": time.Second, "adaptive": 1500 * time.Millisecond}[name]
	envelope, err := proto.Marshal(&fondsv1.Envelope{Cost: &fondsv1.Cost{Cpu: durationpb.New(cost)}})
	a.must(err)
	return &catalog.Reading{
		Text: text, Body: []byte(text), BodyDigest: digest(text), Engine: by, Envelope: envelope, Measure: catalog.Measure{Confidence: 800, Words: 3},
	}
}

// settled runs the role, and the engine, until nothing is left to do but by a person.
func (a *archive) settled(id string) catalog.Campaign {
	a.t.Helper()
	c := a.config()
	for range 1000 {
		more, err := c.Step(a.t.Context())
		a.must(err)
		now, _, err := a.Campaign(a.t.Context(), id)
		a.must(err)
		if now.State.Terminal() || now.Waits() {
			return now
		}
		if !more {
			a.recognise("5.3.0")
		}
	}
	a.t.Fatal("the campaign stands still")
	return catalog.Campaign{}
}

func (a *archive) planned(terms catalog.CampaignTerms) catalog.Campaign {
	a.t.Helper()
	if terms.Recipe == "" {
		terms.Recipe = "adaptive"
	}
	made, err := a.CreateCampaign(a.t.Context(), "olga", terms)
	a.must(err)
	return a.settled(made.ID)
}

// names gives n names.
func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(prefix, i)
	}
	return names
}

func TestSelection(t *testing.T) {
	a := newArchive(t)
	a.ingest("old", "eng", "4.1.1", numbered("o", 3)...)
	begun := a.clock
	a.clock = a.clock.AddDate(1, 0, 0)
	a.ingest("new", "rus+eng", "5.3.0", numbered("n", 250)...) // more than one look takes
	plain, err := a.recipe("plain", "eng")
	a.must(err)
	for name, c := range map[string]struct {
		selection catalog.Selection
		pages     int
	}{
		"all":                 {catalog.Selection{}, 253},
		"collection":          {catalog.Selection{Collections: []string{"old"}}, 3},
		"engine":              {catalog.Selection{Engine: "4."}, 3},
		"another engine":      {catalog.Selection{Engine: "5.3"}, 250},
		"read before":         {catalog.Selection{ReadBefore: begun.AddDate(0, 1, 0)}, 3},
		"read after":          {catalog.Selection{ReadAfter: begun.AddDate(0, 1, 0)}, 250},
		"recipe":              {catalog.Selection{Recipes: []string{string(plain.Digest[:12])}}, 3},
		"language":            {catalog.Selection{Languages: []string{"rus", "deu"}}, 250},
		"outcome":             {catalog.Selection{Outcomes: []catalog.Outcome{catalog.Text, catalog.Blank}}, 253},
		"another outcome":     {catalog.Selection{Outcomes: []catalog.Outcome{catalog.Timeout}}, 0},
		"failed":              {catalog.Selection{Failed: true}, 0},
		"confidence below":    {catalog.Selection{ConfidenceBelow: 801}, 253},
		"confidence not so":   {catalog.Selection{ConfidenceBelow: 800}, 0},
		"all of what is said": {catalog.Selection{Collections: []string{"old", "new"}, Languages: []string{"eng"}, Engine: "4", ConfidenceBelow: 900}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			got := a.planned(catalog.CampaignTerms{Selection: c.selection})
			if got.State != catalog.CampaignPlanned || got.Plan.Pages != c.pages || got.Plan.Documents != c.pages || got.Plan.Costed != c.pages {
				t.Errorf("planned %+v, want %d pages", got.Plan, c.pages)
			}
			if want := time.Duration(c.pages) * time.Second; got.CPU() != want {
				t.Errorf("estimated %s of CPU, want %s", got.CPU(), want)
			}
		})
	}
	if n := a.recognise("5.3.0"); n != 0 {
		t.Errorf("dry runs have had %d pages recognised", n)
	}
}

func TestModelMissingRefusesTheCampaign(t *testing.T) {
	a := newArchive(t)
	a.ingest("c", "eng", "5.3.0", "a")
	c := a.planned(catalog.CampaignTerms{Language: "tlh"})
	if c.State != catalog.CampaignRefused || !strings.Contains(c.Problem, "tesseract-ocr-tlh") || c.EndedAt.IsZero() {
		t.Errorf("the campaign is %+v", c)
	}
}

// What a campaign cannot do now keeps no other waiting.
func TestOneThatFailsKeepsNoOtherWaiting(t *testing.T) {
	a := newArchive(t)
	a.ingest("c", "eng", "5.3.0", "a")
	bad, err := a.CreateCampaign(t.Context(), "olga", catalog.CampaignTerms{Recipe: "broken"})
	a.must(err)
	good, err := a.CreateCampaign(t.Context(), "olga", catalog.CampaignTerms{Recipe: "adaptive"})
	a.must(err)
	c := a.config()
	broken := errors.New("the workers cannot be seen")
	resolve := c.Resolve
	c.Resolve = func(name, language string, workers []*fondsv1.Worker) (catalog.Recipe, error) {
		if name == "broken" {
			return catalog.Recipe{}, broken
		}
		return resolve(name, language, workers)
	}
	for range 3 {
		if _, err := c.Step(t.Context()); !errors.Is(err, broken) {
			t.Fatalf("the fault is not told: %v", err)
		}
	}
	if now, _, err := a.Campaign(t.Context(), good.ID); err != nil || now.State != catalog.CampaignPlanned {
		t.Errorf("the other one is %d, %v", now.State, err)
	}
	if now, _, err := a.Campaign(t.Context(), bad.ID); err != nil || now.State != catalog.CampaignSelecting {
		t.Errorf("the broken one is %d, %v", now.State, err)
	}
}

// verify has the texts of documents corrected by one person and signed by another.
func (a *archive) verify(right func(title string) string, prefix string) {
	a.t.Helper()
	ctx := a.t.Context()
	a.must(a.store.Tx(ctx, func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutUser(catalog.User{ID: "anna", DisplayName: "anna", CreatedAt: a.clock}),
			tx.PutUser(catalog.User{ID: "vera", DisplayName: "vera", CreatedAt: a.clock}),
		)
	}))
	heads, err := a.ListDocuments(ctx, catalog.DocumentQuery{Limit: 1000})
	a.must(err)
	for _, head := range heads {
		if !strings.HasPrefix(head.Revision.Title, prefix) {
			continue
		}
		key := head.Revision.Regions[0].Place().Key()
		v, err := a.Review(ctx, head.ID, key, "")
		a.must(err)
		text := right(head.Revision.Title)
		v, err = a.SubmitReview(ctx, head.ID, key, "anna", v.Etag(), catalog.Correction{BasedOn: v.Reading.ID, Text: text, Body: []byte(text), BodyDigest: digest(text)})
		a.must(err)
		_, err = a.SignReview(ctx, head.ID, key, "vera", v.Etag(), v.Content)
		a.must(err)
	}
}

const sentence = "the telegram of the sixth was received at night and read at once by all who were there"

// TestSample lets recipes misread letters, and looks at what the sample says of them.
func TestSample(t *testing.T) {
	for name, c := range map[string]struct {
		verified int
		adaptive string
		rule     catalog.Rule
		verdict  catalog.SampleVerdict
		refused  string
	}{
		"better":                        {12, "n", catalog.Rule{}, catalog.SampleBetter, ""},
		"worse":                         {12, "ae", catalog.Rule{}, catalog.SampleWorse, catalog.ReasonSampleWorse},
		"worse, only where better":      {12, "ae", catalog.Rule{OnlyBetter: true}, catalog.SampleWorse, catalog.ReasonSampleWorse},
		"the same":                      {12, "r", catalog.Rule{}, catalog.SampleNoWorse, ""},
		"too little":                    {9, "", catalog.Rule{}, catalog.SampleTooSmall, catalog.ReasonSampleTooSmall},
		"none":                          {0, "", catalog.Rule{}, catalog.SampleTooSmall, catalog.ReasonSampleTooSmall},
		"too little, but only better":   {9, "", catalog.Rule{OnlyBetter: true}, catalog.SampleTooSmall, ""},
		"worse in one of two languages": {24, "rus only", catalog.Rule{}, catalog.SampleWorse, catalog.ReasonSampleWorse},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			russian := map[catalog.Digest]bool{}
			a.reads = func(scan catalog.Digest, recipe string) string {
				wrong := "r" // of plain
				switch {
				case recipe == "adaptive" && c.adaptive == "rus only":
					if wrong = ""; russian[scan] {
						wrong = "ri"
					}
				case recipe == "adaptive":
					wrong = c.adaptive
				}
				return strings.Map(func(r rune) rune {
					if strings.ContainsRune(wrong, r) {
						return '#'
					}
					return r
				}, sentence)
			}
			names := numbered("v", c.verified)
			if c.adaptive == "rus only" {
				for _, n := range names[:12] {
					russian[digest(n)] = true
				}
				a.ingest("c", "rus", "5.3.0", names[:12]...)
				a.ingest("c", "eng", "5.3.0", names[12:]...)
			} else if len(names) > 0 {
				a.ingest("c", "eng", "5.3.0", names...)
			}
			a.ingest("c", "eng", "5.3.0", numbered("p", 3)...)
			a.verify(func(string) string { return sentence }, "v")
			sampled := a.planned(catalog.CampaignTerms{Rule: c.rule, Start: true, InFlight: 2})
			s := sampled.Sample
			if sampled.State != catalog.CampaignSampled || s.Verdict != c.verdict || sampled.Plan.Sample != c.verified {
				t.Fatalf("%d: the sample says %d: %s", sampled.State, s.Verdict, s.Why)
			}
			if c.verified > 0 {
				if g := s.Groups[0]; g.Pages != c.verified || g.Characters != c.verified*len(sentence) || g.OldCER.Mean == 0 && c.adaptive != "" {
					t.Errorf("all pages: %+v", g)
				}
				if s.NewCost != s.OldCost*3/2 || sampled.CPU() != time.Duration(sampled.Plan.Pages)*1500*time.Millisecond {
					t.Errorf("cost %s, before %s; all pages %s", s.NewCost, s.OldCost, sampled.CPU())
				}
			}
			if c.adaptive == "rus only" && (s.Groups[0].Difference.Mean >= 0 || !strings.Contains(s.Why, "language rus")) {
				t.Errorf("over all better, in one language worse: %s", s.Why)
			}
			_, err := a.ApproveCampaign(t.Context(), sampled.ID, "olga", false)
			e, _ := errors.AsType[*catalog.Error](err)
			switch {
			case c.refused == "" && err != nil:
				t.Fatal(err)
			case c.refused != "" && (e == nil || e.Reason != c.refused || e.Metadata["why"] == ""):
				t.Fatalf("refused: %v", err)
			case c.refused != "":
				_, err = a.ApproveCampaign(t.Context(), sampled.ID, "olga", true)
				a.must(err)
			}
			if done := a.settled(sampled.ID); done.State != catalog.CampaignDone {
				t.Errorf("ended %+v", done)
			}
		})
	}
}

// Run goes on by itself from the selection to the end where it was asked to, and ends with
// its context.
func TestRunGoesOnByItself(t *testing.T) {
	a := newArchive(t)
	a.ingest("c", "eng", "5.3.0", numbered("p", 5)...)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Run(ctx, a.config())
	}()
	made, err := a.CreateCampaign(t.Context(), "olga", catalog.CampaignTerms{
		Recipe: "adaptive", Start: true, Approve: true, Rule: catalog.Rule{OnlyBetter: true}, InFlight: 2,
	})
	a.must(err)
	deadline := time.After(30 * time.Second)
	for {
		changed := a.Changed()
		now, _, err := a.Campaign(t.Context(), made.ID)
		a.must(err)
		if now.State == catalog.CampaignDone {
			break
		}
		a.recognise("5.3.0")
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("the campaign is %+v", now)
		}
	}
	cancel()
	<-ended
	if _, counts, err := a.Campaign(t.Context(), made.ID); err != nil || len(counts) != 1 || counts[0].Decision != catalog.Kept || counts[0].Pages != 5 {
		t.Errorf("counts %+v, %v", counts, err)
	}
}
