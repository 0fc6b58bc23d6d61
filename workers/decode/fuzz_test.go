package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/decode/decodetest"
)

var fuzzLimits = Limits{MaxPages: 50}.orDefault()

// FuzzProbe feeds every header parser by way of the marks.
func FuzzProbe(f *testing.F) {
	for _, file := range decodetest.Malformed() {
		if len(file.Bytes) < 1<<12 {
			f.Add(file.Bytes)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		kind := sniff(b[:min(len(b), sniffLength)])
		if kind.mediaType == "" {
			t.Error("no media type")
		}
		if kind.pages != nil {
			checkPages(t, kind, b)
		} else if kind.refusal == nil && kind.mediaType != "application/pdf" {
			t.Errorf("%s is neither read nor refused", kind.mediaType)
		}
	})
}

// FuzzTIFF starts from sound files, so that it gets behind the header.
func FuzzTIFF(f *testing.F) {
	page := decodetest.Bilevel(64, 48, decodetest.Entry(274, 3, 6), decodetest.Entry(282, 5, 300))
	f.Add(decodetest.TIFF(binary.LittleEndian, false, page, page))
	f.Add(decodetest.TIFF(binary.BigEndian, false, page))
	f.Add(decodetest.TIFF(binary.BigEndian, true, page, page))
	f.Fuzz(func(t *testing.T, b []byte) {
		checkPages(t, kind{mediaType: "image/tiff", pages: tiffPages}, b)
	})
}

// checkPages reads b and checks what holds for every file: damage is told as
// a Refusal, there is a page otherwise, and no page beyond the limits passes.
func checkPages(t *testing.T, kind kind, b []byte) {
	t.Helper()
	pages, err := readPages(kind, newSource(bytes.NewReader(b), int64(len(b))), fuzzLimits)
	if r, ok := errors.AsType[*Refusal](err); ok {
		checkOutcome(t, r.Outcome, r.Reason)
		return
	}
	if err != nil {
		t.Fatalf("the surroundings are blamed: %v", err)
	}
	if len(pages) == 0 || len(pages) > fuzzLimits.MaxPages+1 {
		t.Errorf("%d pages", len(pages))
	}
	for _, p := range pages {
		if p.Outcome != 0 {
			checkOutcome(t, p.Outcome, p.Reason)
		} else if fuzzLimits.check(p.Width, p.Height, p.bits) != nil || p.bits == 0 || p.Orientation > 8 {
			t.Errorf("a page beyond the limits passes: %+v", p)
		}
	}
}

func checkOutcome(t *testing.T, outcome fondsv1.Outcome, reason string) {
	t.Helper()
	switch outcome {
	case fondsv1.Outcome_OUTCOME_CORRUPT, fondsv1.Outcome_OUTCOME_TOO_LARGE, fondsv1.Outcome_OUTCOME_REFUSED:
	default:
		t.Errorf("outcome is %v", outcome)
	}
	if reason == "" || strings.Contains(reason, "%!") {
		t.Errorf("reason is %q", reason)
	}
}

// FuzzEXIF checks that a block never says what no camera can.
func FuzzEXIF(f *testing.F) {
	f.Add(decodetest.EXIF(binary.LittleEndian, 6, 300))
	f.Add(append([]byte("Exif\x00\x00"), decodetest.EXIF(binary.BigEndian, 3, 72)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Page
		if err := readEXIF(newSource(bytes.NewReader(b), int64(len(b))), &p); err != nil {
			t.Error(err)
		}
		if p.Orientation > 8 || p.Resolution != 0 && (p.Resolution < 100 || p.Resolution > 2400) {
			t.Errorf("orientation %d, %d dpi", p.Orientation, p.Resolution)
		}
	})
}

// FuzzSheet feeds what poppler prints, which a hostile file has a hand in.
func FuzzSheet(f *testing.F) {
	f.Add("Page    1 size:  612 x 792 pts (letter)", "1 0 image 2550 3300 gray 1 1 jbig2 no 11 0 300 300 69.4K 6.8%")
	f.Add("Page 1 rot: 90", "1 0 image 9 9 rgb 3 8 image no [inline] 1 65535 0B 0%")
	f.Add("Page 1 size: 1e308 x NaN pts", "1 0 image 4294967295 4294967295 x x x x x x 1 1 x x")
	f.Fuzz(func(t *testing.T, size, image string) {
		sheets := map[int]*sheet{1: {width: 612, height: 792}}
		noteSheet(sheets, strings.Fields(size), 1, 1)
		noteImage(sheets, strings.Fields(image))
		p := sheets[1].page(fuzzLimits)
		if p.Outcome != 0 {
			checkOutcome(t, p.Outcome, p.Reason)
		} else if fuzzLimits.check(p.Width, p.Height, p.bits) != nil || math.IsNaN(p.dpi) || p.dpi < 1 {
			t.Errorf("drawn as %+v", p)
		}
	})
}
