package passage

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// page is a body whose words are ten pixels a byte wide, its lines fifty apart.
func page(lines ...string) *fondsv1.Body {
	body := &fondsv1.Body{Width: 1000, Height: 1000}
	for row, line := range lines {
		first := uint32(len(body.Words))
		at := 0
		for word := range strings.FieldsSeq(line) {
			at += strings.Index(line[at:], word)
			start := uint32(len(body.Text) + at)
			body.Words = append(body.Words, &fondsv1.Word{
				Start: start, End: start + uint32(len(word)),
				Box: &fondsv1.Box{X: uint32(10 * at), Y: uint32(50 * row), Width: uint32(10 * len(word)), Height: 40},
			})
			at += len(word)
		}
		body.Text += line + "\n"
		body.Lines = append(body.Lines, &fondsv1.Line{WordStart: first, WordEnd: uint32(len(body.Words))})
	}
	body.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(body.Lines))}}
	body.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	return body
}

// library has the readings of a document under test, and counts how often bodies are
// asked for.
type library struct {
	t      *testing.T
	bodies map[string]*fondsv1.Body
	asked  int
}

func (l *library) encoded(id string) []byte {
	l.t.Helper()
	b, err := proto.Marshal(l.bodies[id])
	if err != nil {
		l.t.Fatal(err)
	}
	return b
}

func (l *library) reading(g catalog.Region) (catalog.Reading, error) {
	l.asked++
	return catalog.Reading{ID: g.Reading, Body: l.encoded(g.Reading)}, nil
}

// show gives the regions as the catalog does: a part of a page with the page's body.
func (l *library) show(regions ...catalog.Region) *Text {
	l.t.Helper()
	var d catalog.DocumentText
	for _, g := range regions {
		r := catalog.RegionText{Region: g}
		switch text := l.bodies[g.Reading].GetText(); {
		case g.Box != nil:
			r.Body = l.encoded(g.Reading)
		case g.Range != nil:
			r.Text = text[g.Range.Start:g.Range.End]
		default:
			r.Text = text
		}
		d.Regions = append(d.Regions, r)
	}
	t, err := Assemble(d, l.reading)
	if err != nil {
		l.t.Fatal(err)
	}
	return t
}

func written(places []catalog.Evidence) string {
	var all []string
	for _, p := range places {
		all = append(all, fmt.Sprint(p.Reading, " ", p.Start, "-", p.End, " ", p.Boxes))
	}
	return strings.Join(all, "; ")
}

