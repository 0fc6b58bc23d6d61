package extract_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/evaluate"
	"github.com/fonds-archive/fonds/workers/extract/extracttest"
)

// floors are the least F1 by group at a rate of misread characters. They lie a
// little below what is reached, so that a rule that makes things worse shows.
var floors = []struct {
	corpus                string
	rate                  float64
	core, gloss, entities float64
}{
	{"corpus", 0, 0.97, 0.98, 0.97},
	{"corpus", 0.01, 0.95, 0.94, 0.94},
	{"corpus", 0.03, 0.88, 0.93, 0.89},
	{"corpus", 0.08, 0.75, 0.88, 0.77},
	{"layouts", 0, 0.97, 0.97, 0.96},
	{"layouts", 0.03, 0.85, 0.85, 0.85},
}

// TestCorpus holds the quality of the rules on texts that were written without sight
// of them.
func TestCorpus(t *testing.T) {
	x := extractor()
	for _, floor := range floors {
		clean, err := extracttest.Load(filepath.Join("testdata", floor.corpus))
		if err != nil {
			t.Fatal(err)
		}
		files := make([]extracttest.File, len(clean))
		for i, f := range clean {
			files[i] = f
			if floor.rate > 0 {
				files[i] = f.Damage(floor.rate, uint64(i+1))
			}
		}
		folder := t.TempDir()
		if err := extracttest.Save(folder, files); err != nil {
			t.Fatal(err)
		}
		report := score(t, x, folder)
		for group, least := range map[evaluate.Group]float64{
			evaluate.Core: floor.core, evaluate.Gloss: floor.gloss, evaluate.Entities: floor.entities,
		} {
			got := float64(report.Group(group).F1)
			t.Logf("%s: %s at %.0f %% misread: F1 %.3f", floor.corpus, group, 100*floor.rate, got)
			if got < least {
				t.Errorf("%s: %s at %.0f %% misread: F1 %.3f, want %.2f at least", floor.corpus, group, 100*floor.rate, got, least)
			}
		}
	}
}

// score extracts the texts of a gold file and compares.
func score(t *testing.T, x *extract.Extractor, folder string) *evaluate.Report {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "gold.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	gold, err := evaluate.ReadGold(file)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	var found bytes.Buffer
	for _, f := range gold.Files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = string(text)
		if err := json.NewEncoder(&found).Encode(map[string]any{"file": f.Name, "documents": x.Extract(string(text))}); err != nil {
			t.Fatal(err)
		}
	}
	predictions, err := evaluate.ReadPredictions(&found)
	if err != nil {
		t.Fatal(err)
	}
	report, err := evaluate.Score(gold, texts, predictions)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
