package evaluate

import (
	"io"
	"os"
	"strings"
	"testing"
)

// goldOf wraps labels into a gold file.
func goldOf(labels string) string {
	return `{"schema":{"fields":{"title":{}}},"files":[{"file":"a/b.txt","documents":[{"doc_id":"b-1",` +
		`"span":{"byte_start":0,"byte_end":9},"entities":"full","labels":[` + labels + `]}]}]}`
}

const goodLabel = `{"field":"title","value":"x","raw":"x","status":"stated","evidence":[{"byte_start":0,"byte_end":1}]}`

func TestReadGoldRefuses(t *testing.T) {
	if _, err := ReadGold(strings.NewReader(goldOf(goodLabel))); err != nil {
		t.Fatalf("a good file: %v", err)
	}
	for name, c := range map[string]struct{ data, want string }{
		"nothing":            {"", "it is empty"},
		"cut off":            {goldOf(goodLabel)[:100], "unexpected EOF"},
		"not JSON":           {"{schema", "not JSON at byte 2"},
		"more than one":      {goldOf(goodLabel) + "{}", "something follows"},
		"a list":             {"[]", "cannot unmarshal array"},
		"no schema":          {`{"files":[]}`, "schema.fields names no field"},
		"no files":           {`{"schema":{"fields":{"title":{}}}}`, "files is empty"},
		"no name":            {strings.Replace(goldOf(""), "a/b.txt", "a/", 1), "file 1 has no name"},
		"a name twice":       {strings.Replace(goldOf(""), `"files":[`, `"files":[{"file":"b.txt"},`, 1), "two files are called b.txt"},
		"no ID":              {strings.Replace(goldOf(""), "b-1", "", 1), "doc_id is missing"},
		"no span":            {strings.Replace(goldOf(""), "9", "0", 1), `document 1 "b-1": span 0 to 0`},
		"unknown entities":   {strings.Replace(goldOf(""), "full", "some", 1), `entities is "some"`},
		"unknown field":      {goldOf(strings.Replace(goodLabel, "title", "tilte", 1)), `label 1 "tilte": schema.fields does not name`},
		"unknown status":     {goldOf(strings.Replace(goodLabel, "stated", "sure", 1)), `status is "sure"`},
		"backward evidence":  {goldOf(strings.Replace(goodLabel, `"byte_start":0`, `"byte_start":1`, 1)), "evidence 1 to 1"},
		"fraction of a byte": {goldOf(strings.Replace(goodLabel, `"byte_end":1`, `"byte_end":1.5`, 1)), "cannot unmarshal number 1.5"},
		"too many labels":    {goldOf(strings.Repeat(goodLabel+",", maxLabels) + goodLabel), "at most 2000 are read"},
	} {
		_, err := ReadGold(strings.NewReader(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
}

// blanks is a reader of blanks without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadGoldIsBounded(t *testing.T) {
	_, err := ReadGold(io.MultiReader(strings.NewReader(goldOf(goodLabel)), blanks{}))
	if err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestReadPredictions(t *testing.T) {
	one := `{"file":"a.txt","documents":[{"span":{"byte_start":0,"byte_end":3},"fields":[{"field":"title","value":7}]}]}`
	for data, want := range map[string]int{
		"":                                  0,
		one:                                 1,
		"\n" + one + "\n\n" + one:           2,
		"[" + one + "," + one + "]\n" + one: 3,
		"[]":                                0,
	} {
		got, err := ReadPredictions(strings.NewReader(data))
		if err != nil || len(got) != want {
			t.Errorf("%q: %d predictions, error %v; want %d", data, len(got), err, want)
		}
	}
	for data, want := range map[string]string{
		one + "{":                     "unexpected EOF",
		one + "]":                     "not JSON",
		"null":                        "a prediction is an object",
		"[null]":                      "a prediction is an object",
		`{"file":"a.txt"}`:            "a prediction is an object",
		`{"file":3}`:                  "read prediction 1: json: cannot unmarshal number",
		one + `{"documents":[]}`:      "read prediction 2",
		`{"file":"a","documents":{}}`: "cannot unmarshal object",
	} {
		if _, err := ReadPredictions(strings.NewReader(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", data, err, want)
		}
	}
}

// FuzzReadGold also scores what was read against itself, with texts that need not fit: nothing
// panics, and no figure is impossible.
func FuzzReadGold(f *testing.F) {
	data, err := os.ReadFile("testdata/gold.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data), "some words\nof a text")
	f.Add(goldOf(goodLabel), "x")
	f.Add(goldOf(goodLabel+","+goodLabel), "# SOURCE: x\nтекст")
	f.Add(goldOf(""), "\xff")
	f.Fuzz(func(t *testing.T, data, text string) {
		gold, err := ReadGold(strings.NewReader(data))
		if err != nil {
			return
		}
		predictions := perfect(gold)
		texts := map[string]string{base(gold.Files[0].Name): text}
		report, err := Score(gold, texts, predictions)
		if err != nil {
			return
		}
		for _, field := range report.Fields {
			if field.Right < 0 || field.Found < 0 || field.F1 > 1 {
				t.Errorf("impossible figures %+v", field)
			}
		}
		if report.Documents.Aligned > report.Documents.Gold {
			t.Errorf("documents %+v", report.Documents)
		}
		if err := report.WriteText(io.Discard, true); err != nil {
			t.Error(err)
		}
	})
}

// FuzzScore compares whatever an extractor may print with a real gold file.
func FuzzScore(f *testing.F) {
	data, err := os.ReadFile("testdata/predictions.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add(`{"file":"klen.txt","documents":[{"fields":[{"field":"citation","value":{"listy":[[1],{"from":{}}]}}]}]}`)
	f.Add(`{"file":"klen.txt","documents":[{"fields":[{"field":"copy_count","value":[[]],"evidence":[{"byte_start":-9,"byte_end":9000000000}]}]}]}`)
	f.Fuzz(func(t *testing.T, data string) {
		predictions, err := ReadPredictions(strings.NewReader(data))
		if err != nil {
			return
		}
		gold, texts := load(t, "testdata")
		report, err := Score(gold, texts, predictions)
		if err != nil {
			return
		}
		if core := report.Group(Core); core.Gold != 21 || core.Right > 21 {
			t.Errorf("core %+v", core)
		}
	})
}