func TestPlaces(t *testing.T) {
	l := &library{t: t, bodies: map[string]*fondsv1.Body{
		"a": page("To Comrade LUNIN", "the wells hold", "water"),
		"b": page("two pumps", "Лунин"),
		// An imported text has no words.
		"i": {Text: "First: wells.\nSecond: pumps.\n"},
		"e": page(),
	}}
	whole := func(id string) catalog.Region { return catalog.Region{Reading: id} }
	boxed := func(id string, x, y, width, height int) catalog.Region {
		return catalog.Region{Reading: id, Box: &catalog.Box{X: x, Y: y, Width: width, Height: height}}
	}
	ranged := func(id string, start, end int) catalog.Region {
		return catalog.Region{Reading: id, Range: &catalog.Range{Start: start, End: end}}
	}
	for _, c := range []struct {
		name    string
		regions []catalog.Region
		text    string
		words   string // the first stretch with this text is asked for
		want    string
	}{
		{"one page", []catalog.Region{whole("a")}, "To Comrade LUNIN\nthe wells hold\nwater\n", "Comrade LUNIN", "a 3-16 [[30 0 130 40]]"},
		{"over two lines", []catalog.Region{whole("a")}, "", "LUNIN\nthe wells", "a 11-26 [[110 0 50 40] [0 50 90 40]]"},
		{"inside a word", []catalog.Region{whole("a")}, "", "ell", "a 22-25 [[40 50 50 40]]"},
		{"between two words", []catalog.Region{whole("a")}, "", "\n", "a 16-17 []"},
		{"the second page", []catalog.Region{whole("a"), whole("b")}, "", "Лунин", "b 10-20 [[0 50 100 40]]"},
		{"over two pages", []catalog.Region{whole("a"), whole("b")}, "", "water\n\n\ntwo", "a 32-38 [[0 100 50 40]]; b 0-3 [[0 0 30 40]]"},
		{"pages in another order", []catalog.Region{whole("b"), whole("a")}, "", "Comrade", "a 3-10 [[30 0 70 40]]"},
		{"one page twice", []catalog.Region{whole("b"), whole("b")}, "", "Лунин\n\n\ntwo", "b 10-21 [[0 50 100 40]]; b 0-3 [[0 0 30 40]]"},
		{"a page without text between", []catalog.Region{whole("b"), whole("e"), whole("a")}, "two pumps\nЛунин\n\n\nTo Comrade LUNIN\nthe wells hold\nwater\n", "To", "a 0-2 [[0 0 20 40]]"},
		{"a part of a page", []catalog.Region{boxed("a", 0, 50, 1000, 1000)}, "the wells hold\nwater\n", "wells", "a 21-26 [[40 50 50 40]]"},
		{"a column of it", []catalog.Region{boxed("a", 35, 0, 60, 100)}, "Comrade\nwells\n", "Comrade\nwells", "a 3-26 [[30 0 70 40] [40 50 50 40]]"},
		{"the end of a word in a part", []catalog.Region{boxed("a", 35, 0, 60, 100)}, "", "rade", "a 6-10 [[30 0 70 40]]"},
		{"between two words of a part", []catalog.Region{boxed("a", 35, 0, 60, 100)}, "", "\n", ""},
		{"a part without words", []catalog.Region{boxed("a", 900, 900, 10, 10), whole("b")}, "two pumps\nЛунин\n", "pumps", "b 4-9 [[40 0 50 40]]"},
		{"an imported text", []catalog.Region{whole("i")}, "First: wells.\nSecond: pumps.\n", "wells", "i 7-12 []"},
		{"a range of it", []catalog.Region{ranged("i", 14, 28)}, "Second: pumps.", "pumps", "i 22-27 []"},
		{"two ranges of it", []catalog.Region{ranged("i", 14, 28), ranged("i", 0, 13)}, "Second: pumps.\n\nFirst: wells.", "pumps.\n\nFirst", "i 22-28 []; i 0-5 []"},
		{"a range of a page", []catalog.Region{ranged("a", 17, 38)}, "the wells hold\nwater\n", "hold\nwater", "a 27-37 [[100 50 40 40] [0 100 50 40]]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown := l.show(c.regions...)
			if c.text != "" && shown.Text != c.text {
				t.Errorf("text %q, want %q", shown.Text, c.text)
			}
			at := strings.Index(shown.Text, c.words)
			if at < 0 {
				t.Fatalf("%q is not in %q", c.words, shown.Text)
			}
			places, err := shown.Places(at, at+len(c.words))
			if err != nil || written(places) != c.want {
				t.Errorf("%q stands at %s, %v; want %s", c.words, written(places), err, c.want)
			}
		})
	}
}

// A search looks at hundreds of texts and shows boxes of a few.
func TestBodiesAreReadWhenABoxIsWanted(t *testing.T) {
	l := &library{t: t, bodies: map[string]*fondsv1.Body{"a": page("one"), "b": page("two")}}
	shown := l.show(catalog.Region{Reading: "a"}, catalog.Region{Reading: "b"})
	if l.asked != 0 {
		t.Errorf("%d bodies read for the text", l.asked)
	}
	for range 3 {
		if _, err := shown.Places(0, 3); err != nil {
			t.Fatal(err)
		}
	}
	if l.asked != 1 {
		t.Errorf("%d bodies read for one page", l.asked)
	}
}

func TestNoPlaceOutsideTheText(t *testing.T) {
	l := &library{t: t, bodies: map[string]*fondsv1.Body{"a": page("one")}}
	shown := l.show(catalog.Region{Reading: "a"})
	if places, err := shown.Places(100, 200); err != nil || len(places) != 0 {
		t.Errorf("behind the end: %v, %v", places, err)
	}
	if places, err := shown.Places(0, 200); err != nil || written(places) != "a 0-4 [[0 0 30 40]]" {
		t.Errorf("over the end: %v, %v", places, err)
	}
	empty := l.show()
	if places, err := empty.Places(0, 1); err != nil || len(places) != 0 || empty.Text != "" {
		t.Errorf("without regions: %v, %v", places, err)
	}
}

