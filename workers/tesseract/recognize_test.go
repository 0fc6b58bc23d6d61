//go:build tesseract

package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"google.golang.org/protobuf/proto"
)

func TestEveryFormIsReadAlike(t *testing.T) {
	r := newReader(t, "eng", "osd")
	cases := []struct {
		file        string
		index, exif uint32
		turn        uint32
		inRaster    bool // the first word stands in the raster's upper left part
	}{
		{"typed.png", 0, 0, 0, true},
		{"typed_cmyk.jpg", 0, 0, 0, true},
		{"typed_progressive.jpg", 0, 0, 0, true},
		{"typed_12in16.png", 0, 0, 0, true},
		{"typed_alpha.png", 0, 0, 0, true},
		{"typed_palette.png", 0, 0, 0, true},
		{"two.tif", 0, 0, 0, true},
		{"two.tif", 1, 0, 180, false},
		{"typed_180.png", 0, 0, 180, false},
		{"typed_180.png", 0, 3, 180, false},
		{"typed_ccw.jpg", 0, 6, 90, false},
		{"typed_90.png", 0, 8, 270, false},
	}
	for _, c := range cases {
		image := testImage(t, c.file)
		image.Index, image.Orientation, image.Resolution = c.index, c.exif, 300
		got := read(t, r, image, recipe("eng"))
		if lines := linesOf(got.GetBody().GetText()); !slices.Equal(lines, typed) {
			t.Errorf("%s image %d orientation %d: %v %q, text %q", c.file, c.index, c.exif, got.GetOutcome(), got.GetReason(), lines)
			continue
		}
		checkBody(t, got.GetBody())
		if got.GetBody().GetTurn() != c.turn {
			t.Errorf("%s orientation %d: turn %d, want %d", c.file, c.exif, got.GetBody().GetTurn(), c.turn)
		}
		box := got.GetBody().GetWords()[0].GetBox()
		if near := box.GetX() < 200 && box.GetY() < 200; near != c.inRaster {
			t.Errorf("%s orientation %d: first word at %v", c.file, c.exif, box)
		}
	}
}

// checkBody holds a body against its contract.
func checkBody(t *testing.T, b *fondsv1.Body) {
	t.Helper()
	covered := make([]bool, len(b.GetText()))
	for i, w := range b.GetWords() {
		if w.GetStart() >= w.GetEnd() || int(w.GetEnd()) > len(b.GetText()) {
			t.Fatalf("word %d spans %d to %d of %d", i, w.GetStart(), w.GetEnd(), len(b.GetText()))
		}
		for at := w.GetStart(); at < w.GetEnd(); at++ {
			covered[at] = true
		}
		box := w.GetBox()
		if box.GetWidth() == 0 || box.GetHeight() == 0 || box.GetX()+box.GetWidth() > b.GetWidth() || box.GetY()+box.GetHeight() > b.GetHeight() {
			t.Errorf("word %d has the box %v on a raster of %d × %d", i, box, b.GetWidth(), b.GetHeight())
		}
	}
	for at, in := range covered {
		if blank := b.GetText()[at] == ' ' || b.GetText()[at] == '\n'; blank == in {
			t.Errorf("byte %d (%q) of the text: in a word %v", at, b.GetText()[at], in)
		}
	}
	end := uint32(0)
	for _, l := range b.GetLines() {
		if l.GetWordStart() != end || l.GetWordEnd() <= end {
			t.Errorf("line of words %d to %d after word %d", l.GetWordStart(), l.GetWordEnd(), end)
		}
		end = l.GetWordEnd()
	}
	if int(end) != len(b.GetWords()) {
		t.Errorf("lines hold %d words of %d", end, len(b.GetWords()))
	}
}

