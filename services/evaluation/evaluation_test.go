package evaluation

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/accuracy"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update writes it anew):\n%s", path, got)
	}
}

// page is one with 100 gold characters, and so many errors under each recipe; below 0
// for a recipe that has not read it.
func page(name, kind, language string, errs ...int) Page {
	p := Page{Name: name, Kind: kind, Language: language, Images: 1, Gold: strings.Repeat("abcdefghi ", 10)}
	for i, n := range errs {
		if n >= 0 {
			score := accuracy.Score{Errors: n, Characters: 100, WordErrors: min(n, 10), Words: 10}
			p.Readings = append(p.Readings, Reading{Recipe: recipes[i], Score: score, CER: score.CER(), WER: score.WER(), CPU: 0.5})
		}
	}
	return p
}

var recipes = []string{"plain", "adaptive", "third <&>"}

// set has 50 pages of four kinds, in two languages.
func set() []Page {
	var pages []Page
	for i := range 24 {
		pages = append(pages, page(fmt.Sprintf("typed/%02d.png", i), "typed", "eng", 4+i%5, 2+i%3, 9))
		pages = append(pages, page(fmt.Sprintf("printed/%02d.png", i), "printed", []string{"eng", "rus"}[i%2], 3*(i%4), i%4, -1))
	}
	form := page("form.png", "form", "eng", 60, 10, 60)
	form.OrderOpen = true
	return append(pages, form, page("news.png", "newspaper", "rus", 20, 21, -1))
}

func TestGroups(t *testing.T) {
	r := New(recipes, set())
	var names []string
	for _, g := range r.Groups {
		names = append(names, fmt.Sprintf("%s %s %d", g.By, g.Name, g.Pages))
	}
	want := []string{
		"all all 50", "order all but those of open order 49",
		"kind newspaper 1", "kind printed 24", "kind typed 24", "language eng 36", "language rus 13",
	}
	if !slices.Equal(names, want) {
		t.Errorf("the groups are %q, want %q", names, want)
	}
	if !slices.IsSortedFunc(r.Pages, func(a, b Page) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the pages are not sorted")
	}
	all := r.Groups[0]
	if all.Characters != 5000 || all.Words != 500 {
		t.Errorf("all has %d characters and %d words", all.Characters, all.Words)
	}
	plain, adaptive, third := all.Results[0], all.Results[1], all.Results[2]
	if plain.Change != nil || plain.Errors != 330 || plain.CER.Value != 330.0/5000 || plain.CER.Pages != 50 || plain.CPU != 25 {
		t.Errorf("plain has %+v", plain)
	}
	if adaptive.Change == nil || adaptive.Change.High >= 0 || adaptive.Change.Value != adaptive.CER.Value-plain.CER.Value {
		t.Errorf("adaptive has %+v against %+v", adaptive, plain)
	}
	// The third has read 25 of the pages, and is compared with the first on these alone.
	if third.CER.Pages != 25 || third.Change.Pages != 25 || third.Change.Value <= 0 {
		t.Errorf("the third has %+v", third)
	}
	if adaptive.Better+adaptive.Worse+adaptive.Equal != 50 || adaptive.Worse != 1 || adaptive.Equal != 8 || plain.Equal != 0 {
		t.Errorf("adaptive is better on %d, worse on %d, equal on %d", adaptive.Better, adaptive.Worse, adaptive.Equal)
	}
	if one := r.Groups[2].Results[2]; one.CER.Pages != 0 || one.Change.Pages != 0 {
		t.Errorf("what was not read has %+v", one)
	}
}

func TestPagesOfOneSortAreNotGrouped(t *testing.T) {
	r := New(recipes[:1], []Page{page("a", "", "eng", 1), page("b", "", "eng", 2)})
	if len(r.Groups) != 1 {
		t.Errorf("the groups are %+v", r.Groups)
	}
	if r = New(recipes[:1], nil); len(r.Groups) != 1 || r.Groups[0].Pages != 0 || len(r.Groups[0].Results) != 1 {
		t.Errorf("nothing has the groups %+v", r.Groups)
	}
}

