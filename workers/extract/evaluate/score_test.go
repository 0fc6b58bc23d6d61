package evaluate

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

// load reads a gold file and the texts beside it.
func load(t *testing.T, folder string) (*Gold, map[string]string) {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "gold.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	gold, err := ReadGold(file)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range gold.Files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = string(text)
	}
	return gold, texts
}

func score(t *testing.T, gold *Gold, texts map[string]string, predictions []Prediction) *Report {
	t.Helper()
	report, err := Score(gold, texts, predictions)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// perfect says exactly what the gold says.
func perfect(gold *Gold) []Prediction {
	var all []Prediction
	for _, f := range gold.Files {
		p := Prediction{File: f.Name, Documents: []Proposal{}}
		for _, d := range f.Documents {
			proposal := Proposal{Span: d.Span}
			for _, l := range d.Labels {
				field := Field{Name: l.Field, Value: l.Value, Raw: l.Raw, Confidence: 1, Rule: "gold@1"}
				for _, e := range l.Evidence {
					field.Evidence = append(field.Evidence, e.Span)
				}
				proposal.Fields = append(proposal.Fields, field)
			}
			p.Documents = append(p.Documents, proposal)
		}
		all = append(all, p)
	}
	return all
}

func TestPerfectPredictions(t *testing.T) {
	for _, folder := range []string{"testdata", "../testdata/corpus"} {
		gold, texts := load(t, folder)
		report := score(t, gold, texts, perfect(gold))
		if len(report.Fields) < 10 || report.Group(Core).Gold < 20 {
			t.Errorf("%s: only %d fields were compared", folder, len(report.Fields))
		}
		for _, f := range report.Fields {
			if f.Missed+f.Spurious != 0 || f.F1 != 1 {
				t.Errorf("%s: %s: %+v", folder, f.Field, f.Figures)
			}
		}
		if d := report.Documents; d.Score != 1 || d.F1 != 1 || d.F1Well != 1 {
			t.Errorf("%s: documents %+v", folder, d)
		}
		if report.Fidelity.Rate != 1 || report.Group(Core).Grounded != 1 {
			t.Errorf("%s: fidelity %+v, grounded %v", folder, report.Fidelity, report.Group(Core).Grounded)
		}
		if len(report.Findings)+len(report.Warnings) > 0 {
			t.Errorf("%s: findings %+v, warnings %q", folder, report.Findings, report.Warnings)
		}
	}
}

// TestGoldenReport compares a prediction with one of every kind of fault with the report kept for
// it, as text and as JSON.
func TestGoldenReport(t *testing.T) {
	gold, texts := load(t, "testdata")
	file, err := os.Open("testdata/predictions.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	predictions, err := ReadPredictions(file)
	if err != nil {
		t.Fatal(err)
	}
	report := score(t, gold, texts, predictions)
	var text bytes.Buffer
	if err := report.WriteText(&text, true); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > textWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	figures, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.txt", text.Bytes())
	golden(t, "testdata/report.json", append(figures, '\n'))

	var short bytes.Buffer
	if err := report.WriteText(&short, false); err != nil || !bytes.HasPrefix(text.Bytes(), short.Bytes()) || short.Len() == text.Len() {
		t.Errorf("without findings the report is not the head of the one with them (%v)", err)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; if it should, run the test with -update and read the difference. It is now:\n%s", name, got)
	}
}

// TestHarm does one kind of harm to a perfect prediction and says which figure must fall, and which
// must not.
func TestHarm(t *testing.T) {
	first := func(p []Prediction, name string) *Field {
		for i := range p[0].Documents[0].Fields {
			if f := &p[0].Documents[0].Fields[i]; f.Name == name {
				return f
			}
		}
		t.Fatalf("no field %s", name)
		return nil
	}
	drop := func(p []Prediction, name string) {
		for i := range p {
			for k := range p[i].Documents {
				d := &p[i].Documents[k]
				d.Fields = slices.DeleteFunc(d.Fields, func(f Field) bool { return f.Name == name })
			}
		}
	}
	add := func(p []Prediction, f Field) { p[0].Documents[0].Fields = append(p[0].Documents[0].Fields, f) }
	for name, c := range map[string]struct {
		harm func(p []Prediction)
		ok   func(r *Report) bool
	}{
		"a stated field lost costs one": {
			func(p []Prediction) { drop(p, "received_at") },
			func(r *Report) bool { f := r.Group(Core); return f.Missed == 1 && f.Recall < 1 && f.Precision == 1 },
		},
		"a probable field lost costs nothing": {
			func(p []Prediction) { drop(p, "handling_instruction") },
			func(r *Report) bool { f := r.Group(Core); return f.Missed == 0 && f.F1 == 1 },
		},
		"a derived field lost costs half": {
			func(p []Prediction) { p[1].Documents[0].Fields = slices.Delete(p[1].Documents[0].Fields, 1, 2) },
			func(r *Report) bool { return r.Field("from_place").Missed == 0.5 },
		},
		"a wrong value is missed and spurious": {
			func(p []Prediction) { first(p, "telegram_number").Value = "4412" },
			func(r *Report) bool {
				f := r.Field("telegram_number")
				return f.Missed == 1 && f.Wrong == 1 && f.F1 == 0 && r.Group(Gloss).F1 == 1
			},
		},
		"a wrong relation is half right": {
			func(p []Prediction) {
				first(p, "telegram_reference").Value = map[string]any{"number": "301", "relation": "follows"}
			},
			func(r *Report) bool {
				f := r.Field("telegram_reference")
				return r.RelationErrors == 1 && f.Right == 2.5 && f.Missed == 0.5 && f.Spurious == 0.5
			},
		},
		"an absent field is invented": {
			func(p []Prediction) { add(p, Field{Name: "summary", Value: "x", Raw: "x"}) },
			func(r *Report) bool {
				f := r.Group(Core)
				return f.Invented == 1 && f.Spurious == 1 && f.Recall == 1 && f.Precision < 1
			},
		},
		"a field on which the gold is silent": {
			func(p []Prediction) { add(p, Field{Name: "title", Value: "x", Raw: "x"}) },
			func(r *Report) bool { return r.Group(Core).Silent == 1 },
		},
		"a field named twice": {
			func(p []Prediction) { add(p, *first(p, "outgoing_number")) },
			func(r *Report) bool { return r.Field("outgoing_number").Wrong == 1 },
		},
		"an agent named twice costs nothing": {
			func(p []Prediction) { add(p, *first(p, "person")) },
			func(r *Report) bool { return r.Group(Entities).F1 == 1 },
		},
		"a people is no place": {
			func(p []Prediction) { add(p, Field{Name: "place", Raw: "Americans"}) },
			func(r *Report) bool { return r.Group(Entities).F1 == 1 },
		},
		"a name in the furniture of a page": {
			func(p []Prediction) {
				furniture := first(p, "page_furniture").Evidence
				add(p, Field{Name: "person", Raw: "Copies", Evidence: furniture})
				add(p, Field{Name: "gloss", Raw: "Copies", Evidence: furniture})
				add(p, Field{Name: "title", Raw: "Copies", Evidence: furniture})
			},
			func(r *Report) bool {
				return r.Group(Entities).F1 == 1 && r.Group(Gloss).F1 == 1 && r.Field("title").Silent == 1
			},
		},
		"names beyond the head of a header document": {
			func(p []Prediction) {
				d := &p[0].Documents[1]
				d.Fields = append(d.Fields, Field{Name: "person", Raw: "Nobody"}, Field{Name: "gloss", Raw: "[x]"})
			},
			func(r *Report) bool { return r.Group(Entities).F1 == 1 && r.Group(Gloss).F1 == 1 },
		},
		"the language of every text": {
			func(p []Prediction) { add(p, Field{Name: "content_language", Value: "en"}) },
			func(r *Report) bool { return r.Group(Core).F1 == 1 },
		},
		"evidence moved away": {
			func(p []Prediction) { first(p, "telegram_number").Evidence = []Span{{60, 70}} },
			func(r *Report) bool {
				return r.Field("telegram_number").F1 == 1 && r.Field("telegram_number").Grounded == 0 &&
					r.Fidelity.Rate < 1 && r.Findings[len(r.Findings)-1].Why == "raw is not in the evidence"
			},
		},
		"evidence outside the file": {
			func(p []Prediction) { first(p, "telegram_number").Evidence = []Span{{60, 7000}} },
			func(r *Report) bool { return r.Findings[0].Why == "evidence outside the file" },
		},
		"evidence within a character": {
			func(p []Prediction) { p[1].Documents[0].Fields[0].Evidence = []Span{{1, 4}} },
			func(r *Report) bool { return r.Findings[0].Why == "evidence cuts a character in two" },
		},
		"no evidence": {
			func(p []Prediction) { first(p, "telegram_number").Evidence = nil },
			func(r *Report) bool { return r.Findings[0].Why == "no evidence" },
		},
		"no raw": {
			func(p []Prediction) { first(p, "telegram_number").Raw = "" },
			func(r *Report) bool { return r.Findings[0].Why == "no raw" },
		},
		"documents merged": {
			func(p []Prediction) {
				d := p[0].Documents
				d[0].Span.End = d[1].Span.End
				d[0].Fields = append(d[0].Fields, d[1].Fields...)
				p[0].Documents = d[:1]
			},
			func(r *Report) bool {
				return r.Documents.Aligned == 2 && r.Documents.F1 < 1 && r.Documents.Score < 1 && r.Group(Core).F1 < 1
			},
		},
		"a border moved": {
			func(p []Prediction) { p[0].Documents[0].Span.End -= 60 },
			func(r *Report) bool {
				return r.Documents.F1 == 1 && r.Documents.WellDrawn == 2 && r.Documents.Score < 1 && r.Group(Core).F1 == 1
			},
		},
		"a document too many": {
			func(p []Prediction) {
				p[0].Documents = append(p[0].Documents, Proposal{Span{40, 43}, []Field{{Name: "copy_number", Value: "1"}}})
			},
			func(r *Report) bool { return r.Documents.F1 < 1 && r.Group(Core).Spurious == 0 },
		},
		"names in a part of a header document": {
			func(p []Prediction) {
				end := p[0].Documents[1].Span.End
				p[0].Documents = append(p[0].Documents, Proposal{Span{end - 20, end}, []Field{
					{Name: "person", Raw: "Nobody"}, {Name: "copy_count", Value: "1"},
				}})
			},
			func(r *Report) bool {
				return r.Documents.Aligned == 3 && r.Group(Entities).F1 == 1 && r.Field("copy_count").Silent == 1
			},
		},
		"a document without a span has that of its fields": {
			func(p []Prediction) { p[1].Documents[0].Span = Span{} },
			func(r *Report) bool { return r.Documents.Aligned == 3 && len(r.Warnings) == 1 },
		},
		"a file left out": {
			func(p []Prediction) { p[1].File = "elsewhere.txt" },
			func(r *Report) bool {
				return r.Documents.Aligned == 2 && r.Group(Core).Recall < 1 && r.Group(Core).Precision == 1 && len(r.Warnings) == 2
			},
		},
		"a field of the source comment is not looked at": {
			func(p []Prediction) {
				add(p, Field{Name: "title", Value: "x", Raw: "SOURCE", Evidence: []Span{{2, 8}}})
			},
			func(r *Report) bool { return r.Group(Core).F1 == 1 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			gold, texts := load(t, "testdata")
			predictions := perfect(gold)
			c.harm(predictions)
			if report := score(t, gold, texts, predictions); !c.ok(report) {
				shown, _ := json.MarshalIndent(report, "", " ")
				t.Errorf("%s", shown)
			}
		})
	}
}

// TestEachFieldCanBeWrong spoils every field of the corpus, one kind at a time, in the first two
// files that have it: that field falls and no other figure moves.
func TestEachFieldCanBeWrong(t *testing.T) {
	gold, texts := load(t, "../testdata/corpus")
	for _, r := range rules {
		some := filesWith(gold, r.field, 2)
		if len(some.Files) == 0 {
			continue
		}
		predictions := perfect(some)
		spoil(predictions, r.field)
		for _, now := range score(t, some, texts, predictions).Fields {
			switch {
			case now.Field == r.field && now.Right > 0:
				t.Errorf("%s is spoilt and yet right: %+v", r.field, now.Figures)
			case now.Field != r.field && now.F1 != 1:
				t.Errorf("%s is spoilt and %s falls: %+v", r.field, now.Field, now.Figures)
			}
		}
	}
}

// filesWith returns a gold of the first n files that have a label of a field.
func filesWith(gold *Gold, field string, n int) *Gold {
	some := &Gold{Schema: gold.Schema}
	for _, f := range gold.Files {
		has := slices.ContainsFunc(f.Documents, func(d GoldDocument) bool {
			return slices.ContainsFunc(d.Labels, func(l Label) bool { return l.Field == field })
		})
		if has && len(some.Files) < n {
			some.Files = append(some.Files, f)
		}
	}
	return some
}

// spoil makes every field of a name wrong in value, words and place.
func spoil(predictions []Prediction, name string) {
	for _, p := range predictions {
		for _, d := range p.Documents {
			for k := range d.Fields {
				if f := &d.Fields[k]; f.Name == name {
					f.Value, f.Raw, f.Evidence = "qqq 777001", "qqq 777001", nil
				}
			}
		}
	}
}

func TestKeysAreNeverCompared(t *testing.T) {
	gold, texts := load(t, "testdata")
	predictions := perfect(gold)
	for i := range predictions {
		for _, d := range predictions[i].Documents {
			for k := range d.Fields {
				if object, ok := d.Fields[k].Value.(map[string]any); ok && object["id"] != nil {
					object["id"] = "agents/4711"
				}
			}
		}
	}
	for _, g := range score(t, gold, texts, predictions).Groups {
		if g.Missed+g.Spurious > 0 {
			t.Errorf("%s: %+v", g.Group, g.Figures)
		}
	}
}

// TestLabelsThatAskNothing shows the labels that no extractor can be asked for: blank lines of a
// form, and references that are labelled already.
func TestLabelsThatAskNothing(t *testing.T) {
	const evidence = `"status":"stated","evidence":[{"byte_start":0,"byte_end":4}]`
	labels := `{"field":"distribution","value":{"recipient":null},` + evidence + `},` +
		`{"field":"telegram_reference","value":{"number":"7","second_mention":true},` + evidence + `}`
	data := strings.Replace(goldOf(labels), `"title":{}`, `"distribution":{},"telegram_reference":{}`, 1)
	gold, err := ReadGold(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for name, fields := range map[string][]Field{
		"nothing found":    nil,
		"the line is seen": {{Name: "distribution", Value: map[string]any{"copies": "2"}}},
	} {
		predictions := []Prediction{{File: "b.txt", Documents: []Proposal{{Span{0, 9}, fields}}}}
		if core := score(t, gold, nil, predictions).Group(Core); core.Gold != 1 || core.Missed+core.Spurious != 0 {
			t.Errorf("%s: %+v", name, core)
		}
	}
	somebody := Field{Name: "distribution", Value: map[string]any{"recipient": "Lind"}}
	predictions := []Prediction{{File: "b.txt", Documents: []Proposal{{Span{0, 9}, []Field{somebody}}}}}
	if core := score(t, gold, nil, predictions).Group(Core); core.Wrong != 1 {
		t.Errorf("somebody on a blank line: %+v", core)
	}
}

// TestDearerLabelFirst shows that one field for two equal labels answers the one that costs more.
func TestDearerLabelFirst(t *testing.T) {
	probable := strings.Replace(goodLabel, "stated", "probable", 1)
	for _, labels := range []string{goodLabel + "," + probable, probable + "," + goodLabel} {
		gold, err := ReadGold(strings.NewReader(goldOf(labels)))
		if err != nil {
			t.Fatal(err)
		}
		predictions := []Prediction{{File: "b.txt", Documents: []Proposal{{Span{0, 9}, []Field{{Name: "title", Raw: "x"}}}}}}
		if f := score(t, gold, nil, predictions).Field("title"); f.Right != 1 || f.Missed != 0 {
			t.Errorf("%+v", f)
		}
	}
}

// TestOtherHits shows that any place will do where the words of a label stand more than once.
func TestOtherHits(t *testing.T) {
	gold, texts := load(t, "testdata")
	predictions := perfect(gold)
	for k := range predictions[0].Documents[0].Fields {
		if f := &predictions[0].Documents[0].Fields[k]; f.Raw == "Kestrel" {
			second := strings.LastIndex(texts["arden.txt"][:f.Evidence[1].Start], "Kestrel")
			f.Value, f.Raw, f.Evidence = "", "", []Span{{second, second + len("Kestrel")}}
		}
	}
	if f := score(t, gold, texts, predictions).Field("person"); f.F1 != 1 || f.Grounded != 1 {
		t.Errorf("person %+v", f)
	}
}

func TestShorten(t *testing.T) {
	if got := shorten("телеграмма", 5); got != "теле…" {
		t.Errorf("shortened to %q", got)
	}
	if got := shorten("телеграмма", 10); got != "телеграмма" {
		t.Errorf("shortened to %q", got)
	}
}

func TestWithoutTexts(t *testing.T) {
	gold, _ := load(t, "testdata")
	report := score(t, gold, nil, perfect(gold))
	if report.Group(Core).F1 != 1 || report.Fidelity.Rate != Undefined || len(report.Warnings) != len(gold.Files) {
		t.Errorf("core %+v, fidelity %+v, warnings %q", report.Group(Core), report.Fidelity, report.Warnings)
	}
}

func TestNothingPredicted(t *testing.T) {
	gold, texts := load(t, "testdata")
	report := score(t, gold, texts, nil)
	if c := report.Group(Core); c.Precision != Undefined || c.Recall != 0 || c.F1 != 0 || c.F1 >= 0.95 {
		t.Errorf("core %+v", c)
	}
	if report.Field("telegram_number").F1 != 0 || report.Field("no such field").F1 != Undefined {
		t.Error("figures of a field that was missed, or of none, are wrong")
	}
}

func TestScoreRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(g *Gold, texts map[string]string, p []Prediction) []Prediction
		want   string
	}{
		"another text": {func(_ *Gold, texts map[string]string, p []Prediction) []Prediction {
			texts["klen.txt"] += "!"
			return p
		}, "compare klen.txt: the text is not the one that was labelled"},
		"evidence that is not there": {func(g *Gold, _ map[string]string, p []Prediction) []Prediction {
			g.Files[1].SHA256 = ""
			g.Files[1].Documents[0].Labels[0].Evidence[0].Start++
			return p
		}, `document klen-1: label 1 "document_date"`},
		"two predictions": {func(_ *Gold, _ map[string]string, p []Prediction) []Prediction {
			return append(p, Prediction{File: "a/klen.txt"})
		}, "two predictions for klen.txt"},
		"too many fields": {func(_ *Gold, _ map[string]string, p []Prediction) []Prediction {
			p[0].Documents[0].Fields = make([]Field, maxFields+1)
			return p
		}, "at most 5000 are compared"},
		"too much evidence": {func(_ *Gold, _ map[string]string, p []Prediction) []Prediction {
			p[0].Documents[0].Fields[0].Evidence = make([]Span, maxEvidence+1)
			return p
		}, "at most 1000 are compared"},
		"too many documents": {func(_ *Gold, _ map[string]string, p []Prediction) []Prediction {
			p[0].Documents = make([]Proposal, maxDocuments+1)
			return p
		}, "at most 1000 are compared"},
	} {
		gold, texts := load(t, "testdata")
		predictions := c.change(gold, texts, perfect(gold))
		if _, err := Score(gold, texts, predictions); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
}
