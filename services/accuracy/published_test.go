package accuracy

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The rules are those of a test set with a program of its own that counts by them: on
// its real pages, damaged in ways that OCR knows, both must count the same.
func TestSameFiguresAsTheTestSetsOwnProgram(t *testing.T) {
	const set, program = "../../../shared/scans", "../../../shared/tools/score_text.py"
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("the test set is not there")
	}
	random := rand.New(rand.NewPCG(13, 14))
	read, folder := map[string]string{}, t.TempDir()
	err = filepath.WalkDir(set, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".gt.txt") {
			return err
		}
		gold, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		read[name] = ocrLike(random, string(gold))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range read {
		images, err := filepath.Glob(strings.TrimSuffix(name, ".gt.txt") + ".*")
		if err != nil {
			t.Fatal(err)
		}
		for _, image := range images {
			within, _ := filepath.Rel(set, image)
			if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, within)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, within+".txt"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := exec.CommandContext(t.Context(), python, program, set, folder, "--json").Output()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	compareFigures(t, set, read, out)
}

func compareFigures(t *testing.T, set string, read map[string]string, out []byte) {
	t.Helper()
	var report struct {
		Groups []struct {
			Group    string
			CER, WER float64
		}
		Files []struct {
			File                string
			Chars, Words, Edits int
			WordEdits           int `json:"word_edits"`
			Missing             bool
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var scores []Score
	for _, f := range report.Files {
		name := filepath.Join(set, strings.TrimSuffix(f.File, filepath.Ext(f.File))+".gt.txt")
		gold, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := Measure(string(gold), read[name])
		scores = append(scores, s)
		if s.Errors != f.Edits || s.Characters != f.Chars || s.WordErrors != f.WordEdits || s.Words != f.Words || f.Missing {
			t.Errorf("%s: Measure = %+v, the program says %+v", f.File, s, f)
		}
	}
	if len(scores) < 50 {
		t.Fatalf("only %d files were compared", len(scores))
	}
	all := Sum(scores)
	if got, want := fmt.Sprint(all.CER(), all.WER()), fmt.Sprint(report.Groups[0].CER, report.Groups[0].WER); got != want {
		t.Errorf("CER and WER are %s, the program says %s", got, want)
	}
}

// ocrLike damages a text: letters are lost, doubled and taken for others, lines lost and
// exchanged, quotes, dashes and leaders written otherwise.
func ocrLike(random *rand.Rand, gold string) string {
	lines := strings.Split(gold, "\n")
	var kept []string
	for i, line := range lines {
		switch random.IntN(20) {
		case 0:
			continue
		case 1:
			line = lines[random.IntN(i+1)]
		case 2:
			line += " . . . . . " + string(rune('0'+random.IntN(10))) + "\f"
		}
		kept = append(kept, string(slipped(random, []rune(line), 0.05*random.Float64(), "1lI|.,_-`'\" ")))
	}
	return strings.NewReplacer("-", "–", "'", "’", "...", "…", "é", "e\u0301").Replace(strings.Join(kept, "\r\n"))
}
