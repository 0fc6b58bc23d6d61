//go:build tesseract

package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// register is a table as clerks kept them: in November, so that strokes stand one below
// the other.
var register = [][]string{
	{"No.", "Date", "From", "To", "Subject of the telegram"},
	{"4117", "3.11.1949", "Moscow", "Peking", "Coal for the southern depots"},
	{"4118", "4.11.1949", "Moscow", "Peking", "Answer on the wells at the border"},
	{"4119", "4.11.1949", "Peking", "Moscow", "Request for instruments and maps"},
	{"4120", "5.11.1949", "Moscow", "Harbin", "Two brigades are leaving at once"},
	{"4121", "6.11.1949", "Harbin", "Moscow", "The bridge has been repaired"},
	{"4122", "7.11.1949", "Moscow", "Peking", "Greetings on the anniversary"},
	{"4123", "9.11.1949", "Peking", "Moscow", "No objection to the dates proposed"},
	{"4124", "9.11.1949", "Moscow", "Peking", "Instruments were sent on Monday"},
	{"4125", "10.11.1949", "Moscow", "Harbin", "Payment for timber and salt"},
}

// Where its columns begin and the last one ends: with so much white between them that they
// are taken for columns of text, and with so little that they are not.
var (
	wideColumns   = []int{110, 240, 460, 650, 840, 1570}
	narrowColumns = []int{110, 210, 420, 550, 680, 1410}
)

// drawRegister draws the table at 200 dpi, with rules if wanted, and lines above and below.
func drawRegister(t *testing.T, registerAt []int, leading int, ruled bool, above, below string) *fixture {
	t.Helper()
	parsed, err := opentype.Parse(gomono.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 12, DPI: 200})
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewGray(image.Rect(0, 0, 1700, 500+leading*len(register)))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	pen := font.Drawer{Dst: page, Src: image.Black, Face: face}
	write := func(x, y int, text string) {
		pen.Dot = fixed.P(x, y)
		pen.DrawString(text)
	}
	rule := func(x0, y0, x1, y1 int) {
		draw.Draw(page, image.Rect(x0, y0, x1, y1), image.NewUniform(color.Gray{}), image.Point{}, draw.Src)
	}
	var want []string
	y := 150
	for line := range strings.Lines(above) {
		write(registerAt[0], y, strings.TrimSpace(line))
		want = append(want, strings.TrimSpace(line))
		y += 46
	}
	y += 44
	top := y - 2*leading/3
	for _, row := range register {
		for i, text := range row {
			write(registerAt[i], y, text)
		}
		if ruled {
			rule(registerAt[0]-10, y+leading/3, registerAt[len(registerAt)-1]-10, y+leading/3+2)
		}
		want = append(want, strings.Join(row, " "))
		y += leading
	}
	if ruled {
		for _, x := range registerAt {
			rule(x-10, top, x-8, y-2*leading/3)
		}
	}
	if below != "" {
		write(registerAt[0], y+30, below)
		want = append(want, below)
	}
	path := filepath.Join(t.TempDir(), "register.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, page); err != nil {
		t.Fatal(err)
	}
	return &fixture{path, strings.Join(want, "\n")}
}

// fixture is a picture with the text that stands on it.
type fixture struct{ path, text string }

func TestTablesAreReadByRows(t *testing.T) {
	r := newReader(t, "eng", "osd")
	with := recipe("eng")
	with.Method = shipped(t, "adaptive").GetMethod()
	for name, c := range map[string]struct {
		columns      []int
		leading      int
		ruled        bool
		above, below string
	}{
		"narrow":           {narrowColumns, 60, false, "", ""},
		"among text":       {wideColumns, 70, false, "The following telegrams were sent in the first ten days of the month.", "In all nine telegrams, none of them lost."},
		"ruled, with text": {wideColumns, 90, true, "Register for November", "Checked by the senior clerk."},
	} {
		f := drawRegister(t, c.columns, c.leading, c.ruled, c.above, c.below)
		got := read(t, r, testImage(t, f.path), with)
		var lines []string
		for line := range strings.Lines(got.GetBody().GetText()) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		if text := strings.Join(lines, "\n"); text != f.text {
			t.Errorf("%s:\n%s\nit is\n%s\n%v", name, text, f.text, stepsNamed(got.GetBody().GetSteps(), "rows", "gaps"))
		}
		checkBody(t, got.GetBody())
	}
}

