package export

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pageOf builds a body: blocks of paragraphs of lines of words, all words 90 by
// 40 pixels, a hundred apart, lines fifty apart.
func pageOf(blocks ...[][][]string) *fondsv1.Body {
	b := &fondsv1.Body{Width: 1000, Height: 1400, Resolution: 300, Confidence: 0.912}
	row := uint32(0)
	for _, paragraphs := range blocks {
		firstParagraph := length(b.GetParagraphs())
		for _, lines := range paragraphs {
			if len(b.GetText()) > 0 {
				b.Text += "\n"
			}
			firstLine := length(b.GetLines())
			for _, words := range lines {
				firstWord := length(b.GetWords())
				for column, w := range words {
					if column > 0 {
						b.Text += " "
					}
					b.Words = append(b.Words, &fondsv1.Word{
						Start: uint32(len(b.GetText())), End: uint32(len(b.GetText()) + len(w)), Confidence: 0.125 * float32(column+1),
						Box: &fondsv1.Box{X: 50 + 100*uint32(column), Y: 50 + 50*row, Width: 90, Height: 40},
					})
					b.Text += w
				}
				b.Text += "\n"
				b.Lines = append(b.Lines, &fondsv1.Line{WordStart: firstWord, WordEnd: length(b.GetWords()), Box: around(b.GetWords()[firstWord:])})
				row++
			}
			b.Paragraphs = append(b.Paragraphs, &fondsv1.Paragraph{LineStart: firstLine, LineEnd: length(b.GetLines()), Box: around(b.GetLines()[firstLine:])})
		}
		b.Blocks = append(b.Blocks, &fondsv1.Block{ParagraphStart: firstParagraph, ParagraphEnd: length(b.GetParagraphs()), Box: around(b.GetParagraphs()[firstParagraph:])})
	}
	return b
}

func readingOf(b *fondsv1.Body) *fondsv1.Reading {
	return &fondsv1.Reading{
		Body: b, Recipe: strings.Repeat("5", 64),
		Engine:   &fondsv1.Engine{Name: "tesseract", Tesseract: "5.3.0", Leptonica: "1.82.0", Gosseract: "2.4.1", Cpu: "AVX2"},
		Envelope: &fondsv1.Envelope{EndTime: timestamppb.New(time.Date(2026, 3, 9, 8, 7, 6, 0, time.UTC))},
	}
}

// examples are the documents that the golden files show.
func examples() map[string]Document {
	plain := pageOf([][][]string{{{"TELEGRAM", "No.", "4117"}, {"SECRET"}}, {{"To:", "<Moscow>", "&", `"Berlin"`}}}, [][][]string{{{"Секретно"}}})
	turned := pageOf([][][]string{{{"sideways", "text"}}})
	turned.Turn = 90
	turned.Steps = []*fondsv1.Step{{Name: "turn", Detail: "90"}, {Name: "resolution", Detail: "300 dpi from file"}}
	scan, other := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	return map[string]Document{
		"telegram": {
			Name: "documents/0196f000-0000-7000-8000-000000000000/revisions/2", Title: "Telegram 4117 <copy>",
			Pages: []Page{{Scan: scan, Number: 1, Reading: readingOf(plain)}},
		},
		"letter": {
			Name: "documents/0196f000-0000-7000-8000-000000000001/revisions/1", Title: "Letter over two scans",
			Pages: []Page{
				{Scan: scan, Number: 3, Reading: readingOf(turned)},
				{Scan: other, Number: 1, Width: 800, Height: 600},
				{Scan: other, Number: 2, Reading: readingOf(pageOf([][][]string{{{"bell\a", "\x01\x02", "zero\u0000", "fin"}, {"\x03"}}}))},
			},
		},
	}
}

var formats = map[string]func(Document) []byte{".hocr": HOCR, ".alto.xml": ALTO, ".txt": Text}

func TestGolden(t *testing.T) {
	for name, d := range examples() {
		for suffix, format := range formats {
			golden := filepath.Join("testdata", name+suffix)
			got := format(d)
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs; look at it with: go test ./services/export -update && git diff", golden)
			}
		}
	}
}

// wellFormed reads XML to its end and returns the values of an attribute.
func wellFormed(t *testing.T, b []byte, attribute string) []string {
	t.Helper()
	var values []string
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return values
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, b)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == attribute {
					values = append(values, a.Value)
				}
			}
		}
	}
}

func TestWordsSurvive(t *testing.T) {
	d := examples()["telegram"]
	got := strings.Join(wellFormed(t, ALTO(d), "CONTENT"), " ")
	if want := strings.Join(strings.Fields(d.Pages[0].Reading.GetBody().GetText()), " "); got != want {
		t.Errorf("ALTO has %q, want %q", got, want)
	}
}

func TestIDsAreUnique(t *testing.T) {
	for name, d := range examples() {
		for _, ids := range [][]string{wellFormed(t, ALTO(d), "ID"), wellFormed(t, HOCR(d), "id")} {
			seen := map[string]bool{}
			for _, id := range ids {
				if seen[id] {
					t.Errorf("%s: ID %q stands twice", name, id)
				}
				seen[id] = true
			}
		}
	}
}

