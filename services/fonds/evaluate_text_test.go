package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/accuracy"
	"github.com/fonds-archive/fonds/services/evaluation"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// goldSet is a folder of pictures that the fake engine reads by their comments, with
// what should stand there.
func goldSet(t *testing.T) string {
	t.Helper()
	files := map[string][]byte{
		"MANIFEST.tsv": []byte("file\tlanguage\tkind\tnote\n" +
			"letters/a.pgm\teng\ttyped\t\nletters/b.pgm\teng\ttyped\t\nform.pgm\teng\tform\ta table, layout-sensitive\nприказ.pgm\trus\tprinted\t\n"),
		"letters/a.pgm":       fakePage("the te1egram was sent on\n# the 4th of March"),
		"letters/a.gt.txt":    []byte("The telegram was sent on\nthe 4th of March\n"),
		"letters/b.pgm":       fakePage("all is well"),
		"letters/b.gt.txt":    []byte("\ufeffall is\nwell\n"),
		"form.pgm":            fakePage("Date Name"),
		"form.gt.txt":         []byte("Name ......... Date"),
		"приказ.pgm":          fakePage("Приказ № 7 о насосах\x1b[31m"),
		"приказ.gt.txt":       []byte("Приказ № 17 о насосах"),
		"blank.pgm":           fakePage("fake-blank"),
		"blank.gt.txt":        nil,
		"without.pgm":         fakePage("nobody knows"),
		".hidden/a.pgm":       fakePage("hidden"),
		".hidden/a.gt.txt":    []byte("hidden"),
		"letters/notes.txt":   []byte("no picture"),
		"lost/corrupt.png":    []byte("\x89PNG\r\n\x1a\nno picture"),
		"lost/corrupt.gt.txt": []byte("what was there"),
	}
	return tree(t, files)
}

func TestEvaluateText(t *testing.T) {
	t.Parallel()
	set, out := goldSet(t), t.TempDir()
	picture := filepath.Join(out, "cer.svg")
	args := []string{"evaluate", "text", "--gold", set, "--engine", enginetest.Program(t), "--worst", "2"}
	code, text, errs := alone(t, append(args, "--picture", picture, "--out", out)...)
	if code != exitData { // a page is corrupt
		t.Errorf("exit %d: %s", code, errs)
	}
	golden(t, "evaluate.golden", text)
	drawn, err := os.ReadFile(picture)
	if err != nil || xml.Unmarshal(drawn, new(struct{})) != nil {
		t.Errorf("%v: %s", err, drawn)
	}
	for name, want := range map[string]string{
		"plain/letters/b.pgm.txt":       "all is well\n",
		"adaptive/letters/a.pgm.txt":    "the te1egram was sent on\nthe 4th of March\n",
		"adaptive/lost/corrupt.png.txt": "",
	} {
		if got, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(got) != want {
			t.Errorf("%s has %q, %v", name, got, err)
		}
	}
	code, text, errs = alone(t, append(args, "--json")...)
	var e struct {
		Recipes []usedRecipe
		Remarks []string
		evaluation.Report
	}
	if unmarshal(t, text, &e); code != exitData || errs != "" {
		t.Errorf("exit %d: %s", code, errs)
	}
	if len(e.Recipes) != 2 || e.Recipes[0].Name != "plain" || len(e.Recipes[0].Digests["rus"]) != 64 || e.Recipes[0].Digests["rus"] == e.Recipes[1].Digests["rus"] {
		t.Errorf("the recipes are %+v", e.Recipes)
	}
	if all := e.Groups[0]; all.Pages != 6 || all.Results[1].Errors != 26 || all.Results[1].CPU <= 0 {
		t.Errorf("all is %+v", e.Groups[0])
	}
}

