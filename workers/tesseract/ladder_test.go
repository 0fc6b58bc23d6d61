//go:build tesseract

package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"google.golang.org/protobuf/proto"
)

// climbing is a recipe with a ladder.
func climbing(languages ...string) *fondsv1.Recipe {
	r := recipe(languages...)
	r.Method = &fondsv1.Method{
		Survey: true, Orientation: fondsv1.Orientation_ORIENTATION_WHERE_POOR, InvertDark: true, SetAside: true, Budget: 8,
		Judge: &fondsv1.Judge{PageConfidence: 0.97, WordConfidence: 0.6, Doubtful: 0.1, TurnConfidence: 0.55},
		Ladder: []*fondsv1.Rung{
			{Name: "level", Deskew: true},
			{Name: "enlarge", Rescale: true},
			{Name: "sauvola", Thresholding: fondsv1.Thresholding_THRESHOLDING_SAUVOLA},
		},
	}
	return r
}

// harmed writes typed.png anew, w × h pixels, each taken from where back says it was,
// and toned.
func harmed(t *testing.T, w, h int, back func(x, y float64) (float64, float64), tone func(x, y int, v float64) float64) string {
	t.Helper()
	file, err := os.Open("testdata/typed.png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	src, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) float64 {
		if !(image.Point{x, y}).In(src.Bounds()) {
			return 255
		}
		return float64(color.GrayModel.Convert(src.At(x, y)).(color.Gray).Y)
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := back(float64(x), float64(y))
			x0, y0 := math.Floor(sx), math.Floor(sy)
			fx, fy := sx-x0, sy-y0
			i, j := int(x0), int(y0)
			v := (at(i, j)*(1-fx)+at(i+1, j)*fx)*(1-fy) + (at(i, j+1)*(1-fx)+at(i+1, j+1)*fx)*fy
			out.SetGray(x, y, color.Gray{uint8(min(max(tone(x, y, v), 0), 255))})
		}
	}
	var data bytes.Buffer
	if err := png.Encode(&data, out); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "harmed.png")
	if err := os.WriteFile(path, data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func sizeOf(t *testing.T) (w, h int) {
	t.Helper()
	file, err := os.Open("testdata/typed.png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	config, err := png.DecodeConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	return config.Width, config.Height
}

// A page that is harmed in a way which leaves it legible is read whole, with the boxes
// where the words stand on it.
func TestHarmedPages(t *testing.T) {
	r := newReader(t, "eng", "osd")
	whole := read(t, r, testImage(t, "typed.png"), climbing("eng")).GetBody()
	w, h := sizeOf(t)
	same := func(x, y float64) (float64, float64) { return x, y }
	still := func(_, _ int, v float64) float64 { return v }
	// forth maps a point of the whole page to the harmed one.
	cases := map[string]struct {
		path  string
		forth func(x, y float64) (float64, float64)
		step  string
	}{
		"in shadow": {
			harmed(t, w, h, same, func(x, _ int, v float64) float64 { return (v*0.85 + 38) * (1 - 0.6*float64(x)/float64(w)) }),
			same, "sauvola",
		},
		"inverted": {harmed(t, w, h, same, func(_, _ int, v float64) float64 { return 255 - v }), same, "invert"},
		"small": {
			harmed(t, w*2/5, h*2/5, func(x, y float64) (float64, float64) { return x * 2.5, y * 2.5 }, still),
			func(x, y float64) (float64, float64) { return x / 2.5, y / 2.5 }, "enlarge",
		},
		"skewed": {harmed(t, w, h, around(w, h, 6), still), around(w, h, -6), "level"},
	}
	for name, c := range cases {
		got := read(t, r, testImage(t, c.path), climbing("eng")).GetBody()
		if lines := linesOf(got.GetText()); !slices.Equal(lines, typed) {
			t.Errorf("%s: %q after %v", name, lines, got.GetSteps())
			continue
		}
		checkBody(t, got)
		if !slices.ContainsFunc(got.GetSteps(), func(s *fondsv1.Step) bool { return s.GetName() == c.step }) {
			t.Errorf("%s: no step %s in %v", name, c.step, got.GetSteps())
		}
		for i, word := range got.GetWords() {
			x, y := middle(whole.GetWords()[i].GetBox())
			wantX, wantY := c.forth(x, y)
			if x, y = middle(word.GetBox()); math.Hypot(x-wantX, y-wantY) > 15 {
				t.Errorf("%s: word %d stands at %.0f, %.0f, want %.0f, %.0f", name, i, x, y, wantX, wantY)
			}
		}
	}
}

func middle(b *fondsv1.Box) (x, y float64) {
	return float64(b.GetX()) + float64(b.GetWidth())/2, float64(b.GetY()) + float64(b.GetHeight())/2
}

// around turns points around the middle of a page by an angle in degrees.
func around(w, h int, angle float64) func(x, y float64) (float64, float64) {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	return func(x, y float64) (float64, float64) {
		x, y = x-float64(w)/2, y-float64(h)/2
		return x*cos - y*sin + float64(w)/2, x*sin + y*cos + float64(h)/2
	}
}

// A good page is read once, and a bad one no oftener than its budget allows.
func TestLadderKeepsToItsBudget(t *testing.T) {
	r := newReader(t, "eng", "osd")
	easy := climbing("eng")
	easy.Method.Judge.PageConfidence, easy.Method.Judge.Doubtful = 0.1, 1
	if steps := read(t, r, testImage(t, "typed.png"), easy).GetBody().GetSteps(); slices.ContainsFunc(steps, isRung) {
		t.Errorf("a good page is read again: %v", steps)
	}
	hard := climbing("eng")
	hard.Method.Judge.PageConfidence, hard.Method.Budget = 1, 0.1
	steps := read(t, r, testImage(t, "typed.png"), hard).GetBody().GetSteps()
	if i := slices.IndexFunc(steps, isRung); i < 0 || steps[i].GetDetail()[:11] != "passed over" {
		t.Errorf("a page without a budget is read again: %v", steps)
	}
	bodies := map[string]bool{}
	for range 2 {
		hard.Method.Budget = 8
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(read(t, r, testImage(t, "typed.png"), hard).GetBody())
		if err != nil {
			t.Fatal(err)
		}
		bodies[string(data)] = true
	}
	if len(bodies) != 1 {
		t.Error("one page gave two bodies")
	}
}

func isRung(s *fondsv1.Step) bool { return s.GetName() == "sauvola" || s.GetName() == "enlarge" }

// Whatever a rung does to a page that reads well, it is done, and the text stays.
func TestEveryRungLeavesGoodTextAlone(t *testing.T) {
	r := newReader(t, "eng", "osd")
	w, h := sizeOf(t)
	whole := harmed(t, w, h, func(x, y float64) (float64, float64) { return x, y }, func(_, _ int, v float64) float64 { return v*0.9 + 12 })
	for name, rung := range map[string]*fondsv1.Rung{
		"sauvola":   {Thresholding: fondsv1.Thresholding_THRESHOLDING_SAUVOLA},
		"tiled":     {Thresholding: fondsv1.Thresholding_THRESHOLDING_TILED},
		"flatten":   {Flatten: true},
		"despeckle": {Despeckle: true},
		"invert":    {Invert: true},
		"column":    {Layout: fondsv1.Layout_LAYOUT_COLUMN},
		"block":     {Layout: fondsv1.Layout_LAYOUT_BLOCK},
		"sparse":    {Layout: fondsv1.Layout_LAYOUT_SPARSE},
	} {
		rung.Name = name
		with := climbing("eng")
		with.Method.Judge.PageConfidence = 1 // never content
		with.Method.Ladder = []*fondsv1.Rung{rung}
		got := read(t, r, testImage(t, whole), with).GetBody()
		if lines := linesOf(got.GetText()); !slices.Equal(lines, typed) {
			t.Errorf("%s: %q after %v", name, lines, got.GetSteps())
		}
		if !slices.ContainsFunc(got.GetSteps(), func(s *fondsv1.Step) bool {
			return s.GetName() == name && strings.Contains(s.GetDetail(), " words, confidence ")
		}) {
			t.Errorf("%s: it was not climbed: %v", name, got.GetSteps())
		}
	}
}

// What cannot read otherwise than before is not read: a page on which every way to part
// ink from paper comes to the same, and rungs behind one that gained too little.
func TestNothingIsReadInVain(t *testing.T) {
	r := newReader(t, "eng", "osd")
	w, h := sizeOf(t)
	bilevel := harmed(t, w, h, func(x, y float64) (float64, float64) { return x, y }, func(_, _ int, v float64) float64 {
		return 255 * math.Floor(v/128)
	})
	grey := harmed(t, w, h, func(x, y float64) (float64, float64) { return x, y }, func(_, _ int, v float64) float64 { return v*0.9 + 12 })
	sauvola := &fondsv1.Rung{Name: "sauvola", Thresholding: fondsv1.Thresholding_THRESHOLDING_SAUVOLA}
	block := &fondsv1.Rung{Name: "block", Layout: fondsv1.Layout_LAYOUT_BLOCK}
	for name, c := range map[string]struct {
		path      string
		leastGain float64
		want      []string
	}{
		"bilevel":      {bilevel, 0, []string{"sauvola passed", "block read"}},
		"grey":         {grey, 0, []string{"sauvola read", "block read"}},
		"little gain":  {grey, 1, []string{"sauvola read"}},
		"nothing read": {bilevel, 1, []string{"sauvola passed", "block read"}},
	} {
		with := climbing("eng")
		with.Method.Judge.PageConfidence, with.Method.Judge.LeastGain = 1, c.leastGain
		with.Method.Ladder = []*fondsv1.Rung{sauvola, block}
		var got []string
		for _, s := range read(t, r, testImage(t, c.path), with).GetBody().GetSteps() {
			switch {
			case s.GetName() != "sauvola" && s.GetName() != "block":
			case strings.HasPrefix(s.GetDetail(), "passed over: ink"):
				got = append(got, s.GetName()+" passed")
			default:
				got = append(got, s.GetName()+" read")
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A page in one of two languages is read with each of them by itself too, what the wrong
// one makes of it is left out, and the next page is read with both again.
func TestLanguagesAlone(t *testing.T) {
	r := newReader(t, "eng", "rus", "osd")
	with := climbing("eng", "rus")
	with.Method.Judge.PageConfidence = 1
	with.Method.Ladder = []*fondsv1.Rung{{Name: "alone", Alone: true}}
	for range 2 {
		got := read(t, r, testImage(t, "typed.png"), with).GetBody()
		if lines := linesOf(got.GetText()); !slices.Equal(lines, typed) {
			t.Errorf("%q after %v", lines, got.GetSteps())
		}
		var alone []string
		for _, s := range got.GetSteps() {
			if s.GetName() == "alone" {
				language, _, _ := strings.Cut(s.GetDetail(), ":")
				alone = append(alone, language)
			}
		}
		if !slices.Equal(alone, []string{"eng alone", "rus alone"}) {
			t.Errorf("read with %q: %v", alone, got.GetSteps())
		}
		if r.session.key != sessionKey(with) {
			t.Error("the session is left to one language")
		}
	}
	one := climbing("eng")
	one.Method.Judge.PageConfidence, one.Method.Ladder = 1, with.GetMethod().GetLadder()
	if steps := read(t, r, testImage(t, "typed.png"), one).GetBody().GetSteps(); slices.ContainsFunc(steps, func(s *fondsv1.Step) bool { return s.GetName() == "alone" }) {
		t.Errorf("one language is read alone: %v", steps)
	}
}

// The script of a page that none of its languages can be is told.
func TestThePageTellsItsScript(t *testing.T) {
	r := newReader(t, "rus", "osd")
	steps := read(t, r, testImage(t, "typed.png"), climbing("rus")).GetBody().GetSteps()
	if !slices.ContainsFunc(steps, func(s *fondsv1.Step) bool { return strings.HasSuffix(s.GetDetail(), "script Latin") }) {
		t.Errorf("no script in %v", steps)
	}
}

// A strip too low for a way to part its ink is read without it, not given up.
func TestAFewRowsAreNoTrouble(t *testing.T) {
	r := newReader(t, "eng", "osd")
	for _, h := range []int{3, 4, 5, 6, 7, 12} {
		path := harmed(t, 120, h, func(x, y float64) (float64, float64) { return x + 200, y + 200 }, func(x, y int, v float64) float64 {
			if x%12 < 4 && y > 0 && y < h-1 {
				return 20
			}
			return 200
		})
		with := climbing("eng")
		with.Method.Judge.PageConfidence = 1
		if got := read(t, r, testImage(t, path), with); got.GetOutcome() == fondsv1.Outcome_OUTCOME_FAILED {
			t.Errorf("%d rows: %v %s", h, got.GetOutcome(), got.GetReason())
		}
	}
}

// The marks of a sheet that is cut to a few lines, also where it is cleaned after that,
// stand where its words are read.
func TestMarksMoveWithTheirPicture(t *testing.T) {
	r := newReader(t, "eng", "osd")
	_, h := sizeOf(t)
	for name, speckled := range map[string]bool{"clean": false, "noisy": true} {
		random := rand.New(rand.NewPCG(1, 1))
		twoLines := func(x, y float64) (float64, float64) { // low on a large sheet
			x, y = x-400, y-2500
			if y > 0.45*float64(h) {
				return -9, -9
			}
			return x, y
		}
		path := harmed(t, 2480, 3508, twoLines, func(_, _ int, v float64) float64 {
			if speckled && random.IntN(30) == 0 {
				return v - 90
			}
			return v
		})
		got := read(t, r, testImage(t, path), climbing("eng")).GetBody()
		missing := ""
		for _, s := range got.GetSteps() {
			if _, after, ok := strings.Cut(s.GetDetail(), "doubtful, "); ok {
				missing, _, _ = strings.Cut(after, " %")
			}
		}
		if !slices.ContainsFunc(got.GetSteps(), func(s *fondsv1.Step) bool { return s.GetName() == "cut" }) {
			t.Errorf("%s: it was not cut: %v", name, got.GetSteps())
		}
		if missing != "0.0" {
			t.Errorf("%s: %s %% of marks not read: %v", name, missing, got.GetSteps())
		}
	}
}

// What a rung enlarges, it reads, also where it parts ink from paper no other way than
// before; and where it does not apply, it moves nothing.
func TestARungThatMovesReads(t *testing.T) {
	r := newReader(t, "eng", "osd")
	w, h := sizeOf(t)
	small := harmed(t, w*2/5, h*2/5, func(x, y float64) (float64, float64) { return x * 2.5, y * 2.5 }, func(_, _ int, v float64) float64 { return v })
	with := climbing("eng")
	with.Method.Judge.PageConfidence = 1
	with.Method.Ladder = []*fondsv1.Rung{
		{Name: "alone", Rescale: true, Alone: true},
		{Name: "large", Rescale: true, Thresholding: fondsv1.Thresholding_THRESHOLDING_SAUVOLA},
		{Name: "again", Rescale: true},
	}
	var got []string
	for _, s := range read(t, r, testImage(t, small), with).GetBody().GetSteps() {
		if s.GetName() == "alone" || s.GetName() == "large" || s.GetName() == "again" {
			kind, _, _ := strings.Cut(strings.TrimLeft(s.GetDetail(), "0123456789 "), " ")
			got = append(got, s.GetName()+" "+kind)
		}
	}
	if want := []string{"large enlarged", "large words,"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