// TestSchema validates against the schema of the Library of Congress, where a
// copy and xmllint are at hand.
func TestSchema(t *testing.T) {
	schemas, err := filepath.Abs("../../../shared/schemas")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(schemas, "alto-4-4.xsd")); err != nil {
		t.Skip("no copy of the schema:", err)
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("no xmllint:", err)
	}
	for name := range examples() {
		c := exec.CommandContext(t.Context(), "xmllint", "--nonet", "--noout", "--schema", filepath.Join(schemas, "alto-4-4.xsd"),
			filepath.Join("testdata", name+".alto.xml"))
		c.Env = append(os.Environ(), "XML_CATALOG_FILES="+filepath.Join(schemas, "catalog.xml"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestCut(t *testing.T) {
	body := pageOf([][][]string{{{"one", "two", "three"}, {"four", "five"}}, {{"six", "seven"}}}, [][][]string{{{"eight"}}})
	for name, c := range map[string]struct {
		box  *fondsv1.Box
		want string
	}{
		"all":         {&fondsv1.Box{Width: 1000, Height: 1400}, body.GetText()},
		"none":        {&fondsv1.Box{X: 900, Y: 900, Width: 10, Height: 10}, ""},
		"column":      {&fondsv1.Box{X: 150, Width: 90, Height: 1400}, "two\nfive\n\nseven\n"},
		"by a centre": {&fondsv1.Box{X: 195, Y: 70, Width: 1, Height: 1}, "two\n"},
		"beside it":   {&fondsv1.Box{X: 196, Y: 70, Width: 20, Height: 1}, ""},
		"huge box":    {&fondsv1.Box{Width: 1<<32 - 1, Height: 1<<32 - 1}, body.GetText()},
	} {
		t.Run(name, func(t *testing.T) {
			got := Cut(body, c.box)
			if got.GetText() != c.want {
				t.Errorf("got %q, want %q", got.GetText(), c.want)
			}
			for _, w := range got.GetWords() {
				if s := wordText(got, w); s == "" || strings.ContainsAny(s, " \n") {
					t.Errorf("a word points to %q", s)
				}
			}
			if again := Cut(got, c.box); !proto.Equal(again, got) {
				t.Errorf("cut again: %v, want %v", again, got)
			}
		})
	}
}

// A text that a person wrote has more than one blank between words, and more empty lines
// than paragraphs need: as far as the words follow each other they stay.
func TestCutKeepsBlanks(t *testing.T) {
	body := pageOf([][][]string{{{"one", "two", "three"}, {"four", "five"}}, {{"six", "seven"}}})
	body.Text = "\n   one  two\tthree\n\tfour five\n\n\n  six    seven\n"
	for _, w := range body.GetWords() {
		word := []string{"one", "two", "three", "four", "five", "six", "seven"}[slices.Index(body.GetWords(), w)]
		w.Start = uint32(strings.Index(body.GetText(), word))
		w.End = w.GetStart() + uint32(len(word))
	}
	for name, c := range map[string]struct {
		box  *fondsv1.Box
		want string
	}{
		"all":               {&fondsv1.Box{Width: 1000, Height: 1400}, body.GetText()},
		"the first column":  {&fondsv1.Box{Width: 145, Height: 1400}, "\n   one\n\tfour\n\n  six\n"},
		"the second column": {&fondsv1.Box{X: 145, Width: 100, Height: 1400}, "two\nfive\n\nseven\n"},
		"two columns":       {&fondsv1.Box{X: 145, Width: 1000, Height: 1400}, "two\tthree\nfive\n\nseven\n"},
		"the last lines":    {&fondsv1.Box{Y: 90, Width: 1000, Height: 1400}, "\tfour five\n\n\n  six    seven\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Cut(body, c.box)
			if got.GetText() != c.want {
				t.Errorf("got %q, want %q", got.GetText(), c.want)
			}
			if again := Cut(got, c.box); !proto.Equal(again, got) {
				t.Errorf("cut again: %v, want %v", again, got)
			}
		})
	}
}

func TestText(t *testing.T) {
	d := examples()["letter"]
	d.Pages[0].Reading.GetBody().Text = "a\fb\n"
	if got := string(Text(d)); strings.Count(got, "\f") != 2 || !strings.HasPrefix(got, "a b\n\f\f") {
		t.Errorf("got %q", got)
	}
}

// FuzzBody takes any message for a body: what is written is always well-formed.
func FuzzBody(f *testing.F) {
	for _, d := range examples() {
		for _, p := range d.Pages {
			b, err := proto.Marshal(p.Reading.GetBody())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b, "title")
		}
	}
	f.Add([]byte{}, "a\x00<b>\xff")
	f.Fuzz(func(t *testing.T, b []byte, title string) {
		body := &fondsv1.Body{}
		if err := proto.Unmarshal(b, body); err != nil {
			t.Skip()
		}
		d := Document{Name: title, Title: title, Pages: []Page{{Scan: title, Number: 1, Reading: readingOf(body)}}}
		for _, out := range [][]byte{HOCR(d), ALTO(d)} {
			if !utf8.Valid(out) {
				t.Error("not UTF-8")
			}
			wellFormed(t, out, "ID")
		}
		cut := Cut(body, &fondsv1.Box{Width: 500, Height: 500})
		if len(cut.GetText()) > 2*len(body.GetText())*(len(body.GetWords())+1)+2*len(body.GetWords()) {
			t.Error("the cut grew")
		}
	})
}