func TestEvaluateTextKeepsLimits(t *testing.T) {
	t.Parallel()
	set := tree(t, map[string][]byte{"a.pgm": fakePage("tele gram"), "a.gt.txt": []byte("telegram")})
	args := []string{"evaluate", "text", "--gold", set, "--engine", enginetest.Program(t), "--recipe", "plain"}
	for _, c := range []struct {
		limits string
		code   int
		says   string
	}{
		{"--max-cer 0.13", exitOK, ""},
		{"--max-cer 0.12", exitData, "the CER of plain is 12.50 %, above --max-cer 12.00 %"},
		{"--max-cer 0", exitData, "above --max-cer 0.00 %"},
		{"--max-wer 2", exitOK, ""},
		{"--max-cer 0.13 --max-wer 1.9", exitData, "the WER of plain is 200.00 %"},
	} {
		code, _, errs := alone(t, append(args, strings.Fields(c.limits)...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, %s", c.limits, code, errs)
		}
	}
}

func TestEvaluateTextSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	engine := enginetest.Program(t)
	good := map[string][]byte{"a.pgm": fakePage("text"), "a.gt.txt": []byte("text")}
	with := func(files map[string][]byte) []string {
		return []string{"evaluate", "text", "--engine", engine, "--gold", tree(t, files)}
	}
	also := func(name string, content []byte) []string {
		return with(map[string][]byte{"a.pgm": good["a.pgm"], "a.gt.txt": good["a.gt.txt"], name: content})
	}
	for name, c := range map[string]struct {
		code int
		says string
		args []string
	}{
		"no way":           {exitUsage, "--gold", []string{"evaluate", "text"}},
		"two ways":         {exitUsage, "take one", []string{"evaluate", "text", "--gold", "x", "--archive"}},
		"no folder":        {exitNotFound, "no such folder", []string{"evaluate", "text", "--gold", filepath.Join(t.TempDir(), "gone")}},
		"a file":           {exitUsage, "name the folder", []string{"evaluate", "text", "--gold", "evaluate_text_test.go"}},
		"no text":          {exitData, "NAME.gt.txt beside it", with(map[string][]byte{"a.pgm": good["a.pgm"]})},
		"an empty folder":  {exitData, "0 images looked at", with(nil)},
		"no such language": {exitRefused, "apt-get install tesseract-ocr-chi-sim", append(with(good), "--lang", "chi_sim")},
		"osd":              {exitUsage, "cannot read text", append(with(good), "--lang", "osd")},
		"no such recipe":   {exitNotFound, "adaptive, plain", append(with(good), "--recipe", "best")},
		"a recipe twice":   {exitUsage, "twice", append(with(good), "--recipe", "plain", "--recipe", "plain")},
		"a pinned model": {exitRefused, "name the folder that it lies in with --tessdata", append(with(good), "--recipe", "mine", "--recipes",
			tree(t, map[string][]byte{"mine.json": []byte(`{"name": "mine", "version": 1, "method": {}, "models": [{"language": "eng", "sha256": "best"}]}`)}))},
		"no recipes":        {exitData, "--recipes", append(with(good), "--recipes", filepath.Join(t.TempDir(), "gone"))},
		"no engine":         {exitData, "doctor", []string{"evaluate", "text", "--gold", tree(t, good), "--engine", "/nonexistent/engine"}},
		"no picture":        {exitData, "--picture", append(with(good), "--picture", filepath.Join(t.TempDir(), "gone", "cer.svg"))},
		"a bad share":       {exitUsage, "--max-cer", append(with(good), "--max-cer", "-1")},
		"archive's filter":  {exitUsage, "--archive", append(with(good), "--filter", "x")},
		"--out and archive": {exitUsage, "--out", []string{"evaluate", "text", "--archive", "--out", "x"}},
		"a bad manifest":    {exitData, "MANIFEST.tsv", also("MANIFEST.tsv", []byte("name\nx\n"))},
		"only missing":      {exitData, "not evaluated: b.gt.txt: there is no image or PDF", with(map[string][]byte{"b.gt.txt": []byte("text")})},
	} {
		code, out, errs := alone(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%s: exit %d, want %d and %q: %s%s", name, code, c.code, c.says, out, errs)
		}
	}
	// What is wrong with one file does not keep the others from being read.
	large := make([]byte, maxGold+1)
	for i := range large {
		large[i] = 'a'
	}
	for name, c := range map[string]struct {
		says string
		args []string
	}{
		"a text without an image": {"not evaluated: b.gt.txt: there is no image or PDF", also("b.gt.txt", []byte("text"))},
		"not UTF-8":               {"not evaluated: b.gt.txt: not text in UTF-8: byte 4 is 0xe9", twoFiles(t, engine, good, []byte("caf \xe9"))},
		"a huge text":             {"not evaluated: b.gt.txt: larger than 1 MiB", twoFiles(t, engine, good, large)},
		"a row without a file":    {"not evaluated: gone.png: named on line 2 of MANIFEST.tsv", also("MANIFEST.tsv", []byte("file\ngone.png\n"))},
		"another language":        {"not evaluated: 1 file in deu: no model", append(twoFiles(t, engine, good, []byte("x")), "--lang", "eng")},
	} {
		code, out, errs := alone(t, c.args...)
		if code != exitData || !strings.Contains(out, c.says) || !strings.Contains(out, "a.pgm") || !strings.Contains(out, "0.00 %") {
			t.Errorf("%s: exit %d: %s%s", name, code, out, errs)
		}
	}
}

