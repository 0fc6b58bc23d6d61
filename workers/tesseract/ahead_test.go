//go:build tesseract

package main

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine"
	"github.com/fonds-archive/fonds/workers/engine/results"
	"golang.org/x/image/bmp"
	"google.golang.org/protobuf/proto"
)

// bodyOf gives the bytes of a body as they are stored.
func bodyOf(t *testing.T, r *enginev1.Recognition) []byte {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(r.GetBody())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// greyPicture is a picture of the test data in grey.
func greyPicture(t *testing.T, name string) *image.Gray {
	t.Helper()
	file, err := os.Open(testImage(t, name).GetPath())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	grey := image.NewGray(picture.Bounds())
	draw.Draw(grey, grey.Bounds(), picture, picture.Bounds().Min, draw.Src)
	return grey
}

func TestTheSamePictureInAnotherFileIsNotRecognisedAgain(t *testing.T) {
	newReader(t, "eng")
	grey := greyPicture(t, "typed.png")
	var asPNG, asBMP bytes.Buffer
	if err := png.Encode(&asPNG, grey); err != nil {
		t.Fatal(err)
	}
	if err := bmp.Encode(&asBMP, grey); err != nil {
		t.Fatal(err)
	}
	asPGM := append([]byte("P5\n1500 520\n255\n"), grey.Pix...)
	kept, err := results.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	p := engine.New(childConfig(t))
	defer p.Close()
	read := func(file *enginev1.Image, folder string, rec *fondsv1.Recipe) *enginev1.Recognition {
		t.Helper()
		got, err := p.Recognize(t.Context(), &enginev1.Recognize{Image: file, Recipe: rec, Results: folder})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := read(writeFile(t, "a.png", asPNG.Bytes()), kept.Folder(), recipe("eng"))
	parts := first.GetParts()
	if first.GetKnown() || parts.GetRecognizeMicros() == 0 || parts.GetDecodeMicros() == 0 || parts.GetLoadMicros() == 0 {
		t.Fatalf("the first reading: %v", parts)
	}
	if err := kept.Note(first); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"b.pgm": asPGM, "c.bmp": asBMP.Bytes()} {
		file := writeFile(t, name, content)
		got := read(file, kept.Folder(), recipe("eng"))
		if !got.GetKnown() || got.GetParts().GetRecognizeMicros() != 0 {
			t.Errorf("%s was recognised again: %v", name, got.GetParts())
		}
		fresh := read(file, "", recipe("eng"))
		if fresh.GetKnown() || !bytes.Equal(bodyOf(t, got), bodyOf(t, fresh)) {
			t.Errorf("%s: the result of before is not what it would be now", name)
		}
		if fresh.GetParts().GetLoadMicros() != 0 {
			t.Errorf("%s: the models were loaded again: %v", name, fresh.GetParts())
		}
	}
	// What else decides on a text makes another page of it.
	file := writeFile(t, "d.pgm", asPGM)
	file.Resolution = 300
	if read(file, kept.Folder(), recipe("eng")).GetKnown() {
		t.Error("another resolution gave the same result")
	}
	file.Resolution, file.Orientation = 0, 3
	if read(file, kept.Folder(), recipe("eng")).GetKnown() {
		t.Error("another orientation gave the same result")
	}
	file.Orientation = 0
	other := &fondsv1.Recipe{Languages: []string{"eng"}, Parameters: []*fondsv1.Parameter{{Name: "tessedit_pageseg_mode", Value: "6"}}}
	if read(file, kept.Folder(), other).GetKnown() {
		t.Error("another recipe gave the same result")
	}
	grey.Pix[7]++
	if read(writeFile(t, "e.pgm", append([]byte("P5\n1500 520\n255\n"), grey.Pix...)), kept.Folder(), recipe("eng")).GetKnown() {
		t.Error("another pixel gave the same result")
	}
}

func TestPagesDecodedAheadAreReadAlike(t *testing.T) {
	newReader(t, "eng", "osd")
	names := []string{
		"typed.png", "typed_cmyk.jpg", "typed_progressive.jpg", "typed_alpha.png", "typed_palette.png", "two.tif", "typed_12in16.png",
	}
	damaged := testImage(t, "typed.png")
	whole, err := os.ReadFile(damaged.GetPath())
	if err != nil {
		t.Fatal(err)
	}
	calls := []*enginev1.Recognize{{Image: writeFile(t, "cut.png", whole[:len(whole)/2]), Recipe: recipe("eng")}}
	for _, name := range names {
		calls = append(calls, &enginev1.Recognize{Image: testImage(t, name), Recipe: recipe("eng")})
	}
	read := func(callers int, change func(*engine.Config)) []*enginev1.Recognition {
		cfg := childConfig(t)
		change(&cfg)
		p := engine.New(cfg)
		defer p.Close()
		got := make([]*enginev1.Recognition, len(calls))
		var wg sync.WaitGroup
		for c := range callers {
			wg.Go(func() {
				for i := c; i < len(calls); i += callers {
					var err error
					if got[i], err = p.Recognize(t.Context(), calls[i]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		return got
	}
	alone := read(1, func(c *engine.Config) { c.Pages = 1 })
	ahead := read(3, func(*engine.Config) {})
	for i, call := range calls {
		name := filepath.Base(call.GetImage().GetPath())
		if alone[i].GetOutcome() != ahead[i].GetOutcome() || alone[i].GetReason() != ahead[i].GetReason() || !bytes.Equal(bodyOf(t, alone[i]), bodyOf(t, ahead[i])) {
			t.Errorf("%s: decoded ahead it is %v %q, alone %v %q", name, ahead[i].GetOutcome(), ahead[i].GetReason(), alone[i].GetOutcome(), alone[i].GetReason())
		}
	}
	if alone[0].GetOutcome() != fondsv1.Outcome_OUTCOME_CORRUPT {
		t.Errorf("half a picture ended as %v", alone[0].GetOutcome())
	}
}

func TestAheadIsTakenOnceAndOnlyByItsOwnCall(t *testing.T) {
	a := &ahead{}
	next := testImage(t, "typed.png")
	a.begin(next)
	other, err := a.take(testImage(t, "typed_90.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if other.width() != 520 || other.beside {
		t.Errorf("another page was given: %d wide, beside %t", other.width(), other.beside)
	}
	for _, beside := range []bool{true, false} {
		p, err := a.take(next)
		if err != nil {
			t.Fatal(err)
		}
		if p.width() != 1500 || p.beside != beside {
			t.Errorf("%d wide, decoded beside: %t", p.width(), p.beside)
		}
		p.Close()
	}
}

func TestAPageTooLargeToDecodeBesideWaitsForItsTurn(t *testing.T) {
	large := writeFile(t, "large.pgm", append([]byte("P5\n6000 6000\n255\n"), make([]byte, 6000*6000)...))
	a := &ahead{}
	a.begin(large)
	p, err := a.take(large)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.beside {
		t.Error("72 MB were taken beside another page")
	}
}

func TestPopplersPagesAreReadAsLeptonicaDoes(t *testing.T) {
	grey := greyPicture(t, "typed.png")
	pgm := append([]byte("P5\n1500 520\n255\n"), grey.Pix...)
	for name, content := range map[string][]byte{
		"as poppler writes": pgm,
		"with a comment":    append([]byte("P5\n# made by hand\n1500 520\n255\n"), grey.Pix...),
		"on one line":       append([]byte("P5 1500 520 255\n"), grey.Pix...),
	} {
		image := writeFile(t, "page.pgm", content)
		fast := readGreyPNM(image.GetPath())
		if (fast != nil) != (name == "as poppler writes") {
			t.Errorf("%s: read here %t", name, fast != nil)
		}
		p, err := prepare(image, (*page).readAgain)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for y := 0; y < 520; y += 37 {
			row := p.bytes().row(y)
			for x := range 1500 {
				if row[x^3] != grey.GrayAt(x, y).Y {
					t.Fatalf("%s: pixel %d, %d is %d, not %d", name, x, y, row[x^3], grey.GrayAt(x, y).Y)
				}
			}
		}
		p.Close()
		(&pix{fast}).Close()
	}
	for name, content := range map[string][]byte{"cut short": pgm[:len(pgm)-1], "too long": append(pgm, 0), "nothing": nil} {
		if readGreyPNM(writeFile(t, "page.pgm", content).GetPath()) != nil {
			t.Errorf("%s: it was read", name)
		}
	}
}
