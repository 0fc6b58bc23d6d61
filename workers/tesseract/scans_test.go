//go:build tesseract

package main

import (
	"os"
	"path/filepath"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// TestScans reads real pages where the development set lies beside the project.
func TestScans(t *testing.T) {
	folder, err := filepath.Abs("../../../shared/scans")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no ../shared/scans")
	}
	if testing.Short() {
		t.Skip("20 s of recognition")
	}
	const text, blank = fondsv1.Outcome_OUTCOME_TEXT, fondsv1.Outcome_OUTCOME_BLANK
	cases := []struct {
		file      string
		exif      uint32
		outcome   fondsv1.Outcome
		words     int // at least
		turn      uint32
		confident float32 // at least
	}{
		{"derived/lowcontrast.jpg", 0, text, 230, 0, 0.85},
		{"leptonica/lighttext.jpg", 0, text, 250, 0, 0.75},
		{"derived/rot180.jpg", 0, text, 240, 180, 0.85},
		{"derived/rot90.jpg", 0, text, 230, 270, 0.85},
		{"derived/exif6.jpg", 6, text, 240, 90, 0.85},
		{"tesseract-test/phototest-rotated-L.png", 0, text, 55, 90, 0.9},
		{"tesseract-test/phototest-rotated-180.png", 0, text, 55, 180, 0.9},
		{"leptonica/invertedtext.tif", 0, text, 4, 0, 0.7},
		{"derived/blank.png", 0, blank, 0, 0, 0},
		{"derived/truncated.jpg", 0, fondsv1.Outcome_OUTCOME_CORRUPT, 0, 0, 0},
		{"derived/bomb_100000px.png", 0, fondsv1.Outcome_OUTCOME_TOO_LARGE, 0, 0, 0},
		{"leptonica/test16.tif", 0, fondsv1.Outcome_OUTCOME_UNREADABLE, 0, 0, 0},
	}
	r := newReader(t, "eng", "osd")
	for _, c := range cases {
		image := testImage(t, filepath.Join(folder, c.file))
		image.Orientation = c.exif
		got := read(t, r, image, recipe("eng"))
		body := got.GetBody()
		if got.GetOutcome() != c.outcome || len(body.GetWords()) < c.words || body.GetTurn() != c.turn || body.GetConfidence() < c.confident {
			t.Errorf("%s: %v %q, %d words, turn %d, confidence %.2f; want %+v", c.file, got.GetOutcome(), got.GetReason(),
				len(body.GetWords()), body.GetTurn(), body.GetConfidence(), c)
		}
		if c.words > 0 {
			checkBody(t, body)
		}
	}
}