// Whether Tesseract takes strokes for a rule hangs on what stands around them: here they
// are taken out by hand.
func TestGapsAreFilled(t *testing.T) {
	r := newReader(t, "eng")
	with := recipe("eng")
	with.Method = &fondsv1.Method{Gaps: true, Budget: 2}
	if err := r.open(with); err != nil {
		t.Fatal(err)
	}
	p, err := decode(testImage(t, drawRegister(t, wideColumns, 70, false, "", "").path), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	a := &attempt{reader: r, width: p.width(), height: p.height(), recipe: with, method: with.Method}
	words, err := a.pass(p.pix, setting{0, layoutBlock, thresholdingOtsu})
	if err != nil {
		t.Fatal(err)
	}
	want := linesText(words)
	var lossy []found
	for _, w := range words {
		if w.text != "6.11.1949" {
			lossy = append(lossy, w)
			continue
		}
		letter := (w.box.right - w.box.left) / len(w.text)
		at := func(i int) int { return w.box.left + i*letter }
		before, after := w, w
		before.text, before.box.right = "6.", at(2)
		after.text, after.box.left = "1949", at(5)
		lossy = append(lossy, before, after)
		for i := 2; i < 4; i++ {
			a.marks = append(a.marks, rect{at(i) + letter/4, w.box.top, at(i+1) - letter/4, w.box.bottom})
		}
	}
	if len(lossy) == len(words) {
		t.Fatalf("no such date:\n%s", want)
	}
	got, err := a.fillGaps(p.pix, lossy, setting{0, layoutAuto, thresholdingOtsu})
	if err != nil {
		t.Fatal(err)
	}
	if text := linesText(got); text != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	for _, of := range []func(){func() { a.method.Gaps = false }, func() { a.method.Gaps, a.work = true, a.allowance() }} {
		of()
		if got, err = a.fillGaps(p.pix, lossy, setting{0, layoutAuto, thresholdingOtsu}); err != nil || linesText(got) != linesText(lossy) {
			t.Errorf("not wanted, or nothing left of the budget: %v\n%s", err, linesText(got))
		}
	}
}

func TestBarsAreRulesWhereInkGoesOn(t *testing.T) {
	for text, want := range map[string]struct{ left, right, none string }{
		"|Moscow": {"Moscow", "|Moscow", "|Moscow"},
		"/|10":    {"10", "/|10", "/|10"},
		"1949|":   {"1949|", "1949", "1949|"},
		"|":       {"", "", "|"},
		"[4]":     {"[4]", "[4]", "[4]"},
	} {
		w := found{text: text, box: rect{10, 0, 90, 20}}
		for where, want := range map[int]string{10: want.left, 90: want.right, -1: want.none} {
			if got := unbarred(w, func(x int) bool { return x == where }); got != want {
				t.Errorf("%q with a rule at %d: %q, want %q", text, where, got, want)
			}
		}
	}
}

func stepsNamed(steps []*fondsv1.Step, names ...string) (found []string) {
	for _, s := range steps {
		for _, n := range names {
			if s.GetName() == n {
				found = append(found, n+": "+s.GetDetail())
			}
		}
	}
	return found
}

// columns lays lines out as blocks side by side.
func columns(at []int, blocks ...[]string) []found {
	var out []found
	for i, lines := range blocks {
		for _, w := range laid(90, lines...) {
			w.block = i + 1
			w.box.left, w.box.right = w.box.left+at[i], w.box.right+at[i]
			out = append(out, w)
		}
	}
	return out
}

// below moves words down.
func below(y int, words []found) []found {
	for i := range words {
		words[i].box = words[i].box.moved(0, y)
	}
	return words
}

// Columns of text above a table stay as they were read.
func TestATableEndsWhereColumnsOfTextBegin(t *testing.T) {
	text := strings.Split(strings.Repeat("coal for the depots\n", 8)+"coal for the depots", "\n")
	cells := strings.Split(strings.Repeat("4117\n", 4)+"4117", "\n")
	words := append(columns([]int{0, 300}, text, text), below(270, columns([]int{0, 100, 250, 400}, cells, cells, cells, cells))...)
	place, ok := table(words)
	if !ok || place.top < 210 || place.bottom != 270+4*30+20 {
		t.Errorf("%v, %+v", ok, place)
	}
}

func TestColumnsOfTextAreNoTable(t *testing.T) {
	times := func(line string, n int) []string { return strings.Split(strings.Repeat(line+"\n", n-1)+line, "\n") }
	for _, c := range []struct {
		name  string
		words []found
		table bool
	}{
		{"a table", columns([]int{0, 100, 250, 400}, times("4117", 5), times("3.11.1949", 5), times("Moscow", 5), times("coal for the depots", 5)), true},
		{"too few rows", columns([]int{0, 100, 250}, times("4117", 3), times("3.11.1949", 3), times("Moscow", 3)), false},
		{"rows far from each other", slices.Concat(columns([]int{0, 100, 250}, times("4117", 2), times("3.11.1949", 2), times("Moscow", 2)), below(60, laid(90, times("coal for the depots", 9)...)), below(330, columns([]int{0, 100, 250}, times("4117", 2), times("3.11.1949", 2), times("Moscow", 2)))), false},
		{"two columns", columns([]int{0, 100}, times("4117", 9), times("coal for the depots", 9)), false},
		{"a newspaper", columns([]int{0, 300, 600}, times("coal for the depots", 9), times("was sent to them", 9), times("on the third day", 9)), false},
		{"one column", laid(90, times("coal for the depots", 9)...), false},
		{"nothing", nil, false},
	} {
		if _, ok := table(c.words); ok != c.table {
			t.Errorf("%s: %v", c.name, ok)
		}
	}
}

func TestStretchesOfALine(t *testing.T) {
	line := laid(90, "4117 _ _ _ 3. _ 1949 _ _ _ Moscow")
	between := rect{line[1].box.right + 10, 2, line[1].box.right + 16, 18}
	for _, c := range []struct {
		name string
		lost []rect
		want []string // words of each stretch, with ! where a mark was lost
	}{
		{"nothing lost", nil, []string{"4117 3. 1949 Moscow"}},
		{"within a date", []rect{between}, []string{"4117", "3. 1949!", "Moscow"}},
		{"a cell of its own", []rect{{72, 2, 76, 18}}, []string{"4117", "!", "3. 1949", "Moscow"}},
		{"far behind the line", []rect{{900, 2, 910, 18}}, []string{"4117 3. 1949 Moscow"}},
		{"above the line", []rect{{between.left, -40, between.right, -24}}, []string{"4117 3. 1949 Moscow"}},
		{"a speck", []rect{{between.left, 8, between.right, 12}}, []string{"4117 3. 1949 Moscow"}},
		{"too wide for a stroke", []rect{{between.left, 2, between.left + 15, 18}}, []string{"4117 3. 1949 Moscow"}},
	} {
		var got []string
		parts, others := stretches(line, c.lost)
		if taken := strings.Contains(strings.Join(c.want, ""), "!"); taken == (len(others) > 0) && len(c.lost) > 0 {
			t.Errorf("%s: %d marks are left for other lines", c.name, len(others))
		}
		for _, s := range parts {
			mark := ""
			if s.lost {
				mark = "!"
			}
			got = append(got, linesText(s.words)+mark)
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