// TestSamePageSameBody is guarantee 7: whatever was read before, in whatever
// order and languages, a page gives the bytes that a fresh reader gives.
func TestSamePageSameBody(t *testing.T) {
	type work struct {
		file   string
		recipe *fondsv1.Recipe
	}
	sparse := recipe("eng")
	sparse.Parameters = []*fondsv1.Parameter{{Name: "tessedit_pageseg_mode", Value: "11"}}
	works := []work{
		{"typed.png", recipe("eng")},
		{"russian.png", recipe("rus")},
		{"typed_180.png", recipe("eng")},
		{"russian.png", recipe("eng", "rus")},
		{"two.tif", recipe("eng")},
		{"typed.png", sparse},
	}
	body := func(r *reader, w work) []byte {
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(read(t, r, testImage(t, w.file), w.recipe).GetBody())
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	want := make([][]byte, len(works))
	for i, w := range works {
		want[i] = body(newReader(t, "eng", "rus", "osd"), w)
	}
	kept := newReader(t, "eng", "rus", "osd")
	for _, i := range []int{1, 0, 2, 4, 5, 0, 3, 2, 0} {
		if !bytes.Equal(body(kept, works[i]), want[i]) {
			t.Errorf("%s in %v differs from a fresh reader's", works[i].file, works[i].recipe)
		}
	}
}

func TestRussianIsRead(t *testing.T) {
	got := read(t, newReader(t, "rus"), testImage(t, "russian.png"), recipe("rus"))
	if !strings.Contains(got.GetBody().GetText(), "Телеграмма из Москвы") {
		t.Errorf("text %q", got.GetBody().GetText())
	}
}

func TestRecipesThatCannotBeRun(t *testing.T) {
	r := newReader(t, "eng")
	with := func(name, value string) *fondsv1.Recipe {
		out := recipe("eng")
		out.Parameters = []*fondsv1.Parameter{{Name: name, Value: value}}
		return out
	}
	cases := map[string]struct {
		recipe *fondsv1.Recipe
		reason string
	}{
		"no language":    {recipe(), "names no language"},
		"path":           {recipe("../../etc/passwd"), "not a language code"},
		"no variable":    {with("tessedit_no_such_thing", "1"), "cannot be run"},
		"writes a file":  {with("debug_file", "/tmp/x"), "may not"},
		"writes images":  {with("tessedit_write_images", "1"), "may not"},
		"reads our file": {with("user_words_file", "/etc/passwd"), "may not"},
	}
	for name, c := range cases {
		got := read(t, r, testImage(t, "typed.png"), c.recipe)
		if got.GetOutcome() != fondsv1.Outcome_OUTCOME_FAILED || !strings.Contains(got.GetReason(), c.reason) {
			t.Errorf("%s: %v %q, want FAILED with %q", name, got.GetOutcome(), got.GetReason(), c.reason)
		}
	}
	if got := read(t, r, testImage(t, "typed.png"), recipe("eng")); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Errorf("the next page: %v %q", got.GetOutcome(), got.GetReason())
	}
}

// TestOtherModelsEndTheProcess: a page that meets other models than its recipe
// names is to be tried again, by a child and a worker that know of them.
func TestOtherModelsEndTheProcess(t *testing.T) {
	own := newReader(t, "eng").models
	folder := t.TempDir()
	copyModel := func() {
		t.Helper()
		content, err := os.ReadFile(installed{"eng", own.folderOf("eng")}.path())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "eng"+modelSuffix)
		if err := os.WriteFile(path+".new", content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	copyModel()
	models, err := openTessdata(folder)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{models: models}
	t.Cleanup(func() { _ = r.session.Close() })
	wrong := recipe("eng")
	wrong.Models = []*fondsv1.Model{{Language: "eng", Sha256: strings.Repeat("0", 64)}}
	for reason, rec := range map[string]*fondsv1.Recipe{"the recipe wants 0000": wrong, `model "xyz" is not installed`: recipe("eng", "xyz")} {
		got, err := r.recognize(&enginev1.Recognize{Image: testImage(t, "typed.png"), Recipe: rec})
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v and %v, want %q", got, err, reason)
		}
	}
	if got := read(t, r, testImage(t, "typed.png"), recipe("eng")); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Errorf("before: %v %q", got.GetOutcome(), got.GetReason())
	}
	copyModel() // the session goes on with what it has loaded
	got, err := r.recognize(&enginev1.Recognize{Image: testImage(t, "typed.png"), Recipe: recipe("eng")})
	if !errors.Is(err, errModelChanged) {
		t.Errorf("after: %v and %v, want %v", got, err, errModelChanged)
	}
}