// twoFiles is a set whose second file has a text of its own, and is in German.
func twoFiles(t *testing.T, engine string, good map[string][]byte, gold []byte) []string {
	t.Helper()
	set := tree(t, map[string][]byte{
		"a.pgm": good["a.pgm"], "a.gt.txt": good["a.gt.txt"],
		"b.pgm": good["a.pgm"], "b.gt.txt": gold, "MANIFEST.tsv": []byte("file\tlanguage\nb.pgm\tdeu\n"),
	})
	return []string{"evaluate", "text", "--engine", engine, "--gold", set}
}

// A page that kills its child, or hangs, costs itself alone.
func TestEvaluateTextOutlivesItsEngine(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{}
	for i, text := range []string{"fake-crash", "well read", "fake-hang", "fake-too-large", "read as well"} {
		files[fmt.Sprintf("%d.pgm", i)], files[fmt.Sprintf("%d.gt.txt", i)] = fakePage(text), []byte(text)
	}
	code, out, errs := alone(t, "evaluate", "text", "--gold", tree(t, files), "--engine", enginetest.Program(t),
		"--recipe", "plain", "--page-deadline", "1s", "--workers", "1")
	if code != exitData {
		t.Errorf("exit %d: %s", code, errs)
	}
	has(t, "the report", out, "0.pgm, plain: FAILED: the engine crashed", "2.pgm, plain: TIMEOUT: the hard deadline passed",
		"3.pgm, plain: TOO_LARGE: the page asked for it", "1.pgm  eng       9           0.00 %     0.00 %", "counted as read empty")
}

func TestEvaluateTextIsInterrupted(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	set := tree(t, map[string][]byte{"a.pgm": fakePage("fake-hang"), "a.gt.txt": []byte("never")})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	var out, errs strings.Builder
	if code := run(ctx, []string{"evaluate", "text", "--gold", set, "--engine", enginetest.Program(t)}, &out, &errs); code != exitInterrupted {
		t.Errorf("exit %d: %s%s", code, out.String(), errs.String())
	}
	if out.String() != "" || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("it said %q and %q", out.String(), errs.String())
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// The bundled samples under the real engine: what the shipped recipes promise.
func TestEvaluateTextOfTheSamples(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads a dozen pages")
	}
	engine := engineProgram(t)
	code, out, errs := alone(t, "evaluate", "text", "--gold", "../../scripts/samples", "--engine", engine, "--recipe", "adaptive", "--json", "--max-cer", "0.02")
	if code == exitData && strings.Contains(errs, "no model") {
		t.Skip("a model of the samples is not installed")
	}
	var e struct {
		Remarks []string
		evaluation.Report
	}
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	unmarshal(t, out, &e)
	if len(e.Pages) != 11 || e.Groups[0].Characters < 5000 || len(e.Remarks) != 1 {
		t.Errorf("%d files, %+v, %q", len(e.Pages), e.Groups[0], e.Remarks)
	}
	for name, images := range map[string]int{"05-register-4117.tif": 2, "06-memorandum-5306.pdf": 2, "08-blank.png": 1} {
		i := slices.IndexFunc(e.Pages, func(p evaluation.Page) bool { return p.Name == name })
		if i < 0 || e.Pages[i].Images != images {
			t.Errorf("%s has not %d pages", name, images)
		}
	}
}

