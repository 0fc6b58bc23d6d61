package extract_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/extracttest"
)

func extractor() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }

// field returns the raws of a field of a document.
func raws(d extract.Document, name string) string {
	var found []string
	for _, f := range d.Fields {
		if f.Name == name {
			found = append(found, f.Raw)
		}
	}
	return strings.Join(found, " | ")
}

const incoming = `EIGHTH DIRECTORATE OF THE GENERAL STAFF
CIPHERED TELEGRAM No. 5120
Copies: Molotov (2), Mikoyan
From ULAN BATOR
Received 07:05 2 March 1950
Series "K" T

To Comrade VYSHINSKY

In reply to your No. 77 of 28 February.

The wells [at the frontier] were measured again. They hold water until June.

I ask you to send two pumps.

PRIKHODOV
No. 81
1.3.50

Deciphered by Lomov 0720 2 March
`

func TestIncomingTelegram(t *testing.T) {
	found := extractor().Extract(incoming)
	if len(found) != 1 {
		t.Fatalf("%d documents", len(found))
	}
	for name, want := range map[string]string{
		"record_type":        "CIPHERED TELEGRAM No. 5120",
		"telegram_number":    "No. 5120",
		"issuing_body":       "EIGHTH DIRECTORATE OF THE GENERAL STAFF",
		"distribution":       "Molotov (2) | Mikoyan",
		"from_place":         "ULAN BATOR",
		"received_at":        "07:05 2 March 1950",
		"series":             `Series "K" T`,
		"addressee":          "VYSHINSKY",
		"telegram_reference": "In reply to your No. 77 of 28 February.",
		"gloss":              "[at the frontier]",
		"signatory":          "PRIKHODOV",
		"outgoing_number":    "No. 81",
		"document_date":      "1.3.50",
		"processing_step":    "Deciphered by Lomov 0720 2 March",
		"sent_at":            "",
		"to_place":           "",
		"embedded_message":   "",
	} {
		if got := raws(found[0], name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestBadInput: whatever comes, each word lies in one document, in order, and each
// field has its proof in the text.
func TestBadInput(t *testing.T) {
	x := extractor()
	for name, text := range map[string]string{
		"empty":             "",
		"blanks":            " \n\t\n\u00a0 ",
		"only numbers":      strings.Repeat("17 4117 1951 13.6.51\n", 50),
		"invalid UTF-8":     "CIPHERED TELEGRAM No. \xff\xfe12\nTo MOL\x80OTOV\n",
		"right to left":     "ברקיה מספר 12\nלכבוד MOLOTOV\n",
		"controls":          "CIPHERED\x00 TELEGRAM\x07 No. 5\x1b[31m\n\x0c\nTo STALIN\r\n",
		"one long line":     strings.Repeat("telegram to Comrade ", 20_000),
		"brackets":          strings.Repeat("[(", 5000),
		"quotes":            strings.Repeat("“\"", 5000),
		"dots":              strings.Repeat(". ", 5000),
		"headings":          strings.Repeat("CIPHERED TELEGRAM No. 5\nSTALIN\n", 500),
		"no line end":       "CIPHERED TELEGRAM No. 5",
		"ends in a date":    "Received 13.",
		"ends in a sign":    "CIPHERED TELEGRAM No.",
		"bracket shut":      "CIPHERED TELEGRAM No. 5\nTo STALIN\n\n[Stamp] received: 5\n",
		"combining letters": "М\u0306О\u0301ЛОТОВ и другие\n",
	} {
		t.Run(name, func(t *testing.T) { check(t, text, x.Extract(text)) })
	}
}

// check holds what is promised of any text.
func check(t *testing.T, text string, found []extract.Document) {
	t.Helper()
	at := 0
	for i, d := range found {
		if d.Span.Start < at || d.Span.End < d.Span.Start || d.Span.End > len(text) {
			t.Fatalf("document %d is at %+v of %d bytes, behind %d", i+1, d.Span, len(text), at)
		}
		if words(text[at:d.Span.Start]) {
			t.Errorf("%q lies in no document", text[at:d.Span.Start])
		}
		at = d.Span.End
		for _, f := range d.Fields {
			checkField(t, text, f)
		}
	}
	if words(text[at:]) && len(found) > 0 {
		t.Errorf("%q lies in no document", text[at:])
	}
	if len(found) == 0 && words(text) {
		t.Error("a text with words has no document")
	}
}

func words(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

func checkField(t *testing.T, text string, f extract.Field) {
	t.Helper()
	if f.Raw == "" || len(f.Evidence) == 0 || f.Rule == "" || f.Confidence <= 0 || f.Confidence > 1 {
		t.Errorf("%s has raw %q, %d proofs, rule %q, confidence %v", f.Name, f.Raw, len(f.Evidence), f.Rule, f.Confidence)
	}
	for i, e := range f.Evidence {
		if e.Start < 0 || e.End <= e.Start || e.End > len(text) {
			t.Errorf("%s: proof %+v of %d bytes", f.Name, e, len(text))
			continue
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[e.Start:e.End]) {
			t.Errorf("%s: proof %+v cuts a letter", f.Name, e)
		}
		if i == 0 && text[e.Start:e.End] != f.Raw {
			t.Errorf("%s: %q is not its first proof %q", f.Name, f.Raw, text[e.Start:e.End])
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(incoming)
	files, err := extracttest.Load("testdata/corpus")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(file.Text)
	}
	x := extractor()
	f.Fuzz(func(t *testing.T, text string) { check(t, text, x.Extract(text)) })
}

// BenchmarkExtract reads pages of 2,000 characters, one text of 1, 10 and 100, and
// single pages on all cores.
func BenchmarkExtract(b *testing.B) {
	page := incoming
	for utf8.RuneCountInString(page) < 2000 {
		page = strings.Replace(page, "I ask you to send two pumps.", "I ask you to send two pumps. The herdsmen come from as far as the lake, and say that nothing was built since the summer.\n\nI ask you to send two pumps.", 1)
	}
	x := extractor()
	for name, n := range map[string]int{"1": 1, "10": 10, "100": 100} {
		text := strings.Repeat(page, n)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(x.Extract(text)) == 0 {
					b.Fatal("nothing found")
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
	b.Run("all cores", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if len(x.Extract(page)) == 0 {
					b.Error("nothing found")
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	})
}