func TestModelsOfScriptsAreListed(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"rus", "eng", "script/Cyrillic"} {
		path := filepath.Join(folder, name+modelSuffix)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	models, err := openTessdata(folder)
	if err != nil {
		t.Fatal(err)
	}
	got, err := models.list()
	if want := []installed{{"eng", folder}, {"rus", folder}, {"script/Cyrillic", folder}}; err != nil || !slices.Equal(got[:3], want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWordsHaveNoControlCharacters(t *testing.T) {
	if got := cleanWord(" a\x00b\x7f\u0080\u009fc\u0085d\te\u00a0"); got != "abc d e" {
		t.Errorf("%q", got)
	}
}

// writeFile puts bytes into a file of the test.
func writeFile(t *testing.T, name string, data []byte) *enginev1.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return testImage(t, path)
}

func testFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDamagedFilesAreRefusedWithAReason(t *testing.T) {
	r := newReader(t, "eng")
	half := func(name string) []byte { data := testFile(t, name); return data[:len(data)*6/10] }
	flipped := testFile(t, "typed.png")
	flipped[len(flipped)/2] ^= 0xff
	cases := map[string]struct {
		data    []byte
		index   uint32
		outcome fondsv1.Outcome
	}{
		"empty":               {nil, 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"text":                {[]byte("dear sir,\n"), 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"half a PNG":          {half("typed.png"), 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"half a JPEG":         {half("typed_ccw.jpg"), 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"half a progressive":  {half("typed_progressive.jpg"), 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"half a CMYK JPEG":    {half("typed_cmyk.jpg"), 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"half a TIFF, page 2": {half("two.tif"), 1, fondsv1.Outcome_OUTCOME_CORRUPT},
		"TIFF, page 3 of 2":   {testFile(t, "two.tif"), 2, fondsv1.Outcome_OUTCOME_CORRUPT},
		"flipped byte in PNG": {flipped, 0, fondsv1.Outcome_OUTCOME_CORRUPT},
		"PNM that claims too much": {
			[]byte("P5\n40000 40000\n255\nabc"), 0, fondsv1.Outcome_OUTCOME_TOO_LARGE,
		},
		"PNM over the pixel limit": {
			[]byte("P5\n20000 20000\n255\nabc"), 0, fondsv1.Outcome_OUTCOME_TOO_LARGE,
		},
		"PNM without its pixels": {[]byte("P5\n200 200\n255\nabc"), 0, fondsv1.Outcome_OUTCOME_CORRUPT},
	}
	for name, c := range cases {
		image := writeFile(t, "page", c.data)
		image.Index = c.index
		got := read(t, r, image, recipe("eng"))
		if got.GetOutcome() != c.outcome || got.GetReason() == "" {
			t.Errorf("%s: %v %q, want %v with a reason", name, got.GetOutcome(), got.GetReason(), c.outcome)
		}
	}
}

func TestStrayBytesInAJPEGAreForgiven(t *testing.T) {
	data := testFile(t, "typed_ccw.jpg")
	eoi := bytes.LastIndex(data, []byte{0xff, 0xd9})
	data = slices.Concat(data[:eoi], []byte{1, 2, 3}, data[eoi:])
	image := writeFile(t, "page.jpg", data)
	image.Orientation = 6
	got := read(t, newReader(t, "eng"), image, recipe("eng"))
	if lines := linesOf(got.GetBody().GetText()); !slices.Equal(lines, typed) {
		t.Errorf("%v %q, text %q", got.GetOutcome(), got.GetReason(), lines)
	}
}

func TestTransparentAllOverIsNotBlank(t *testing.T) {
	grey, err := png.Decode(bytes.NewReader(testFile(t, "typed.png")))
	if err != nil {
		t.Fatal(err)
	}
	sheer := image.NewNRGBA(grey.Bounds())
	for y := range grey.Bounds().Dy() {
		for x := range grey.Bounds().Dx() {
			level := color.GrayModel.Convert(grey.At(x, y)).(color.Gray).Y
			sheer.SetNRGBA(x, y, color.NRGBA{level, level, level, 0})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, sheer); err != nil {
		t.Fatal(err)
	}
	got := read(t, newReader(t, "eng"), writeFile(t, "sheer.png", buf.Bytes()), recipe("eng"))
	if lines := linesOf(got.GetBody().GetText()); !slices.Equal(lines, typed) {
		t.Errorf("%v %q, text %q", got.GetOutcome(), got.GetReason(), lines)
	}
}

func TestTinyPicturesDoNotCrash(t *testing.T) {
	r := newReader(t, "eng")
	for _, header := range []string{"P5\n1 1\n255\n", "P5\n1 300\n255\n", "P5\n300 1\n255\n", "P5\n3 3\n255\n", "P4\n1 1\n", "P4\n9 2\n"} {
		got := read(t, r, writeFile(t, "tiny.pnm", append([]byte(header), make([]byte, 400)...)), recipe("eng"))
		if o := got.GetOutcome(); o != fondsv1.Outcome_OUTCOME_BLANK && o != fondsv1.Outcome_OUTCOME_UNREADABLE {
			t.Errorf("%q: %v %q", header, o, got.GetReason())
		}
	}
}

func TestNoisySheetIsBlankAndItsPageNumberIsKept(t *testing.T) {
	r := newReader(t, "eng")
	sheet := func(level func(x, y int) byte) *enginev1.Image {
		data := []byte("P5\n2480 3508\n255\n")
		for y := range sheetHeight {
			for x := range sheetWidth {
				data = append(data, level(x, y))
			}
		}
		image := writeFile(t, "sheet.pgm", data)
		image.Resolution = 300
		return image
	}
	if got := read(t, r, sheet(noise(225, 20, 31)), recipe("eng")); got.GetOutcome() != fondsv1.Outcome_OUTCOME_BLANK {
		t.Errorf("noise alone: %v %q", got.GetOutcome(), got.GetReason())
	}
	got := read(t, r, sheet(with(noise(238, 4, 32), 200, seven)), recipe("eng"))
	if got.GetBody().GetText() != "7\n" {
		t.Fatalf("page number: %v %q %q", got.GetOutcome(), got.GetReason(), got.GetBody().GetText())
	}
	if box := got.GetBody().GetWords()[0].GetBox(); box.GetX() < 1230 || box.GetX() > 1250 || box.GetY() < 3290 || box.GetY() > 3310 {
		t.Errorf("page number at %v, want about 1240, 3300", box)
	}
}