func TestChangesAreTold(t *testing.T) {
	for _, c := range []struct {
		e    accuracy.Estimate
		want string
	}{
		{accuracy.Estimate{Value: -0.012, Low: -0.02, High: -0.001, Pages: 40}, "-1.20 points (-2.00 to -0.10): better"},
		{accuracy.Estimate{Value: 0.012, Low: 0.001, High: 0.03, Pages: 40}, "+1.20 points (+0.10 to +3.00): worse"},
		{accuracy.Estimate{Value: -0.012, Low: -0.03, High: 0.001, Pages: 40}, "-1.20 points (-3.00 to +0.10): may be chance"},
		{accuracy.Estimate{Value: -0.012, Low: -0.03, High: -0.01, Pages: 19}, "-1.20 points: too few pages to tell"},
		{accuracy.Estimate{Pages: 40}, "the same"},
		{accuracy.Estimate{}, "+0.00 points: too few pages to tell"},
	} {
		if got := changeText(c.e); got != c.want {
			t.Errorf("%+v is told as %q, want %q", c.e, got, c.want)
		}
	}
}

// What was read comes from outside: nothing of it acts on a terminal.
func TestWorstPagesAreShownSafely(t *testing.T) {
	gold := strings.Repeat("word ", 400)
	var b strings.Builder
	pages := []evaluation.Page{
		{Name: "a\x1b[2J.png", Gold: gold, Readings: []evaluation.Reading{{Recipe: "plain", Text: strings.ReplaceAll(gold, "word word", "w\x1b[31mrd word")}}},
		{Name: "b.png", Gold: "what should be there", Readings: []evaluation.Reading{{Recipe: "plain", Text: "\x07" + strings.Repeat("noise ", 1000)}}},
	}
	for i := range pages {
		pages[i].Readings[0].Measure(pages[i].Gold)
	}
	e := &evaluated{Report: evaluation.New([]string{"plain"}, pages)}
	if err := e.write(&b, 5); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07") {
		t.Errorf("%q", b.String())
	}
	has(t, "the report", b.String(), "and 180 places more", "read:", "gold: {+what should be there+}", "nois…-]")
}

func TestEvaluatedAsJSON(t *testing.T) {
	raw, err := json.Marshal(evaluated{Recipes: []usedRecipe{{Name: "plain"}}, Report: evaluation.New([]string{"plain"}, nil)})
	if err != nil || !strings.HasPrefix(string(raw), `{"recipes":[{"name":"plain",`) || strings.Count(string(raw), `"recipes"`) != 1 {
		t.Errorf("%v: %s", err, raw)
	}
}

// One recipe is compared with none: its table has no column for the change.
func TestEvaluateTextOfOneRecipe(t *testing.T) {
	t.Parallel()
	code, text, errs := alone(t, "evaluate", "text", "--gold", goldSet(t), "--engine", enginetest.Program(t), "--recipe", "plain")
	if code != exitData || strings.Contains(text, "AGAINST") || !strings.Contains(text, "KIND") || !strings.Contains(text, "letters/a.pgm") {
		t.Errorf("exit %d: %s\n%s", code, errs, text)
	}
}