func TestWorst(t *testing.T) {
	r := New(recipes, set())
	var names []string
	for _, p := range r.Worst("adaptive", 3) {
		names = append(names, p.Name)
	}
	if want := []string{"news.png", "form.png", "typed/02.png"}; !slices.Equal(names, want) {
		t.Errorf("the worst are %q, want %q", names, want)
	}
	if n := len(r.Worst("adaptive", 100)); n != 44 { // six are without an error
		t.Errorf("%d pages have errors", n)
	}
	if n := len(r.Worst("fourth", 3)); n != 0 {
		t.Errorf("a recipe that has read nothing has %d worst pages", n)
	}
}

func TestMeasure(t *testing.T) {
	r := Reading{Text: "te1egram\n"}
	if r.Measure("telegram"); r.Errors != 1 || r.CER != 0.125 || r.WER != 1 {
		t.Errorf("the reading is %+v", r)
	}
}

func TestJSON(t *testing.T) {
	open := page("form.png", "form", "eng", 60, 10, 60)
	open.OrderOpen, open.Readings[1].Trouble = true, []string{"page 2: TIMEOUT: the hard deadline passed"}
	got, err := json.MarshalIndent(New(recipes, []Page{open, page("b.png", "typed", "eng", 4, 2, -1), page("a.png", "typed", "rus", 3, 3, 3)}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", append(got, '\n'))
}

func TestPicture(t *testing.T) {
	picture := New(recipes, set()).Picture()
	wellFormed(t, picture)
	golden(t, "picture.svg", picture)
	for _, want := range []string{`role="img"`, "<title id=", "<desc id=", "typed, adaptive: ", "third &lt;&amp;&gt;", "prefers-color-scheme: dark"} {
		if !bytes.Contains(picture, []byte(want)) {
			t.Errorf("the picture has no %s", want)
		}
	}
}

// Names come from outside, and figures may be of any size.
func TestPictureOfAnything(t *testing.T) {
	noise := page("noise", "k]]>\x00\xff"+strings.Repeat("ж", 100), "eng", 0)
	noise.Readings[0].Score = accuracy.Score{Errors: 5000, Characters: 10}
	for name, pages := range map[string][]Page{
		"nothing":     nil,
		"one page":    {page("a", "", "", 3, 1)},
		"no error":    {page("a", "x", "", 0, 0), page("b", "y", "", 0, 0)},
		"all errors":  {page("a", "x", "", 100, 100), noise},
		"not read":    {page("a", "x", "", -1, 4), page("b", "y", "", 4, -1)},
		"many kinds":  manyKinds(),
		"a bad range": append(set(), noise),
	} {
		t.Run(name, func(t *testing.T) {
			picture := New(recipes, pages).Picture()
			wellFormed(t, picture)
			if s := string(picture); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
				t.Error("the picture has places that are no numbers")
			}
		})
	}
}

func TestManyRecipesFitThePicture(t *testing.T) {
	var names []string
	p := Page{Name: "a", Gold: "abc"}
	for i := range 9 {
		names = append(names, fmt.Sprintf("%d-%s", i, strings.Repeat("long-", 12)))
		p.Readings = append(p.Readings, Reading{Recipe: names[i], Score: accuracy.Score{Errors: i, Characters: 3}})
	}
	picture := New(names, []Page{p}).Picture()
	wellFormed(t, picture)
	places := regexp.MustCompile(` x="(\d+)`).FindAllSubmatch(picture, -1)
	for _, place := range places {
		if x, err := strconv.Atoi(string(place[1])); err != nil || x > pictureWidth-60 {
			t.Errorf("something stands at %s: %v", place[1], err)
		}
	}
	if len(places) < 3*len(names) {
		t.Errorf("there are %d places", len(places))
	}
}

func manyKinds() []Page {
	var pages []Page
	for i := range 60 {
		pages = append(pages, page(fmt.Sprint(i), fmt.Sprintf("kind %d", i), "eng", i, i/2, i*2))
	}
	return pages
}

func wellFormed(t *testing.T, picture []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, picture)
		}
	}
}