func TestBoxesOfOneStretchAreBounded(t *testing.T) {
	lines := make([]string, 500)
	for i := range lines {
		lines[i] = "line"
	}
	l := &library{t: t, bodies: map[string]*fondsv1.Body{"a": page(lines...)}}
	shown := l.show(catalog.Region{Reading: "a"})
	places, err := shown.Places(0, len(shown.Text))
	if err != nil || len(places[0].Boxes) != maxBoxes {
		t.Errorf("%d boxes, %v", len(places[0].Boxes), err)
	}
}

// Thousands of parts may lie on one page, whose body is decoded once for all.
func TestPartsOfOnePageShareItsBody(t *testing.T) {
	l := &library{t: t, bodies: map[string]*fondsv1.Body{"a": page("To Comrade LUNIN", "the wells hold")}}
	upper := catalog.Region{Reading: "a", Box: &catalog.Box{Width: 1000, Height: 50}}
	lower := catalog.Region{Reading: "a", Box: &catalog.Box{Y: 50, Width: 1000, Height: 50}}
	shown := l.show(upper, lower, catalog.Region{Reading: "a"}, catalog.Region{Reading: "a"})
	if len(shown.bodies) != 1 || shown.Parts[0].whole[0] != shown.bodies["a"].GetWords()[0] {
		t.Error("the first part has decoded a body of its own")
	}
	places, err := shown.Places(0, len(shown.Text))
	want := "a 0-16 [[0 0 160 40]]; a 17-31 [[0 50 140 40]]; a 0-32 [[0 0 160 40] [0 50 140 40]]; a 0-32 [[0 0 160 40] [0 50 140 40]]"
	if err != nil || written(places) != want || l.asked != 0 {
		t.Errorf("got %s, %v, and read %d bodies more", written(places), err, l.asked)
	}
}

func TestImportedTextHasNoBoxesToBeReadFor(t *testing.T) {
	l := &library{t: t, bodies: map[string]*fondsv1.Body{"i": {Text: "First: wells."}}}
	shown := l.show(catalog.Region{Reading: "i", Origin: catalog.Imported, Range: &catalog.Range{Start: 7, End: 13}})
	places, err := shown.Places(0, 5)
	if err != nil || written(places) != "i 7-12 []" || l.asked != 0 {
		t.Errorf("got %s, %v, and read %d bodies", written(places), err, l.asked)
	}
}

// Evidence of an imported text counts in the reading, whatever part a document shows.
func TestReadingAsAWhole(t *testing.T) {
	text := Reading(catalog.Region{Reading: "i", Range: &catalog.Range{Start: 5, End: 9}}, "the whole text")
	places, err := text.Places(4, 9)
	if err != nil || written(places) != "i 4-9 []" {
		t.Errorf("got %s, %v", written(places), err)
	}
}

func TestDamagedBodyIsAnError(t *testing.T) {
	box := catalog.Region{Reading: "a", Box: &catalog.Box{Width: 9, Height: 9}}
	d := catalog.DocumentText{Regions: []catalog.RegionText{{Region: box, Body: []byte("no body")}}}
	if _, err := Assemble(d, nil); err == nil || !strings.Contains(err.Error(), "reading a") {
		t.Errorf("a part of a damaged page: %v", err)
	}
	away := errors.New("away")
	d = catalog.DocumentText{Regions: []catalog.RegionText{{Region: catalog.Region{Reading: "a"}, Text: "text"}}}
	for want, reading := range map[string]func(catalog.Region) (catalog.Reading, error){
		"away":              func(catalog.Region) (catalog.Reading, error) { return catalog.Reading{}, away },
		"body of reading a": func(catalog.Region) (catalog.Reading, error) { return catalog.Reading{Body: []byte("no body")}, nil },
	} {
		text, err := Assemble(d, reading)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := text.Places(0, 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
